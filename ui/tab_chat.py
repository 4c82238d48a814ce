"""The chat tab: a question box, the conversation, and the sources beside it."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import gradio as gr

from rag.answer import Assistant
from store.errors import CitewellError
from ui.cards import sources_html
from ui.conversation import Conversation, Exchange, follow, history
from ui.page import UNEXPECTED, conversation_html
from ui.stopping import until

log = logging.getLogger(__name__)

# Each is offered while the library holds the papers it is about.
EXAMPLES = (
    ("How does CLIP-RT compare with OpenVLA?", ("2411.00508",)),
    ("Which papers speed up vision-language-action models?", ("2506.13725",)),
    ("What does CLIP know about peeling a banana?", ("2404.12015",)),
)
AT_ONCE = 8  # answers in the making at one time, over all users


def build_chat(assistant: Assistant) -> None:
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
    _wire(assistant, outputs, offered)


def _wire(assistant: Assistant, outputs: list, offered: list[gr.Button]) -> None:
    asked, _, _, box, ask, stop, fresh, _ = outputs
    quiet = {"show_progress": "hidden", "api_visibility": "private"}

    stops: dict[str, Event] = {}  # by session; Gradio's own cancelling drops a question asked right after it

    def answer(question: str, conversation: Conversation, request: gr.Request) -> Iterator[tuple]:
        flag = stops[request.session_hash] = Event()
        try:
            for grown in answering(assistant, question, conversation, flag):
                yield _shown(grown, len(assistant.library))
        finally:
            stops.pop(request.session_hash, None)

    def stop_answer(request: gr.Request) -> None:
        if flag := stops.get(request.session_hash):
            flag.set()

    def clear() -> tuple:
        return _shown((), len(assistant.library))

    slots = {"concurrency_limit": AT_ONCE, "concurrency_id": "answers"}
    gr.on([box.submit, ask.click], answer, [box, asked], outputs, **slots, **quiet)
    for button in offered:
        button.click(answer, [button, asked], outputs, **slots, **quiet)
    stop.click(stop_answer, None, None, queue=False, **quiet)
    fresh.click(clear, None, outputs, **quiet)


def answering(
    assistant: Assistant, question: str | None, conversation: Conversation, stop: Event
) -> Iterator[Conversation]:
    """The conversation as it grows by an answer, until `stop` is set; what goes wrong is said in it."""
    question = (question or "").strip()
    if not question:
        yield conversation
        return
    exchange = Exchange(question)
    yield (*conversation, exchange)
    try:
        for event in until(stop, assistant.stream(question, history(conversation))):
            exchange = follow(exchange, event)
            yield (*conversation, exchange)
        if not exchange.done:
            yield (*conversation, replace(exchange, stopped=True))
    except CitewellError as error:
        yield (*conversation, replace(exchange, error=str(error)))
    except Exception:  # the last wall before the user: a traceback belongs into the log
        log.exception("no answer to %.200r", question)
        yield (*conversation, replace(exchange, error=UNEXPECTED))


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
