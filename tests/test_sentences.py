"""Sentence spans are exact, in order and cover all but white space; passages are spans that leave no sentence out."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.collection import shipped_papers
from store.records import Paper
from store.sentences import STRIDE, WINDOW, embedding_text, passages, sentence_spans, sentences

PIECES = ["(a) x. ", "We see 4.5% (i.e. more). ", "([", "\n\n", "Dr. No et al. ", '"', "“", "”"]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_spans_lose_nothing_but_white_space(text):
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join("".join(text[s:e] for s, e in spans).split()) == "".join(text.split())


def test_abbreviations_and_decimals_do_not_end_a_sentence():
    text = "DAC (Kostrikov et al., 2019) gains 3.5%, i.e. little. It is e.g. slow."
    assert sentences(text) == ["DAC (Kostrikov et al., 2019) gains 3.5%, i.e. little.", "It is e.g. slow."]


def test_sentences_behind_an_opening_bracket_are_told_apart():
    assert sentences("(1) We train. The gain is 3%.") == ["(1) We train.", "The gain is 3%."]


def test_sentences_of_a_text_in_quotes_are_told_apart():
    assert sentences('"We train. The gain is 3%."') == ['"We train.', 'The gain is 3%."']
    assert sentences('He says "We train. We win." again.') == ['He says "We train. We win." again.']


@given(st.text(), st.booleans())
def test_passages_are_spans_that_cover_every_sentence(abstract, whole):
    found = passages(Paper("p", "T", abstract), whole)
    assert all(abstract[p.start : p.end] == p.text and p.paper_id == "p" for p in found)
    for start, end in sentence_spans(abstract):
        assert any(p.start <= start and end <= p.end for p in found)


@pytest.mark.parametrize(("sentences", "count"), [(0, 0), (1, 1), (3, 1), (4, 2), (5, 2), (6, 3), (9, 4)])
def test_windows_of_three_sentences_share_one(sentences, count):
    assert (WINDOW, STRIDE) == (3, 2)
    abstract = " ".join(f"This is sentence number {n}." for n in range(sentences))
    assert len(passages(Paper("p", "T", abstract))) == count


def test_a_whole_abstract_is_one_passage():
    for paper in shipped_papers():
        assert [p.text for p in passages(paper, whole=True)] == [paper.abstract]


@pytest.mark.parametrize(("title", "text"), [("On Tools", "On Tools. We act."), ("Why act?", "Why act? We act.")])
def test_the_title_stands_in_front(title, text):
    [passage] = passages(Paper("p", title, "We act."))
    assert embedding_text(title, passage) == text
