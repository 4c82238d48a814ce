"""Records of one paper become one paper, whatever order they come in."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.folder import Folder
from store.identity import arxiv_id, arxiv_ids, arxiv_told, doi, identify, slug, title_words
from store.merging import merge, merge_all, same
from store.papers import Papers
from store.records import Paper, silent

KNOWN = [
    ("On Tools", "2401.00001", "10.1/a", 2000),
    ("Other Ways", "2401.00002", "10.1/b", 2001),
    ("Third", "", "", 2002),
]


@st.composite
def records(draw) -> Paper:
    """A record of one of three papers, with some of its fields left out."""
    title, arxiv, doi, year = draw(st.sampled_from(KNOWN))
    return Paper(
        paper_id="",
        title=draw(st.sampled_from([title, f"${title.lower()}$!"])),
        abstract=draw(st.text("ab", min_size=1, max_size=6)),
        authors=tuple(draw(st.lists(st.sampled_from("xyz"), max_size=3))),
        year=draw(st.sampled_from([None, year])),
        arxiv=draw(st.sampled_from(["", arxiv])),
        doi=draw(st.sampled_from(["", doi])),
        tags=tuple(draw(st.sets(st.sampled_from("pq")))),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A^2Nav: Action-Aware", "$A^2$Nav: Action Aware"),
        ("β-VAE", r"$\beta$-VAE"),
        ("Über-Net", "Uber Net"),
        (r"\textbf{Bold} Moves", "Bold moves"),
        ("ToolChain*", "Toolchain"),
        ('Schr\\"odinger', "Schrödinger"),
    ],
)
def test_titles_written_differently_are_one(one, other):
    assert "".join(title_words(one)) == "".join(title_words(other))


def test_titles_that_differ_by_a_number_stay_two():
    assert title_words("Optimus-2") != title_words("Optimus-1")
    assert title_words("γ-VAE") != title_words("β-VAE")


def test_the_fullest_fields_win():
    short = Paper("", "On Tools", "Short.", ("A",), None, "", sources=("one",))
    full = Paper("", "On tools", "A longer abstract.", ("A", "B"), 2024, "ICRA", "2401.1", sources=("two",))
    [merged] = merge_all([short, full])
    assert merged == replace(
        full, paper_id="2401.1", title="On Tools", url="https://arxiv.org/abs/2401.1", sources=("one", "two")
    )


def test_another_source_alone_changes_nothing():
    paper = Paper("x", "On Tools", "Text.", sources=("one",))
    assert merge(paper, Paper("x", "On Tools", "Text.", sources=("two",))) == paper


def test_identifiers_that_differ_keep_papers_of_one_title_apart():
    one, other = (Paper("", "Editorial", "Text.", arxiv=arxiv) for arxiv in ("2401.00001", "2401.00002"))
    assert not same(one, other)
    assert [paper.paper_id for paper in merge_all([one, other])] == ["2401.00001", "2401.00002"]


def test_a_record_that_joins_two_papers_makes_them_one():
    by_id = Paper("", "Working title", "Text.", arxiv="2401.00001")
    by_title = Paper("", "On Tools", "Longer text.")
    [merged] = merge_all([by_id, by_title, Paper("", "On Tools", "Text.", arxiv="2401.00001")])
    assert (merged.title, merged.abstract) == ("Working title", "Longer text.")


FAR = "Videos are mostly long; prompts made from learned tokens carry some frozen language model over single frames."
NEAR = "Robots grasp known objects quickly because their hands sense pressure while planners weigh several poses."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://doi.org/10.1007/978-3-031-19836-6_18", "10.1007/978-3-031-19836-6_18"),
        ("10.1007/978-3-031-19836-6 _18", ""),
        ("10.1000/xyz. ", "10.1000/xyz"),
        ("10.1000/xyz .", "10.1000/xyz"),
        ("none", ""),
    ],
)
def test_a_doi_that_a_blank_has_cut_is_none(written, read):
    assert doi(written) == read


@pytest.mark.parametrize("shared", [{"doi": "10.1/book"}, {"arxiv": "2401.00001"}, {"paper_id": "x"}])
@pytest.mark.parametrize(
    ("authors", "abstract"), [(("X. Why",), FAR), (("X. Why",), NEAR), (("A. Bee",), FAR), ((), FAR)]
)
def test_an_identifier_that_two_papers_share_makes_no_chimera(shared, authors, abstract):
    """Two of title, authors and abstract differ: the identifier is wrong for one of them, and stays the first one's."""
    known = Paper(**{"paper_id": "", "title": "Grasping by Touch", "abstract": NEAR, "authors": ("A. Bee",), **shared})
    new = Paper(**{"paper_id": "", "title": "Prompts for Video", "abstract": abstract, "authors": authors, **shared})
    first, second = merge_all([known, new, new, known])
    assert (first.title, first.abstract, first.authors) == (known.title, known.abstract, known.authors)
    assert (second.title, second.abstract, second.authors) == (new.title, new.abstract, new.authors)
    assert first.paper_id != second.paper_id and (second.arxiv, second.doi) == ("", "")


def test_papers_of_one_title_by_others_and_about_something_else_stay_two():
    some = [Paper("", "An Overview", NEAR, ("A. Bee",)), Paper("", "An Overview", FAR, ("X. Why",))]
    assert len({paper.paper_id for paper in merge_all([*some, *some])}) == 2


@pytest.mark.parametrize(
    "again",
    [
        Paper("", "A New Title", NEAR + " It works.", ("Bee, Alice", "D. Cee"), arxiv="2401.00001"),
        Paper("", "Grasping by touch", FAR, ("Alice Bee et al.",), arxiv="2401.00001"),
        Paper("", "Grasping by touch", NEAR, ("Someone Else",)),
    ],
)
def test_a_paper_may_change_in_one_thing(again):
    assert len(merge_all([Paper("", "Grasping by Touch", NEAR, ("Alice Bee",), arxiv="2401.00001"), again])) == 1


@given(st.lists(records(), max_size=8))
def test_records_become_as_many_papers_as_they_are_of(some):
    titles = {"".join(title_words(record.title)) for record in some}
    once = merge_all(some)
    assert {"".join(title_words(paper.title)) for paper in once} == titles and len(once) == len(titles)
    assert merge_all(once) == once
    assert merge_all([*some, *some]) == once


@settings(max_examples=30)
@given(st.lists(records(), max_size=8))
def test_the_place_of_record_merges_as_memory_does(some):
    with tempfile.TemporaryDirectory() as folder:
        papers = Papers(Folder(Path(folder)))
        papers.create()
        first = papers.take(some, silent)
        again = papers.take(some, silent)
        assert [replace(p, paper_id="", url="", citekey="") for p in papers.select()] == [
            replace(p, paper_id="", url="") for p in merge_all(some)
        ]
        papers.close()
    assert first.added + first.merged + first.unchanged == again.unchanged == len(some)


@given(st.text(max_size=300))
def test_every_title_has_an_id(title):
    paper_id = slug(title)
    assert paper_id and len(paper_id) <= 90 and paper_id == paper_id.strip("-")
    assert slug(title) == paper_id


def test_long_titles_that_begin_alike_have_different_ids():
    assert slug("word " * 30 + "one") != slug("word " * 30 + "two")


def test_an_arxiv_doi_gives_the_arxiv_id_and_link():
    paper = identify(Paper("", "T", "A.", doi="10.48550/arXiv.2401.00001v2"))
    assert (paper.paper_id, paper.url) == ("2401.00001", "https://arxiv.org/abs/2401.00001")
    assert identify(Paper("", "T", "A.", doi="10.1/X")).url == "https://doi.org/10.1/X"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2404.12015", "2404.12015"),
        ("arXiv:2404.12015v3", "2404.12015"),
        ("cs/9901001", "cs/9901001"),
        ("https://arxiv.org/abs/2404.12015", "2404.12015"),
        ("http://arxiv.org/pdf/2404.12015v1.pdf", "2404.12015"),
        ("https://example.org/2404.12015", ""),
        ("", ""),
    ],
)
def test_arxiv_ids_are_found_in_ids_and_links(text, found):
    assert arxiv_id(text) == found


def test_ids_old_and_new_are_found_in_running_text():
    text = "J. Doe, arXiv preprint arXiv:2404.12015v3; hep-th/9901001v2, math.GT/0309136, and 24041.2015 pages."
    assert arxiv_ids(text) == ["2404.12015", "hep-th/9901001", "math.GT/0309136"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arXiv preprint arXiv:2404.12015", "2404.12015"),
        ("arXiv:2404.12015 [cs]", "2404.12015"),
        ("version: 2\nArXiv, abs/2404.12015v3", "2404.12015"),
        ("Available at https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("A comment on arXiv:2404.12015", ""),
        ("2404.12015", ""),
    ],
)
def test_a_note_tells_an_arxiv_id_where_it_is_marked_as_one(text, found):
    assert arxiv_told(text) == found
