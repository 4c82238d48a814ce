"""A paper's own statement told by someone else: who speaks, what is cut, how sentences are joined."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.drafting.offline import Told, named_first, with_name
from rag.drafting.quoting import quoted
from rag.drafting.text import Openings
from rag.records import Finding
from rag.telling.alone import against, leans, resolved
from rag.telling.mending import mended
from rag.telling.purpose import with_purpose
from rag.telling.statements import statements
from rag.telling.thirdperson import name_of, third_person
from rag.telling.trimming import MARKER, fitted, modest, self_contained, without_pointing, written_out
from rag.verifying.closecopies import close_copies
from rag.verifying.verify import Verifier
from store.records import Paper

KANG = Paper("1", "CLIP-RT: Learning Policies", "x", ("Gi-Cheon Kang", "A. Lee", "B. Kim"), 2024)
PLATO = replace(KANG, authors=("Plato",))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("We propose X, a model of our own data.", "Kang et al. [3] propose X, a model of their own data."),
        ("To address these issues, we further propose X for a new task.", "Kang et al. [3] propose X for a new task."),
        ("To remedy this, here we propose X for a new task.", "Kang et al. [3] propose X for a new task."),
        (
            "In this paper, we present X, which helps us to plan.",
            "Kang et al. [3] present X, which helps them to plan.",
        ),
        (
            "To learn control from play we introduce X for robots.",
            "To learn control from play, Kang et al. [3] introduce X for robots.",
        ),
        (
            "Borrowing from physics, in this paper we introduce X for all.",
            "Borrowing from physics, Kang et al. [3] introduce X for all.",
        ),
        ("This paper proposes X to overcome these limitations by using Y.", "Kang et al. [3] propose X by using Y."),
        ("This paper studies X and shows that Y is best.", "Kang et al. [3] study X and show that Y is best."),
        ("This paper proposes X and how it is used.", "The paper by Kang et al. [3] proposes X and how it is used."),
        ("This work is about many things.", "The work by Kang et al. [3] is about many things."),
        (
            "Motivated by play, this study introduces X for robots.",
            "Motivated by play, Kang et al. [3] introduce X for robots.",
        ),
        (
            "In this paper, a novel planner is proposed for legged robots.",
            "Kang et al. [3] propose a novel planner for legged robots.",
        ),
        (
            "Our approach learns from play without labels.",
            "The approach of Kang et al. [3] learns from play without labels.",
        ),
        ("Our proposed method, X, learns from play.", "The method of Kang et al. [3], X, learns from play."),
        (
            "Our conditions for model selection are weak enough.",
            "Kang et al. [3] report that their conditions for model selection are weak enough.",
        ),
        ("Our goal is to plan ahead from words.", "Kang et al. [3] aim to plan ahead from words."),
        ("Our key finding is that labels matter most.", "Kang et al. [3] find that labels matter most."),
        (
            "Extensive experiments on ImageNet show that X is best.",
            "In experiments on ImageNet, Kang et al. [3] show that X is best.",
        ),
        ("CLIP-RT learns policies from plain language.", "CLIP-RT [3] learns policies from plain language."),
        (
            "Robots learn policies from plain language.",
            "According to Kang et al. [3], robots learn policies from plain language.",
        ),
        ("We clearly define X, a planner of ours.", "Kang et al. [3] clearly define X, a planner of theirs."),
        ("We developed X, a planner of ours.", "Kang et al. [3] develop X, a planner of theirs."),
        ("Unlike these works, we propose X for a new task.", "Kang et al. [3] propose X for a new task."),
        ("We first train X here. Then we test it.", "Kang et al. [3] train X here."),
        (
            "We present X, a framework that addresses these challenges through Y.",
            "Kang et al. [3] present X, a framework that works through Y.",
        ),
        (
            "We train this model on a discrimi- native loss of ours.",
            "Kang et al. [3] train their model on a discriminative loss of theirs.",
        ),
        (
            "We learn a map that is both fast and exact, allowing such agents to plan.",
            "Kang et al. [3] learn a map that is both fast and exact.",
        ),
    ],
)
def test_a_statement_is_told_in_the_third_person(said, told):
    assert third_person(said, KANG, "[3]") == told


@pytest.mark.parametrize(
    "said",
    [
        "It works very well in this case.",
        "These results show that all is well.",
        "Too short.",
        "We use \\aus from a codebook of ours.",
        "We train (a model without an end of it.",
        "How well do such models plan ahead?",
    ],
)
def test_a_statement_that_cannot_stand_alone_is_not_told(said):
    assert third_person(said, KANG, "[3]") is None


def test_a_single_author_takes_the_singular():
    told = third_person("We study X and propose a form of it.", PLATO, "[1]")
    assert told == "Plato [1] studies X and proposes a form of it."


@given(st.text(alphabet="weourthisIn paper,.:;()[]{}$\\\"'-—?XY 1", max_size=80))
def test_any_sentence_can_be_asked_for(said):
    told = third_person(said, KANG, MARKER)
    assert told is None or (told.endswith(".") and MARKER in told and self_contained(said))


@pytest.mark.parametrize(
    "worse",
    [
        "We also test other planners of clay pots in three further kitchens.",
        "We focus on the task of planning how clay pots are shaped by hand.",
        "We show that clay pots are shaped by hand in every kitchen seen.",
        "We plan such pots of clay, which are shaped by hand in a kitchen.",
        "We revisit their planners of clay pots, shaped by hand in a kitchen.",
        "We propose an enhancement that shapes clay pots by hand in a kitchen.",
        "We plan clay pots shaped by hand in a kitchen from two perspectives.",
        "We shape CPP pots of clay by hand in a kitchen with a wheel.",
        "We propose policies.",
        "To begin, we shape clay pots by hand in a kitchen with a wheel.",
        "We begin by forming clay pots by hand in a kitchen with a wheel.",
        "Our potter is first taught to shape clay pots by hand in a kitchen.",
    ],
)
def test_a_sentence_that_leans_or_says_too_little_is_worse_than_what_a_work_proposes(worse):
    best = "We propose a planner that shapes clay pots by hand in a kitchen with a wheel."
    paper = replace(KANG, abstract=f"{best} {worse} Clay pot planning (CPP) is hard.")
    told = [(s, third_person(s.text, paper, MARKER) or "") for s in statements(paper)[:2]]
    good, bad = (against(s, text, paper.title, paper.abstract) for s, text in told)
    assert good == 0 < bad


def test_what_a_title_speaks_of_needs_no_this_and_says_what_the_work_is_for():
    title = "Kiln: Firing Clay Pots for Small Kitchens at Scale"
    assert without_pointing("We fire these clay pots in this way.", title) == "We fire clay pots in this way."
    assert with_purpose(f"Kang et al. {MARKER} fire pots.", title, "") == (
        f"For small kitchens, Kang et al. {MARKER} fire pots."
    )
    for told in (f"Kang et al. {MARKER} fire pots in kitchens.", f"With X, Kang et al. {MARKER} fire pots."):
        assert with_purpose(told, title, "") == told


def test_such_things_are_called_as_they_were_before():
    before = "Knowledge-grounded dialogue systems convey facts."
    assert resolved("We train such systems.", before) == "We train knowledge-grounded dialogue systems."
    assert resolved("We fire such pots.", before) == "We fire such pots."


def test_what_works_are_for_is_told_once():
    openings = Openings()
    said = [f"For pots, Kang et al. {MARKER} {verb} X." for verb in ("build", "fire")]
    told = [openings.joined(text, KANG, text) for text in said]
    assert told == [f"For pots, Kang et al. {MARKER} build X.", f"In further work, Kang et al. {MARKER} fire X."]


def test_praise_and_examples_go_and_terms_stay():
    assert modest("They propose a novel, simple yet effective approach (e.g., X).") == "They propose an approach."
    assert modest("They present Y - a pioneering LLM agent.") == "They present Y, an LLM agent."
    kept = "They propose a novel view synthesis method for novel objects."
    assert modest(kept) == kept


def test_acronyms_are_written_out_as_the_abstract_has_them():
    abstract = "Imitation Learning (IL) and Vision-Language-Action models (VLAs) are joined by chain of thought (CoT)."
    assert written_out("X joins IL, VLAs and CoT.", abstract) == (
        "X joins imitation learning, vision-language-action models and chain of thought."
    )
    assert (
        written_out("X plans LTA.", "Long-term action anticipation (LTA) is hard.")
        == "X plans long-term action anticipation."
    )
    explained = "X joins imitation learning (IL) and RL."
    assert written_out(explained, abstract) == explained


def test_long_sentences_are_cut_at_a_joint():
    text = (
        f"To study what many planners with many parts do in many places, Kang et al. {MARKER} propose X, "
        "a planner of many small parts that all learn together, which is tested in a kitchen, a shop and a garden."
    )
    shapes = list(fitted(text, 20))
    assert shapes[0] == f"Kang et al. {MARKER} propose X, a planner of many small parts that all learn together."
    assert shapes[-1] == text and list(fitted(text, 60)) == [text]


def test_the_system_is_named_once():
    assert name_of(KANG) == "CLIP-RT" and name_of(replace(KANG, title="Learning: fast")) == "Learning"
    proposed = f"Kang et al. {MARKER} propose a model."
    assert with_name(proposed, KANG) == f"With CLIP-RT, {proposed}"
    assert with_name(f"To see, Kang et al. {MARKER} act.", KANG) == f"To see, Kang et al. (CLIP-RT) {MARKER} act."
    named = f"Kang et al. {MARKER} propose CLIP-RT."
    assert with_name(named, KANG) == named


def test_a_proposal_turns_to_what_is_proposed():
    paper = replace(KANG, abstract="We propose CLIP-RT, a small model that learns from language.")
    text = f"Kang et al. {MARKER} propose CLIP-RT, a small model that learns from language."
    told = Told("1", text, Finding("supported"))
    turned = named_first(told, paper, Verifier())
    assert turned.text == f"CLIP-RT {MARKER} is a small model that learns from language."
    assert turned.finding.verdict == "supported"


def joined(made, text, **paper):
    told = f"They {MARKER} {text}"
    return made.joined(told, replace(KANG, **paper), told).removeprefix("They")


def test_openings_say_only_what_the_papers_show():
    other = {"authors": ("A. Other", "B. Other")}
    made = Openings()
    assert joined(made, "learn offline.", abstract="We learn offline.") == f" {MARKER} learn offline."
    assert joined(made, "learn online.", abstract="We learn online.", **other).startswith("In contrast, ")
    assert joined(made, "plan.", year=2027) == f" {MARKER} plan."  # that it came later is no link
    made = Openings()
    assert joined(made, "act.", year=2027) == f" {MARKER} act."
    assert joined(made, "plan.", year=2027).startswith("In further work, ")


def test_a_contrast_wants_both_abstracts():
    both = "We learn offline and online."
    made = Openings()
    joined(made, "learn offline.", abstract=both)
    assert joined(made, "learn online.", abstract=both, authors=("A. Other",)) == f" {MARKER} learn online."


def test_slips_of_a_source_are_mended_and_words_stay():
    assert mended("A method identifieswhich parts of theimage the the robot sees,thus") == (
        "A method identifies which parts of the image the robot sees, thus"
    )
    assert mended("We study \\emph{best} arms and \\textitbest ones.") == "We study best arms and best ones."
    assert mended("Weather and software for the hypothesis stand.") == "Weather and software for the hypothesis stand."


@pytest.mark.parametrize("text", ["They publish the resulting dataset.", "They present a scalable alternative."])
def test_what_leans_on_another_sentence_is_seen(text):
    assert leans(text) and not leans("They present a scalable alternative to replay, and both x and y.")


ABSTRACT = (
    "We present CLIP-RT, a vision-language-action model that learns language-conditioned policies from natural "
    "language supervision and from teleoperation."
)


def test_long_runs_stand_in_quotation_marks_from_what_is_proposed_on():
    paper = replace(KANG, abstract=ABSTRACT)
    text = third_person(ABSTRACT, paper, MARKER)
    assert quoted(text, paper) == (
        f"Kang et al. {MARKER} present CLIP-RT, a vision-language-action model “that learns language-conditioned "
        "policies from natural language supervision and from teleoperation”."
    )
    assert close_copies(quoted(text, paper), [paper], 12)[0].quoted
    short = f"Kang et al. {MARKER} present CLIP-RT, a vision-language-action model."
    assert quoted(short, paper) == short
