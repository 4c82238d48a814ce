"""Texts and authors as sources write them, made readable: also texts that somebody made to take long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.readers.people import names
from store.readers.readable import readable


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("We study naviga-\ntion of robots.", "We study navigation of robots."),
        ("Pre-training helps. After pre-\ntraining it walks.", "Pre-training helps. After pre-training it walks."),
        ("Graspnet is new. We test grasp-\nnet.", "Graspnet is new. We test graspnet."),
        ("A vision-\nlanguage model.", "A vision-language model."),
        ("The Smith-\nWaterman score.", "The Smith-Waterman score."),
    ],
)
def test_a_word_that_a_line_end_cuts_is_whole_again(text, right):
    assert readable(text) == right


def test_a_text_of_nothing_but_cut_words_is_read_as_any_other():
    cut = [f"qx{n:x}-\nzy{n:x}" for n in range(8_000)]  # to search the whole text for each takes long
    assert len(readable(" ".join(cut)).split()) == len(cut)


WORD = st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True)
GROUP = st.lists(WORD, min_size=1, max_size=3).map(lambda some: "{" + " and ".join(some) + "}")
PERSON = st.tuples(WORD, WORD).map(", ".join)


@given(st.lists(PERSON | GROUP, min_size=2, max_size=8))
def test_an_and_within_braces_is_part_of_a_name(people):
    assert list(names(" and ".join(people))) == people


def test_a_brace_that_is_not_closed_hides_no_author():
    assert list(names("{Doe, Jane and Roe, Max and Poe, Ann")) == ["{Doe, Jane", "Roe, Max", "Poe, Ann"]


def test_thousands_of_authors_in_one_text_are_told_apart():
    assert len(list(names(" and ".join(f"Doe{n}, Jane" for n in range(20_000))))) == 20_000
