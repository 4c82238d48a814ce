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

from rag.citing.claimtext import claim_text, heads_references
from rag.citing.growing import Growing
from rag.citing.markers import Ids
from rag.citing.modeltext import ModelText
from rag.citing.spans import Span, read_spans
from rag.citing.units import Unit, UnitReader
from rag.citing.unlinked import unlinked
from rag.records import CitedSentence, Repair

_JOINT = re.compile(r"[ \t]*(?:[,;，、&/+]?[ \t]*(?:and|or)?[ \t]*|[-‐‑‒–—−])", re.IGNORECASE)
_DASHES = tuple("-‐‑‒–—−")
_WRAPS = (("(", ")"), ("（", "）"), ("[", "]"), ("**", "**"), ("__", "__"), ("*", "*"), ("<sup>", "</sup>"))
_BLANKS = " \t\u00a0\u202f"
_GOES_ON = re.compile(r"[^\W_]|[(\[{<$`\\“‘]")
_REASONING_END = re.compile(r"</(?:think|thinking|thought|reasoning)>")
_NAMED = 5
_APART = "…"  # in `[[9] 1]`, of which the bare removal of [9] would leave a marker that nobody wrote

Group = list[tuple[str, Span]]  # each marker with the text that joins it to the one before


@dataclass(frozen=True, slots=True)
class _Resolved:
    """What is `shown` for `start` to `end`, the papers it cites, and the ids that are no sources."""

    start: int
    end: int
    shown: str
    papers: tuple[str, ...]
    lost: tuple[str, ...]


class CitationReader:
    """Reads one answer as it streams in; what it gives out is final.

    `valid` maps the numbers of the prompt to paper ids, `taken` the papers that a conversation already cites
    to their numbers. `numbers` holds those and what this answer adds: a new paper gets the next free number.
    """

    def __init__(self, valid: Mapping[int, str], taken: Mapping[str, int] | None = None) -> None:
        self.numbers: dict[str, int] = dict(taken or {})
        self._valid = dict(valid)
        self._text = ModelText()
        self._units = UnitReader(self._valid)
        self._repairs: list[Repair] = []
        self._shown = False
        self._among_references = False

    def feed(self, delta: str) -> list[CitedSentence]:
        """The sentences that `delta` finishes."""
        return self._resolve_all(self._units.feed(self._text.feed(delta)))

    def close(self) -> list[CitedSentence]:
        """The sentences of what is left, also of a text cut off in the middle; feed nothing afterwards.

        Repairs that no sentence is left to carry come with a last, empty one, unless all of it is empty.
        """
        sentences = self._resolve_all([*self._units.feed(self._text.close()), *self._units.close()])
        if self._repairs and self._shown:
            sentences.append(CitedSentence("", "", "", (), self._take_repairs()))
        return sentences

    def _resolve_all(self, units: Iterable[Unit]) -> list[CitedSentence]:
        self._repairs += self._text.repairs
        self._text.repairs = []
        return [sentence for unit in units if (sentence := self._resolve(unit))]

    def _take_repairs(self) -> tuple[Repair, ...]:
        repairs, self._repairs = tuple(self._repairs), []
        return repairs

    def _resolve(self, unit: Unit) -> CitedSentence | None:
        """The unit with its markers resolved; None when nothing is left of it to show."""
        if _REASONING_END.fullmatch(unit.text):
            self._repairs.append(Repair("reasoning", "What stands above here is the model's reasoning."))
            return None
        groups = [self._resolve_group(group) for group in _groups(unit)]
        text = self._without_new_markers(unit, groups)
        cited = tuple(dict.fromkeys(paper for group in groups for paper in group.papers))
        self._repairs += [_removal(group) for group in groups if group.lost]
        self._repairs += unlinked(unit, bool(cited))
        if not text:
            return None
        self._shown = True
        claim = "" if self._is_reference(unit) else _claim(unit, groups)
        return CitedSentence(text, unit.after, claim, cited, self._take_repairs())

    def _without_new_markers(self, unit: Unit, groups: Sequence[_Resolved]) -> str:
        """The unit's text as shown; where a removal would make a marker of what is left, "…" keeps it apart."""
        text = _put_in(unit.text, unit.start, groups)
        if all(group.shown for group in groups):
            return text
        spans = read_spans(Growing(text, final=True, valid=self.numbers.values()))
        made = sum(span.kind == "marker" for span in spans) > sum(len(group.papers) for group in groups)
        return _put_in(unit.text, unit.start, [replace(g, shown=g.shown or _APART) for g in groups]) if made else text

    def _is_reference(self, unit: Unit) -> bool:
        """Whether a unit is an entry, `[1] …`, of a list of references that a model put below its answer."""
        entry = bool(unit.spans) and unit.spans[0].kind == "marker" and unit.spans[0].start == unit.start
        among, self._among_references = self._among_references, heads_references(unit.text)
        self._among_references |= among and entry
        return among and entry

    def _resolve_group(self, group: Group) -> _Resolved:
        shown, papers, lost = "", [], []
        for joint, ids in _with_ranges(group):
            known = list(dict.fromkeys(self._valid[n] for n in ids.known(self._valid)))
            lost += ids.unknown(self._valid)
            papers += known
            if known:
                shown += (joint if shown else "") + self._markers(known)
        return _Resolved(group[0][1].start, group[-1][1].end, shown, tuple(papers), tuple(lost))

    def _markers(self, papers: Sequence[str]) -> str:
        free = max(self.numbers.values(), default=0) + 1
        for paper in papers:
            if self.numbers.setdefault(paper, free) == free:
                free += 1
        return "".join(f"[{self.numbers[paper]}]" for paper in papers)


def with_round_brackets(text: str) -> str:
    """`text` with its own markers, `[35]`, in round brackets, so that a copy of it cites nothing of ours.

    The length stays the same, and so does the place of every other character.
    """
    pieces, position = [], 0
    for span in read_spans(Growing(text, final=True)):
        if span.kind == "marker" and text[span.start] in "[【［":
            pieces += [text[position : span.start], "(", text[span.start + 1 : span.end - 1], ")"]
            position = span.end
    return "".join([*pieces, text[position:]])


def _groups(unit: Unit) -> list[Group]:
    """The markers of a unit, those side by side together."""
    groups: list[Group] = []
    for span in unit.spans:
        if span.kind != "marker":
            continue
        joint = unit.text[groups[-1][-1][1].end : span.start] if groups else ""
        if groups and _JOINT.fullmatch(joint):
            groups[-1].append((joint, span))
        else:
            groups.append([("", span)])
    return groups


def _with_ranges(group: Group) -> list[tuple[str, Ids]]:
    """The ids of a group with what joins them, each `[1]–[3]` as the range it means."""
    parts: list[tuple[str, Ids]] = []
    for joint, span in group:
        both = parts[-1][1].to(span.ids) if parts and joint in _DASHES else None
        if both:
            parts[-1] = (parts[-1][0], both)
        else:
            parts.append((joint, span.ids))
    return parts


def _put_in(text: str, start: int, groups: Iterable[_Resolved]) -> str:
    """`text`, whose words begin at `start`, with what is shown in place of each group."""
    pieces, position = [], 0
    for group in groups:
        begin, end = (group.start, group.end) if group.shown else _widened(text, start, group)
        pieces += [text[position : max(position, begin)], group.shown]
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
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    listed = ", ".join(names[:_NAMED]) + more
    reason = "no source of this answer has that number; the marker was removed."
    return Repair("invented-citation", f"The model cited {listed}, but {reason}")


def _claim(unit: Unit, groups: Sequence[_Resolved]) -> str:
    bare = [_Resolved(group.start, group.end, "", (), ()) for group in groups]
    cited = any(group.papers for group in groups)
    return claim_text(unit.kind, _put_in(unit.text, unit.start, bare)[unit.start :], cited)
