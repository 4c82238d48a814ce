"""The form that an answer should have, and the words that ask told alike."""

import pytest

from rag.forms import among, told_alike, wanted


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Explain RDT-1B", "What is RDT-1B?"),
        ("Can you tell me about the ReAct paper?", "What is ReAct?"),
        ("summarise machine unlearning", "What is machine unlearning?"),
        ("open challenges of VLA models?", "limitations of VLA models?"),
        ("benchmarks for grasping", "Which papers present datasets for grasping?"),
        ("What methods are there for grasping?", "Which papers present methods for grasping?"),
        ("papers on grasping", "Which papers are about grasping?"),
        ("What is the accuracy of RT-2?", "What is the accuracy of RT-2?"),
        ("Explain how RT-2 works", "Explain how RT-2 works"),
        ("Which benchmarks was RT-2 run on?", "Which datasets was RT-2 run on?"),
        ("What makes math word problems hard?", "What makes math word problems hard?"),
    ],
)
def test_questions_that_ask_the_same_are_told_alike(question, told):
    assert told_alike(question) == told


@pytest.mark.parametrize(
    ("question", "form", "role"),
    [
        ("What is RT-2?", "definition", ""),
        ("Does scale help?", "yes or no", ""),
        ("Is there a survey?", "open", ""),
        ("Do we lose accuracy without maps?", "yes or no", ""),
        ("Does it use depth or colour?", "open", ""),
        ("Does reasoning help or hurt agents?", "sides", ""),
        ("which papers do grasping?", "list", ""),
        ("Which papers present datasets for grasping?", "list", "data"),
        ("limitations of VLA models?", "open", "limitation"),
        ("How fast is it?", "open", ""),
    ],
)
def test_the_form_and_the_role_are_read(question, form, role):
    assert (wanted(question).form, wanted(question).role) == (form, role)


def test_papers_that_a_question_is_asked_of_alone_are_told_apart_from_it():
    assert among("Which of the papers “A: b”, “C” use touch?") == (("A: b", "C"), "Which papers use touch?")
    assert among("Which papers use touch?") == ((), "Which papers use touch?")
