"""The keyword index: stems, stop words, titles first, positive scores only."""

import pytest

from store.errors import DamagedIndexError, StoreError
from store.keywords import Keywords
from store.records import Paper

PAPERS = [
    Paper("grasp", "Grasping by touch", "A robot hand learns where to hold a cup."),
    Paper("walk", "Walking on sand", "A robot dog walks. Grasping is left out."),
    Paper("play", "You only teach once", "Agents play games in Montréal."),
]


@pytest.fixture
def keywords(tmp_path):
    index = Keywords(tmp_path / "keywords", new=True)
    index.put(PAPERS)
    return index


def ids(found):
    return [paper_id for paper_id, _ in found]


def test_the_title_counts_more_than_the_abstract(keywords):
    assert ids(keywords.best("grasped", 5)) == ["grasp", "walk"]


def test_scores_are_positive_and_fall(keywords):
    scores = [score for _, score in keywords.best("robot hand grasping", 5)]
    assert scores == sorted(scores, reverse=True) and scores[-1] > 0


@pytest.mark.parametrize("query", ["", "what is that of the", "zzz", "?!", "\0\ud7ff 🤖"])
def test_nothing_in_common_finds_nothing(keywords, query):
    assert keywords.best(query, 5) == []


def test_query_syntax_is_plain_text(keywords):
    assert ids(keywords.best('title:"robot" AND -(dog) ~2^', 5)) == ["walk", "grasp"]


def test_accents_and_case_do_not_matter(keywords):
    assert ids(keywords.best("MONTREAL", 5)) == ["play"]


def test_ties_are_ordered_by_id_and_k_is_kept(tmp_path):
    index = Keywords(tmp_path / "keywords", new=True)
    index.put([Paper(name, "One title", "One text.") for name in "dbca"])
    assert ids(index.best("title", 3)) == ["a", "b", "c"]
    assert index.best("title", 0) == []


def test_putting_a_paper_again_replaces_it(keywords):
    keywords.put([Paper("walk", "Swimming", "In water.")])
    assert len(keywords) == 3
    assert ids(keywords.best("sand", 5)) == []
    assert ids(keywords.best("swim", 5)) == ["walk"]


def test_what_is_gone_is_not_found(keywords):
    keywords.put((), gone=["grasp", "unknown"])
    assert len(keywords) == 2
    assert ids(keywords.best("grasping touch", 5)) == ["walk"]


def test_the_index_is_there_when_opened_again(keywords, tmp_path):
    assert ids(Keywords(tmp_path / "keywords").best("touch", 5)) == ["grasp"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("An IO error occurred: 'No space left on device (os error 28)'"), "cannot be used .*free space"),
        (type("PanicException", (BaseException,), {})("index out of bounds"), r"is damaged \(index out of bounds\)"),
    ],
)
def test_what_fails_in_the_index_is_told_apart(keywords, error, told):
    with pytest.raises(StoreError, match=told) as raised, keywords._telling():
        raise error
    assert isinstance(raised.value, DamagedIndexError) == ("damaged" in told)


def test_a_damaged_index_says_so(keywords, tmp_path):
    (tmp_path / "keywords" / "meta.json").write_text("{")
    with pytest.raises(DamagedIndexError, match="keyword index is damaged"):
        Keywords(tmp_path / "keywords")


COMPOUNDS = [
    "A multi-modal policy.",
    "A multimodal policy.",
    "A pre-trained net.",
    "A pretrained net.",
    "They fine-tune it.",
]


@pytest.mark.parametrize(
    "asked, found",
    [("multimodal", "01"), ("multi-modal", "01"), ("Multimodality", "01"), ("pretrained", "23"), ("finetuned", "4")],
)
def test_a_compound_is_found_with_and_without_its_hyphen(tmp_path, asked, found):
    index = Keywords(tmp_path / "words", new=True)
    index.put(Paper(str(n), "T", text) for n, text in enumerate(COMPOUNDS))
    assert sorted(ids(index.best(asked, 9))) == list(found)
