"""Which way a sentence answers a yes/no question."""

import pytest

from rag.forms import wanted
from rag.language.polarity import answers, leaning

GUARANTEE = "We find that a larger corpus does not guarantee better accuracy, but it may be needed."


@pytest.mark.parametrize(
    ("claim", "sentence", "yes"),
    [
        ("a larger corpus guarantee better accuracy", GUARANTEE, False),
        ("reasoning help navigation", "Reasoning at inference degrades navigation accuracy.", False),
        ("reasoning help navigation", "We show that reasoning improves navigation.", True),
        ("pretraining necessary for detection", "This renders pretraining unnecessary for detection.", False),
        ("the planner need a map", "The planner works without a map.", False),
        ("small models outperform large models", "Most small models fail to outperform large models.", False),
        ("grippers better than hands", "Hands are better than grippers.", False),
        ("tree search better than beam search", "Beam search is generally better than tree search.", False),
        ("tree search better than beam search", "Tree search is generally better than beam search.", True),
        ("the planner need labels", "The planner eliminates the need for labels.", False),
        ("agents have to see the map", "Agents do not require the map.", False),
        ("grippers better than hands", "Such methods find that grippers are better than hands.", None),
        ("prompts reduce errors", "Errors improve at a glance, there is no reduction of errors by prompts.", False),
        ("unlearning improve learning", "Unlearning improves learning in the clinic.", True),
        ("tuning make planners more human", "More specifically, tuning makes planners human.", None),
        ("the policy run on hardware", "The policy is easily run on grippers.", None),
        (
            "NAR models faster in practice",
            "Although they are faster on GPUs, NAR models are slower in practice.",
            False,
        ),
        ("deeper models generalize more", "Deeper models generalize more than shallow models do.", True),
        ("reasoning help navigation", "We ask whether reasoning helps navigation.", None),
        ("reasoning help navigation", "It is often assumed that reasoning helps navigation.", None),
        ("robots beat those that do not use maps", "Robots outperform those that do not use maps.", None),
        (
            "agents reason at inference time",
            "Agents reason at inference time in training, yet act without reasoning.",
            None,
        ),
        ("robots knit socks", "Reasoning degrades navigation.", None),
        ("the set have 90 scenes", "The set has 80 scenes.", None),
    ],
)
def test_a_sentence_answers_yes_or_no_only_where_it_carries_it(claim, sentence, yes):
    found = answers(claim, sentence, sentence, frozenset())
    assert (found and found.yes) == yes


def test_who_asks_whether_it_does_not_is_answered_as_who_asks_whether_it_does():
    assert wanted("Doesn't reasoning help navigation?") == wanted("Does reasoning help navigation?")


@pytest.mark.parametrize(
    ("sentence", "good"),
    [
        ("Reasoning improves the agents.", True),
        ("Reasoning at inference degrades accuracy.", False),
        ("Reasoning does not help.", False),
        ("We improve reasoning.", None),
        ("We study agents.", None),
    ],
)
def test_a_sentence_leans_one_way_or_neither(sentence, good):
    assert leaning(sentence, frozenset({"reason"})) is good
