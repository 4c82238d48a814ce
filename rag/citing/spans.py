"""What in a model's text is not plain prose: markers, and the code, maths, links and tags to leave alone.

A span is read at its first character, from a text that may still be growing. Each kind ends within its
line (display maths within its paragraph) and within a bounded reach, so a stray backtick or bracket holds
nothing back for long, reading stays linear, and what is read never depends on how the text was cut up.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rag.citing.growing import LINE, Growing
from rag.citing.markers import Ids, is_labelled, is_maths, read_ids


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a text: a marker with its ids, or something to keep as it is.

    A "quiet" span, in quotes or brackets, is prose in which no sentence ends.
    """

    kind: Literal["marker", "kept", "quiet"]
    start: int
    end: int
    ids: Ids | None = None


_PARAGRAPH = re.compile(r"\n[ \t\r]*\n")
_CLOSING_QUOTE = {'"': re.compile(r'"(?!\w)'), "“": re.compile("”")}
_SPACE = re.compile(r"\s")
_REACH = 300
_FAR = 2000
_BRACKETS = re.compile(r"[\[\]\n]")
_NESTED = 8
_LITERAL = re.compile(r"`+|\$+|\\[^\w\s]|.")

OPENERS = re.compile(r"[\\`$<\[【［(“\"]|https?://|www\.")
_URL = re.compile(r"(?:[^\s<>\[\]`\"]|\[[^\s\[\]]*\](?=[\w=&/%]))+")
_TARGET = re.compile(r"\((?![\[【［])(?:[^()\s]|\([^()\s]*\))*+(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)")
_ADDRESS = re.compile(r"\(\s*\S*(?:[/#:]|\.[a-z]{2})", re.IGNORECASE)
_ELEMENT = re.compile(r"<(a|code|kbd|math|pre|samp|script|style|svg)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_CURRENCY = re.compile(r"\d[^\\]*\s[a-z]{3,}\s")
_DOLLAR = re.compile(r"(?<=[^\s\\])\$(?![\d$])")


def read_span(source: Growing, start: int) -> Span | None:
    """The span that begins at `start`, where OPENERS matched; None when it is plain text after all.

    Raises Unfinished when that depends on text still to come.
    """
    return _READERS.get(source.text[start], _read_address)(source, start)


def read_spans(source: Growing) -> list[Span]:
    """The markers and what to keep in a finished text, in order."""
    spans, position = [], source.origin
    while match := OPENERS.search(source.text, position):
        span = read_span(source, match.start())
        skipped = not span or span.kind == "quiet"
        position = after_opener(source.text, match.start()) if skipped else span.end
        spans += [] if skipped else [span]
    return spans


def after_opener(text: str, start: int) -> int:
    """Where reading goes on behind an opener that opened nothing: a run of backticks or an escape is one."""
    return _LITERAL.match(text, start).end()


def _read_code(source: Growing, start: int) -> Span | None:
    ticks = re.compile(r"`+").match(source.text, start)[0]
    source.at(start + len(ticks))
    closing = source.find(re.compile(rf"(?<!`){ticks}(?!`)"), start + len(ticks), _FAR, LINE)
    latex_quotes = ticks == "``" and closing and "''" in source.text[start : closing.start()]
    return Span("kept", start, closing.end()) if closing and not latex_quotes else None


def _read_dollars(source: Growing, start: int) -> Span | None:
    if source.at(start + 1) == "$":
        return _enclosed(source, start, start + 2, r"\$\$")
    if source.at(start + 1).isspace():
        return None
    closing = source.find(_DOLLAR, start + 1, _REACH, LINE)
    if not closing or _CURRENCY.match(source.text, start + 1, closing.start()):
        return None
    return Span("kept", start, closing.end())


def _read_backslash(source: Growing, start: int) -> Span | None:
    following = source.at(start + 1)
    if following == "(":
        return _enclosed(source, start, start + 2, r"\\\)")
    if following == "[":
        return _escaped_marker(source, start) or _enclosed(source, start, start + 2, r"\\\]")
    if following != "b":
        return None
    source.find(re.compile(r"\}"), start, 40, _SPACE)
    name = re.compile(r"\\begin(\{[A-Za-z]+\*?\})").match(source.text, start)
    return _enclosed(source, start, name.end(), re.escape(f"\\end{name[1]}")) if name else None


def _escaped_marker(source: Growing, start: int) -> Span | None:
    closing = source.find(re.compile(r"\]"), start + 2, _REACH, LINE)
    body = source.text[start + 2 : closing.start()] if closing else ""
    return _marker(source, start, closing.end(), read_ids(body.removesuffix("\\"))) if closing else None


def _enclosed(source: Growing, start: int, inside: int, closing: str) -> Span | None:
    match = source.find(re.compile(closing), inside, _FAR, _PARAGRAPH)
    return Span("kept", start, match.end()) if match else None


def _read_tag(source: Growing, start: int) -> Span | None:
    following = source.at(start + 1)
    if following == "!" and source.at(start + 2) == "-":
        return _enclosed(source, start, start + 3, "-->")
    if following != "/" and not (following.isascii() and following.isalpha()):
        return None
    end = source.find(re.compile("[<>]"), start + 1, _REACH, LINE)
    if not end or not (tag := _TAG.fullmatch(source.text, start, end.end())):
        return None
    element = _ELEMENT.match(tag[0])
    whole = element and _enclosed(source, start, tag.end(), f"(?i:</{element[1]}>)")
    return whole or Span("kept", start, tag.end())


def _read_address(source: Growing, start: int) -> Span | None:
    source.find(_SPACE, start, _FAR, LINE)
    match = _URL.match(source.text, start, start + _FAR)
    return Span("kept", start, start + len(match[0].rstrip(".,;:!?)*_'")))


def _read_quote(source: Growing, start: int) -> Span | None:
    if source.text[start] == '"' and source.before(start, 1).isalnum():
        return None
    closing = source.find(_CLOSING_QUOTE[source.text[start]], start + 1, _REACH, LINE)
    return Span("quiet", start, closing.end()) if closing else None


def _read_round(source: Growing, start: int) -> Span | None:
    closing = source.find(re.compile(r"\)"), start + 1, _REACH, LINE)
    if not closing:
        return None
    body = source.text[start + 1 : closing.start()]
    labelled = _marker(source, start, closing.end(), read_ids(body)) if is_labelled(body) else None
    return labelled or Span("quiet", start, closing.end())


def _read_lenticular(source: Growing, start: int) -> Span | None:
    closing = source.find(re.compile("】" if source.text[start] == "【" else "］"), start + 1, 60, LINE)
    ids = read_ids(source.text[start + 1 : closing.start()]) if closing else None
    return _marker(source, start, closing.end(), ids) if ids else None


def _read_square(source: Growing, start: int) -> Span | None:
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


def _link(source: Growing, start: int, end: int, ids: Ids | None) -> Span | None:
    """`[text](target)`; behind ids alone only when the target looks like an address."""
    target = _TARGET.match(source.text, end, end + _REACH)
    if not target:
        source.need_line(end, _REACH)
    is_link = target and (ids is None or _ADDRESS.match(target[0]))
    return Span("kept", start, target.end()) if is_link else None


def _closing_bracket(source: Growing, start: int) -> int | None:
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


def _marker(source: Growing, start: int, end: int, ids: Ids | None) -> Span | None:
    if ids is None:
        return None
    after = source.at(end) + (source.at(end + 1) if source.at(end) == "^" else "")
    if is_maths(source.before(start, 60), ids, after, source.valid):
        return Span("kept", start, end)
    return Span("marker", start, end, ids)


_READERS: dict[str, Callable[[Growing, int], Span | None]] = {
    "\\": _read_backslash,
    "`": _read_code,
    "$": _read_dollars,
    "<": _read_tag,
    "[": _read_square,
    "【": _read_lenticular,
    "［": _read_lenticular,
    "(": _read_round,
    '"': _read_quote,
    "“": _read_quote,
}
