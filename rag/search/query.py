"""A question as it is searched for: what it is about, its kind, the parts that it has, its acronyms in words."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.language.acronyms import ACRONYM, SMALL, explains, long_form, numbered
from rag.language.phrases import WEAK
from rag.language.terms import content_stems, listed, plain, stem
from rag.question import Kind, any_of, clauses, read_question
from rag.tuning import Search
from store.sentences import sentences

if TYPE_CHECKING:
    from store.library import Library, Part

_REQUEST = any_of(
    r"^\W*(?:please\s+|can you\s+|could you\s+|i need\s+|help me\s+)*"
    r"(?:write|draft|compose|generate|produce|prepare|give(?: me)?|make)\s+"
    r"(?:(?:a|an|the|some|me|us|short|brief|related[- ]works?|literature|survey|review|paragraphs?|sections?"
    r"|overview|summary|text|draft|of|few|papers?)\s+)+"
    r"(?:on|about|of|for|covering|concerning|regarding)\s+"
)
_WHICH_PAPERS = any_of(
    r"\b(?:in |on )?(?:which|what) (?:[a-z]+ )?(?:of )?(?:(?:these|those|the|your|our|my|all) )*(?:[\w-]+ )?"
    r"(?:papers|works|studies|abstracts|publications|articles)\b(?: (?:here|in (?:this|the|your) [a-z]+))?"
)
# Where a subject falls into pieces: "a, b and c for d" is about four things, "little or no d" about one.
_CUT = any_of(r"[,;:.?!]|\b(?:and|or(?!\s+(?:no|not|more|less|fewer)\b)|for|with|from|in|to|of|on)\b")
# What a subject is for: "a and b for c and d" is about works on a or b, few of the many on c or d.
_PURPOSE = any_of(r"\bfor\b(?:(?!\b(?:with|from|in|to|on)\b)[^,;:.?!])*")
# Kinds of work: "datasets for c" is about c.
KINDS = WEAK | {
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
    text = asked.text or question
    about = " ".join(_WHICH_PAPERS.sub(" ", topic_of(text)).split())
    text = about if len(about.split()) > 1 else text
    text = asked.wanted.subject if asked.wanted.form == "sides" else text
    if asked.kind == "compare":
        return Query(text, asked.kind, clauses=tuple(_places(clauses(text), text)))
    return Query(text, asked.kind, pieces=_pieces(text, asked.kind) if asked.kind in ("list", "survey") else ())


def topic_query(topic: str) -> Query:
    """A topic as a survey of it is searched for; of several sentences, such as an abstract, each is a piece."""
    said = sentences(topic)
    pieces = tuple(Query(sentence, "survey") for sentence in said[: Search.PIECES])
    return Query(topic, "survey", pieces=pieces if len(said) > 1 else _pieces(topic, "survey"))


def topic_of(request: str) -> str:
    """What a request is about: "Write a related-work paragraph on X." gives "X"."""
    text = " ".join(request.split())
    return _REQUEST.sub("", text).rstrip(" .?!") or text


def _places(parts: Iterable[str], text: str) -> list[tuple[int, int]]:
    """Where each of `parts`, which follow one another, stands in `text`."""
    found, after = list[tuple[int, int]](), 0
    for part in parts:
        start = text.index(part, after)
        after = start + len(part)
        found.append((start, after))
    return found


def _pieces(text: str, kind: Kind) -> tuple[Query, ...]:
    """The pieces of a subject that say something; none when there are fewer than two."""
    cuts = [cut.span() for cut in _CUT.finditer(text)]
    purposes = [
        match.span() for match in _PURPOSE.finditer(text) if content_stems(plain(text[: match.start()])) - KINDS
    ]
    found: dict[str, Query] = {}
    for (_, start), (end, _) in zip([(0, 0), *cuts], [*cuts, (len(text), 0)], strict=True):
        piece = text[start:end].strip()
        if content_stems(plain(piece)):
            found.setdefault(piece, Query(piece, kind, purpose=any(a < start <= b for a, b in purposes)))
    telling = tuple(found.values())[: Search.PIECES]
    return telling if len(telling) > 1 else ()


def spelled_out(text: str, library: "Library | Part") -> str:
    """`text` with each acronym of the field in words, as most papers that explain it do: models read words."""
    for match in reversed(list(ACRONYM.finditer(text))):
        full = "" if explains(text, match["acronym"]) else _meaning(match["acronym"], library)
        if full:
            text = f"{text[: match.start()]}{numbered(full, bool(match['plural']))}{text[match.end() :]}"
    return text


def with_acronyms(topic: str, library: "Library | Part") -> str:
    """`topic` with the acronyms that papers write in place of its words: "graphical user interfaces (GUI)"."""
    words = list(re.finditer(r"[^\W\d_][\w’'-]*", topic))
    starts = range(len(words) if len(words) <= Search.TOPIC else 0)
    found: dict[int, str] = {}
    for n, size in ((n, size) for n in starts for size in Search.ACRONYMS if n + size <= len(words)):
        end = words[n + size - 1].end()
        phrase = topic[words[n].start() : end]
        parts = re.split(r"[\s-]+", phrase.lower())
        acronym = "".join(part[:1] for part in parts).upper()
        if acronym.isalpha() and not (SMALL.intersection(parts) or _CUT.search(phrase) or acronym in topic):
            found |= {end: acronym} if _shortened(acronym, phrase, library) else {}
    for end, acronym in sorted(found.items(), reverse=True):
        topic = f"{topic[:end]} ({acronym}){topic[end:]}"
    return topic


def _shortened(acronym: str, phrase: str, library: "Library | Part") -> bool:
    """Whether several papers write `acronym`, most of them without the words: else these find them as well."""
    found = library.get_many([paper_id for paper_id, _ in library.by_words(acronym, Search.EXPLAINING)])
    written = re.compile(rf"(?<![\w-]){acronym}s?(?!\w)")
    texts = [text for paper in found if written.search(text := f"{paper.title} {paper.abstract}")]
    alone = [text for text in texts if phrase.rstrip("s").lower() not in text.lower()]
    return len(texts) >= Search.AGREED and 2 * len(alone) > len(texts)


def _meaning(acronym: str, library: "Library | Part") -> str:
    """What several papers explain alike: what one paper alone explains is the name of its system."""
    found = library.by_words(f"{acronym} {acronym}s", Search.EXPLAINING)
    papers = library.get_many([paper_id for paper_id, _ in found])
    told = filter(None, (long_form(acronym, paper.abstract) for paper in papers))
    forms = Counter(numbered(full, plural=False).replace("-", " ") for full in told)
    return next((full for full, count in forms.most_common(1) if count >= Search.AGREED), "")
