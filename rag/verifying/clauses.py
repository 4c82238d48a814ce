"""The parts of a claim that may rest on different papers, and openings that say nothing themselves."""

import re

from rag.language.terms import content_stems

_OPENING = re.compile(
    r"^(?:yes|no|indeed|hardly|poorly|partly|mostly|not (?:really|quite|exactly|always)|largely|in part|"
    r"correct|true|right)\s*[,:;.-]\s*(?=\S)",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\s*;\s*|,?\s+(?:while|whereas|but|against|compared (?:to|with)|versus|vs\.?|in contrast to)\s+"
    r"|,\s+(?:and\s+)?|\s+and\s+",
    re.IGNORECASE,
)
LEAST = 3  # content words of a clause that can stand for itself


def without_opening(claim: str) -> str:
    """A plain claim without the `Yes:` or `No,` that only answers the question."""
    return _OPENING.sub("", claim, count=1)


def bare(claim: str) -> str:
    """A claim without list markers, emphasis and code marks of Markdown, on one line."""
    claim = _BULLET.sub("", " ".join(claim.split()))
    return _EMPHASIS.sub(r"\1", _MARKUP.sub("", claim)).strip()


_BULLET = re.compile(r"^(?:>\s*)*(?:(?:[-*•+]|\d{1,2}[.)]|#+)\s+)?")
_MARKUP = re.compile(r"\*\*|__|`")
_EMPHASIS = re.compile(r"(?<![\w*])\*(\S(?:[^*]*\S)?)\*(?![\w*])")


def clauses(claim: str) -> list[str]:
    """The clauses of a plain claim; a short one is joined to the one before it."""
    parts: list[str] = []
    for piece in _CUT.split(claim):
        if parts and len(content_stems(parts[-1])) < LEAST:
            parts[-1] = f"{parts[-1]} {piece}"
        elif piece.strip():
            parts.append(piece)
    return parts if len(parts) > 1 else []
