"""References that name no source by its number: left in the text, unchecked, and said so."""

import re
from collections.abc import Iterator

from rag.citing.units import Unit
from rag.records import Repair

_YEAR = r"(?:19|20)[0-9]{2}[a-z]?"
_NAME = r"[A-Z][\w'’-]{1,30}"
_AUTHOR_YEAR = re.compile(
    rf"[(\[]{_NAME}(?: et al\.?| (?:and|&) {_NAME}),? {_YEAR}[^()\[\]\n]{{0,80}}[)\]]"
    rf"|{_NAME}(?: et al\.?| (?:and|&) {_NAME}),? ?[(\[]{_YEAR}[)\]]"
)
_OWN_NUMBER = re.compile(r"\b(?:abstract|source|paper)s? (?:no\. ?|#)?[0-9]{1,2}\b(?!\.[0-9])", re.IGNORECASE)
_WITH_WORDS = re.compile(r"(?<!\w)\[[0-9]{1,3}\s*[:,(][^\[\]\n]{0,60}[^\W\d_]{3}[^\[\]\n]{0,20}\]")
_OWN_LINK = re.compile(r"\[\^[^\]\s]+\]|\[\[?[0-9]{1,4}\]?\]\(.*", re.DOTALL)


def unlinked(unit: Unit, cites: bool) -> list[Repair]:
    """A repair for each thing in `unit` that looks like a reference and is none.

    Authors with a year count only in a unit that cites nothing; beside a marker they say what it cites.
    """
    if unit.kind in ("code", "definition", "rule"):
        return []
    found = dict.fromkeys(_found(unit, cites))
    return [
        Repair(
            "unlinked-citation",
            f"The model wrote “{words}”, which names no source by its number; it was left as it is, and not checked.",
        )
        for words in found
    ]


def _found(unit: Unit, cites: bool) -> Iterator[str]:
    kept = [unit.text[span.start : span.end] for span in unit.spans if span.kind == "kept"]
    yield from filter(_OWN_LINK.fullmatch, kept)
    prose = _prose(unit)
    patterns = (_OWN_NUMBER, _WITH_WORDS) if cites else (_OWN_NUMBER, _WITH_WORDS, _AUTHOR_YEAR)
    for pattern in patterns:
        yield from (match[0] for match in pattern.finditer(prose))


def _prose(unit: Unit) -> str:
    """The unit's text with a blank line for each span, so that nothing is found in or across one."""
    pieces, position = [], 0
    for span in unit.spans:
        pieces.append(unit.text[position : span.start])
        position = span.end
    return "\n\n".join([*pieces, unit.text[position:]])
