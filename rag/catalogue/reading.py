"""The filter that a question states, read against the records: "by Kim", "at CoRL", "since 2023", "tagged vla".

Read strictly, only what is said of papers counts ("papers from 2024", "published at CoRL"), for a question about
content may speak of any year or name; read freely, every year, venue and known author counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.catalogue.authors import author_places, read_names
from rag.catalogue.catalogue import Catalogue
from rag.catalogue.venues import is_known
from rag.catalogue.wording import BEFORE_PAPERS, IS_PAPERS, PAPERS, PUBLISHED, SAID_OF
from rag.catalogue.years import YEAR, spans_in
from rag.filters import Filter, either
from rag.language.terms import STOP, is_common
from rag.question import any_of

# What leads from papers to such a limit, and goes with it.
_LEFT = any_of(rf"\s*\b(?:(?:that|which|and)\s+)?(?:(?:were|was|are|is|have been|has been|it was)\s+)?{PUBLISHED}\s*$")

_AT = any_of(r"\b(?:at|in|from|of|to|for) (?:the )?(?=[\w(])")
_WORDS = re.compile(r"[^\W_][\w&.+'’/-]*")
_ANOTHER_VENUE = re.compile(rf"(?:,? (?:and|or)|,) (?:at |in )?([A-Z][\w.+'’/-]*(?: {YEAR})?)")
_YEAR_BEHIND = re.compile(rf"\s*(?:\(?{YEAR}\)?|['’]?(\d\d))(?![\w-])")
_TAG = any_of(
    r"\b(?:that are |which are )?(?:tagged(?: as| with)?|(?:with|having|under) (?:the )?tags?|tag:?)\s+"
    r"[\"“'‘]?([\w-]+(?: [\w-]+)??)[\"”'’]?(?=$|[?.,!]|\s(?:in|by|at|from|since|about|on|and)\b)"
)
_LONGEST = 600  # characters
# A limit that is denied is none: better none than its opposite.
_DENIED = any_of(
    r"\b(?:not|except|excluding|other than|besides|without) (?:\w+ ){0,2}?(?:from|by|at|in|since|before|after|of)\b"
)
_QUOTED = re.compile(r"[“\"«][^“”\"«»]{3,}[”\"»]")


@dataclass(frozen=True, slots=True)
class Limited:
    """What is left of a question without the words of its filter, and the filter."""

    text: str
    filter: Filter


def read_filter(text: str, catalogue: Catalogue, freely: bool) -> Limited:
    """The filter that `text` states. What stands in quotation marks states none, nor does a text too long to ask."""
    state = Limited(text, Filter())
    if len(text) > _LONGEST or _DENIED.search(text):
        return state
    for step in (_tags, _venues, _authors, _years) * 2:
        state = step(state, catalogue, freely)
    return replace(state, text=_tidy(state.text))


def _tidy(text: str) -> str:
    text = re.sub(r"\(\s*\)", " ", " ".join(text.split()))
    return " ".join(re.sub(r"\s+([?.!,;:])", r"\1", text).split())


def _cut(state: Limited, start: int, end: int, found: Filter) -> Limited:
    before = state.text[:start]
    if said := _LEFT.search(before):
        before = before[: said.start()]
    return Limited(f"{before.rstrip()} {state.text[end:].lstrip()}", state.filter.and_(found))


def _quoted(text: str, place: int) -> bool:
    return any(found.start() < place < found.end() for found in _QUOTED.finditer(text))


def _is_said_of_papers(text: str, start: int, end: int) -> bool:
    return bool(SAID_OF.search(text[:start]) or BEFORE_PAPERS.match(text[end:]))


def _tags(state: Limited, catalogue: Catalogue, freely: bool) -> Limited:
    found = _TAG.search(state.text)
    if found is None or _quoted(state.text, found.start()):
        return state
    known = found[1].casefold() in (tag.casefold() for tag in catalogue.tags)
    if not known and not found[0].casefold().startswith("tagged"):
        return state
    return _cut(state, *found.span(), Filter(tags=(found[1],)))


def _years(state: Limited, catalogue: Catalogue, freely: bool) -> Limited:
    for start, end, since, until in spans_in(state.text, lambda: max(catalogue.years, default=0)):
        if not _quoted(state.text, start) and (freely or _is_said_of_papers(state.text, start, end)):
            return _cut(state, start, end, Filter(since, until))
    return state


def _venues(state: Limited, catalogue: Catalogue, freely: bool) -> Limited:
    for start, first, words in _venue_places(state.text, freely):
        if _quoted(state.text, first) or not (freely or start == first or SAID_OF.search(state.text[:start])):
            continue
        for count in range(len(words), 0, -1):
            end = words[count - 1].end()
            said = re.sub(r"^the ", "", state.text[first:end].rstrip(".,'’"), flags=re.IGNORECASE)
            if not _is_venue(said, catalogue, state.text[start:first]):
                continue
            year = _YEAR_BEHIND.match(state.text, end)
            last = year.end() if year else end
            if not (freely or _is_said_of_papers(state.text, start, last)):
                continue
            when = int(year[1] or f"20{year[2]}") if year else None
            others, last = ([], last) if when else _other_venues(state.text, last, catalogue)
            names = either((*state.filter.venues, said, *others))
            return _cut(replace(state, filter=replace(state.filter, venues=())), start, last, Filter(when, when, names))
    return state


def _other_venues(text: str, end: int, catalogue: Catalogue) -> tuple[list[str], int]:
    """The venues named beside the one that ends at `end`, and their end: no paper is at two, so "and" is "or"."""
    names: list[str] = []
    while found := _ANOTHER_VENUE.match(text, end):
        if not _is_venue(found[1].rstrip("."), catalogue, "at"):
            break
        names, end = [*names, found[1].rstrip(".")], found.end()
    return names, end


def _venue_places(text: str, freely: bool) -> Iterator[tuple[int, int, list[re.Match]]]:
    """Where a venue's name may begin: behind a preposition, before "papers", and, read freely, in capitals anywhere."""
    for cue in _AT.finditer(text):
        yield cue.start(), cue.end(), list(_WORDS.finditer(text, cue.end()))[:8]
    words = list(_WORDS.finditer(text))
    ahead = {n for n, word in enumerate(words) if IS_PAPERS.fullmatch(word[0])}
    for n, word in enumerate(words):
        before_papers = not ahead.isdisjoint(range(n + 1, n + 6))
        alone = len(words) == 1 or _YEAR_BEHIND.match(text, word.end())
        if before_papers or (freely and (alone or sum(map(str.isupper, word[0])) > 1)):
            yield word.start(), word.start(), words[n : n + 4]


def _is_venue(said: str, catalogue: Catalogue, cue: str) -> bool:
    """Whether `said` is a venue's name here: an ordinary word counts only with its capital behind "in" or "at"."""
    if re.fullmatch(rf"{PAPERS}|{YEAR}", said, re.IGNORECASE) or said.split()[-1].casefold() in STOP:
        return False
    if not catalogue.has_venue(said):
        return is_known(said) and (not said.islower() or cue.strip().casefold() in ("at", "to"))
    plain = all(is_common(word) for word in re.findall(r"[^\W\d_]+", said)) and not is_known(said)
    return not plain or (said[:1].isupper() and bool(cue)) or len(said.split()) > 2


def _authors(state: Limited, catalogue: Catalogue, freely: bool) -> Limited:
    for start, place, sure in author_places(state.text, freely):
        if _quoted(state.text, place):
            continue
        names, end = read_names(state.text, place, catalogue, sure)
        if names:
            return _cut(state, start, end, Filter(authors=names))
    return state
