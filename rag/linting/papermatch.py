"""Which paper of the library an entry of a .bib, or of a list of references, is."""

import re
from typing import TYPE_CHECKING

from rag.linting.bibfile import BibEntry
from store.identity import arxiv_ids, title_words
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;\"'<>]+")
_NEAR = 5  # papers compared by title


def match_entry(entry: BibEntry, library: "Library") -> Paper | None:
    """The paper that `entry` is: by its arXiv id, its DOI or its title; None when there is none."""
    for name in (entry.arxiv, entry.doi.lower(), entry.key):
        found = library.get(name) if name else None
        if found and (name != entry.key or not entry.title):
            return found
    wanted = title_words(entry.title)
    near = _near(library, entry.title) if wanted else []
    return next((paper for paper in near if title_words(paper.title) == wanted), None)


def match_text(reference: str, library: "Library") -> Paper | None:
    """The paper that a written-out reference names: by an arXiv id or DOI in it, or by its whole title."""
    ids = arxiv_ids(reference) + [m[0].rstrip(".").lower() for m in _DOI.finditer(reference)]
    by_id = next((paper for paper_id in ids if (paper := library.get(paper_id))), None)
    if by_id:
        return by_id
    words = " " + " ".join(title_words(reference)) + " "
    near = [p for p in _near(library, reference) if f" {' '.join(title_words(p.title))} " in words]
    return max(near, key=lambda paper: len(paper.title), default=None)


def _near(library: "Library", title: str) -> list[Paper]:
    return library.get_many([paper_id for paper_id, _ in library.by_words(title, _NEAR)])
