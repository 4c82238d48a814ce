"""The draft tab: a topic or an abstract, the plan to edit, and the related-work text with its sources."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from rag.answer import Assistant
from rag.drafting.draft import Drafter
from rag.drafting.plan import LENGTHS, STYLES, Length, Style
from rag.drafting.planning import Options
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
from ui.kept_draft import keep_draft, kept_draft
from ui.page import exchange_html
from ui.plan_cards import plan_html
from ui.saved import Saved

AT_ONCE = 4  # drafts in the making at one time, over all users
EDITS: tuple[Edit, ...] = ("move", "pin", "drop")
# Of every event of the page: no spinner over what is shown, no place in a public API.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


_HEAD = (
    '<div class="place draft-head"><h1>Draft related work</h1><p class="lead">A plan first, to be changed; then a text '
    "in which each sentence cites its papers and is checked. It is kept until you start anew.</p>"
    '<button type="button" class="quiet" data-plan="away">Start anew</button></div>'
)
_SWITCH = (
    '<div class="place plan-switch"><button type="button" class="quiet" data-plan="text" aria-pressed="false">'
    "Edit the plan as text</button></div>"
)
# The papers chosen and who asks are the browser's: they go along as the last of what is sent.
WITH_CHOSEN = "(...sent) => [...sent.slice(0, -2), window.citewell.chosenForDraft(), window.citewell.person()]"
# So do the card that was pressed, and the theme that it goes to.
WITH_CARD = "(state, plan) => [state, plan, ...window.citewell.planEdit(), window.citewell.person()]"
WITH_PERSON = "(...sent) => [...sent.slice(0, -1), window.citewell.person()]"
OPENED = "() => ({ __type__: 'update', visible: true })"


def build_draft(assistant: Assistant, saved: Saved, alone: bool) -> None:
    """Add the tab to the Blocks around it; drafts are kept with what is `saved`, of one person where one is `alone`.

    The browser makes its fields when the place is first gone to.
    """
    with gr.Column(visible=False) as tab:
        inputs, outputs, anew = _tab()
        _Wiring(assistant, saved, alone).wire(inputs, outputs, anew)
    opening = gr.Button("open", elem_id="open-draft", elem_classes="unseen")
    opening.click(None, None, tab, js=OPENED, **QUIET)


def _tab() -> tuple[list, list, gr.Button]:
    """The fields that are sent, what is shown, and the button that writes a sentence anew."""
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
            cards = gr.HTML(elem_id="plan-cards", apply_default_css=False)
            gr.HTML(_SWITCH, elem_id="plan-switch", apply_default_css=False)
            editor = gr.Textbox(
                label="The plan as text: change its lines by hand, then write",
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
            sources = gr.HTML(elem_id="draft-cards", apply_default_css=False)
    return [request, *options], [state, editor, text, sources, plan, write, stop, place, cards], anew


def _options() -> list[gr.components.Component]:
    with gr.Row(elem_classes="fields"):
        style = gr.Dropdown(list(STYLES), value=STYLES[0], label="Style", min_width=110)
        length = gr.Dropdown(list(LENGTHS), value="medium", label="Length", min_width=110)
        papers = gr.Number(
            value=0, precision=0, minimum=0, maximum=100, label="Papers (0: as many as fit)", min_width=110
        )
    return [style, length, papers]


class _Wiring:
    """What the buttons of the tab do."""

    def __init__(self, assistant: Assistant, saved: Saved, alone: bool) -> None:
        self._assistant, self._saved, self._alone, self._stops = assistant, saved, alone, Stops()

    def wire(self, inputs: list, outputs: list, anew: gr.Button) -> None:
        """Let the buttons among `outputs` and `anew` act, and the hidden ones that the cards of the plan press."""
        state, editor, _, _, plan, write, stop, place, _ = outputs
        slots: dict[str, Any] = {"concurrency_limit": AT_ONCE, "concurrency_id": "drafts", **QUIET}
        chosen, person, paper, theme = (gr.Textbox(visible=False) for _ in range(4))
        for button, run_it in ((plan, self.make_plan), (write, self.write_text)):
            button.click(run_it, [state, *inputs, editor, chosen, person], outputs, js=WITH_CHOSEN, **slots)
        stop.click(self.stop_draft, None, None, queue=False, **QUIET)
        anew.click(self.write_anew, [state, place, person], outputs, js=WITH_PERSON, **slots)
        for edit in EDITS:
            button = gr.Button(edit, elem_id=f"{edit}-paper", elem_classes="unseen")
            run = partial(self.edit, edit)
            button.click(run, [state, editor, paper, theme, person], outputs, js=WITH_CARD, **QUIET)
        bring = gr.Button("bring", elem_id="bring-draft", elem_classes="unseen")
        brought = bring.click(self.bring, [person], [*outputs, *inputs], js=WITH_PERSON, **QUIET)
        brought.then(None, None, None, js="() => window.citewell.draftBrought()")

    def make_plan(self, user: gr.Request, before: Drafting | None, *values) -> Iterator[tuple]:
        """Plan anew."""
        yield from self._run(_order(False, *values[:-1]), before, user, values[-1])

    def write_text(self, user: gr.Request, before: Drafting | None, *values) -> Iterator[tuple]:
        """Write what is planned."""
        yield from self._run(_order(True, *values[:-1]), before, user, values[-1])

    def stop_draft(self, user: gr.Request) -> None:
        """Stop what is in the making."""
        self._stops.stop(user.session_hash)

    def write_anew(self, current: Drafting, chosen: int, person: str) -> tuple:
        """Write one sentence anew."""
        return self._kept(rewritten(self._drafter(), current, chosen), person)

    def edit(self, edit: Edit, current: Drafting, plan: str, paper: str, theme: str, person: str) -> tuple:
        """Change the plan by one card."""
        new = edited(current, plan or "", edit, paper or "", theme or "", self._assistant.library)
        return self._kept(new, person)

    def bring(self, person: str) -> tuple:
        """The draft that was kept, or an empty place, with its fields."""
        state = kept_draft(self._saved, self._who(person)) or Drafting("")
        options = state.options or Options()
        shown = list(_shown(state))
        shown[1] = plan_text(state)
        return (*shown, state.request, options.style, options.length, options.papers or 0)

    def _who(self, person: str) -> str:
        return "" if self._alone else person

    def _drafter(self) -> Drafter:
        return Drafter.over(self._assistant.library, self._assistant.settings)

    def _run(self, order: Order, before: Drafting | None, user: gr.Request, person: str) -> Iterator[tuple]:
        with self._stops.flag(user.session_hash) as flag:
            for grown in drafting(self._drafter(), self._assistant.library, order, flag, before):
                yield _shown(grown) if grown.busy else self._kept(grown, person)

    def _kept(self, state: Drafting, person: str) -> tuple:
        if not state.error:  # what could not be done has changed nothing
            keep_draft(self._saved, self._who(person), state)
        return _shown(state)


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
        plan_html(state),
    )


def _sentences(state: Drafting) -> dict:
    """The choices of the sentence to write anew."""
    sentences = state.draft.answer.sentences if state.draft else ()
    choices = [(f"{n}. {sentence.text[:90]}", n) for n, sentence in enumerate(sentences, 1)]
    return gr.update(choices=choices, value=1 if choices else None)
