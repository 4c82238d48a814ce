"""The page with its tabs, as Gradio knows it."""

import os
from collections.abc import Iterator
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: nothing is sent anywhere

import gradio as gr

from rag.answer import LONGEST_QUESTION, Assistant
from rag.offline.composing import MODEL_NAME
from store.library import Library
from ui.cards import ANY_YEAR, LONGEST_QUERY, library_html, sources_html
from ui.conversation import Conversation, Stops, answering
from ui.markup import escape
from ui.page import conversation_html
from ui.tab_draft import QUIET, build_draft

# Each is offered while the library holds the papers it is about.
EXAMPLES = (
    ("How does CLIP-RT compare with OpenVLA?", ("2411.00508",)),
    ("Which papers speed up vision-language-action models?", ("2506.13725",)),
    ("What does CLIP know about peeling a banana?", ("2404.12015",)),
)
AT_ONCE = 8  # answers in the making at one time, over all users


def create_app(assistant: Assistant) -> gr.Blocks:
    """The page over `assistant`; what a user asks is kept in that user's session only."""
    with gr.Blocks(title="Citewell", analytics_enabled=False, fill_width=True) as app:
        gr.HTML(_masthead(assistant), elem_id="masthead", apply_default_css=False)
        with gr.Tabs():
            with gr.Tab("Chat", id="chat"):
                _build_chat(assistant)
            with gr.Tab("Draft", id="draft"):
                build_draft(assistant)
            with gr.Tab("Library", id="library") as tab:
                _build_library(assistant.library, tab)
    return app


def _masthead(assistant: Assistant) -> str:
    return (
        f'<header class="masthead"><h1>Citewell</h1><p>{len(assistant.library):,} papers · '
        f"{escape(_who(assistant.model))}</p></header>"
    )


def _who(model: str) -> str:
    offline = "offline model: it quotes, no language model is used"
    return offline if model == MODEL_NAME else f"answers by {model}"


def _build_chat(assistant: Assistant) -> None:
    """Add the tab to the Blocks around it."""
    asked = gr.State(())
    with gr.Row(elem_classes="chat"):
        with gr.Column(scale=3, min_width=300, elem_classes="talk"):
            talk = gr.HTML(
                conversation_html((), len(assistant.library)), elem_id="conversation", apply_default_css=False
            )
            with gr.Row(elem_id="examples") as examples:
                offered = [gr.Button(text, size="sm", min_width=120) for text in example_questions(assistant)]
            with gr.Row(elem_id="composer"):
                box = gr.Textbox(
                    show_label=False,
                    label="Your question",
                    container=False,
                    scale=8,
                    max_lines=6,
                    max_length=LONGEST_QUESTION,
                    placeholder="Ask about the papers",
                    autofocus=True,
                    elem_id="question",
                )
                ask = gr.Button("Ask", variant="primary", scale=0, min_width=72, elem_id="ask")
                stop = gr.Button("Stop", scale=0, min_width=72, visible=False, elem_id="stop")
                fresh = gr.Button("New chat", scale=0, min_width=72, elem_id="new", visible=False)
        with gr.Column(scale=2, min_width=280, elem_classes="beside"):
            cards = gr.HTML(sources_html(()), elem_id="cards", apply_default_css=False)
    outputs = [asked, talk, cards, box, ask, stop, fresh, examples]
    _wire_chat(assistant, outputs, offered)


def _wire_chat(assistant: Assistant, outputs: list, offered: list[gr.Button]) -> None:
    asked, _, _, box, ask, stop, fresh, _ = outputs
    stops = Stops()

    def answer(question: str, conversation: Conversation, request: gr.Request) -> Iterator[tuple]:
        with stops.flag(request.session_hash) as flag:
            for grown in answering(assistant, question, conversation, flag):
                yield _shown(grown, len(assistant.library))

    def stop_answer(request: gr.Request) -> None:
        stops.stop(request.session_hash)

    def clear() -> tuple:
        return _shown((), len(assistant.library))

    slots: dict[str, Any] = {"concurrency_limit": AT_ONCE, "concurrency_id": "answers", **QUIET}
    gr.on([box.submit, ask.click], answer, [box, asked], outputs, **slots)
    for button in offered:
        button.click(answer, [button, asked], outputs, **slots)
    stop.click(stop_answer, None, None, queue=False, **QUIET)
    fresh.click(clear, None, outputs, **QUIET)


def _shown(conversation: Conversation, library_size: int) -> tuple:
    """The values of the tab's outputs. A question that failed goes back into the box."""
    last = conversation[-1] if conversation else None
    busy = last is not None and not last.done
    return (
        conversation,
        conversation_html(conversation, library_size),
        sources_html(conversation),
        gr.update(value=last.question if last and last.error else "", interactive=True),
        gr.update(visible=not busy),
        gr.update(visible=busy),
        gr.update(visible=bool(conversation) and not busy),
        gr.update(visible=not conversation),
    )


def example_questions(assistant: Assistant) -> list[str]:
    """Questions that this very library can answer."""
    library = assistant.library
    fitting = [text for text, ids in EXAMPLES if len(library.get_many(ids)) == len(ids)]
    if fitting or not len(library):
        return fitting
    first = next(iter(library.papers()))
    return [f"What does “{first.title}” propose?"]


def _build_library(library: Library, tab: gr.Tab) -> None:
    """Fill `tab`; the papers are listed when it is opened, so that the page itself starts at once."""
    with gr.Row(elem_id="filters", elem_classes="fields"):
        query = gr.Textbox(
            label="Search",
            placeholder="A topic, a method, a title",
            scale=4,
            max_lines=1,
            max_length=LONGEST_QUERY,
            elem_id="search",
        )
        author = gr.Textbox(label="Author", placeholder="Part of a name", scale=2, max_lines=1, elem_id="author")
        year = gr.Dropdown([ANY_YEAR], value=ANY_YEAR, label="Year", scale=1, min_width=110, elem_id="year")
    papers = gr.HTML(elem_id="papers", apply_default_css=False)
    filters = [query, author, year]

    def filtered(query: str, author: str, year: str) -> str:
        return library_html(library, query, author, year)

    tab.select(lambda: gr.update(choices=[ANY_YEAR, *map(str, library.years())]), None, year, **QUIET)
    gr.on(
        [tab.select, query.change, author.change, year.change],
        filtered,
        filters,
        papers,
        trigger_mode="always_last",
        **QUIET,
    )
