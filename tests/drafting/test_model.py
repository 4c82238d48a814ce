"""A draft by a language model: whatever it writes, every planned paper is cited exactly once."""

import re
from dataclasses import replace

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


def planned(prompt):
    return re.findall(r"^- \[(\d+)\] (.*)\.$", prompt, re.M)


def obeys(prompt):
    """Says of each paper, in few words, what its title says."""
    titles = dict(re.findall(r"^\[(\d+)\] (.*)$", prompt, re.M))
    asked = [n for n, _ in planned(prompt)] or list(titles)
    return "\n".join(f"This work is about {titles[n].rstrip('. ')} [{n}]." for n in asked)


def copies(prompt):
    return "\n".join(f"{sentence} [{n}]." for n, sentence in planned(prompt))


def rewords(prompt):
    """Copies at first, and says it otherwise when asked to."""
    return obeys(prompt) if "word for word" in prompt else copies(prompt)


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


def written_by(library, plan, reply):
    drafter = Drafter(library, Verifier(), FakeModel(reply))
    return drafter.finish(plan, list(drafter.write(plan)))


@pytest.mark.parametrize(
    ("reply", "kinds"),
    [
        (repeats, {"repeated-citation"}),
        (copies, {"close-copy"}),
        (rewords, {"reworded"}),
        (ignores, {"added", "uncited"}),
        (invents, {"added", "invented-citation", "unsupported", "uncited"}),
        (fails, {"added", "model-failed"}),
    ],
)
def test_whatever_the_model_does_every_planned_paper_is_cited_once(library, plan, reply, kinds):
    result = written_by(library, plan, reply)
    assert sorted(cited(result)) == sorted(plan.paper_ids)
    assert {r.kind for r in result.answer.repairs if r.kind != "left-out"} >= kinds
    assert {s.verdict for s in result.answer.sentences} <= {"supported", "quoted", "weak", "uncited"}
    assert not any(copy.is_long for s in result.answer.sentences for copy in s.copies)
    texts = [s.text for s in result.answer.sentences]
    assert len(texts) == len(set(texts))


def test_a_sentence_that_compares_may_cite_its_papers_again_when_it_is_supported(library, plan):
    first, second = (library.get(paper_id) for paper_id in plan.paper_ids[:2])
    holds = f"Both are about models: {first.title} [1] and {second.title} [2]."

    def concludes(prompt):
        return (
            f"{obeys(prompt)}\nUnlike {first.title} [1], the second wins 97 prizes [2].\nIt builds on [1][2].\n{holds}"
        )

    result = written_by(library, plan, concludes)
    told = [r.detail for r in result.answer.repairs if r.kind == "unsupported"]
    assert any("97" in detail for detail in told) and any("goes back to" in detail for detail in told)
    assert sum(len(w.paper_ids) == 2 for w in result.written) == 1 and set(cited(result)) == set(plan.paper_ids)


def test_a_pinned_sentence_is_kept_from_the_model(library, plan):
    kept = plan.with_pin(plan.paper_ids[0])
    result = written_by(library, kept, obeys)
    assert plan.items[0].sentence.split()[-1] in result.written[0].text
    assert "is about" not in result.written[0].text and sorted(cited(result)) == sorted(plan.paper_ids)


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ("Unlike these works, we teach small robots to fold towels.", True),
        ("Unlike these works, we reach 99.9% on nine benchmarks.", False),
    ],
)
def test_the_gap_is_told_from_the_users_own_abstract(library, plan, said, last):
    own = "Laundry is hard. We teach small robots to fold towels, with little data and no cameras"
    reply = lambda prompt: said if prompt.startswith("Abstract of the paper") else obeys(prompt)  # noqa: E731
    result = written_by(library, replace(plan, topic=own), reply)
    assert (result.written[-1].text == said) is last and result.written[-1].theme == plan.themes[-1]
    assert any(r.kind == "unsupported" for r in result.answer.repairs) is not last


def test_a_sentence_is_written_anew_by_the_model_or_offline(library, plan):
    drafter = Drafter(library, Verifier(), FakeModel(obeys))
    draft = drafter.finish(plan, list(drafter.write(plan)))
    again = drafter.rewrite(draft, 1)
    assert again.written[0].paper_ids == draft.written[0].paper_ids
    assert again.written[0].text != draft.written[0].text and again.written[1:] == draft.written[1:]


def test_a_reply_that_stopped_early_is_said_and_every_paper_cited_all_the_same(library, plan):
    class Stopped(FakeModel):
        def stream(self, messages):
            yield AIMessageChunk(content=self.reply(messages[-1].content))
            yield AIMessageChunk(content="", response_metadata={"incomplete": "The model reached its length limit"})

    drafter = Drafter(library, Verifier(), Stopped(lambda prompt: obeys(prompt).partition("\n")[0]))
    draft = drafter.finish(plan, list(drafter.write(plan)))
    assert sorted(cited(draft)) == sorted(plan.paper_ids)
    assert any(r.kind == "cut-off" and "length limit" in r.detail for r in draft.answer.repairs)


def test_a_server_that_fails_behind_a_copied_sentence_loses_no_paper(library, plan):
    class Failing(FakeModel):
        def stream(self, messages):
            self.calls += 1
            yield AIMessageChunk(content=f"{copies(messages[-1].content)} ")
            raise ModelError("The server is away.")

    model = Failing(copies)
    drafter = Drafter(library, Verifier(), model)
    result = drafter.finish(plan, list(drafter.write(plan)))
    assert sorted(cited(result)) == sorted(plan.paper_ids) and model.calls == 1
    assert {"close-copy", "model-failed"} <= {r.kind for r in result.answer.repairs}
    assert not any(copy.is_long for s in result.answer.sentences for copy in s.copies)
