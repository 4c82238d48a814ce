"""A draft by a language model: whatever it writes, every planned paper is cited exactly once."""

import re

import pytest
from langchain_core.messages import AIMessageChunk

from rag.drafting.draft import Drafter
from rag.drafting.planning import Options
from rag.errors import ModelError
from rag.verifying.verify import Verifier


@pytest.fixture(scope="module")
def plan(library):
    topic = "vision-language-action models for robot manipulation"
    return Drafter(library, Verifier()).plan(topic, Options(papers=5))


def cited(draft):
    return [paper_id for written in draft.written for paper_id in written.paper_ids]


class FakeModel:
    """A chat model that writes what `reply` makes of the prompt."""

    name = "fake"

    def __init__(self, reply):
        self.reply, self.calls = reply, 0

    def stream(self, messages):
        self.calls += 1
        for piece in re.split(r"(?<= )", self.reply(messages[-1].content)):
            yield AIMessageChunk(content=piece)


def obeys(prompt):
    lines = re.findall(r"^- \[(\d+)\] (.*)\.$", prompt, re.M)
    return "\n".join(f"{sentence} [{n}]." for n, sentence in lines)


def repeats(prompt):
    return f"{obeys(prompt)}\n{obeys(prompt)}"


def ignores(prompt):
    return "Robots achieve 99% of everything that matters most. What a lovely field it is."


def invents(prompt):
    return (
        "Song et al. [99] cook. Nobody et al. [1][77] propose things. It beats all others by 97% [2]. It beats 97% [2]."
    )


def fails(prompt):
    raise ModelError("The server is away.")


@pytest.mark.parametrize(
    ("reply", "kinds"),
    [
        (obeys, set()),
        (repeats, {"repeated-citation"}),
        (ignores, {"added", "uncited"}),
        (invents, {"added", "invented-citation", "unsupported", "uncited"}),
        (fails, {"added", "model-failed"}),
    ],
)
def test_whatever_the_model_does_every_planned_paper_is_cited_once(library, plan, reply, kinds):
    model = FakeModel(reply)
    drafter = Drafter(library, Verifier(), model)
    result = drafter.finish(plan, list(drafter.write(plan)))
    assert sorted(cited(result)) == sorted(plan.paper_ids)
    assert {r.kind for r in result.answer.repairs} == kinds
    assert model.calls == (2 if kinds & {"uncited", "unsupported"} else 1)
    assert {s.verdict for s in result.answer.sentences} <= {"supported", "quoted", "weak", "uncited"}
    texts = [s.text for s in result.answer.sentences]
    assert len(texts) == len(set(texts))


def test_a_sentence_is_written_anew_by_the_model_or_offline(library, plan):
    drafter = Drafter(library, Verifier(), FakeModel(obeys))
    draft = drafter.finish(plan, list(drafter.write(plan)))
    again = drafter.rewrite(draft, 1)
    assert again.written[0].paper_ids == draft.written[0].paper_ids
    assert again.written[0].text != draft.written[0].text and again.written[1:] == draft.written[1:]
