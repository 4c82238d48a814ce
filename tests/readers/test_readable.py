"""Texts and authors as sources write them, made readable: also texts that somebody made to take long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.names import split_name
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


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (r"{\textless}i{\textgreater}E. coli{\textless}/i{\textgreater} at p {\textless} 0.05", "E. coli at p < 0.05"),
        (r"\textless i\textgreater E. coli\textless/i\textgreater{} grows", "E. coli grows"),
        (r"in {{{\mkbibemph{Wet}}}} \emph{Ropes} of H\textsubscript{2}O", "in Wet Ropes of H2O"),
        (r"\enquote{dizque} of \foreignlanguage{german}{Über} 10\textsuperscript{-3}", "“dizque” of Über 10^-3"),
        (r"\ours{} beats \theirs by 3\%", r"\ours beats \theirs by 3%"),
    ],
)
def test_a_command_leaves_its_argument_and_one_without_stays_as_it_is_written(text, right):
    assert readable(text, latex=True) == right


def test_tags_whose_commands_have_lost_their_braces_go_too():
    assert readable(r"\textlessi\textgreaterE. coli\textless/i\textgreater grows") == "E. coli grows"


def test_a_text_of_nothing_but_cut_words_is_read_as_any_other():
    cut = [f"qx{n:x}-\nzy{n:x}" for n in range(8_000)]  # to search the whole text for each takes long
    assert len(readable(" ".join(cut)).split()) == len(cut)


WORD = st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True)
GROUP = st.lists(WORD, min_size=1, max_size=3).map(lambda some: "{" + " and ".join(some) + "}")
PERSON = st.tuples(WORD, WORD).map(", ".join)


@given(st.lists(PERSON | GROUP, min_size=2, max_size=8))
def test_an_and_within_braces_is_part_of_a_name(people):
    assert list(names(" and ".join(people))) == people


@given(st.lists(st.tuples(WORD, WORD, st.sampled_from(["", "de la", "von"])), min_size=1, max_size=4))
def test_names_in_biblatex_extended_form_are_those_of_the_usual_one(people):
    extended = " and ".join(
        f"family={family}, given={given}" + (f", prefix={prefix}, useprefix=true" if prefix else "")
        for family, given, prefix in people
    )
    usual = " and ".join(f"{prefix} {family}, {given}".strip() for family, given, prefix in people)
    assert list(map(split_name, names(extended))) == list(map(split_name, names(usual)))


def test_a_brace_that_is_not_closed_hides_no_author():
    assert list(names("{Doe, Jane and Roe, Max and Poe, Ann")) == ["{Doe, Jane", "Roe, Max", "Poe, Ann"]


def test_thousands_of_authors_in_one_text_are_told_apart():
    assert len(list(names(" and ".join(f"Doe{n}, Jane" for n in range(20_000))))) == 20_000
