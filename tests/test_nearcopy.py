"""Claims that repeat a sentence but for a few words."""

import pytest

from rag.verifying.nearcopy import near_copy

SENTENCE = (
    "In field trials, the pruner outperforms the shears (a manual tool) by 12% in yield, takes three minutes a tree "
    "and does not need labelled branches."
)
HEDGED = "The pruner may outperform the shears by up to 12% in yield on young trees."


def told(claim, sentence=SENTENCE):
    copy = near_copy(claim, [sentence], frozenset())
    return copy and (copy.kind, copy.word)


@pytest.mark.parametrize(
    "claim",
    [
        "The pruner outperforms the shears by 12% in yield.",
        "The authors find that the pruner outperforms the shears by 12% in yield and takes three minutes a tree.",
    ],
)
def test_what_only_leaves_words_out_holds(claim):
    assert told(claim) == ("", "")


@pytest.mark.parametrize(
    "claim, kind, word",
    [
        ("The pruner outperforms the shears by 21% in yield.", "number", "21%"),
        ("The pruner outperforms the shears by less than 12% in yield.", "number", "less than 12%"),
        ("The pruner does not outperform the shears by 12% in yield.", "contradicted", "not"),
        ("The pruner takes three minutes a tree and needs labelled branches.", "contradicted", "not"),
        ("The pruner underperforms the shears by 12% in yield.", "contradicted", "underperforms"),
    ],
)
def test_a_number_a_denial_or_an_opposite_does_not_hold(claim, kind, word):
    assert told(claim) == (kind, word)


DENYING = "Without bells and whistles, the pruner outperforms the shears by 12% in yield without hurting young trees."


def test_a_denial_that_comes_or_goes_with_what_it_denies_turns_nothing():
    left_out = "The pruner outperforms the shears by 12% in yield without hurting young trees."
    assert told(left_out, DENYING) == ("", "")
    beside = "Speed does not suffer: the pruner outperforms the shears by 12% in yield."
    assert told(beside, DENYING) != ("contradicted", "not")
    hurting = "The pruner outperforms the shears by 12% in yield, hurting young trees."
    assert told(hurting, DENYING) == ("contradicted", "without")


@pytest.mark.parametrize(
    "claim",
    [
        "The pruner outperforms the ladder by 12% in yield.",
        "Orchards outperform vineyards.",
    ],
)
def test_other_words_are_never_granted(claim):
    assert told(claim) != ("", "")


def test_two_numbers_that_changed_places_are_not_granted():
    sentence = "The pruner outperforms the shears and the ladder by large margins, around 12% and 9% in yield."
    assert told("The pruner outperforms the shears and the ladder by 12% and 9% in yield.", sentence) == ("", "")
    assert told("The pruner outperforms the shears and the ladder by 9% and 12% in yield.", sentence) != ("", "")


def test_a_hedge_that_is_left_out_is_not_granted():
    assert told("The pruner outperforms the shears by 12% in yield on young trees.", HEDGED) != ("", "")


def test_a_denial_in_other_words_is_none():
    sentence = "Existing drones do not provide the payload and precision that power tools require."
    found = told("Existing drones lack the payload and precision that power tools require.", sentence)
    assert found is None or found[0] != "contradicted"
