"""What a text claims: its paragraphs without their citations, cut into claims with the citation that answers for each.

A claim is a sentence, or the part of it that a citation governs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from store.sentences import sentence_spans

_CLAUSE = re.compile(
    r"(?i)[,;:]\s+(?:(?:and|while|whereas|but|or|yet|although|though)\s+)?|\s+(?:while|whereas|but)\s+"
    r"|\s+and\s+(?=they\b)"
)
_AUTHORS = re.compile(r"(?:\bet al\.?|\bthey|\b[A-Z][\w’'-]+(?:\s+and\s+[A-Z][\w’'-]+)?)(?:\s*\([^()]*\))?,?\s*$")
_OWN = re.compile(
    r"(?i)\b(?:we|our|ours|us|this (?:paper|work|section|article|thesis|survey)|in this|here,|below|above)\b"
)
# A part of the text itself ("Table 3", "Figs. 2 and 3a"), and an opening that only points to one.
_PART = (
    r"(?<!\w)(?:Tab(?:les?|\.)|Fig(?:ures?|s?\.)|Sec(?:tions?|s?\.)|Eq(?:uations?|s?\.)|Alg(?:orithms?|\.)|App(?:endix|\.)"
    r"|Chapters?|Theorems?|Lemmas?|Footnotes?|§)"
)
_NUMBERED = rf"{_PART}\s*\(?[A-Z]?\d[\d.]*[a-z]?\)?(?:(?:,|\s+and|\s+to|\s*[–-])\s*\(?\d[\d.]*[a-z]?\)?)*"
_POINTING = re.compile(rf"^As\s+(?:\w+\s+)?(?:in\s+)?(?:{_NUMBERED}|{_PART})(?:\s+shows?)?\s*,\s*")
_CLAIMS = re.compile(
    r"(?i)\d|\b(?:propos|introduc|present|demonstrat|outperform|achiev|improv|reduc|surpass|exceed|show|reveal|find|prove"
    r"|report|develop|design|train|learn|generat|predict|accelerat|enabl|fail|suffer|struggl|rel(?:y|ies)|requir)\w*\b"
    r"|\b(?:better|worse|faster|slower|first|best|state[- ]of[- ]the[- ]art|more|less|than)\b|\bet al\b"
)
# A sentence that announces what follows: it is cited there.
_SIGNPOST = re.compile(
    r"(?i)^(?:(?:a|an|one|another|the|our)\s+)?(?:(?:first|second|third|fourth|further|last|final|other|closely|related|main"
    r"|separate|different|recent)\s+)*(?:line|lines|strand|strands|body|group|family|thread|branch|direction)s?"
    r"(?: of (?:work|works|research|papers|studies|methods))?\b"
)


Kind = Literal["text", "caption", "cell", "quote"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Citations side by side: `keys` with the place of each in the file, at `place` of the paragraph.

    `textual` when the citation stands for its authors in the sentence, as `\\citet` does.
    """

    keys: tuple[tuple[str, int], ...]
    place: int
    textual: bool = False


@dataclass(slots=True)
class Paragraph:
    """Plain text with its citations taken out; `origins[i]` is where character i stood in the file."""

    kind: Kind = "text"
    chars: list[str] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The paragraph."""
        return "".join(self.chars)

    def add(self, text: str, origin: int, step: int = 1) -> None:
        """Append `text`; its characters stand at `origin`, `origin + step`, … (step 0: all at one place)."""
        for i, char in enumerate(text):
            self.chars.append(" " if char.isspace() else char)
            self.origins.append(origin + i * step)

    def mark(self, keys: list[tuple[str, int]], textual: bool, origin: int) -> None:
        """Append a citation; one right behind another joins it, the same one again is none ("they (2024) show").

        A textual one leaves "they" in the text.
        """
        last = self.marks[-1] if self.marks else None
        between = "".join(self.chars[last.place :]) if last else ""
        if last and {key for key, _ in keys} <= {key for key, _ in last.keys} and not between.strip(" ,;("):
            return
        if last and not textual and not last.textual and not between.strip(" ,;"):
            self.marks[-1] = Mark((*last.keys, *keys), last.place)
            return
        if textual:
            before = next((char for char in reversed(self.chars) if not char.isspace()), ".")
            self.add("They" if before in ".!?" else "they", origin, 0)
        self.marks.append(Mark(tuple(keys), len(self.chars), textual))


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of a file: its paragraphs, and its list of references (key → text)."""

    paragraphs: list[Paragraph]
    references: dict[str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim, where it begins in the file, and the citation that answers for it (None: none does)."""

    text: str
    place: int
    mark: Mark | None = None


def claims(paragraph: Paragraph) -> list[Claim]:
    """The claims of a paragraph, in order; every mark belongs to one."""
    text = paragraph.text
    spans = _joined(sentence_spans(text), text)
    limits = [*(start for start, _ in spans[1:]), len(text) + 1]
    found: list[Claim] = []
    left = list(paragraph.marks)
    for (start, end), limit in zip(spans, limits, strict=False):
        own = [mark for mark in left if mark.place < limit]
        left = left[len(own) :]
        found += _of_sentence(text, paragraph.origins, start, end, own)
    return found


def _joined(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Spans, one that begins with a small letter or a sign joined to the one before it."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not (text[start].isupper() or text[start].isdigit() or text[start] in '"“$(`'):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _of_sentence(text: str, origins: list[int], start: int, end: int, marks: list[Mark]) -> list[Claim]:
    whole = _clean(text[start:end])
    if len(marks) < 2:
        return [Claim(whole, origins[start], marks[0] if marks else None)]
    parts = zip(marks, _parts(text, start, end, marks), strict=True)
    return [Claim(_clean(text[a:b]) or whole, origins[min(a, end - 1)], mark) for mark, (a, b) in parts]


def _parts(text: str, start: int, end: int, marks: list[Mark]) -> list[tuple[int, int]]:
    """The part of the sentence that each mark governs.

    A citation behind its authors governs what follows, any other what stands before it; the parts
    meet at the clause that begins nearest before an author, or at the citation.
    """
    authors = [_author_start(text, start, mark) for mark in marks]
    parts = [(start, end)]
    for before, here, author, goes_on in zip(marks, marks[1:], authors[1:], authors, strict=False):
        cut = _cut(text, before.place, here.place, author, goes_on is not None)
        if cut is None:
            parts.append(parts[-1])
        else:
            parts[-1] = (parts[-1][0], cut)
            parts.append((cut, end))
    return parts


def _cut(text: str, before: int, here: int, author: int | None, goes_on: bool) -> int | None:
    """Where the part of the mark at `here` begins; None when it shares that of the mark before."""
    if author is None and not goes_on:
        return before
    cuts = [match.end() for match in _CLAUSE.finditer(text, before, here if author is None else author)]
    return cuts[-1] if cuts else author


def _author_start(text: str, start: int, mark: Mark) -> int | None:
    """Where the authors right before a mark begin, or None; a mark at the start is the author itself."""
    before = text[start : mark.place]
    if not before.strip():
        return start
    found = _AUTHORS.search(before)
    if found and (mark.textual or "et al" in found[0] or re.match(r"\s+[a-z]", text[mark.place : mark.place + 3])):
        return start + found.start()
    return None


def _clean(text: str) -> str:
    """A claim as a sentence: joining words in front and stray punctuation gone."""
    text = " ".join(re.sub(r"\(\s*(?:(?:see|cf\.|e\.g\.)\s*)?[,;]*\s*\)", "", text).split())
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    text = re.sub(r"^(?:[-*+,;:.)]\s*)*(?:(?:and|while|whereas|but|or|yet|although|though)\s+)?", "", text, flags=re.I)
    return re.sub(r"[\s,;:]+(?:(?:and|while|whereas|but|or)[\s,;:]*)?$", "", text)


def without_own_numbers(claim: str, years: Sequence[int]) -> str:
    """`claim` without numbers that are not the abstract's: of the text's own tables, and the `years` of the papers."""
    text = re.sub(rf"\s*\((?:see\s+)?{_NUMBERED}\)", "", _POINTING.sub("", claim))
    text = re.sub(_NUMBERED, "this part", text)
    near = "|".join(sorted({str(year + off) for year in years for off in (-1, 0, 1)}))
    return (
        re.sub(rf"\s*\((?:{near})[a-z]?\)|^In (?:{near}),?\s+|\s+in (?:{near})(?=[.,;]|$)", "", text) if near else text
    )


def is_own(sentence: str) -> bool:
    """Whether a sentence is on the writer's own work, or on a part of the text."""
    return bool(_OWN.search(sentence) or re.search(_PART, sentence))


def states_something(sentence: str) -> bool:
    """Whether an uncited sentence makes a claim about other work: not the writer's own, nor a lead-in."""
    return could_state(sentence) and bool(_CLAIMS.search(sentence))


def could_state(sentence: str) -> bool:
    """Whether a sentence may be about other work at all: long enough, no question, not the writer's own."""
    words, end = sentence.split(), sentence.rstrip()[-1:]
    return len(words) >= 6 and end not in "?:" and not is_own(sentence) and not _SIGNPOST.match(sentence)
