"""Where a sentence of a model's text ends, its citations included.

A stop ends a sentence where store/sentences.py says so, asked with what stands in front and the word behind.
Citations behind the stop belong to the sentence ("by 24%. [1] The next"), and so do lines that hold nothing
else, unless the next word is in lower case: in "by 24%. [1] shows that" a new sentence begins at the marker.
A line break ends a sentence unless the next line goes on in lower case.
"""

import re

from rag.citing.spans import Span, StreamedText, read_span
from store.sentences import sentence_spans

STOPS = ".!?…。！？"
STOP = re.compile(rf"[{STOPS}]+[\"'”’»)\]」』）*_]*")
_WIDE_STOPS = "。！？"
_JOIN = re.compile(r"[ \t]*(?:[,;][ \t]*)?")
_WHITE, _BLANKS = re.compile(r"\s*"), re.compile(r"[ \t]*")
_LONGEST_WORD = 40
_WORD = re.compile(rf"\w{{0,{_LONGEST_WORD}}}")
_QUOTES = re.compile(r"[*_\"'“‘(\[【<]*")
_LETTERED = re.compile(r"[a-z][.)]\s")
_NEVER_LAST = re.compile(r"\b(?:e\.g|i\.e|cf|viz|approx|eqs?|figs?|resp|vs)\.\Z", re.IGNORECASE)
_SELDOM_LAST = re.compile(r"\b(?:et al|refs?|secs?)\.\Z", re.IGNORECASE)
_WRAPS = {"(": ")", "<sup>": "</sup>"}
_PROBE = 60

End = tuple[int, list[Span]]


def line_end(source: StreamedText, index: int) -> End | None:
    """The end of the sentence that stands in front of the line break at `index`; None when it goes on."""
    if not _breaks(source, index):
        return None
    while source.text[index - 1].isspace():
        index -= 1
    return _with_lines_below(source, index, [])


def stop_end(source: StreamedText, start: int, behind: int) -> End | None:
    """The end of the sentence whose stop is `text[start:behind]`, with the citations that follow it.

    None when the stop ends nothing, as in "e.g." or "24.5".
    """
    run, spans = _citations(source, behind)
    if spans and (source.text[start] in _WIDE_STOPS or _belong_in_front(source, run)):
        run = source.skip(STOP, run) if source.at(run) in tuple(STOPS) else run
        return _with_lines_below(source, run, spans) if _ends(source, start, behind, run) else None
    if spans and _SELDOM_LAST.search(source.before(behind, 20)):
        return None
    ends = _ends(source, start, behind, behind, before_marker=bool(spans))
    return _with_lines_below(source, behind, []) if ends else None


def _citations(source: StreamedText, index: int, wrapped: bool = False) -> End:
    """The end of the markers at `index`, and the markers."""
    end: int = index
    spans: list[Span] = []
    while True:
        begin = source.skip(_JOIN if spans else _BLANKS, end)
        found = _citation(source, begin, wrapped)
        if not found:
            return end, spans
        end, spans = found[0], spans + found[1]


def _citation(source: StreamedText, index: int, wrapped: bool) -> End | None:
    """One marker at `index`, or several within round brackets or `<sup>`."""
    if source.at(index) not in tuple("[【［(<\\"):
        return None
    span = read_span(source, index)
    if span and span.kind == "marker":
        return span.end, [span]
    for opening, closing in () if wrapped else _WRAPS.items():
        inside = index + len(opening)
        if source.text.startswith(opening, index) and source.at(inside) in tuple("[【［"):
            end, spans = _citations(source, inside, wrapped=True)
            return (end + len(closing), spans) if spans and source.text.startswith(closing, end) else None
    return None


def _belong_in_front(source: StreamedText, end: int) -> bool:
    """Whether markers that end at `end` close a sentence, and do not begin the next one."""
    following = source.at(end)
    if following in tuple(STOPS):
        return True
    if following.strip():
        return False
    begin = source.skip(_WHITE, end)
    if not source.at(begin).islower() or _breaks(source, end):
        return True
    return not _next_word(source, end).islower()


def _ends(source: StreamedText, start: int, behind: int, end: int, before_marker: bool = False) -> bool:
    following = source.at(end)
    if not following:
        return True
    if not following.isspace():
        return source.text[start] in _WIDE_STOPS
    if _breaks(source, end):
        return True
    # A text that begins with a bracket would hide every sentence end in it.
    text = "It " + source.before(behind, _PROBE).rstrip("*_")
    if _NEVER_LAST.search(text):
        return False
    word = "The" if before_marker else _next_word(source, end)
    return any(last == len(text) for _, last in sentence_spans(f"{text} {word}"))


def _next_word(source: StreamedText, end: int) -> str:
    """The word behind the white space at `end`; one that may begin a sentence in place of any other sign."""
    begin = source.skip(_QUOTES, source.skip(_WHITE, end))
    behind = source.skip(_WORD, begin)
    if behind - begin < _LONGEST_WORD:
        source.at(behind)
    return source.text[begin:behind] or "The"


def _breaks(source: StreamedText, index: int) -> bool:
    """Whether the white space at `index` holds the end of a paragraph, or of a line that does not go on."""
    begin = source.skip(_WHITE, index)
    following, lines = source.at(begin), source.text.count("\n", index, begin)
    if not following or lines != 1 or not following.islower():
        return not following or lines > 0
    source.at(begin + 2)
    return bool(_LETTERED.match(source.text, begin))


def _with_lines_below(source: StreamedText, end: int, spans: list[Span]) -> End:
    """The sentence that ends at `end`, lines of nothing but markers below it taken in."""
    while True:
        begin = source.skip(_WHITE, end)
        if source.at(begin) not in tuple("[【［") or "\n" not in source.text[end:begin]:
            return end, spans
        run, more = _citations(source, begin)
        behind = source.skip(_BLANKS, run)
        if not more or source.at(behind) not in ("\r", "\n", ""):
            return end, spans
        end, spans = run, spans + more
