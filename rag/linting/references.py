"""Entries of a .bib against the library's record of the same paper: which field is wrong.

What differs only in how it is written is right: LaTeX, accents, abbreviations, initials, lists cut by "and others",
the year and the venue of a preprint for those of what became of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language.terms import listed
from rag.linting.bibfile import BibEntry
from rag.references.venues import KnownVenue, known_venue
from store.citekeys import fold
from store.identity import title_words
from store.names import split_name
from store.records import Paper

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_WORKSHOP = re.compile(r"(?i)workshop|\b[A-Z]+W\b|abstract|demo|tutorial|findings")
_OTHERS = re.compile(r"(?i)^(?:(?:and\s+)?others|et\.?\s+al\.?)$")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_LETTERS = {"RA-L": frozenset({"ICRA", "IROS"})}  # letters that are shown at meetings
_SMALL = frozenset(listed("a an the and"))
_LATER, _EARLIER, _SURE = 2, 3, 0  # years between a preprint and its publication that are no fault


@dataclass(frozen=True, slots=True)
class WrongField:
    """A field of an entry that differs from the record, and how."""

    field: str
    reason: str


def wrong_fields(entry: BibEntry, paper: Paper) -> list[WrongField]:
    """The fields of `entry` that are wrong by the record of the same paper; what either lacks is not judged."""
    found = {
        "title": _wrong_title(entry.title, paper.title),
        "author": _wrong_authors(entry.authors, paper.authors),
        "year": _wrong_year(entry, paper),
        "venue": _wrong_venue(entry, paper),
        "eprint": _wrong_id(entry, paper),
    }
    return [WrongField(field, reason) for field, reason in found.items() if reason]


def _wrong_title(written: str, title: str) -> str:
    if not written or is_title(written, title):
        return ""
    return f"the title is “{written}”, not “{' '.join(title.split())}”"


def is_title(written: str, title: str) -> bool:
    """Whether `written` is the title, or its part before the colon, however it is set."""
    return _spelling(written) in (_spelling(title), *([_spelling(title.split(":")[0])] if ":" in title else []))


def _spelling(title: str) -> str:
    return "".join(word for word in title_words(title) if word not in _SMALL).replace("z", "s").replace("our", "or")


def _wrong_year(entry: BibEntry, paper: Paper) -> str:
    if not entry.year or not paper.year:
        return ""
    named = {int(year) for year in _YEAR.findall(paper.venue)}
    years = {paper.year, *named, *_archived(paper.arxiv)}
    ours, theirs = known_venue(entry.venue), known_venue(paper.venue)
    same = bool(ours and ours == theirs)
    is_dated = bool(named) or not paper.arxiv  # else the year may be the preprint's
    earlier = _SURE if same else _EARLIER if theirs else 1
    later = _SURE if same and is_dated else _LATER if ours and (paper.arxiv or not theirs) else 1
    if min(years) - earlier <= entry.year <= max(years) + later:
        return ""
    return f"the year is {entry.year}, not {' or '.join(map(str, sorted(years)))}"


def _archived(arxiv: str) -> set[int]:
    """The year that an arXiv id begins with, since 2007: that of the preprint."""
    return {2000 + int(arxiv[:2])} if re.match(r"\d{4}\.", arxiv) else set()


def _wrong_venue(entry: BibEntry, paper: Paper) -> str:
    ours, theirs = known_venue(entry.venue), known_venue(paper.venue)
    if not ours or not theirs or ours == theirs or _WORKSHOP.search(f"{entry.venue} {paper.venue}"):
        return ""
    if _is_shown_at(ours, theirs) or (ours.kind != theirs.kind and entry.year != paper.year):
        return ""  # an article that grew out of a paper of a meeting
    return f"it appeared in {paper.venue}, not in {ours.name}"


def _is_shown_at(one: KnownVenue, other: KnownVenue) -> bool:
    return other.name in _LETTERS.get(one.name, ()) or one.name in _LETTERS.get(other.name, ())


def _wrong_id(entry: BibEntry, paper: Paper) -> str:
    if not entry.arxiv or not paper.arxiv or entry.arxiv == paper.arxiv:
        return ""
    return f"its arXiv id is {paper.arxiv}, not {entry.arxiv}"


def _wrong_authors(written: Sequence[str], authors: Sequence[str]) -> str:
    ours, theirs = people(written), people(authors)
    if not ours or not theirs:
        return ""
    cut, short = any(map(_OTHERS.match, written)), any(map(_OTHERS.match, authors))
    for n, (one, other) in enumerate(zip(ours, theirs, strict=False)):
        if not same_person(one, other):
            return _other_person(n, ours, theirs)
    if len(ours) > len(theirs) and not short:
        return f"{ours[len(theirs)]} is not among its authors"
    if len(ours) < len(theirs) and not cut:
        return f"{theirs[len(ours)]} is missing among the authors"
    return ""


def _other_person(place: int, ours: Sequence[str], theirs: Sequence[str]) -> str:
    name, right = ours[place], theirs[place]
    if any(same_person(name, other) for other in theirs):
        missing = not any(same_person(one, right) for one in ours)
        return f"{right} is missing among the authors" if missing else f"author {place + 1} is {right}, not {name}"
    return f"author {place + 1} is {right}; {name} is not among its authors"


def people(names: Sequence[str]) -> list[str]:
    """The names of a list of authors, each once, without what stands for others."""
    return list(dict.fromkeys(name for name in names if not _OTHERS.match(name)))


def same_person(one: str, other: str) -> bool:
    """Whether two names may be the same person's, however each is written."""
    return any(_match(a, b) for a in {one, one.translate(_UMLAUTS)} for b in {other, other.translate(_UMLAUTS)})


def _match(one: str, other: str) -> bool:
    """Whether two names may be one person's: the family name of one in the other, and no initial against it."""
    (family, ours), (others_family, theirs) = _parts(one), _parts(other)
    shared = family if family <= theirs else others_family
    if not shared <= ours & theirs:
        return "".join(sorted(ours)) == "".join(sorted(theirs))
    given, others_given = ours - shared, theirs - shared
    return not given or not others_given or bool({w[0] for w in given} & {w[0] for w in others_given})


def _parts(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of the family name, and of the whole name, without accents; names joined by hyphens apart."""
    family = split_name(name).family
    words = [frozenset(filter(None, map(fold, re.split(r"[\s,.~-]+", part)))) for part in (family, name)]
    return words[0], words[1]
