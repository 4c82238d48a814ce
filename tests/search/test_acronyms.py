import pytest

from rag.language.acronyms import explains, long_form, numbered
from rag.search.query import spelled_out, with_acronyms
from store.records import Paper
from tests.small_library import open_empty


@pytest.mark.parametrize(
    "acronym, text, full",
    [
        ("VLM", "We train vision-language models (VLMs) on films.", "vision-language models"),
        ("RL", "Reinforcement Learning (RL) is slow.", "reinforcement learning"),
        ("SDP", "We propose Streaming Diffusion Policy (SDP).", "streaming diffusion policy"),
        ("DoF", "Hands with many degrees of freedom (DoF) move.", "degrees of freedom"),
        ("VLA", "A vision-language-action model (VLA) moves arms.", "vision-language-action model"),
        ("LTA", "Long-term action anticipation (LTA) is hard.", "long-term action anticipation"),
        ("RL", "Reinforcement learning is slow.", ""),
        ("RL", "Robots (RL) learn.", ""),
    ],
)
def test_an_acronym_stands_for_the_words_before_its_brackets(acronym, text, full):
    assert long_form(acronym, text) == full


def test_an_explained_acronym_is_told_from_a_bare_one():
    assert explains("large models (LMs) grow", "LM") and explains("LM (large model) grows", "LM")
    assert not explains("LMs grow", "LM")


@pytest.mark.parametrize(
    "full, plural, told",
    [("large models", False, "large model"), ("large model", True, "large models"), ("policy", True, "policies")],
)
def test_a_long_form_takes_the_number_of_its_acronym(full, plural, told):
    assert numbered(full, plural) == told


@pytest.fixture
def explaining(tmp_path):
    papers = [Paper("", f"Study {n}", f"We look at vision-language models (VLMs) in setting {n}.") for n in range(2)]
    papers.append(Paper("", "Streams", "We propose Streaming Diffusion Policy (SDP). It helps."))
    with open_empty(tmp_path) as library:
        library.add(papers)
        yield library


def test_acronyms_that_several_papers_explain_are_searched_for_in_words(explaining):
    assert spelled_out("Can a VLM see? VLMs may.", explaining) == (
        "Can a vision language model see? vision language models may."
    )


def test_the_name_of_one_papers_system_stays(explaining):
    assert spelled_out("Is SDP fast?", explaining) == "Is SDP fast?"


def test_what_the_question_explains_itself_stays(explaining):
    text = "Can a very large machine (VLM) see?"
    assert spelled_out(text, explaining) == text


def test_a_topic_gets_the_acronym_that_papers_write_in_place_of_its_words(explaining):
    explaining.add([Paper("", f"GUI {n}", f"GUIs are used by agent {n}, and so are vision models.") for n in range(2)])
    assert with_acronyms("graphical user interfaces, vision-language models", explaining) == (
        "graphical user interfaces (GUI), vision-language models"
    )
