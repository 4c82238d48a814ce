"""Quotation marks around the long runs that a sentence of a draft shares with the abstract that it tells."""

import re

from rag.records import LONG_COPY, CloseCopy
from rag.telling.trimming import MARKER
from rag.verifying.closecopies import close_copies
from store.records import Paper

_PASSES = 2  # a run full of hyphens may leave another one in front of its quotation marks
_HEAD, _LEAST = 8, 3  # words of a run that may stand in front of its quotation marks, that must stand in them
# Where a quotation begins best, in front of what is proposed, shown or said, and what it does not end with.
_CLAUSE = re.compile(r"(?:^|(?<=\s))(?:that|which|how|whether|(?<!approach )to|where|for)\s")
_BEGIN = re.compile(r"(?<=,\s)|(?:(?<=\s)|^)(?=(?:an?|the|that|which|how|whether|to)\s)")
_LOOSE = re.compile(
    r"[\s,;:]+(?:(?:and|or|but|not|just|only|an?|the|of|in|on|for|with|by|to|that|which|where|when|while|than|from|into"
    r"|via|using|as|is|are|was|were|be|has|have|can|their|its)[\s,;:]*)*$"
)
_JOINING = re.compile(r"(?:and|but|or) ")
_MARKS = re.compile(rf"{MARKER}|\[\d+\]|\ue000[^\ue001]*\ue001")
_BREAKS = re.compile(rf"{_MARKS.pattern}|; (?=it |they )")  # where a run falls into two
_MARKED = re.compile(rf"(?:{_MARKS.pattern})\s*$")  # behind which the authors' verb stands
_PAIRS = {")": "(", "]": "["}


def quoted(text: str, paper: Paper) -> str:
    """`text`, its citations in it, with LONG_COPY words in a row from the abstract in quotation marks."""
    text = re.sub(r'"([^"]*)"', r"‘\1’", text)
    for _ in range(_PASSES):
        for copy in reversed([copy for copy in close_copies(text, [paper], LONG_COPY) if copy.is_long]):
            for start, end in reversed(_pieces(text, copy)):
                start, end = _quotation(text, start, end)
                text = f"{text[:start]}“{_inner(text[start:end])}”{text[end:]}"
    return text


def _pieces(text: str, copy: CloseCopy) -> list[tuple[int, int]]:
    """The parts of a run between its markers that are long, or the longest one."""
    places, done = [], copy.start
    for match in _BREAKS.finditer(text, copy.start, copy.end):
        places.append((done, match.start()))
        done = match.end()
    places.append((done, copy.end))
    long = [(start, end) for start, end in places if len(text[start:end].split()) >= LONG_COPY]
    return long or [max(places, key=lambda place: len(text[place[0] : place[1]].split()))]


def _quotation(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of a run to set in quotation marks: from what is proposed on, to a word that a phrase may end with."""
    start += len(text[start:end]) - len(text[start:end].lstrip(" ,;:"))
    begins = [m.start() for pattern in (_CLAUSE, _BEGIN) for m in pattern.finditer(text[start:end])]
    begins = [n for n in begins if len(text[start + n : end].split()) >= _LEAST]
    verb = text.find(" ", start, end) + 1 - start if _MARKED.search(text[:start]) else 0
    start += next((n for n in begins if len(text[start : start + n].split()) <= _HEAD), max(0, verb))
    if joining := _JOINING.match(text, start, end):
        start = joining.end()
    if loose := _LOOSE.search(text[start:end] + " "):
        end = min(end, start + loose.start())
    return start, _balanced(text, start, end)


def _balanced(text: str, start: int, end: int) -> int:
    """`end`, moved behind the bracket that closes one of the quotation."""
    closing, inside = text[end : end + 1], text[start:end]
    is_open = closing in _PAIRS and inside.count(_PAIRS[closing]) > inside.count(closing)
    return end + 1 if is_open else end


def _inner(text: str) -> str:
    """A quotation's own quotation marks become single ones."""
    return text.replace("“", "‘").replace("”", "’").replace('"', "’")
