"""A model's text, as it streams in, cut into segments: sentences, and blocks such as code, a heading, a table row.

A segment is given out once what follows it can no longer change it, so it is never taken back and does not
depend on how the text was cut up on its way here.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from rag.citing.sentence_ends import STOP, STOPS, line_end, stop_end
from rag.citing.spans import LINE, LITERAL, OPENERS, Span, StreamedText, Unfinished, read_span, read_spans

Kind = Literal["text", "code", "heading", "row", "rule", "definition"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or block: `text`, the white space `after` it, its spans, and where its words begin.

    `start` is the length of the list or quote sign in front.
    """

    kind: Kind
    text: str
    after: str
    spans: tuple[Span, ...] = ()
    start: int = 0


_EVENT = re.compile(rf"[{STOPS}\n]|{OPENERS.pattern}")
_WHITE = re.compile(r"\s*")
_FENCE = re.compile(r"(`{3,}(?![^\n]*`)|~{3,})[^\n]*(?:\n|\Z)")
_HASHES = re.compile(r"#*[ \t]*")
_HEADING = re.compile(r"#{1,6}[ \t]")
_NO_HASH = re.compile(r"[^#]")
_RULE = re.compile(r"(?:[-*_=][ \t]*){3,}")
_NO_RULE = re.compile(r"[^-*_= \t\r]")
_LABEL_END = re.compile(r"\]")
_DEFINITION = re.compile(r"\[\^[^\]\s]+\]:|\[[^\]\n]+\]:[ \t]*(?:<|#|/|www\.|[a-z]+:)", re.IGNORECASE)
_ITEM = re.compile(r"(?:>[ \t]*)*(?:(?:[-*+•–]|\(?(?:[0-9]{1,3}|[a-z])[.)])[ \t]+(?:\[[ xX]\][ \t]+)?)?")
_FAR = 2000


class SegmentReader:
    """Cuts a growing text into segments; all `text + after` joined give it back, less leading white space."""

    def __init__(self, valid: Collection[int]):
        self._valid = frozenset(valid)
        self._pending = ""
        self._at_line_start = True
        self._next_try = 0

    def feed(self, delta: str) -> list[Segment]:
        """The segments that `delta` finishes."""
        self._pending += delta
        if len(self._pending) < self._next_try:
            return []
        return self._read(final=False)

    def close(self) -> list[Segment]:
        """The segments of what is left; nothing may be fed afterwards."""
        return self._read(final=True)

    def _read(self, final: bool) -> list[Segment]:
        segments, position, text = [], 0, self._pending
        try:
            position = len(text) - len(text.lstrip()) if self._at_line_start else 0
            while position < len(text):
                segment = _next_segment(StreamedText(text, final, self._valid, position), self._at_line_start)
                position += len(segment.text) + len(segment.after)
                self._at_line_start = "\n" in segment.after
                segments.append(segment)
        except Unfinished:
            pass
        self._pending = text[position:]
        self._back_off()
        return segments

    def _back_off(self) -> None:
        """A segment that grows very long is looked at again ever more rarely, so that the cost stays linear."""
        size = len(self._pending)
        self._next_try = size + size // 4 if size > _FAR else 0


def _next_segment(source: StreamedText, line_start: bool) -> Segment:
    if not line_start:
        return _sentence(source, source.origin)
    return _code(source) or _line(source) or _sentence(source, source.skip(_ITEM, source.origin))


def _sentence(source: StreamedText, start: int) -> Segment:
    """The segment up to its first sentence end, its words beginning at `start`."""
    position, quiet = start, 0
    spans: list[Span] = []
    while event := _EVENT.search(source.text, position):
        at, sign = event.start(), event[0]
        if sign == "\n" or sign in STOPS:
            position = at + 1 if sign == "\n" else source.skip(STOP, at)
            if position >= quiet and (end := _end(source, at, position)):
                return _cut(source, "text", end[0], spans + end[1], start)
            continue
        span = read_span(source, at)
        position = span.end if span and span.kind != "quiet" else source.skip(LITERAL, at)
        if span and span.kind == "quiet":
            quiet = max(quiet, span.end)
        elif span:
            spans.append(span)
    source.at(len(source.text))
    return _cut(source, "text", len(source.text), spans, start)


def _end(source: StreamedText, start: int, behind: int) -> tuple[int, list[Span]] | None:
    return line_end(source, start) if source.text[start] == "\n" else stop_end(source, start, behind)


def _code(source: StreamedText) -> Segment | None:
    """A fenced code block, also of a list, to its closing fence or else to the end of the text."""
    origin = source.skip(_ITEM, source.origin)
    first = source.at(origin)
    if first not in ("`", "~") or any(source.at(origin + index) != first for index in (1, 2)):
        return None
    _end_of_line(source, origin)
    fence = _FENCE.match(source.text, origin)
    if not fence:
        return None
    closing = re.compile(rf"^[ \t>]*{fence[1]}{first}*[ \t]*\r?$", re.MULTILINE)
    close = closing.search(source.text, fence.end())
    if not source.final and (not close or close.end() == len(source.text)):
        raise Unfinished
    return _cut(source, "code", close.end() if close else len(source.text), [], origin)


def _line(source: StreamedText) -> Segment | None:
    """A segment that is one whole line."""
    kind = _line_kind(source)
    if not kind:
        return None
    end = _end_of_line(source, source.origin)
    line = StreamedText(source.text[:end], True, source.valid, source.origin)
    spans = [] if kind in ("definition", "rule") else read_spans(line)
    return _cut(source, kind, end, spans, source.skip(_HASHES, source.origin))


def _line_kind(source: StreamedText) -> Kind | None:
    first = source.text[source.origin]
    if first == "|":
        return _row_kind(source)
    if first == "#":
        source.find(_NO_HASH, source.origin, 7, LINE)
        return "heading" if _HEADING.match(source.text, source.origin) else None
    if first in "-*_=":
        source.find(_NO_RULE, source.origin, _FAR, LINE)
        line = source.text[source.origin :].partition("\n")[0]
        return "rule" if _RULE.fullmatch(line.strip()) else None
    return "definition" if first == "[" and _is_definition(source) else None


def _row_kind(source: StreamedText) -> Kind:
    """A table's first row names its columns and its second rules them off; neither claims anything."""
    end = _end_of_line(source, source.origin)
    if _is_separator(source.text[source.origin : end]):
        return "rule"
    if source.at(end + 1) != "|":
        return "row"
    return "heading" if _is_separator(source.text[end + 1 : _end_of_line(source, end + 1)]) else "row"


def _is_separator(line: str) -> bool:
    return "-" in line and not line.strip(" \t\r|:-")


def _is_definition(source: StreamedText) -> bool:
    """A link's or footnote's definition, `[1]: https://…` or `[^1]: …`."""
    label = source.find(_LABEL_END, source.origin, 80, LINE)
    if not label or source.at(label.end()) != ":":
        return False
    _end_of_line(source, source.origin)
    return bool(_DEFINITION.match(source.text, source.origin))


def _end_of_line(source: StreamedText, start: int) -> int:
    """Where the line at `start` ends. Raises Unfinished while it is still growing."""
    end = source.text.find("\n", start)
    if end < 0:
        source.at(len(source.text))
    return end if end >= 0 else len(source.text)


def _cut(source: StreamedText, kind: Kind, end: int, spans: list[Span], start: int) -> Segment:
    """The segment from the origin to `end`. Raises Unfinished until the white space behind it is known."""
    origin = source.origin
    text = source.text[origin:end].rstrip()
    behind = source.skip(_WHITE, origin + len(text))
    source.at(behind)
    moved = tuple(replace(span, start=span.start - origin, end=span.end - origin) for span in spans)
    return Segment(kind, text, source.text[origin + len(text) : behind], moved, min(start - origin, len(text)))
