"""Citations of a model's answer: resolved against its sources, numbered by first use, repairs in plain sight.

Everything outside markers stays byte for byte (rag/citing/markers.py says what a marker is). Markers side by side
are one group, as in `[1], [2]`; `[1]–[3]` is a range. An id that is no source goes alone, with the comma or
"and" that joined it to the others; of an id twice in one bracket one is left. A group of which nothing is
left goes as a whole: with brackets, emphasis or `<sup>` that hold nothing else, and the blanks in front of it
(behind it, at the start of a line; none, when the text goes on right behind it).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.citing.claims import LABEL, SILENT, claim_text
from rag.citing.markers import Ids, loose_references
from rag.citing.segments import Segment, SegmentReader
from rag.citing.spans import StreamedText, read_spans
from rag.citing.wrappings import Unwrapper
from rag.records import CitedSentence, Repair

_JOINT = re.compile(r"[ \t]*(?:[,;，、&/+]?[ \t]*(?:and|or)?[ \t]*|[-‐‑‒–—−])", re.IGNORECASE)
_DASHES = tuple("-‐‑‒–—−")
_WRAPS = (("(", ")"), ("（", "）"), ("[", "]"), ("**", "**"), ("__", "__"), ("*", "*"), ("<sup>", "</sup>"))
_BLANKS = " \t\u00a0\u202f"
_GOES_ON = re.compile(r"[^\W_]|[(\[{<$`\\“‘]")
_LISTED = 5  # ids named in a repair
_APART = "…"  # in `[[9] 1]`, of which the bare removal of [9] would leave a marker that nobody wrote


@dataclass(frozen=True, slots=True)
class _Resolved:
    """What is `shown` for `start` to `end`, the papers it cites, and the ids that are no sources."""

    start: int
    end: int
    shown: str
    papers: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Marker:
    """A marker of a segment, `joint` being the text that joins it to the one before in its group."""

    joint: str
    start: int
    end: int
    ids: Ids


class CitationReader:
    """Reads one answer as it streams in; what it gives out is final.

    `valid` maps the numbers of the prompt to paper ids, `taken` the papers that a conversation already cites
    to their numbers. `numbers` holds those and what this answer adds: a new paper gets the next free number.
    """

    def __init__(self, valid: Mapping[int, str], taken: Mapping[str, int] | None = None) -> None:
        self.numbers: dict[str, int] = dict(taken or {})
        self._valid = dict(valid)
        self._text = Unwrapper()
        self._segments = SegmentReader(self._valid)
        self._repairs: list[Repair] = []
        self._shown = False
        self._among_references = False

    def feed(self, delta: str) -> list[CitedSentence]:
        """The sentences that `delta` finishes."""
        return self._resolve_all(self._segments.feed(self._text.feed(delta)))

    def close(self) -> list[CitedSentence]:
        """The sentences of what is left, also of a text cut off in the middle; feed nothing afterwards.

        Repairs that no sentence is left to carry come with a last, empty one, unless all of it is empty.
        """
        sentences = self._resolve_all([*self._segments.feed(self._text.close()), *self._segments.close()])
        if self._repairs and self._shown:
            sentences.append(CitedSentence("", "", "", (), self._take_repairs()))
        return sentences

    def _resolve_all(self, segments: Iterable[Segment]) -> list[CitedSentence]:
        self._repairs += self._text.repairs
        self._text.repairs = []
        return [sentence for segment in segments if (sentence := self._resolve(segment))]

    def _take_repairs(self) -> tuple[Repair, ...]:
        repairs, self._repairs = tuple(self._repairs), []
        return repairs

    def _resolve(self, segment: Segment) -> CitedSentence | None:
        """The segment with its markers resolved; None when nothing is left of it to show."""
        groups = [self._resolve_group(group) for group in _groups(segment)]
        text = self._without_new_markers(segment, groups)
        cited = tuple(dict.fromkeys(paper for group in groups for paper in group.papers))
        self._repairs += [_removal(group) for group in groups if group.lost]
        self._repairs += _loose(segment, bool(cited))
        if not text:
            return None
        self._shown = True
        without = _resolved(segment, [replace(group, shown="") for group in groups])[segment.start :]
        claim = "" if self._is_reference(segment) else claim_text(segment.kind, without, bool(cited))
        return CitedSentence(text, segment.after, claim, cited, self._take_repairs(), _unread(segment))

    def _without_new_markers(self, segment: Segment, groups: Sequence[_Resolved]) -> str:
        """The segment's text as shown; where a removal would make a marker of what is left, "…" keeps it apart."""
        text = _resolved(segment, groups)
        if all(group.shown for group in groups):
            return text
        spans = read_spans(StreamedText(text, final=True, valid=self.numbers.values()))
        made = sum(span.kind == "marker" for span in spans) > sum(len(group.papers) for group in groups)
        return _resolved(segment, [replace(g, shown=g.shown or _APART) for g in groups]) if made else text

    def _is_reference(self, segment: Segment) -> bool:
        """Whether a segment is an entry, `[1] …`, of a list of references that a model put below its answer."""
        entry = bool(segment.spans) and segment.spans[0].kind == "marker" and segment.spans[0].start == segment.start
        # "**Sources:**" alone announces a list of references.
        heads = bool(re.search(r"\w", segment.text) and LABEL.fullmatch(segment.text.lstrip("#")))
        among, self._among_references = self._among_references, heads
        self._among_references |= among and entry
        return among and entry

    def _resolve_group(self, group: Sequence[_Marker]) -> _Resolved:
        shown, papers, lost = "", list[str](), list[str]()
        for joint, ids in _with_ranges(group):
            known = list(dict.fromkeys(self._valid[n] for n in ids.known(self._valid)))
            lost += ids.unknown(self._valid)
            papers += known
            if known:
                shown += (joint if shown else "") + markers_of(known, self.numbers)
        return _Resolved(group[0].start, group[-1].end, shown, tuple(papers), tuple(lost))


def markers_of(papers: Sequence[str], numbers: dict[str, int]) -> str:
    """The markers that cite `papers`; one that has no number yet gets the next free one in `numbers`."""
    for paper in papers:
        numbers.setdefault(paper, max(numbers.values(), default=0) + 1)
    return "".join(f"[{numbers[paper]}]" for paper in papers)


def with_round_brackets(text: str) -> str:
    """`text` with its own markers, `[35]`, in round brackets, so that a copy of it cites nothing of ours.

    The length stays the same, and so does the place of every other character.
    """
    markers = [span for span in read_spans(StreamedText(text, final=True)) if span.kind == "marker"]
    own = [span for span in markers if text[span.start] in "[【［"]
    return _put_in(text, [(span.start, span.end, f"({text[span.start + 1 : span.end - 1]})") for span in own])


def _groups(segment: Segment) -> list[list[_Marker]]:
    """The markers of a segment, those side by side together."""
    groups: list[list[_Marker]] = []
    for span in segment.spans:
        if span.ids is None:
            continue
        joint = segment.text[groups[-1][-1].end : span.start] if groups else ""
        if groups and _JOINT.fullmatch(joint):
            groups[-1].append(_Marker(joint, span.start, span.end, span.ids))
        else:
            groups.append([_Marker("", span.start, span.end, span.ids)])
    return groups


def _with_ranges(group: Sequence[_Marker]) -> list[tuple[str, Ids]]:
    """The ids of a group with what joins them, each `[1]–[3]` as the range it means."""
    parts: list[tuple[str, Ids]] = []
    for marker in group:
        both = parts[-1][1].to(marker.ids) if parts and marker.joint in _DASHES else None
        if both:
            parts[-1] = (parts[-1][0], both)
        else:
            parts.append((marker.joint, marker.ids))
    return parts


def _resolved(segment: Segment, groups: Iterable[_Resolved]) -> str:
    """The segment's text with what is shown in place of each group."""
    places = ((g.start, g.end) if g.shown else _widened(segment.text, segment.start, g) for g in groups)
    return _put_in(segment.text, [(*place, g.shown) for place, g in zip(places, groups, strict=True)])


def _put_in(text: str, places: Iterable[tuple[int, int, str]]) -> str:
    """`text` with each stretch (start, end, put) replaced; one may begin within the one before it."""
    pieces, position = [], 0
    for start, end, put in places:
        pieces += [text[position : max(position, start)], put]
        position = end
    return "".join([*pieces, text[position:]])


def _widened(text: str, start: int, group: _Resolved) -> tuple[int, int]:
    """What goes with a group of which nothing is left: what encloses it alone, and blanks on one side."""
    begin, end = _unwrapped(text, group.start, group.end)
    front = len(text[:begin].rstrip(_BLANKS)) if begin and text[begin - 1] in _BLANKS else begin
    if begin <= start or text[front - 1 : front] == "\n":
        return begin, len(text) - len(text[end:].lstrip(_BLANKS))
    return begin if _GOES_ON.match(text, end) else front, end


def _unwrapped(text: str, begin: int, end: int) -> tuple[int, int]:
    for opening, closing in _WRAPS:
        if text.endswith(opening, 0, begin) and text.startswith(closing, end):
            return _unwrapped(text, begin - len(opening), end + len(closing))
    return begin, end


def _removal(group: _Resolved) -> Repair:
    names = [f"[{n}]" for n in dict.fromkeys(group.lost)]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    reason = "no source of this answer has that number; the marker was removed."
    return Repair("invented-citation", f"The model cited {', '.join(names[:_LISTED])}{more}, but {reason}")


def _loose(segment: Segment, cites: bool) -> list[Repair]:
    """A repair for each thing in the segment that looks like a reference and names no source."""
    if segment.kind in SILENT:
        return []
    # A blank line for each span, so that nothing is found in or across one.
    prose = _put_in(segment.text, [(span.start, span.end, "\n\n") for span in segment.spans])
    kept = [segment.text[span.start : span.end] for span in segment.spans if span.kind == "kept"]
    reason = "which names no source by its number; it was left as it is, and not checked."
    found = loose_references(prose, kept, cites)
    return [Repair("unlinked-citation", f"The model wrote “{words}”, {reason}") for words in found]


def _unread(segment: Segment) -> str:
    """What a segment is that has words and is left as it was written; "" for what is read."""
    if segment.kind == "code" and re.search(r"\w", segment.text.partition("\n")[2]):
        return "code block"
    says = segment.kind == "definition" and segment.text.startswith("[^") and len(segment.text.split()) > 3
    return "footnote" if says else ""
