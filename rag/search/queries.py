"""A question as it is searched for: what it is about, its kind, and the parts that it has."""

import re
from dataclasses import dataclass

from rag.asking.asks import Kind, clauses, read_ask

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
# The pieces of an enumeration ("a, b and c") or of alternatives.
_PIECE = re.compile(r"[^,;:.?!]+?(?=\b(?:and|or)\b|[,;:.?!]|$)")


@dataclass(frozen=True, slots=True)
class Query:
    """The text searched for, the kind of question, and where in the text its parts stand, (start, end)."""

    text: str
    kind: Kind
    parts: tuple[tuple[int, int], ...] = ()


def read_query(question: str) -> Query:
    """What to search for `question`: without markup, orders and the words that only ask."""
    ask = read_ask(question)
    text = _subject(ask.text or question)
    if ask.kind == "compare":
        return Query(text, ask.kind, _clauses(text))
    return Query(text, ask.kind, _pieces(text) if ask.kind == "list" else ())


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


def _pieces(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in _PIECE.finditer(text))
