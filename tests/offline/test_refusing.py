"""Refusals: read off any model's text, and decided by the offline model on signs of doubt."""

from dataclasses import replace

import pytest
from fakes import StemVectors

from prompts import text_of
from rag.offline.matching import Match
from rag.offline.refusing import broken_premises, doubt_features, refusal_of, refusal_words, unmentioned
from rag.offline.sharing import share_out, source_chances
from rag.question import read_question
from rag.records import FALSE_PREMISE, NO_PAPER, NOT_MENTIONED, NOT_STATED, PHRASES, read_refusal
from rag.tuning import shipped
from store.records import Paper

GUARD = Paper(
    "1",
    "PageGuard: A Guardrail Dataset for Web Agents",
    "Web agents act on pages. We introduce PageGuard, a dataset of 4,939 human-annotated actions on 193 "
    "websites. Actions are sorted by a three-tier risk schema: SAFE, LOW, and HIGH. Language models reach "
    "below 60% accuracy in predicting the outcome of actions.",
)
ARM = Paper(
    "2",
    "GripNet: Grasping with Point Clouds",
    "We propose GripNet, a transformer that predicts gripper poses from raw point clouds. Trained on 128K "
    "synthetic scenes, it picks unseen objects with a success rate of 81%.",
)


def decided(question: str):
    match, tuning = Match(read_question(question), [GUARD, ARM], StemVectors()), shipped(reads_words=False)
    used = [share.source for share in share_out(match, source_chances(match, tuning.source))]
    return doubt_features(match, used), refusal_of(match, used, tuning.doubt)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (NO_PAPER, "no paper"),
        (f"**{NOT_STATED}** It gives the speed [1].", "not stated"),
        (f'  "{FALSE_PREMISE.upper()}', "false premise"),
        ("The abstract does not state this: no", "not stated"),
        (f"PageGuard has tiers [1]. {NO_PAPER}", None),
        ("", None),
    ],
)
def test_a_refusal_is_read_off_the_opening(text, kind):
    assert read_refusal(text) == kind


def test_the_system_prompt_leaves_room_for_every_phrase():
    assert all(name in text_of("answer_system") for name in ("$no_answer", "$not_stated", "$false_premise"))
    assert len(set(PHRASES.values())) == 4


@pytest.mark.parametrize(
    "question",
    [
        "How many actions are in PageGuard?",
        "What risk schema does PageGuard use for actions of web agents?",
        "Tell me about web agents.",
        "Summarise GripNet.",
        "On how many synthetic scenes was GripNet trained?",
        "Which transformer predicts gripper poses from raw point clouds, and with what success rate?",
    ],
)
def test_what_an_abstract_says_is_not_refused(question):
    assert decided(question)[1] is None


@pytest.mark.parametrize(
    "question",
    ["How many GPUs and how many kilowatts did GripNet need?", "How many kilowatts did the servers of PageGuard burn?"],
)
def test_a_detail_that_the_abstract_lacks_is_not_stated(question):
    features, refusal = decided(question)
    assert refusal == "not stated" and features["named amount"] == 1


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("How many actions are in PageGuard?", 0),
        ("How many pages are in PageGuard?", 1),
        ("How heavy is PageGuard?", 0),
        ("What is PageGuard?", 0),
    ],
)
def test_what_is_counted_needs_a_number_beside_it(question, lacking):
    assert bool(decided(question)[0]["unnumbered"]) == lacking


@pytest.mark.parametrize("question", ["How long do I boil an egg?", "What notice must a landlord give?"])
def test_a_foreign_question_has_no_paper(question):
    assert decided(question)[1] == "no paper"


@pytest.mark.parametrize(
    ("question", "broken"),
    [
        ("In PageGuard, what are the five risk levels called?", 1),
        ("In PageGuard, what are the three tiers?", 0),
        ("Why was PageGuard tested on StarCraft?", 1),
        ("Why does it rank shops rather than websites?", 1),
        ("How many GPUs does PageGuard need?", 0),
        ("Which two tiers has PageGuard?", 0),
        ("DROP TABLE; SELECT risk FROM PageGuard", 0),
    ],
)
def test_a_premise_is_broken_by_a_number_a_name_or_an_instead(question, broken):
    match = Match(read_question(question), [GUARD], StemVectors())
    assert broken_premises(match.asked, match.sources) == broken


def test_a_broken_premise_of_a_named_paper_is_said_to_be_one():
    doubt = replace(shipped(reads_words=False).doubt, threshold=-99.0)
    for question, told in (
        ("What are the five tiers of PageGuard?", "false premise"),
        ("Has it five wheels?", "not stated"),
    ):
        match = Match(read_question(f"In PageGuard: {question}"), [GUARD], StemVectors())
        assert refusal_of(match, match.sources, doubt) == told


def test_a_name_that_no_abstract_has_is_named_and_not_called_false():
    question = "Why was PageGuard tested on StarCraft and not on its colours?"
    match = Match(read_question(question), [GUARD], StemVectors())
    assert decided(question)[1] == "not mentioned"
    assert refusal_words("not mentioned", match, match.sources) == f"{NOT_MENTIONED} StarCraft."


def test_nouns_of_another_language_are_no_names():
    used = Match(read_question("x"), [GUARD, ARM], StemVectors()).sources
    german = "Wie viele Handlungen auf wie vielen Webseiten hat der Datensatz WebFrame von PageGuard?"
    assert unmentioned(read_question(german), used) == ["WebFrame"]
    assert unmentioned(read_question("How many actions does Towelnet have on those websites?"), used) == ["Towelnet"]
