"""A question as it is searched for: what it is about, its kind, and the parts that it has."""

import re
from dataclasses import dataclass

from rag.language.phrases import WEAK
from rag.language.terms import content_stems, listed, plain, stem
from rag.question import Kind, clauses, read_question
from store.sentences import sentences

_MOST = 8  # pieces of a subject that are looked for

_REQUEST = re.compile(
    r"^\W*(?:please\s+|can you\s+|could you\s+|i need\s+|help me\s+)*"
    r"(?:write|draft|compose|generate|produce|prepare|give(?: me)?|make)\s+"
    r"(?:(?:a|an|the|some|me|us|short|brief|related[- ]works?|literature|survey|review|paragraphs?|sections?"
    r"|overview|summary|text|draft|of|few|papers?)\s+)+"
    r"(?:on|about|of|for|covering|concerning|regarding)\s+",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:in |on )?(?:which|what) (?:[a-z]+ )?(?:of )?(?:(?:these|those|the|your|our|my|all) )*(?:[\w-]+ )?"
    r"(?:papers|works|studies|abstracts|publications|articles)\b(?: (?:here|in (?:this|the|your) [a-z]+))?",
    re.IGNORECASE,
)
# Where a subject falls into pieces: "a, b and c for d" is about four things, "little or no d" about one.
_CUT = re.compile(
    r"[,;:.?!]|\b(?:and|or(?!\s+(?:no|not|more|less|fewer)\b)|for|with|from|in|to|of|on)\b", re.IGNORECASE
)
# What a subject is for: "a and b for c and d" is about works on a or b, few of the many on c or d.
_PURPOSE = re.compile(r"\bfor\b(?:(?!\b(?:with|from|in|to|on)\b)[^,;:.?!])*", re.IGNORECASE)
# Kinds of work: "datasets for c" is about c.
_KINDS = WEAK | {
    stem(word)
    for word in listed("""
model dataset data corpus system tool toolkit library platform policy architecture network representation survey review
metric objective loss simulator environment application approach paper large scale way learning training
""")
}


@dataclass(frozen=True, slots=True)
class Query:
    """The text searched for, the kind of question, and its parts.

    `clauses` are where the clauses of a comparison stand in the text, (start, end); `pieces` the things
    that a list or a survey is about, each of which papers may be about alone, and `purpose` says of a piece
    that it is what the others are for.
    """

    text: str
    kind: Kind
    clauses: tuple[tuple[int, int], ...] = ()
    pieces: tuple["Query", ...] = ()
    purpose: bool = False


def read_query(question: str) -> Query:
    """What to search for `question`: without markup, orders and the words that only ask."""
    asked = read_question(question)
    text = _subject(asked.text or question)
    if asked.kind == "compare":
        return Query(text, asked.kind, clauses=_clauses(text))
    return Query(text, asked.kind, pieces=_pieces(text, asked.kind) if asked.kind in ("list", "survey") else ())


def topic_query(topic: str) -> Query:
    """A topic as a survey of it is searched for; of several sentences, such as an abstract, each is a piece."""
    said = sentences(topic)
    pieces = tuple(Query(sentence, "survey") for sentence in said[:_MOST])
    return Query(topic, "survey", pieces=pieces if len(said) > 1 else _pieces(topic, "survey"))


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


def _pieces(text: str, kind: Kind) -> tuple[Query, ...]:
    """The pieces of a subject that say something; none when there are fewer than two."""
    starts = [0, *(cut.end() for cut in _CUT.finditer(text))]
    ends = [*(cut.start() for cut in _CUT.finditer(text)), len(text)]
    purposes = _purposes(text)
    found: dict[str, Query] = {}
    for start, end in zip(starts, ends, strict=True):
        piece = text[start:end].strip()
        if content_stems(plain(piece)):
            found.setdefault(piece, Query(piece, kind, purpose=any(a < start <= b for a, b in purposes)))
    telling = tuple(found.values())[:_MOST]
    return telling if len(telling) > 1 else ()


def _purposes(text: str) -> list[tuple[int, int]]:
    """Where it says what a subject is for, (start, end), with a subject before it that is more than a kind of work."""
    return [
        purpose.span() for purpose in _PURPOSE.finditer(text) if content_stems(plain(text[: purpose.start()])) - _KINDS
    ]
