"""Lists of papers that do something: what they are asked for, and which papers say that they do."""

import pytest
from fakes import StemVectors

from rag.forms import wanted
from rag.offline.composing import NONE_SAYS_SO, ONLY_THESE, compose
from rag.offline.doing import deed_of, says_so
from rag.tuning import shipped
from store.records import Paper


@pytest.mark.parametrize(
    ("question", "sentence", "says"),
    [
        ("Which papers speed up parsing?", "Our parser is four times faster at parsing.", True),
        ("Which papers speed up parsing?", "We show that parsing is accelerated by a cache.", True),
        ("Which papers speed up parsing?", "The speed of parsing is our subject.", False),
        ("Which papers speed up parsing?", "We find that parsing gets slower.", False),
        ("Which papers speed up parsing?", "We ask whether parsing is faster with a cache.", False),
        ("Which papers speed up parsing?", "Our oven bakes bread faster.", False),
        ("which papers make bridges safer?", "We make bridges safer.", True),
        ("which papers make bridges safer?", "Our sensor reliably finds bridges.", False),
        ("Which works reduce forgetting?", "The replay buffer mitigates catastrophic forgetting.", True),
        ("Which works reduce forgetting?", "The buffer does not reduce forgetting.", False),
        ("Which works reduce forgetting?", "Larger steps increase forgetting.", False),
        ("Which papers improve translation of names?", "This improves the translation of names by 4 points.", True),
        ("Which papers improve translation of names?", "Existing methods improve the translation of names.", False),
        ("Which papers need fewer labels?", "It learns from few labels.", True),
        ("Which papers need fewer labels?", "It is label-efficient.", True),
        ("Which papers need fewer labels?", "It needs many labels.", False),
    ],
)
def test_a_paper_does_what_is_asked_where_a_sentence_of_its_own_says_so(question, sentence, says):
    deed = deed_of(wanted(question).claim)
    assert deed and says_so(deed, "A Title", [sentence]) == says


@pytest.mark.parametrize("question", ["Which papers study parsing?", "Which papers are about speed?", "Who speeds up?"])
def test_other_questions_ask_for_no_deed(question):
    assert deed_of(wanted(question).claim) is None


PAPERS = [
    Paper("a", "Quick Trees", "Parsing is slow. We propose trees. Trees make parsing six times faster."),
    Paper("b", "Deep Trees", "Faster parsing would help. We parse with deep trees, which is costly."),
    Paper("c", "Wide Trees", "We study parsing with wide trees and their labels."),
]


def said(question: str) -> list[str]:
    return [one.text for one in compose(question, PAPERS, StemVectors(), shipped(False))]


def test_a_list_of_what_papers_do_has_those_alone_that_say_so_by_that_sentence():
    assert said("Which papers speed up parsing?") == [ONLY_THESE, "Quick Trees: Trees make parsing six times faster."]


def test_where_none_says_so_that_is_said():
    assert said("Which papers slow down parsing?")[0] == NONE_SAYS_SO
