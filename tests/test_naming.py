from dataclasses import dataclass

import pytest

from rag.language.naming import introduces, system_name, where_named


@dataclass(frozen=True)
class Work:
    title: str
    abstract: str = ""


OWN = "Search is slow. In this paper, we propose Fast Latent Search (FLS), built on CLIP. Its data: FLS-Bench."


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("CLIP-RT: Learning Policies", "CLIP-RT"),
        ("Dual RL: Unification", "Dual RL"),
        ("How to see the whole world at once: a study", ""),
        ("Learning from Play", ""),
        ("on policies: a note", ""),
    ],
)
def test_a_system_is_called_by_the_name_before_the_colon(title, name):
    assert system_name(title) == name


@pytest.mark.parametrize(
    ("title", "text", "place"),
    [
        ("CLIP-RT: Learning Policies", "is CLIPRT good?", 3),
        ("CLIP-RT: Learning Policies", "is clip-rt good?", 3),
        ("A^2Nav: Action-Aware Navigation", "how does $A^2$Nav do", 10),
        ("CHASE: Learning Hulls", "what about CHASE?", 11),
        ("Moto: Latent Tokens", "Moto and others", 0),
        ("Learning from Play", "is “learning from play” any good", 4),
    ],
)
def test_a_paper_is_found_by_its_name_however_it_is_written(title, text, place):
    assert where_named(Work(title), text) == place


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("CHASE: Learning Hulls", "dogs that chase cars"),
        ("ReAct: Reasoning", "how do people react"),
        ("RT-2: Transfer", "start-20 tasks"),
        ("CLIP-RT: Learning Policies", "what is CLIP?"),
        ("X: A Model", "the x axis"),
    ],
)
def test_ordinary_words_name_no_paper(title, text):
    assert where_named(Work(title), text) == -1


@pytest.mark.parametrize(("name", "own"), [("FLS", True), ("CLIP", False), ("FLS-Bench", False), ("LS", False)])
def test_an_abstract_introduces_its_authors_own_names(name, own):
    assert introduces(OWN, name) is own


def test_a_paper_is_found_by_the_name_that_its_abstract_introduces():
    assert where_named(Work("Searching at speed", OWN), "how fast is FLS?") == 12
    assert where_named(Work("Searching at speed", OWN), "how fast is CLIP?") == -1
    assert where_named(Work("Learning with RL", "We use reinforcement learning (RL)."), "what is RL?") == -1
