"""When two records are one paper, what that paper then says, and where each of its fields came from."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from store.identity import (
    identify,
    is_archive,
    is_archive_doi,
    origin,
    settled,
    slug,
    title_key,
    title_words,
    union,
    venue_year,
)
from store.identity import keys as known_by
from store.names import Name, family_first
from store.records import EDITED, ORIGINALS, Paper

_UNNAMED = {"et", "al", "and", "others"}  # stands for authors in a list of them
# Of the shorter text's words, how many two versions of one share at least. Two of 1,000 abstracts drawn by chance
# share .28; what has fewer words is not judged.
_ALIKE, _JUDGED = 0.4, 15
_APART = 3  # years between a preprint and its publication, at most


def same(one: Paper, other: Paper) -> bool:
    """Whether two records that share a key are one paper.

    No identifier may speak against it. Where one speaks for it, at most one of title, authors and abstract may
    differ: an identifier that two papers share is wrong for one of them. Where the title alone does, so must the
    authors or the abstract, if either is known or the years differ. What a record lacks, or has too little of,
    speaks neither way.
    """
    doi, other_doi = one.doi.lower(), other.doi.lower()
    if one.arxiv and other.arxiv and one.arxiv != other.arxiv:
        return False
    by_arxiv, by_doi = bool(one.arxiv and other.arxiv), bool(doi) and doi == other_doi
    if doi and other_doi and not by_doi and not by_arxiv and is_archive_doi(doi) == is_archive_doi(other_doi):
        return False
    titled = title_key(one) == title_key(other)
    if titled and (by_arxiv or by_doi):
        return True
    authors = _alike(_named(one), _named(other))
    abstract = _alike(_words(one.abstract), _words(other.abstract), _JUDGED)
    if not titled:
        return (authors is False) + (abstract is False) < 1
    if abstract is None and one.abstract and title_words(one.abstract) == title_words(other.abstract):
        abstract = True
    return _one_of_title(authors, abstract, abs((one.year or 0) - (other.year or 0)) if one.year and other.year else 0)


def _one_of_title(authors: bool | None, abstract: bool | None, years: int) -> bool:
    """Whether two records of one title are one paper: True is alike, False is unlike, None is unknown."""
    if abstract:
        return True
    if authors is None or abstract is False:
        return not years and (abstract is None or bool(authors))
    return authors and years <= _APART


def _named(paper: Paper) -> set[str]:
    """The names of the authors, in whatever order and with first names or initials, which are left out.

    So are those in a script that has its names written in another one too.
    """
    words = {word for author in paper.authors for word in title_words(author)}
    return {word for word in words - _UNNAMED if len(word) > 1 and not family_first(word)}


def _words(text: str) -> set[str]:
    return {word for word in title_words(text) if len(word) > 3}


def _alike(one: set[str], other: set[str], judged: int = 1) -> bool | None:
    least = min(len(one), len(other))
    return len(one & other) >= _ALIKE * least if least >= judged else None


def merge(known: Paper, new: Paper) -> Paper:
    """One paper out of two records: what is known stays, what says more wins, and the user's own words always do.

    More authors and fuller names, the longer abstract, the venue and DOI of a publication over those of a preprint;
    and what the same entry of the same source, known by its key, says now of what it said before.
    Merging the same record again changes nothing. A record that brings only another source changes nothing either,
    so that reading a copy of a file leaves the library as it was.
    """
    chosen = {name: _chosen(name, known, new, better) for name, better in _BETTER.items()}
    origins = {name: origin(new, name) for name, paper in chosen.items() if paper is new}
    values: dict[str, Any] = {name: getattr(paper, name) for name, paper in chosen.items()}
    if "year" in origins or origin(known, "year") != EDITED:
        values["year"] = venue_year(values["venue"], values["year"])
    merged = replace(known, **values, tags=union(known.tags, new.tags))
    if merged == known and merged.authors is known.authors:
        return known
    original = {name: text for name in ORIGINALS if (text := chosen[name].original.get(name))}
    return replace(
        merged,
        sources=union(known.sources, new.sources),
        origins={**known.origins, **origins},
        original=original,
    )


def _chosen(name: str, known: Paper, new: Paper, better: Callable[[Paper, Paper], bool]) -> Paper:
    """The one of the two records that gives field `name`."""
    if not getattr(new, name) or EDITED in (mine := origin(known, name), origin(new, name)):
        return new if getattr(new, name) and mine != EDITED else known
    again = bool(known.citekey) and known.citekey == new.citekey and "citekey" in known.origins
    renewed = again and mine == origin(new, name) and getattr(known, name) != getattr(new, name)
    return new if not getattr(known, name) or renewed or better(known, new) else known


def _published(known: Paper, new: Paper) -> bool:
    """Whether `new` tells of the publication of what is known as a preprint."""
    return bool(new.venue) and not is_archive(new.venue) and (not known.venue or is_archive(known.venue))


def _fuller(authors: Sequence[str]) -> tuple[int, int, int]:
    return len(authors), sum(map(len, authors)), sum(isinstance(author, Name) for author in authors)


def _never(known: Paper, new: Paper) -> bool:
    return False


# What both records have of a field: whether the new one's is better.
_BETTER: Mapping[str, Callable[[Paper, Paper], bool]] = {
    **dict.fromkeys(("title", "arxiv", "url", "notes", "retracted"), _never),
    "abstract": lambda known, new: len(new.abstract) > len(known.abstract),
    "authors": lambda known, new: _fuller(new.authors) > _fuller(known.authors),
    "year": _published,
    "venue": _published,
    "doi": lambda known, new: is_archive_doi(known.doi) and not is_archive_doi(new.doi),
    "citekey": lambda known, new: "citekey" in new.origins and "citekey" not in known.origins,
}


def merge_all(papers: Iterable[Paper]) -> list[Paper]:
    """The distinct papers among `papers`, in order of first sight, each identified."""
    merged: dict[int, Paper] = {}
    places: dict[str, set[int]] = {}  # by key; a paper that is merged away leaves its keys to the other
    for number, paper in enumerate(map(settled, papers)):
        known_as = known_by(paper)
        near = sorted(set().union(*(places.get(key, ()) for key in known_as)))
        found, whole = join([(place, merged[place]) for place in near], paper)
        for other in found[1:]:
            del merged[other]
            known_as += [key for key, where in places.items() if other in where]
        place = found[0] if found else number
        merged[place] = whole
        for key in known_as:
            places[key] = places.get(key, set()) - set(found[1:]) | {place}
    return [identify(paper) for paper in merged.values()]


def join(known: Sequence[tuple[int, Paper]], new: Paper) -> tuple[list[int], Paper]:
    """Which of the `known` papers, by their numbers, `new` turns out to be, and the one it makes of them.

    They are more than one when the new record shows that papers kept apart are the same. An identifier
    that `new` shares with a paper that it is not stays that paper's.
    """
    found: list[int] = []
    whole = new
    for number, paper in known:
        if same(paper, new) and (not found or same(whole, paper)):
            whole = merge(whole, paper) if found else paper
            found.append(number)
    others = [paper for number, paper in known if number not in found]
    return found, merge(whole, _told_apart(new, others)) if found else _told_apart(new, others)


def _told_apart(new: Paper, others: Sequence[Paper]) -> Paper:
    """`new` without the identifiers that `others` have, and with an id that none of them has."""
    arxivs, dois = {paper.arxiv for paper in others} - {""}, {paper.doi.lower() for paper in others} - {""}
    wrong = [name for name in (new.arxiv, new.doi) if name in arxivs or name.lower() in dois]
    if wrong:
        arxiv, doi = ("" if name in wrong else name for name in (new.arxiv, new.doi))
        url = "" if any(name in new.url for name in wrong) else new.url
        new = replace(new, paper_id="", arxiv=arxiv, doi=doi, url=url)
    if identify(new).paper_id in {identify(paper).paper_id for paper in others}:
        said = "\n".join([new.title, *new.authors, new.abstract, str(new.year or "")])
        told = hashlib.sha256(said.encode()).hexdigest()[:8]
        new = replace(new, paper_id=f"{slug(new.title)}-{told}")
    return new if not wrong else identify(new)
