"""How something is done: the questions that ask for it, and the sentence that tells it, which comes first."""

import pytest
from fakes import StemVectors

from rag.forms import wanted
from rag.offline.composing import compose
from rag.telling.means import tells_means
from rag.telling.statements import Statement
from rag.tuning import shipped
from store.records import Paper


@pytest.mark.parametrize(
    ("question", "means"),
    [
        ("How does the parser find verbs?", True),
        ("How do they do that?", True),
        ("In what way is the tagger trained?", True),
        ("By what means can noise be removed?", True),
        ("How well does the parser find verbs?", False),
        ("How many verbs does it find?", False),
        ("How does it compare with others?", False),
        ("How does noise affect the parser?", False),
        ("How did models do on the exam?", False),
    ],
)
def test_what_asks_for_the_means_is_told_from_what_asks_for_an_amount_or_an_effect(question, means):
    assert wanted(question).means == means


def worth(sentence: str) -> float:
    return tells_means(Statement("", 0, 0, sentence, 0.5))


@pytest.mark.parametrize(
    ("means", "other"),
    [
        ("It labels cells by comparing them with neighbours.", "It labels 94% of the cells correctly."),
        ("We learn a map of verbs and adapt it to each dialect.", "Our experiments show large gains on each dialect."),
        ("The network predicts depth via a cost volume.", "The network achieves state-of-the-art depth."),
        ("We train a tagger using pairs of posts.", "However, existing taggers use pairs of posts."),
        ("Messages are removed through a learned gate.", "By doing so, it outperforms the methods that use gates."),
    ],
)
def test_means_are_told_from_results_and_from_the_work_of_others(means, other):
    assert worth(means) > worth(other)


PAPERS = [
    Paper(
        "a",
        "LeafNet: Counting Leaves on Plants",
        "Counting leaves by hand is slow. LeafNet counts the leaves of a plant by fitting an ellipse to each. "
        "In experiments LeafNet counts leaves of plants with an error of 3%. Leaves are counted on five plants.",
    ),
    Paper(
        "b",
        "Calm Markets",
        "Prices of grain jump. We propose Calm, which predicts prices of grain. We adapt it to each market using its "
        "past trades. Results show that Calm halves the error of prices of grain.",
    ),
]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("How does LeafNet count the leaves of plants?", "by fitting an ellipse"),
        ("How are leaves counted by LeafNet?", "by fitting an ellipse"),
        ("In what way does Calm Markets adapt to each market?", "using its past trades"),
    ],
)
def test_the_sentence_that_says_how_comes_first(question, first):
    said = [s.text for s in compose(question, PAPERS, StemVectors(), shipped(False)) if s.n]
    assert first in said[0]
