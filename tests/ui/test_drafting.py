"""The draft tab's states: what is shown while a draft is planned, written, stopped and written anew."""

from threading import Event

import pytest
from test_page import Elements

from rag.drafting.draft import Draft
from rag.drafting.plan import Plan, PlanItem, read_plan
from rag.drafting.planning import Options
from rag.drafting.text import Written, answer_text, citations, cite, number, numbered
from rag.errors import DraftError
from rag.offline.composing import MODEL_NAME
from rag.records import Answer, Evidence, Finding, Sentence, Source
from tests.fakes_web import PAPERS, FakeLibrary
from ui.cards import section_html
from ui.drafting import Order, as_exchange, draft_files, drafting, edited, plan_text, rewritten
from ui.page import exchange_html

CLIP, OPEN = PAPERS[0], PAPERS[2]


class FakeDrafter:
    """Plans two papers under two themes and writes one sentence on each."""

    def plan(self, request, options, paper_ids=(), kept=None):
        if request == "nothing":
            raise DraftError("No paper is about this; widen the topic.")
        pinned = tuple(item for item in kept.items if item.pinned) if kept else ()
        items = PlanItem("Small", (CLIP.paper_id,)), PlanItem("Open", (OPEN.paper_id,))
        return Plan(request, (*pinned, *items))

    def write(self, plan):
        for item in plan.items:
            [paper_id] = item.paper_ids
            evidence = (Evidence(paper_id, 0, 7, 0.9),)
            yield Written(item.theme, f"Kang et al. {cite(paper_id)} do it.", Finding("supported", evidence))

    def finish(self, plan, written, started=None):
        numbers, papers = number(written), {paper.paper_id: paper for paper in PAPERS}
        sentences = tuple(
            Sentence(numbered(w.text, numbers), "supported", citations(w, papers, numbers)) for w in written
        )
        sources = tuple(Source(n, i, "T", (), None, "", "", 0.0, True) for i, n in numbers.items())
        answer = Answer(
            plan.topic, plan.topic, answer_text(written, numbers), False, sentences, sources, (), MODEL_NAME
        )
        return Draft(answer, plan, "\\cite{kang}", "@article{kang}", {}, tuple(written))

    def rewrite(self, draft, place):
        if place != 1:
            raise DraftError("There is nothing else to say.")
        old = draft.written[0]
        anew = Written(old.theme, f"It is {cite(old.paper_ids[0])} anew.", old.finding)
        return self.finish(draft.plan, [anew, *draft.written[1:]])


def states(stop_after=None, **order):
    stop, seen = Event(), []
    for state in drafting(FakeDrafter(), FakeLibrary(), Order(**{"request": "robots", **order}), stop):
        seen.append(state)
        if stop_after and len(state.written) == stop_after:
            stop.set()
    return seen


def shown(state):
    return Elements(exchange_html("draft", as_exchange(state), 4, draft_files(state)))


def test_a_draft_shows_its_themes_and_leads_each_citation_to_its_quote():
    *_, state = states()
    page = shown(state)
    assert [tag for tag, _ in page.tags].count("h3") == 2
    assert [a["href"] for a in page.of("cite")] == [f"#card-draft-{p.paper_id}" for p in (CLIP, OPEN)]
    assert {a["data-spans"] for a in page.of("cite")} == {"0-7"}
    assert "Sources (2)" in section_html("draft", as_exchange(state))


def test_a_draft_downloads_as_markdown_latex_and_bibtex():
    *_, state = states()
    names = [name for _, name, _ in draft_files(state)]
    assert names == ["related-work.md", "related-work.tex", "references.bib"]
    assert draft_files(state)[2][2] == "@article{kang}"


def test_a_plan_is_shown_before_anything_is_written_and_reads_back():
    *_, state = states(write=False)
    assert not state.written and read_plan(plan_text(state)).paper_ids == (CLIP.paper_id, OPEN.paper_id)
    assert "Papers found (2)" in section_html("draft", as_exchange(state))


def test_the_edited_plan_is_what_is_written():
    *_, state = states(plan=f"## Only this\n\n- [{OPEN.paper_id}]")
    assert [w.paper_ids for w in state.written] == [(OPEN.paper_id,)]
    assert state.plan.themes == ("Only this",)


def test_a_planned_paper_is_moved_pinned_and_dropped():
    *_, state = states(write=False)
    for edit, paper, theme in (("move", OPEN, "Small"), ("pin", CLIP, ""), ("pin", OPEN, ""), ("pin", OPEN, "")):
        state = edited(state, plan_text(state), edit, paper.paper_id, theme, FakeLibrary())
    assert state.plan.themes == ("Small",) and [item.pinned for item in state.plan.items] == [True, False]
    state = edited(state, plan_text(state), "drop", CLIP.paper_id, "", FakeLibrary())
    assert state.plan.paper_ids == (OPEN.paper_id,) and state.papers == (OPEN,)
    assert "not in the plan" in edited(state, plan_text(state), "drop", "nonsense", "", FakeLibrary()).error
    assert "no sentence is planned" in edited(None, "", "drop", "x", "", FakeLibrary()).error


def test_a_new_plan_keeps_what_is_pinned():
    *_, state = states(plan="## Mine\n\n- [slug] (pinned)", write=False)
    assert state.plan.items[0].paper_ids == ("slug",)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({"request": ""}, "Write a topic"),
        ({"request": "nothing"}, "widen the topic"),
        ({"plan": "no list"}, "no sentence is planned"),
    ],
)
def test_what_cannot_be_drafted_says_why(order, message):
    *_, state = states(**order)
    assert message in state.error and not state.busy
    assert message in shown(state).text


def test_a_bad_line_and_changed_options_lose_nothing_and_are_said():
    *_, state = states()
    for order, message in (
        (Order("robots", plan="## Theme\n\n- [unclosed"), "no sentence is planned"),
        (Order("robots", Options(length="short"), plan_text(state)), "made with other options"),
        (Order("another topic", plan=plan_text(state)), "or another topic"),
    ):
        *_, after = drafting(FakeDrafter(), FakeLibrary(), order, Event(), state)
        assert message in after.error and after.draft == state.draft and after.plan == state.plan


def test_a_stopped_draft_keeps_its_sentences():
    *_, state = states(stop_after=1)
    assert state.stopped and len(state.draft.answer.sentences) == 1
    assert "Stopped" in shown(state).text


def test_one_sentence_is_written_anew_alone():
    *_, state = states()
    anew = rewritten(FakeDrafter(), state, 1)
    assert [s.text for s in anew.draft.answer.sentences] == ["It is [1] anew.", "Kang et al. [2] do it."]
    assert rewritten(FakeDrafter(), state, 2).error == "There is nothing else to say."
