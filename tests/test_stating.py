"""Yes/no questions as statements and denials, and what is said where only the trained judge tells."""

from types import SimpleNamespace

import numpy as np
import pytest

from rag.forms import wanted
from rag.language.polarity import answers
from rag.language.stating import statements_of
from rag.offline.judging import judged
from rag.offline.matching import Source
from rag.offline.sharing import Share
from store.records import Paper


@pytest.mark.parametrize(
    ("question", "denial"),
    [
        ("Does adding salt to the water make noodles cook faster?", "Adding salt to the water does not make noodles"),
        ("Do older models need more memory?", "Older models do not need more memory."),
        ("Can the index be rebuilt without a lock?", "The index cannot be rebuilt without a lock."),
        ("Is simple averaging as good as boosting?", "Simple averaging is not as good as boosting."),
        ("Are parsers trained on poems slower than others?", "Parsers trained on poems are not slower than others."),
        ("Isn't a larger parser necessary for this?", "A larger parser is not necessary for this."),
        ("Do clients have to send their data?", "Clients do not have to send their data."),
        ("Must a model be trained again?", "A model must not be trained again."),
    ],
)
def test_a_question_is_a_statement_and_its_denial(question, denial):
    asked = wanted(question)
    statement, denied = statements_of(asked.auxiliary, asked.claim)
    assert denied.startswith(denial)
    assert statement == denied.replace(" not ", " ", 1) or statement == denied.replace("cannot", "can", 1)


def test_without_a_predicate_there_is_no_statement():
    assert statements_of("does", "zzyx qqra") is None


@pytest.mark.parametrize(
    ("claim", "sentence", "yes"),
    [
        ("a safe valve earn less than an unsafe one", "The safe valve earns the same as the unsafe one.", False),
        ("a safe valve cost more than an unsafe one", "Valves are safe where an unsafe one is not.", None),
        ("a tagger necessary for parsing", "The parser is an alternative to dependency parsing with a tagger.", None),
        ("letters be burnt in a large stove", "Letters burnt in a large stove are not necessary.", False),
        ("filters detect forged letters", "We show that filters are ineffective in detecting forged letters.", False),
    ],
)
def test_what_is_equal_is_no_more_and_no_less(claim, sentence, yes):
    found = answers(claim, sentence, sentence, frozenset())
    assert (found and found.yes) == yes


def say(question: str, sentence: str, near: float) -> bool | None:
    paper = Paper("p", "A Paper", sentence)
    share = Share(Source(1, paper, (sentence,), np.array([[near, 0.0]])), 1, 1, 0)
    asked = SimpleNamespace(wanted=wanted(question))
    found = judged(SimpleNamespace(asked=asked, question=np.array([1.0, 0.0])), [share])
    return found and found[0]


TRIGGER = "We show that our attack does not require an external trigger and the poisoned samples are correctly labeled."
ENGLISH = "We found that the model with weights from an English corpus can learn well in noisy and sparse Mandarin."


@pytest.mark.parametrize(
    ("question", "sentence", "near", "yes"),
    [
        ("Does the attack need a trigger?", TRIGGER, 0.7, False),
        ("Can an English-pretrained model cope with scarce, noisy Mandarin?", ENGLISH, 0.7, True),
        ("Does the attack need a trigger?", TRIGGER, 0.3, None),  # another subject
        ("Do bees sleep at night?", TRIGGER, 0.7, None),
        ("Does the attack need a trigger?", "We ask whether the attack needs a trigger.", 0.7, None),
    ],
)
def test_the_judge_tells_the_way_by_what_it_makes_of_statement_and_denial(question, sentence, near, yes):
    assert say(question, sentence, near) == yes
