"""The mutation benchmark's false claims: one fact changed, the rest and the grammar kept."""

import random

import pytest

from benchmarks import mutate
from benchmarks.claims import OPENING

TEXT = "ZETA outperforms OmegaNet by 12% and improves speed without labels."


@pytest.mark.parametrize(
    ("make", "text", "expected"),
    [
        (mutate.put_negation, "ZETA improves speed.", {"ZETA does not improve speed."}),
        (
            mutate.put_negation,
            "We show that it can learn.",
            {"We do not show that it can learn.", "We show that it cannot learn."},
        ),
        (mutate.remove_negation, "It does not need labels.", {"It needs labels."}),
        (mutate.remove_negation, "It learns without labels.", {"It learns with labels."}),
        (mutate.flip_direction, "ZETA is faster.", {"ZETA is slower."}),
        (mutate.swap_roles, "ZETA outperforms OmegaNet.", {"OmegaNet outperforms ZETA."}),
    ],
)
def test_one_fact_is_changed(make, text, expected):
    assert {make(text, random.Random(seed), "") for seed in range(20)} == expected


def test_a_changed_number_is_not_in_the_abstract_and_a_borrowed_one_is():
    abstract = f"{TEXT} It takes 3 hours on 40 tasks."
    for seed in range(20):
        changed = mutate.change_number(TEXT, random.Random(seed), abstract)
        assert changed.split("by ")[1].split("%")[0] not in {"12", "3", "40"}
        assert mutate.borrow_number(TEXT, random.Random(seed), abstract) in {
            TEXT.replace("12", "3"),
            TEXT.replace("12", "40"),
        }


def test_a_swapped_name_comes_from_elsewhere():
    swap = mutate.name_swapper(["ZETA", "OmegaNet", "SigmaNet"])
    made = {swap(TEXT, random.Random(seed), TEXT) for seed in range(20)}
    assert made == {TEXT.replace("ZETA", "SigmaNet"), TEXT.replace("OmegaNet", "SigmaNet")}


def test_system_names_come_from_titles_and_texts():
    titles = ["ZETA: Fast Grasping", "Learning to grasp"]
    assert mutate.system_names(titles, ["We beat OmegaNet."]) == ["OmegaNet", "ZETA"]


def test_answers_lose_the_word_that_only_answers():
    assert OPENING.sub("", "Yes: it does.") == "it does."
