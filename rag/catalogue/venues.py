"""Venues' names as people type them: acronyms, long names, with and without years, older names."""

import re
from collections.abc import Iterable
from functools import lru_cache

from rag.language.terms import listed
from rag.references.venues import SHORT_NAMES

_WORD = re.compile(r"[^\W_]+")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ACRONYM = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][A-Za-z]*\b|\b\d?[A-Z]{2,}\b")
_SMALL = frozenset(
    listed("of the on and in for an a to at from annual proceedings conference international th st nd rd")
)
# Short names that are subjects and words as well: venues only where a paper is from one.
_OTHERWISE = frozenset(listed("alt automl fg tip tog"))
_KNOWN = frozenset(name.casefold() for names in SHORT_NAMES for name in names) - _OTHERWISE
_SHORTEST = 3  # letters of the initials that may stand for a long name


@lru_cache(maxsize=8192)
def venue_keys(venue: str) -> frozenset[str]:
    """What `venue` may be called, as `venue_key` writes it."""
    plain = YEAR.sub(" ", venue)
    capitals = "".join(
        word[0] for word in _WORD.findall(plain) if word[0].isupper() and word.casefold() not in ("the",)
    )
    found = {venue_key(plain), *(venue_key(match[0]) for match in _ACRONYM.finditer(plain))}
    found |= {venue_key(capitals)} if len(capitals) >= _SHORTEST else set()
    found |= {name for names in _SAME if not found.isdisjoint(names) for name in names}
    return frozenset(found - {""})


@lru_cache(maxsize=8192)
def venue_key(text: str) -> str:
    """A venue's name without case, years, plurals, small words and the order of its words."""
    words = [word.casefold() for word in _WORD.findall(YEAR.sub(" ", text))]
    kept = [word for word in words if word not in _SMALL and not word.isdigit()] or words
    return " ".join(sorted({word.removesuffix("s") if len(word) > 4 else word for word in kept}))


def is_known(text: str) -> bool:
    """Whether `text` is the short name of a venue that people know, also where no paper is from it."""
    return text.casefold() in _KNOWN


def venues_named(said: str, venues: Iterable[str]) -> list[str]:
    """Those of `venues` that `said` may mean: by one of their names, else by a part of it."""
    key, part = venue_key(said), said.casefold().strip()
    venues = list(venues)
    found = [venue for venue in venues if key and key in venue_keys(venue)]
    return found or [venue for venue in venues if part and part in venue.casefold()]


# Names of one venue, old and new, of which no one spells the other; a workshop's is not that of its conference.
_SAME = tuple(
    frozenset(venue_key(name) for name in names if name != f"{names[0]}W") for names in SHORT_NAMES if len(names) > 1
)
