"""Years and spans of years as people say them; what is told from today is told from the newest paper."""

import re
from collections.abc import Callable, Iterator

from rag.language.quantities import ONES
from rag.question import any_of

YEAR = r"((?:19|20)\d\d)"
_LISTED = r"(?:,\s*(?:19|20)\d\d)*,?"  # the years between in "2022, 2023 and 2024"
_PHRASES: tuple[tuple[re.Pattern, str], ...] = (
    (
        any_of(
            rf"\b(?:from|between|in)?\s*\b{YEAR}(?:,\s*(?:19|20)\d\d)*,?\s*(?:to|and|or|until|till|through|-|–|—)\s*{YEAR}\b"
        ),
        "span",
    ),
    (any_of(rf"\b(?:from )?{YEAR}[-–](\d\d)\b(?!\d|-)"), "short"),
    (
        any_of(
            rf"\bsince\s+{YEAR}\b",
            rf"\b(?:from |in )?{YEAR} (?:onwards?|on(?=\s*(?:$|[?.,!;)]))|(?:or|and) (?:later|newer))",
        ),
        "since",
    ),
    (any_of(rf"\b(?:after|later than|newer than|more recent than)\s+{YEAR}\b"), "after"),
    (any_of(rf"\b(?:before|earlier than|older than|prior to|pre-?)\s*{YEAR}\b"), "before"),
    (
        any_of(rf"\b(?:until|till|up to|through|by)\s+{YEAR}\b", rf"\b{YEAR} (?:or|and) (?:earlier|older|before)\b"),
        "until",
    ),
    (any_of(rf"\b(?:in|of|during|for)?\s*\bthe (?:years? )?{YEAR}s\b"), "decade"),
    (
        any_of(
            r"\b(?:in|from|of|over|during|within)?\s*\b(?:the )?(?:last|past|recent) "
            r"(\d{1,2}|one|two|three|four|five|ten) years\b"
        ),
        "last",
    ),
    (any_of(r"\b(?:from |in |of )?\b(?:the )?last year\b"), "last year"),
    (any_of(r"\b(?:from |in |of )?\b(?:this|the current) year\b"), "this year"),
    (any_of(rf"\b(?:in|of|from|during|for|year)?\s*(?:the years? )?\(?\b{YEAR}\b\)?"), "in"),
)


def spans_in(text: str, newest: Callable[[], int]) -> Iterator[tuple[int, int, int | None, int | None]]:
    """Phrases of `text` that say years, those of several words first: start, end, first and last year.

    They may overlap. `newest` gives the year of the newest paper.
    """
    for pattern, kind in _PHRASES:
        for found in pattern.finditer(text):
            given = [int(group) if group.isdigit() else ONES[group.lower()] for group in found.groups() if group]
            yield (found.end() - len(found[0].lstrip()), found.end(), *_span(kind, given, newest))


def _span(kind: str, given: list[int], newest: Callable[[], int]) -> tuple[int | None, int | None]:
    """The first and last year of a phrase of `kind`; what is told from today is told from the `newest` paper."""
    a, b = (*given, *given, 0, 0)[:2]
    spans: dict[str, Callable[[], tuple[int | None, int | None]]] = {
        "span": lambda: (min(a, b), max(a, b)),
        "short": lambda: (a, a // 100 * 100 + b),
        "since": lambda: (a, None),
        "after": lambda: (a + 1, None),
        "before": lambda: (None, a - 1),
        "until": lambda: (None, a),
        "decade": lambda: (a, a + 9 if a % 10 == 0 else a),
        "last": lambda: (newest() - a + 1, newest()),
        "last year": lambda: (newest() - 1, newest() - 1),
        "this year": lambda: (newest(), newest()),
        "in": lambda: (a, a),
    }
    return spans[kind]()
