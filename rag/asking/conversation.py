"""A conversation read back: which papers each exchange of question and answer was about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.asking.dependence import depends
from rag.language.naming import where_named
from rag.records import Turn
from rag.refusal import read_refusal
from rag.search.retrieve import retrieve
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library

_RECENT = 6  # exchanges looked back at
_LOOKED_UP = 10  # papers sharing words with a text among which a named one is looked for


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, and the papers that it and its answer speak of; `answered` are those of the answer."""

    question: str
    answer: str
    papers: tuple[Paper, ...]
    answered: tuple[Paper, ...]
    stands_alone: bool


def exchanges(history: Sequence[Turn], library: Library) -> list[Exchange]:
    """The latest exchanges, oldest first; answers before the first question are passed over."""
    asked = [n for n, turn in enumerate(history) if turn.role == "user" and turn.content.strip()]
    bounds = list(zip(asked, [*asked[1:], len(history)], strict=True))[-_RECENT:]
    return [_exchange(history[:start], history[start:end], library) for start, end in bounds]


def named_papers(text: str, library: Library) -> list[Paper]:
    """The papers that `text` calls by name, in the order in which it does."""
    found = library.get_many([paper_id for paper_id, _ in library.by_words(text, _LOOKED_UP)])
    places = {paper: place for paper in found if (place := where_named(paper, text)) >= 0}
    return sorted(places, key=lambda paper: (places[paper], paper.paper_id))


def guessed(exchange: Exchange, library: Library, count: int) -> list[Paper]:
    """The papers that an exchange is most likely about, none of them being named in it."""
    return [found.paper for found in retrieve(library, f"{exchange.question} {exchange.answer}", count)]


def _exchange(before: Sequence[Turn], turns: Sequence[Turn], library: Library) -> Exchange:
    question = turns[0].content
    answer = " ".join(turn.content for turn in turns[1:])
    cited = library.get_many(list(dict.fromkeys(paper_id for turn in turns for _, paper_id in turn.cited)))
    answered = cited or named_papers(answer, library)
    alone = not depends(question, before)
    papers = list(dict.fromkeys([*answered, *named_papers(question, library)]))
    exchange = Exchange(question, answer, tuple(papers), tuple(answered), alone)
    if papers or not alone or not answer or read_refusal(answer) == "no paper":
        return exchange
    likely = tuple(guessed(exchange, library, 1))
    return replace(exchange, papers=likely, answered=likely)
