"""Passages are spans of the abstract, and leave no sentence out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.chunks import STRIDE, WINDOW, embedding_text, passages
from store.collection import shipped_papers
from store.records import Paper
from store.sentences import sentence_spans


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
