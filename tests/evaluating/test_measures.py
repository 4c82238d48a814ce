"""The measures, on values worked out by hand."""

import pytest

from rag.evaluating.measures import (
    citation_precision,
    facts_stated,
    plain_text,
    quantile,
    recall_at,
    reciprocal_rank,
    states,
    title_key,
)


def test_recall_counts_gold_among_the_first_k():
    assert recall_at(["a", "b", "c"], {"a", "c", "x", "y"}, 2) == 0.25
    assert recall_at([], {"a"}, 10) == 0


def test_reciprocal_rank_is_that_of_the_first_gold_item():
    assert reciprocal_rank(["x", "a", "b"], {"a", "b"}) == 0.5
    assert reciprocal_rank(["x"], {"a"}) == 0


def test_an_acceptable_paper_is_a_right_citation_and_none_is_none():
    assert citation_precision({"a", "b", "x"}, {"a"}, {"b"}) == pytest.approx(2 / 3)
    assert citation_precision(set(), {"a"}, set()) == 0


@pytest.mark.parametrize("text", ["a gain of 24% [1].", "24 points", "It is 24.", r"by 24\% in all", "(24)"])
def test_a_number_is_stated(text):
    assert states(text, ["24", "24%"])


@pytest.mark.parametrize("text", ["124 tasks", "24.5%", "0.24", "1,243", "2,24", "[24]", "as in [3, 24]."])
def test_a_number_is_not_found_in_a_longer_one_nor_in_a_marker(text):
    assert not states(text, ["24"])


@pytest.mark.parametrize(
    ("text", "alternative"),
    [
        ("They use masks.", "mask"),
        ("by teleoperation", "teleoperat"),
        ("on Walker2D and a WALKER", "Walker"),
        (r"$\chi^2$ divergence", "chi^2"),
        (r"10$\times$ faster", "10×"),
        ("visual–text space", "visual-text"),
        ("is *slower*", "slow"),
        ("labelling clips", "label"),
        ("7x fewer", "7x"),
    ],
)
def test_whole_words_are_found_as_written_in_abstracts(text, alternative):
    assert states(text, [alternative]) == (alternative != "slow")


def test_a_short_word_is_inflected_by_s_alone_and_no_word_begins_inside_another():
    assert states("four tasks", ["task"]) and not states("tasking", ["task"])
    assert not states("unmasked", ["mask"]) and not states("reclipping", ["clip"])


def test_facts_are_counted_each_by_any_alternative():
    facts = [["10x", "10 times"], ["CARP"], ["slow"]]
    assert facts_stated("CARP is 10 times faster.", facts) == pytest.approx(2 / 3)


def test_plain_text_has_no_markers_and_no_latex():
    assert plain_text(r"Up to **79.6\%** [1][2, 3] on “LIBERO”.") == 'up to 79.6% on "libero".'


def test_quantile_interpolates():
    assert quantile([1, 2, 3, 4], 0.5) == 2.5 and quantile([], 0.5) == 0 and quantile([7], 0.95) == 7


def test_titles_compare_by_letters_and_digits():
    assert title_key("A^2Nav: Action-Aware") == title_key("$A^2$Nav: action aware")
