"""A question as it is searched for: what it is about, its kind, and the parts that it has."""

import re
from dataclasses import dataclass

from rag.asking.asks import Kind, clauses, read_ask
from rag.language.terms import content_stems, plain
from store.sentences import sentences

_MOST = 8  # pieces of a subject that are looked for

_REQUEST = re.compile(
    r"^\W*(?:please\s+|can you\s+|could you\s+|i need\s+|help me\s+)*"
    r"(?:write|draft|compose|generate|produce|prepare|give(?: me)?|make)\s+"
    r"(?:(?:a|an|the|some|me|us|short|brief|related[- ]works?|literature|survey|review|paragraphs?|sections?"
    r"|overview|summary|text|draft|of|few|papers?)\s+)+"
    r"(?:on|about|of|for|covering|concerning|regarding)\s+", re.IGNORECASE)
_ASKED = re.compile(
    r"\b(?:in |on )?(?:which|what) (?:[a-z]+ )?(?:of )?(?:(?:these|those|the|your|our|my|all) )*(?:[\w-]+ )?"
    r"(?:papers|works|studies|abstracts|publications|articles)\b(?: (?:here|in (?:this|the|your) [a-z]+))?",
    re.IGNORECASE)
# Where a subject falls into pieces: "a, b and c for d" is about four things.
_CUT = re.compile(r"[,;:.?!]|\b(?:and|or|for|with|from|in|to|of|on)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """The text searched for, the kind of question, and its parts.

    `clauses` are where the clauses of a comparison stand in the text, (start, end); `pieces` the things
    that a list or a survey is about, each of which papers may be about alone.
    """

    text: str
    kind: Kind
    clauses: tuple[tuple[int, int], ...] = ()
    pieces: tuple[str, ...] = ()


def read_query(question: str) -> Query:
    """What to search for `question`: without markup, orders and the words that only ask."""
    ask = read_ask(question)
    text = _subject(ask.text or question)
    if ask.kind == "compare":
        return Query(text, ask.kind, clauses=_clauses(text))
    return Query(text, ask.kind, pieces=_pieces(text) if ask.kind in ("list", "survey") else ())


def topic_query(topic: str) -> Query:
    """A topic as a survey of it is searched for; of several sentences, such as an abstract, each is a piece."""
    said = sentences(topic)
    return Query(topic, "survey", pieces=tuple(said[:_MOST]) if len(said) > 1 else _pieces(topic))


def topic_of(request: str) -> str:
    """What a request is about: "Write a related-work paragraph on X." gives "X"."""
    text = " ".join(request.split())
    return _REQUEST.sub("", text).rstrip(" .?!") or text


def _subject(text: str) -> str:
    about = " ".join(_ASKED.sub(" ", topic_of(text)).split())
    return about if len(about.split()) > 1 else text


def _clauses(text: str) -> tuple[tuple[int, int], ...]:
    found, after = [], 0
    for clause in clauses(text):
        start = text.index(clause, after)
        after = start + len(clause)
        found.append((start, after))
    return tuple(found)


def _pieces(text: str) -> tuple[str, ...]:
    """The pieces of a subject that say something; none when there are fewer than two."""
    found = [piece.strip() for piece in _CUT.split(text)]
    telling = tuple(dict.fromkeys(piece for piece in found if content_stems(plain(piece))))
    return telling[:_MOST] if len(telling) > 1 else ()
