"""A conversation on the page: one Exchange a question, grown by the events of its answer until one stops it."""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar
from weakref import WeakKeyDictionary

from rag.answer import Assistant, Checked, Searched
from rag.answer import Event as Step
from rag.filters import NO_LIMIT, Filter
from rag.records import Answer, Turn
from store.errors import CitewellError
from store.records import Paper

log = logging.getLogger(__name__)
T = TypeVar("T")

UNEXPECTED = "Citewell failed in a way it did not foresee; what happened stands in its terminal. Try again."
_LOOK = 0.05  # seconds between two looks at the stop flag
_working: WeakKeyDictionary[Thread, Event] = WeakKeyDictionary()  # the threads that make answers, and what stops each


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and as much of its answer as is there; `error` says why there is no more.

    `limited`: its conversation was limited to a part of the library.
    """

    question: str
    searched: Searched | None = None
    pieces: tuple[Checked, ...] = ()
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False
    limited: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.answer or self.error or self.stopped)

    @property
    def text(self) -> str:
        """The answer in Markdown, as far as it goes."""
        written = "".join(piece.cited.text + piece.cited.after for piece in self.pieces)
        return self.answer.answer if self.answer else written

    @property
    def cited(self) -> list[str]:
        """The ids of the papers that the answer cites."""
        return list(dict.fromkeys(numbers(self).values()))

    @property
    def papers(self) -> list[Paper]:
        """The papers found, best first."""
        return [found.paper for found in self.searched.found] if self.searched else []


Conversation = tuple[Exchange, ...]


def follow(exchange: Exchange, event: Step) -> Exchange:
    """The exchange with one more event of its answer."""
    if isinstance(event, Searched):
        return replace(exchange, searched=event)
    if isinstance(event, Checked):
        return replace(exchange, pieces=(*exchange.pieces, event))
    return replace(exchange, answer=event)


def numbers(exchange: Exchange) -> dict[int, str]:
    """The paper id behind each number that the answer shows."""
    if exchange.answer:
        return {source.n: source.paper_id for source in exchange.answer.sources if source.cited}
    shown: dict[int, str] = {}
    for piece in exchange.pieces:
        markers = dict.fromkeys(int(n) for n in re.findall(r"\[(\d+)\]", piece.cited.text))
        if len(markers) == len(piece.cited.paper_ids):
            shown.update(zip(markers, piece.cited.paper_ids, strict=True))
        quotes = piece.sentence.citations if piece.sentence else ()
        shown.update({quote.n: quote.paper_id for quote in quotes})
    return shown


def history(conversation: Sequence[Exchange]) -> list[Turn]:
    """What the assistant is told of the conversation; a question that got no word is left out."""
    turns = []
    for exchange in conversation:
        if exchange.pieces:
            cited = tuple(sorted(numbers(exchange).items()))
            turns += [Turn("user", exchange.question), Turn("assistant", exchange.text, cited)]
    return turns


def answering(
    assistant: Assistant,
    question: str | None,
    conversation: Conversation,
    stop: Event,
    limit: Filter = NO_LIMIT,
) -> Iterator[Conversation]:
    """The conversation as it grows by an answer, until `stop` is set; what goes wrong is said in it.

    `limit` says which papers may be read.
    """
    question = (question or "").strip()
    if not question:
        yield conversation
        return
    exchange = Exchange(question, limited=bool(limit))
    yield (*conversation, exchange)
    try:
        for event in until(stop, assistant.stream(question, history(conversation), limit=limit)):
            exchange = follow(exchange, event)
            yield (*conversation, exchange)
        if not exchange.done:
            yield (*conversation, replace(exchange, stopped=True))
    except CitewellError as error:
        yield (*conversation, replace(exchange, error=str(error)))
    except Exception:  # the last wall before the user: a traceback belongs into the log
        log.exception("no answer to %.200r", question)
        yield (*conversation, replace(exchange, error=UNEXPECTED))


class Stops:
    """The flag that stops each session's work; Gradio's own cancelling drops a question asked right after it."""

    def __init__(self) -> None:
        self._flags: dict[str | None, Event] = {}

    @contextmanager
    def flag(self, session: str | None) -> Iterator[Event]:
        """A new flag for the work of the block."""
        flag = self._flags[session] = Event()
        try:
            yield flag
        finally:
            self._flags.pop(session, None)

    def stop(self, session: str | None) -> None:
        """Stop what this session has in the making."""
        if flag := self._flags.get(session):
            flag.set()


def until(stop: Event, events: Iterator[T]) -> Iterator[T]:
    """The `events` until `stop` is set, here by whoever leaves before their end; raises what they raise.

    They come from a thread, so that a silent server cannot hold the page; it ends with the event it waits for.
    """
    queue: SimpleQueue = SimpleQueue()
    thread = Thread(target=_fill, args=(queue, stop, events), daemon=True)
    _working[thread] = stop
    thread.start()
    try:
        while not stop.is_set():
            try:
                event, error, ended = queue.get(timeout=_LOOK)
            except Empty:
                continue
            if error:
                raise error
            if ended:
                return
            yield event
    except GeneratorExit:
        stop.set()
        raise


def end_work(seconds: float = 5.0) -> None:
    """Stop all that is in the making, and wait so long for it: a library must not be closed under it."""
    until = time.monotonic() + seconds
    for thread, stop in list(_working.items()):
        stop.set()
        if thread.is_alive():  # one that has not begun yet sees the flag
            thread.join(max(0.0, until - time.monotonic()))


def _fill(queue: SimpleQueue, stop: Event, events: Iterator) -> None:
    try:
        for event in events:
            queue.put((event, None, False))
            if stop.is_set():
                break
        queue.put((None, None, True))
    except Exception as error:  # raised again where the events are taken
        queue.put((None, error, True))
