import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.search.retrieve import fuse, ranked, standardise

SCORES = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.floats(-1e3, 1e3), max_size=8)


def test_standardised_scores_have_mean_0_and_deviation_1():
    assert standardise({"a": 1.0, "b": 3.0}) == {"a": -1.0, "b": 1.0}


def test_equal_scores_become_zero_and_nothing_stays_nothing():
    assert standardise({"a": 2.0, "b": 2.0}) == {"a": 0.0, "b": 0.0}
    assert standardise({}) == {}


def test_fused_scores_are_the_weighted_sum():
    fused = fuse([{"a": 1.0, "b": 3.0}, {"a": 9.0, "b": 5.0}], [1.0, 0.5])
    assert fused == {"a": pytest.approx(-0.5), "b": pytest.approx(0.5)}


def test_a_key_that_a_list_lacks_gets_the_lowest_score_of_that_list():
    fused = fuse([{"a": 1.0, "b": 3.0}, {"a": 5.0, "b": 7.0, "c": 9.0}], [1.0, 0.0])
    assert fused["c"] == fused["a"] == pytest.approx(-1.0)


def test_ties_are_broken_by_the_key():
    assert ranked({"b": 1.0, "a": 1.0, "c": 2.0}) == ["c", "a", "b"]


@given(SCORES, SCORES)
def test_fusing_keeps_every_key_and_does_not_depend_on_order(first, second):
    fused = fuse([first, second], [1.0, 0.4])
    assert fused.keys() == first.keys() | second.keys()
    turned = fuse([dict(reversed(first.items())), dict(reversed(second.items()))], [1.0, 0.4])
    assert turned == pytest.approx(fused)
