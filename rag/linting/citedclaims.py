"""Claims with the citations that answer for them: a sentence, or the part of it that a citation governs."""

import re
from dataclasses import dataclass

from rag.linting.flat import Flat, Mark
from store.sentences import sentence_spans

_CLAUSE = re.compile(
    r"[,;:]\s+(?:(?:and|while|whereas|but|or|yet|although|though)\s+)?|\s+(?:while|whereas|but)\s+"
    r"|\s+and\s+(?=they\b)",
    re.I,
)
_AUTHORS = re.compile(r"(?:\bet al\.?|\bthey|\b[A-Z][\w’'-]+(?:\s+and\s+[A-Z][\w’'-]+)?)(?:\s*\([^()]*\))?,?\s*$")


@dataclass(frozen=True, slots=True)
class CitedClaim:
    """A claim, where it begins in the file, and the citation that answers for it (None: none does)."""

    text: str
    place: int
    mark: Mark | None = None
    sentence: str = ""


def claims(flat: Flat) -> list[CitedClaim]:
    """The claims of a paragraph, in order; every mark belongs to one."""
    text = flat.text
    spans = _joined(sentence_spans(text), text)
    found: list[CitedClaim] = []
    left = list(flat.marks)
    for n, (start, end) in enumerate(spans):
        limit = spans[n + 1][0] if n + 1 < len(spans) else len(text) + 1
        own = [mark for mark in left if mark.place < limit or (mark.textual and mark.place <= limit)]
        own = [mark for mark in own if not _opens_next(mark, text, limit)]
        left = [mark for mark in left if mark not in own]
        found += _of_sentence(flat, start, end, own)
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


def _opens_next(mark: Mark, text: str, limit: int) -> bool:
    """Whether a mark in the gap before the next sentence is that sentence's subject."""
    return mark.textual and mark.place >= limit


def _of_sentence(flat: Flat, start: int, end: int, marks: list[Mark]) -> list[CitedClaim]:
    text = flat.text
    whole = _clean(text[start:end])
    if len(marks) < 2:
        return [CitedClaim(whole, flat.origins[start], marks[0] if marks else None, whole)]
    bounds = _bounds(text, start, end, marks)
    return [
        CitedClaim(_clean(text[a:b]) or whole, flat.origins[min(a, end - 1)], mark, whole)
        for mark, (a, b) in zip(marks, bounds, strict=True)
    ]


def _bounds(text: str, start: int, end: int, marks: list[Mark]) -> list[tuple[int, int]]:
    """The part of the sentence that each mark governs.

    A citation behind its authors governs what follows, any other what stands before it; the parts
    meet at the clause that begins nearest before an author, or at the citation.
    """
    authored = [_author_start(text, start, mark) for mark in marks]
    parts: list[tuple[int, int]] = [(start, end)]
    for i in range(1, len(marks)):
        cut = _cut(text, marks[i - 1].place, marks[i].place, authored[i], authored[i - 1] is not None)
        if cut is None:
            parts.append(parts[-1])
        else:
            parts[-1] = (parts[-1][0], cut)
            parts.append((cut, end))
    return parts


def _cut(text: str, before: int, here: int, author: int | None, goes_on: bool) -> int | None:
    """Where the part of the mark at `here` begins; None when it shares that of the mark before."""
    if author is not None:
        return _clause_start(text, before, author)
    if not goes_on:
        return before
    cuts = [match.end() for match in _CLAUSE.finditer(text, before, here)]
    return cuts[-1] if cuts else None


def _author_start(text: str, start: int, mark: Mark) -> int | None:
    """Where the authors right before a mark begin, or None; a mark at the start is the author itself."""
    before = text[start : mark.place]
    if not before.strip():
        return start
    found = _AUTHORS.search(before)
    named = found and (mark.textual or "et al" in found[0] or re.match(r"\s+[a-z]", text[mark.place : mark.place + 3]))
    return start + found.start() if named else None


def _clause_start(text: str, low: int, high: int) -> int:
    """The start of the clause that holds `high`, not before `low`."""
    cuts = [match.end() for match in _CLAUSE.finditer(text, low, high)]
    return max((cut for cut in cuts if cut <= high), default=high)


def _clean(text: str) -> str:
    """A claim as a sentence: joining words in front and stray punctuation gone."""
    text = " ".join(text.split())
    text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\(\s*(?:see\s*)?[,;]*\s*\)", "", text))
    text = re.sub(r"^(?:[-*+,;:.)]\s*)*(?:(?:and|while|whereas|but|or|yet|although|though)\s+)?", "", text, flags=re.I)
    return re.sub(r"[\s,;:]+(?:(?:and|while|whereas|but|or)[\s,;:]*)?$", "", text)
