"""Denials, directions, bounds and roles: what says the opposite, and what only says it otherwise."""

import pytest

from rag.verifying.contradiction import contradiction

SAID = "Our method ZETA outperforms OmegaNet by 12% and needs no additional labels, while inference is faster."


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("ZETA does not outperform OmegaNet", SAID),
        ("ZETA underperforms OmegaNet by 12%", SAID),
        ("ZETA needs additional labels", SAID),
        ("with ZETA inference is slower", SAID),
        ("OmegaNet outperforms ZETA by 12%", SAID),
        ("It cannot transfer to real robots", "The policy transfers to real robots."),
        ("It transfers to real robots", "The policy cannot transfer to real robots."),
        ("It trains with unlabeled videos", "It is trained with labeled videos."),
        ("It covers under 80 models", "We review over 80 models."),
        ("It uses more than a quarter of the turns", "It needs less than 1/4 of the turns."),
        ("Accuracy falls from 37% to 80%", "Accuracy improves from 37% to 80%."),
        ("Accuracy rises from 80% to 37%", "Accuracy improves from 37% to 80%."),
        ("It is a fine-to-coarse policy", "It is a coarse-to-fine policy."),
        ("Success is 24% lower than that of OpenVLA", "It surpasses OpenVLA by 24% in success."),
        ("A skeleton-free approach to recognition", "We propose a skeleton-based approach to recognition."),
        ("It grounds by coordinate-based clicks", "It is coordinate-free and grounds clicks."),
        ("The dynamics model is harder to learn", "The dynamics model is easier to learn."),
        (
            "It improves retrieval without the use of templates",
            "It improves retrieval with the use of templates.",
        ),
    ],
)
def test_opposites_are_seen(claim, evidence):
    assert contradiction(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("ZETA is 12% better than OmegaNet and requires no extra labels", SAID),
        ("ZETA beats OmegaNet without additional labels", SAID),
        ("It uses less than a quarter of the turns", "It needs less than 1/4 of the turns."),
        ("It works without labels", "The method is label-free."),
        ("It learns from videos without labels", "It is a self-supervised framework that learns from videos."),
        ("It needs neither segmentation nor labels", "It is collected without segmenting, labeling, or resetting."),
        ("It is fast without a loss in task success", "It is fast while keeping a high task success."),
        ("A model-free and model-based planner", "It joins model-free and model-based planning."),
        ("It learns without supervision", "We learn it in an unsupervised way."),
        ("It eliminates the need for labels", "It works without labels."),
        ("It covers more than 80 models", "We review over 80 models."),
        ("It works not only in simulation but also on robots", "It works in simulation and on robots."),
        ("Speed rises from 10 to 20 FPS", "It raises speed from 10 to 20 FPS."),
        ("The model is 3 times faster", "The model achieves a 3x speedup."),
    ],
)
def test_other_words_for_the_same_are_no_opposites(claim, evidence):
    assert contradiction(claim, evidence) == ""
