"""Themes: papers grouped by what they are about, each group named by a subject they share."""

import numpy as np
import pytest

from rag.language.phrases import is_name, noun_phrases, phrase_key, subjects, subjects_in
from rag.search.themes import about, find_themes, group
from store.records import Paper

GRASPING = [
    Paper("g1", "Grasp Planning in Clutter", "We plan grasps. Grasp planning in dense clutter is hard for grippers."),
    Paper("g2", "Fast Grasp Planning", "A network for grasp planning scores gripper poses within milliseconds."),
    Paper("g3", "Learning to Pick", "Our picker needs no grasp planning and picks unseen objects with a gripper."),
]
TRANSLATING = [
    Paper("t1", "Neural Machine Translation of Rare Words", "We split words for machine translation of rare words."),
    Paper("t2", "Back-Translation at Scale", "Monolingual text helps machine translation into German."),
    Paper("t3", "Multilingual Machine Translation", "One model for machine translation between 50 languages."),
]


def test_groups_hold_what_is_alike_and_each_paper_once(library):
    rows = about([*GRASPING, *TRANSLATING], library.embed)
    assert rows.shape[0] == 6 and np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert group(rows, 2) == [[0, 1, 2], [3, 4, 5]]
    assert group(rows[:1]) == [[0]]


def test_themes_are_named_by_what_their_papers_share_and_no_two_alike(library):
    themes = find_themes([*GRASPING, *TRANSLATING], "learning", library.embed)
    assert sorted((name, [p.paper_id for p in papers]) for name, papers in themes) == [
        ("Grasp planning", ["g1", "g2", "g3"]),
        ("Machine translation", ["t1", "t2", "t3"]),
    ]


def test_few_papers_and_unlike_papers_are_one_theme_named_by_the_topic(library):
    assert find_themes(GRASPING, "grasping: a survey", library.embed) == [("Grasping", GRASPING)]
    odd = [Paper(name, name, f"{name} rises.") for name in ("Tides", "Bread", "Fog", "Rent")]
    assert find_themes(odd, "misc", library.embed) == [("Misc", odd)]


@pytest.mark.parametrize(
    ("phrase", "other"),
    [
        ("World Models", "world model"),
        ("vision-language model", "Vision language models"),
        ("studies", "study"),
    ],
)
def test_the_same_phrase_in_other_spellings(phrase, other):
    assert phrase_key(phrase) == phrase_key(other)


def test_what_names_and_what_does_not():
    said = noun_phrases("We propose a diffusion policy for bimanual manipulation, which improves results.")
    assert {"diffusion policy", "bimanual manipulation"} <= said
    assert not any(is_name(words.split()) for words in ("novel method", "model trained", "significantly better"))


def test_listed_subjects_are_names_and_are_found_whatever_their_spelling():
    assert all(is_name(phrase.split()) and 2 <= len(phrase.split()) <= 4 for phrase in subjects().values())
    assert "imitation learning" in subjects_in("Imitation-Learning from play")
    assert "offline RL" in subjects_in("We study offline RL.").values()
