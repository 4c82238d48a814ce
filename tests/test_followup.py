import pytest

from rag.followup import standalone
from rag.pointing import depends
from rag.records import NO_PAPER, Turn
from rag.search.retrieve import retrieve

CLIP_RT = (
    Turn("user", "How does CLIP-RT learn from people without training?"),
    Turn("assistant", "They say in words how the arm should move, and CLIP-RT imitates that."),
)
TWO = (
    Turn("user", "PSUMNet and CHASE are about skeletons. What is PSUMNet tested on?"),
    Turn("assistant", "PSUMNet is tested on NTURGB+D."),
)
PLANNING = (
    Turn("user", "How does AntGPT foresee the actions of a person in a video?"),
    Turn("assistant", "AntGPT asks a language model to continue the sequence of actions."),
)


@pytest.mark.parametrize(
    "question",
    [
        "How many parameters does it have?",
        "And in simulation?",
        "Which datasets?",
        "Why?",
        "Is their code public?",
        "What about bimanual robots?",
        "Which of the two is faster?",
        "Is there another one that needs less data?",
        "What limitations does this approach have?",
        "Was the former tried on a real robot?",
        "Do those need a GPU?",
        "Can the backbone stay frozen?",
        "Which models was that shown for?",
        "Does CLIP-RT also do that?",
        "Tell me more",
        "How large is the gain?",
        "So what happens without them?",
        "What did the authors conclude?",
        "Can the policy run on a phone?",
        "And does planning help?",
        "What is the size of the model?",
        "How do they tell bees from wasps?",
        "Which part of the network is frozen?",
    ],
)
def test_a_question_without_a_subject_of_its_own_depends_on_the_conversation(question):
    assert depends(question, CLIP_RT)


@pytest.mark.parametrize(
    "question",
    [
        "How fast is Streaming Diffusion Policy?",
        "Which of these papers study Minecraft?",
        "What is flow matching?",
        "How do robots grasp transparent objects, and does it work in clutter?",
        "What is the capital of France?",
        "How do CogACT and RT-2 differ, and what does the former report?",
        "Is there a simulated test bed for web agents?",
        "Write a related-work paragraph on world models.",
        "How cheap is it to collect demonstrations from tutorials?",
        "What is in the book chapter about robots?",
        "If an arm moves towards a goal image in the space of an encoder, how well does it do at pick and place?",
        "In the Dual RL paper, what are the two proposed methods?",
        "There are two surveys of robot models; what is each of them about?",
        "What does the survey of soft grippers say about materials?",
        "What did the study of commuters find?",
        "What does the paper on bees conclude?",
        "What is the effect of noise on speech recognition?",
        "What is the role of attention in transformers?",
        "How do robots use the internet?",
        "Is it easier for a child to learn words than to read?",
        "How does the brain store memories?",
        "Which papers mention the weather?",
        "How do children learn words from their parents?",
        "What is federated learning and how is it used in hospitals?",
        "And what is federated learning?",
        "Then which papers study hate speech?",
        "So how do people count calories with phones?",
    ],
)
def test_a_question_with_a_subject_of_its_own_does_not(question):
    assert not depends(question, CLIP_RT)


@pytest.mark.parametrize("history", [(), (Turn("assistant", "Hello, ask me."),), (Turn("user", " "),)])
def test_nothing_depends_on_a_conversation_without_a_question(history, library):
    assert not depends("And how large is it?", history)
    assert standalone("And how large is it?", history, library) == "And how large is it?"


def first(library, question, history):
    return retrieve(library, standalone(question, history, library), 3)[0].paper.title


def test_an_independent_question_is_left_as_it_is(library):
    question = "Which of these papers study Minecraft?"
    assert standalone(question, CLIP_RT, library) == question


def test_a_pronoun_stands_for_the_paper_spoken_of(library):
    asked = standalone("How many parameters does it have?", CLIP_RT, library)
    assert asked.startswith("About “CLIP-RT: ") and asked.endswith("How many parameters does it have?")


def test_cited_papers_count_before_names_in_the_text(library):
    paper = next(paper for paper in library.papers() if paper.title.startswith("GAIA"))
    history = (
        Turn("user", "How well do metrics agree with people?"),
        Turn("assistant", "Not well [1].", ((1, paper.paper_id),)),
    )
    assert first(library, "Which ones did they try?", history) == paper.title


def test_the_other_one_is_the_one_not_answered(library):
    assert first(library, "And the other one, what was it run on?", TWO).startswith("CHASE")


def test_both_stand_for_the_last_two(library):
    asked = standalone("Do both of them use graphs?", TWO, library)
    assert "PSUMNet: " in asked and "CHASE: " in asked


def test_ordinals_follow_the_order_in_the_answer(library):
    history = (
        Turn("user", "Which papers play Minecraft?"),
        Turn("assistant", "JARVIS-VLA and ROCKET-1 do, and Optimus-2 too."),
    )
    assert first(library, "How does the second one work?", history).startswith("ROCKET-1")
    assert first(library, "How does the last one work?", history).startswith("Optimus-2")


def test_what_about_another_name_repeats_the_question_with_that_name(library):
    history = (Turn("user", "What is the main idea of CogACT?"), Turn("assistant", "It has two modules."))
    assert standalone("And of RDT-1B?", history, library) == "What is the main idea of RDT-1B?"
    assert standalone("What about RDT-1B?", history, library) == "What is the main idea of RDT-1B?"


def test_a_comparison_with_a_named_paper_keeps_both(library):
    asked = standalone("How does it compare with RT-2?", CLIP_RT, library)
    assert "CLIP-RT: " in asked and asked.endswith("compare with RT-2?")


def test_another_one_is_searched_by_the_subject_alone(library):
    asked = standalone("Is there another one that needs no tuning?", PLANNING, library)
    assert "AntGPT" not in asked and "foresee the actions" in asked


def test_a_chain_of_follow_ups_keeps_its_paper(library):
    history = (*PLANNING, Turn("user", "Which benchmarks was it tested on?"), Turn("assistant", "On Ego4D."))
    assert first(library, "And how good is it there?", history).startswith("AntGPT")


def test_a_new_subject_within_the_history_wins(library):
    history = (*PLANNING, Turn("user", "What is GUI-Actor?"), Turn("assistant", "GUI-Actor clicks."))
    assert first(library, "How large is it?", history).startswith("GUI-Actor")


def test_a_paper_that_nobody_names_is_guessed_from_question_and_answer(library):
    history = (
        Turn("user", "Which work counts how often an exercise is repeated in a video?"),
        Turn("assistant", "One that regresses a density map with multi-scale transformers."),
    )
    assert first(library, "How big is their dataset?", history).startswith("TransRAC")


def test_after_a_refusal_the_subject_is_carried_on(library):
    history = (Turn("user", "How do robots knit wool socks?"), Turn("assistant", NO_PAPER))
    assert "knit wool socks" in standalone("And in simulation?", history, library)
