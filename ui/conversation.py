"""A conversation on the page: one Exchange a question, grown by the events of its answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer import Checked, Event, Searched
from rag.records import Answer, Turn
from store.records import Paper


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and as much of its answer as is there; `error` says why there is no more."""

    question: str
    searched: Searched | None = None
    pieces: tuple[Checked, ...] = ()
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False

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
    def papers(self) -> list[Paper]:
        """The papers found, best first."""
        return [found.paper for found in self.searched.found] if self.searched else []


Conversation = tuple[Exchange, ...]


def follow(exchange: Exchange, event: Event) -> Exchange:
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
