"""What in a model's text is not plain prose: markers, and the code, maths, links and tags to leave alone.

A span is read at its first character, from a text that may still be growing. Each kind ends within its
line (display maths within its paragraph) and within a bounded reach, so a stray backtick or bracket holds
nothing back for long, reading stays linear, and what is read never depends on how the text was cut up.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from rag.citing.markers import Ids, is_labelled, is_maths, read_ids

LINE = re.compile(r"\n")


class Unfinished(Exception):
    """More text is needed to tell what stands here."""


@dataclass(frozen=True, slots=True)
class StreamedText:
    """A text as far as it is known; `final` when nothing follows. `valid` holds the ids of the sources.

    What stands before `origin` has been dealt with, and decides nothing any more.
    """

    text: str
    final: bool
    valid: Collection[int] = ()
    origin: int = 0

    def at(self, index: int) -> str:
        """The character at `index`, empty behind the end. Raises Unfinished if it is still to come."""
        if index >= len(self.text) and not self.final:
            raise Unfinished
        return self.text[index : index + 1]

    def before(self, index: int, length: int) -> str:
        """Up to `length` characters in front of `index`."""
        return self.text[max(self.origin, index - length) : index]

    def skip(self, pattern: re.Pattern, index: int, reach: int = 1 << 60) -> int:
        """Where what `pattern` matches at `index`, within `reach`, ends; `index` where it matches nothing."""
        match = pattern.match(self.text, index, index + reach)
        return match.end() if match else index

    def need_line(self, start: int, reach: int) -> None:
        """Raises Unfinished unless the line, or `reach` characters of it, are known from `start` on."""
        if not self.final and len(self.text) <= start + reach and "\n" not in self.text[start:]:
            raise Unfinished

    def find(self, closing: re.Pattern, start: int, reach: int, barrier: re.Pattern) -> re.Match | None:
        """The first match of `closing` from `start` on, before `barrier` and within `reach` characters.

        Raises Unfinished when text still to come could decide otherwise.
        """
        limit = min(len(self.text), start + reach)
        wall = barrier.search(self.text, start, limit)
        match = closing.search(self.text, start, wall.start() if wall else limit)
        open_ended = not self.final and not wall and len(self.text) <= start + reach
        if open_ended and (match is None or match.end() == len(self.text)):
            raise Unfinished
        return match


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a text: a marker with its ids, or something to keep as it is.

    A "quiet" span, in quotes or brackets, is prose in which no sentence ends.
    """

    kind: Literal["marker", "kept", "quiet"]
    start: int
    end: int
    ids: Ids | None = None


_PARAGRAPH, _SPACE = re.compile(r"\n[ \t\r]*\n"), re.compile(r"\s")
_ENDS = {'"': r'"(?!\w)', "“": "”", "[": r"\]", "【": "】", "［": "］", "(": r"\)"}
_CLOSING = {sign: re.compile(end) for sign, end in _ENDS.items()}
_CORNER, _REACH, _FAR, _NESTED = 60, 300, 2000, 8  # characters of 【】, a bracket, a block at most; nested brackets
_BRACKETS = re.compile(r"[\[\]\n]")
LITERAL = re.compile(r"`+|\$+|\\[^\w\s]|.")  # an opener that opened nothing: a run of backticks or an escape is one
OPENERS = re.compile(r"[\\`$<\[【［(“\"]|https?://|www\.")
_URL = re.compile(r"(?:[^\s<>\[\]`\"]|\[[^\s\[\]]*\](?=[\w=&/%]))+")
_TARGET = re.compile(r"\((?![\[【［])(?:[^()\s]|\([^()\s]*\))*+(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)")
_ADDRESS = re.compile(r"\(\s*\S*(?:[/#:]|\.[a-z]{2})", re.IGNORECASE)
_ELEMENT = re.compile(r"<(a|code|kbd|math|pre|samp|script|style|svg)\b", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_CURRENCY = re.compile(r"\d[^\\]*\s[a-z]{3,}\s")
_DOLLAR = re.compile(r"(?<=[^\s\\])\$(?![\d$])")


def read_span(source: StreamedText, start: int) -> Span | None:
    """The span that begins at `start`, where OPENERS matched; None when it is plain text after all.

    Raises Unfinished when that depends on text still to come.
    """
    return _READERS.get(source.text[start], _read_address)(source, start)


def read_spans(source: StreamedText) -> list[Span]:
    """The markers and what to keep in a finished text, in order."""
    spans: list[Span] = []
    position = source.origin
    while match := OPENERS.search(source.text, position):
        span = read_span(source, match.start())
        if span and span.kind != "quiet":
            spans.append(span)
            position = span.end
        else:
            position = source.skip(LITERAL, match.start())
    return spans


def _read_code(source: StreamedText, start: int) -> Span | None:
    inside = source.skip(LITERAL, start)
    source.at(inside)
    ticks = source.text[start:inside]
    closing = source.find(re.compile(rf"(?<!`){ticks}(?!`)"), inside, _FAR, LINE)
    if not closing or (ticks == "``" and "''" in source.text[start : closing.start()]):  # LaTeX's quotes
        return None
    return Span("kept", start, closing.end())


def _read_dollars(source: StreamedText, start: int) -> Span | None:
    if source.at(start + 1) == "$":
        return _enclosed(source, start, start + 2, r"\$\$")
    if source.at(start + 1).isspace():
        return None
    closing = source.find(_DOLLAR, start + 1, _REACH, LINE)
    if not closing or _CURRENCY.match(source.text, start + 1, closing.start()):
        return None
    return Span("kept", start, closing.end())


def _read_backslash(source: StreamedText, start: int) -> Span | None:
    following = source.at(start + 1)
    if following == "(":
        return _enclosed(source, start, start + 2, r"\\\)")
    if following == "[":
        closing = source.find(_CLOSING["["], start + 2, _REACH, LINE)
        ids = read_ids(source.text[start + 2 : closing.start()].removesuffix("\\")) if closing else None
        escaped = _marker(source, start, closing.end(), ids) if closing else None
        return escaped or _enclosed(source, start, start + 2, r"\\\]")
    if following != "b":
        return None
    source.find(re.compile(r"\}"), start, 40, _SPACE)
    name = re.compile(r"\\begin(\{[A-Za-z]+\*?\})").match(source.text, start)
    return _enclosed(source, start, name.end(), re.escape(f"\\end{name[1]}")) if name else None


def _enclosed(source: StreamedText, start: int, inside: int, closing: str) -> Span | None:
    end = source.find(re.compile(closing), inside, _FAR, _PARAGRAPH)
    return Span("kept", start, end.end()) if end else None


def _read_tag(source: StreamedText, start: int) -> Span | None:
    following = source.at(start + 1)
    if following == "!" and source.at(start + 2) == "-":
        return _enclosed(source, start, start + 3, "-->")
    if following != "/" and not (following.isascii() and following.isalpha()):
        return None
    end = source.find(re.compile("[<>]"), start + 1, _REACH, LINE)
    if not end or not (tag := TAG.fullmatch(source.text, start, end.end())):
        return None
    element = _ELEMENT.match(tag[0])
    whole = _enclosed(source, start, tag.end(), f"(?i:</{element[1]}>)") if element else None
    return whole or Span("kept", start, tag.end())


def _read_address(source: StreamedText, start: int) -> Span | None:
    source.find(_SPACE, start, _FAR, LINE)
    address = source.text[start : source.skip(_URL, start, _FAR)]
    return Span("kept", start, start + len(address.rstrip(".,;:!?)*_'")))


def _read_pair(source: StreamedText, start: int) -> Span | None:
    """What stands between quotes, or between brackets that close with a sign of their own."""
    sign = source.text[start]
    if sign == '"' and source.before(start, 1).isalnum():
        return None
    corner = sign in "【［"
    closing = source.find(_CLOSING[sign], start + 1, _CORNER if corner else _REACH, LINE)
    if not closing:
        return None
    body = source.text[start + 1 : closing.start()]
    ids = read_ids(body) if corner or (sign == "(" and is_labelled(body)) else None
    found = _marker(source, start, closing.end(), ids)
    return found if found or corner else Span("quiet", start, closing.end())


def _read_square(source: StreamedText, start: int) -> Span | None:
    end = _closing_bracket(source, start)
    if end is None:
        return None
    body, following = source.text[start + 1 : end - 1], source.at(end)
    ids = read_ids(body)
    if following == "(" and (link := _link(source, start, end, ids)):
        return link
    if following == "[" and ids is None and (reference := _closing_bracket(source, end)):
        return None if read_ids(source.text[end + 1 : reference - 1]) else Span("kept", start, reference)
    if body.startswith("^"):
        return Span("kept", start, end)
    return _marker(source, start, end, ids) or Span("quiet", start, end)


def _link(source: StreamedText, start: int, end: int, ids: Ids | None) -> Span | None:
    """`[text](target)`; behind ids alone only when the target looks like an address."""
    target = _TARGET.match(source.text, end, end + _REACH)
    if not target:
        source.need_line(end, _REACH)
    return Span("kept", start, target.end()) if target and (ids is None or _ADDRESS.match(target[0])) else None


def _closing_bracket(source: StreamedText, start: int) -> int | None:
    """The end of the bracket that opens at `start`, others nested in it."""
    depth = 0
    for match in _BRACKETS.finditer(source.text, start, start + _REACH):
        depth += {"[": 1, "]": -1}.get(match[0], _NESTED)
        if depth == 0:
            return match.end()
        if depth > _NESTED:
            return None
    source.need_line(start, _REACH)
    return None


def _marker(source: StreamedText, start: int, end: int, ids: Ids | None) -> Span | None:
    if ids is None:
        return None
    after = source.at(end) + (source.at(end + 1) if source.at(end) == "^" else "")
    if is_maths(source.before(start, 60), ids, after, source.valid):
        return Span("kept", start, end)
    return Span("marker", start, end, ids)


_READERS: dict[str, Callable[[StreamedText, int], Span | None]] = {
    "\\": _read_backslash,
    "`": _read_code,
    "$": _read_dollars,
    "<": _read_tag,
    "[": _read_square,
    **dict.fromkeys('"“(【［', _read_pair),
}
