"""The draft tab: a topic or an abstract, the plan to edit, and the related-work text with its sources."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from rag.answer import Assistant
from rag.drafting.draft import Drafter
from rag.drafting.plan import LENGTHS, STYLES, Length, Style
from rag.drafting.planning import Options
from store.library import Library
from ui.cards import section_html
from ui.conversation import Stops
from ui.drafting import (
    LONGEST_REQUEST,
    Drafting,
    Edit,
    Order,
    as_exchange,
    chosen_papers,
    draft_files,
    drafting,
    edited,
    made_by,
    plan_text,
    rewritten,
)
from ui.page import exchange_html

AT_ONCE = 4  # drafts in the making at one time, over all users
EDITS: dict[Edit, str] = {"move": "Move", "pin": "Pin", "drop": "Drop"}
# Of every event of the page: no spinner over what is shown, no place in a public API.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


_HEAD = (
    '<div class="place"><h1>Draft related work</h1><p class="lead">A plan first, to be changed; then a text in which '
    "each sentence cites its papers and is checked.</p></div>"
)
# The papers chosen are the browser's: they go along as the last of what is sent.
WITH_CHOSEN = "(...sent) => [...sent.slice(0, -1), window.citewell.chosenForDraft()]"


def build_draft(assistant: Assistant) -> None:
    """Add the tab to the Blocks around it."""
    state = gr.State(None)
    with gr.Row(elem_classes="chat"):
        with gr.Column(scale=3, min_width=300, elem_classes=["drafting", "fields"]):
            gr.HTML(_HEAD, apply_default_css=False)
            request = gr.Textbox(
                label="Topic, or the abstract of your own paper",
                lines=2,
                max_lines=12,
                max_length=LONGEST_REQUEST,
                elem_id="topic",
            )
            options = _options()
            gr.HTML('<div class="draft place"></div>', elem_id="draft", apply_default_css=False)
            with gr.Row(elem_classes="buttons"):
                plan = gr.Button("Plan", scale=0, min_width=90, elem_id="make-plan")
                write = gr.Button("Write", variant="primary", scale=0, min_width=90, elem_id="write")
                stop = gr.Button("Stop", scale=0, min_width=90, visible=False, elem_id="stop-draft")
            paper, theme, edits = _edits()
            editor = gr.Textbox(
                label="Plan: or change its lines by hand, then write",
                lines=8,
                max_lines=22,
                placeholder=" ",  # by it draft.css knows that there is none, and hides it: Gradio loses some
                elem_id="plan",
            )
            text = gr.HTML(elem_id="draft-text", apply_default_css=False)
            with gr.Row(elem_classes=["fields", "again"]):
                place = gr.Dropdown([], label="Sentence", scale=4, elem_id="sentence")
                anew = gr.Button("Write it anew", scale=0, min_width=150, elem_id="anew")
        with gr.Column(scale=2, min_width=280, elem_classes="beside"):
            cards = gr.HTML(elem_id="draft-cards", apply_default_css=False)
    outputs = [state, editor, text, cards, plan, write, stop, place, paper, theme]
    _wire(assistant, [request, *options], outputs, anew)
    for edit, button in edits.items():
        button.click(
            partial(_edit, assistant.library, edit),
            [state, editor, paper, theme],
            outputs,
            **QUIET,
        )


def _edits() -> tuple[gr.Dropdown, gr.Dropdown, dict[Edit, gr.Button]]:
    """The row that changes a plan: a paper, where it goes, and what is done with it."""
    with gr.Row(elem_classes=["fields", "edits"]):
        paper = gr.Dropdown([], label="Planned paper", scale=3, min_width=200, elem_id="planned")
        theme = gr.Dropdown([], label="Theme", scale=2, min_width=140, allow_custom_value=True, elem_id="theme")
        buttons: dict[Edit, gr.Button] = {
            edit: gr.Button(label, scale=0, min_width=64, elem_id=f"{edit}-paper", elem_classes="edit")
            for edit, label in EDITS.items()
        }
    return paper, theme, buttons


def _edit(library: Library, edit: Edit, current: Drafting, plan: str, paper: str, theme: str) -> tuple:
    return _shown(edited(current, plan or "", edit, paper or "", theme or "", library))


def _options() -> list[gr.components.Component]:
    with gr.Row(elem_classes="fields"):
        style = gr.Dropdown(list(STYLES), value=STYLES[0], label="Style", min_width=110)
        length = gr.Dropdown(list(LENGTHS), value="medium", label="Length", min_width=110)
        papers = gr.Number(
            value=0, precision=0, minimum=0, maximum=100, label="Papers (0: as many as fit)", min_width=110
        )
    return [style, length, papers]


def _wire(assistant: Assistant, inputs: list, outputs: list, anew: gr.Button) -> None:
    state, editor, _, _, plan, write, stop, place, *_ = outputs
    chosen = gr.Textbox(visible=False)
    stops = Stops()
    slots: dict[str, Any] = {"concurrency_limit": AT_ONCE, "concurrency_id": "drafts", **QUIET}

    def drafter() -> Drafter:
        return Drafter.over(assistant.library, assistant.settings)

    def run(order: Order, before: Drafting | None, user: gr.Request) -> Iterator[tuple]:
        with stops.flag(user.session_hash) as flag:
            for grown in drafting(drafter(), assistant.library, order, flag, before):
                yield _shown(grown)

    def make_plan(user: gr.Request, before: Drafting | None, *values) -> Iterator[tuple]:
        yield from run(_order(False, *values), before, user)

    def write_text(user: gr.Request, before: Drafting | None, *values) -> Iterator[tuple]:
        yield from run(_order(True, *values), before, user)

    def stop_draft(user: gr.Request) -> None:
        stops.stop(user.session_hash)

    def write_anew(current: Drafting, chosen: int) -> tuple:
        return _shown(rewritten(drafter(), current, chosen))

    for button, run_it in ((plan, make_plan), (write, write_text)):
        button.click(run_it, [state, *inputs, editor, chosen], outputs, js=WITH_CHOSEN, **slots)
    stop.click(stop_draft, None, None, queue=False, **QUIET)
    anew.click(write_anew, [state, place], outputs, **slots)


def _order(
    write: bool, request: str | None, style: Style, length: Length, papers: int, plan: str | None, chosen: str | None
) -> Order:
    """The order of the fields' values; Gradio gives None for a box that was never filled."""
    options = Options(style, length, papers or None)
    return Order((request or "").strip(), options, (plan or "").strip(), write, chosen_papers(chosen or ""))


def _shown(state: Drafting) -> tuple:
    """The values of the tab's outputs."""
    exchange = as_exchange(state)
    begun = state.busy or state.written or state.error or state.stopped
    themes = list(state.plan.themes) if state.plan else []
    text = exchange_html("draft", exchange, 0, draft_files(state), made_by(state)) if begun else ""
    cards = section_html("draft", exchange) if state.plan else ""
    plan, busy, idle = plan_text(state), gr.update(visible=state.busy), gr.update(visible=not state.busy)
    return (
        state,
        plan if plan and not state.error else gr.skip(),  # a bad line stays where it is
        text,
        cards,
        idle,
        idle,
        busy,
        _sentences(state),
        _planned(state),
        gr.update(choices=themes, value=themes[0] if themes else None),
    )


def _planned(state: Drafting) -> dict:
    """The choices of the paper to move, pin or drop; a pinned one says so."""
    titles = {paper.paper_id: paper.title for paper in state.papers}
    choices = [
        (f"{'pinned: ' if item.pinned else ''}{titles.get(paper_id, paper_id)[:70]}", paper_id)
        for item in (state.plan.items if state.plan else ())
        for paper_id in item.paper_ids
    ]
    return gr.update(choices=choices, value=choices[0][1] if choices else None)


def _sentences(state: Drafting) -> dict:
    """The choices of the sentence to write anew."""
    sentences = state.draft.answer.sentences if state.draft else ()
    choices = [(f"{n}. {sentence.text[:90]}", n) for n, sentence in enumerate(sentences, 1)]
    return gr.update(choices=choices, value=1 if choices else None)
