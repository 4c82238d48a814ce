"""Which paper of the library an entry or a written-out reference names."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rag.linting.bibfile import BibEntry
from rag.linting.references import is_title, people, same_person
from store.identity import arxiv_ids, title_words
from store.library import Library
from store.records import Paper

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;\"'<>]+")
_NEAR = 5  # papers compared by title
_ALIKE = 0.7  # share of the words of two titles that are the same, from which one may be the other misread
_SHARED = 0.5  # share of the authors who then have to be the same
_YEARS = 10
_NUMBER = re.compile(r"^(?:\d+\w?|v\d+|[ivx]+)$")


def match_entry(entry: BibEntry, library: Library) -> Paper | None:
    """The paper that `entry` is: by title, arXiv id or DOI, or by its authors with almost its title."""
    ids = (entry.arxiv, entry.doi.lower(), "" if entry.title else entry.key)
    by_id = next((found for name in ids if name and (found := library.get(name))), None)
    if by_id and (not entry.title or is_title(entry.title, by_id.title)):
        return by_id
    near = _near(library, entry.title) if title_words(entry.title) else []
    titled = next((p for p in near if title_words(p.title) == title_words(entry.title)), None)
    return titled or by_id or next((paper for paper in near if _is_meant(entry, paper)), None)


def match_text(reference: str, library: Library) -> Paper | None:
    """The paper that a written-out reference names: by an arXiv id or DOI in it, or by its whole title."""
    ids = arxiv_ids(reference) + [match[0].rstrip(".").lower() for match in _DOI.finditer(reference)]
    if by_id := next((paper for paper_id in ids if (paper := library.get(paper_id))), None):
        return by_id
    words = " " + " ".join(title_words(reference)) + " "
    near = [p for p in _near(library, reference) if f" {' '.join(title_words(p.title))} " in words]
    return max(near, key=lambda paper: len(paper.title), default=None)


def _near(library: Library, title: str) -> list[Paper]:
    return library.get_many([paper_id for paper_id, _ in library.by_words(title, _NEAR)])


def _is_meant(entry: BibEntry, paper: Paper) -> bool:
    """Whether an entry with another title is meant to be `paper`: the authors and the year are the paper's.

    What differs in a number alone ("Part II") is another paper.
    """
    ours = people(entry.authors)
    shared = sum(any(same_person(one, other) for other in paper.authors) for one in ours)
    if not ours or shared < _SHARED * len(ours) or abs((entry.year or 0) - (paper.year or 0)) > _YEARS:
        return False
    if is_title(entry.title, paper.title):
        return True
    written, known = title_words(entry.title), title_words(paper.title)
    matcher = SequenceMatcher(None, written, known, autojunk=False)
    return matcher.ratio() >= _ALIKE and not all(map(_NUMBER.match, _changed(matcher, written, known)))


def _changed(matcher: SequenceMatcher, written: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield from (*written[a:b], *known[c:d])
