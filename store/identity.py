"""What a paper is known by (arXiv id, DOI, title), when two records are one paper, and what that paper then says."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from store.records import Paper
from store.tex import unformatted

_SLUG_LENGTH = 72
_ARXIV = r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})"  # since 2007, and before
_ARXIV_NAMED = re.compile(rf"(?:^|arxiv[:./]|/(?:abs|pdf)/){_ARXIV}(?!\d)", re.IGNORECASE)
_ARXIV_WITHIN = re.compile(rf"\b{_ARXIV}(?:v\d+)?\b", re.IGNORECASE)
_ARXIV_DOI = "10.48550/arxiv."
_DOI = re.compile(r"10\.\d{4,9}/\S+")


def arxiv_id(text: str) -> str:
    """The arXiv id in an id, `arXiv:` reference, DOI or link, without its version; "" where there is none."""
    found = _ARXIV_NAMED.search(text.strip())
    return found[1] if found else ""


def arxiv_ids(text: str) -> list[str]:
    """All that have the form of an arXiv id in running text, without their versions."""
    return _ARXIV_WITHIN.findall(text)


def doi(text: str) -> str:
    """The DOI in a DOI or a link to one; "" where there is none."""
    found = _DOI.search(text)
    return found[0].rstrip(".,;") if found else ""


def title_words(title: str) -> list[str]:
    """The words of a title without case, accents, punctuation and LaTeX; Greek letters by name.

    `A^2Nav` and `$A^2$Nav` give the same, so do `β-VAE` and `$\\beta$-VAE`.
    """
    text = unformatted(title).replace("^", "").replace("$", "")
    if not text.isascii():
        text = "".join(map(_plain, unicodedata.normalize("NFKD", text)))
    return re.findall(r"[^\W_]+", text.casefold())


def _plain(char: str) -> str:
    if unicodedata.combining(char):
        return ""
    name = unicodedata.name(char, "") if "\u0370" <= char <= "\u03ff" else ""
    return name.rsplit(" ", 1)[-1].lower() if name.startswith("GREEK") and "LETTER" in name else char


def keys(paper: Paper) -> list[str]:
    """What a paper is known by: two records that share a key may be one paper (see `same`)."""
    words = "".join(title_words(paper.title))
    named = {"arxiv": paper.arxiv, "doi": paper.doi.lower(), "id": paper.paper_id, "title": words}
    return [f"{kind}:{value}" for kind, value in named.items() if value]


def same(one: Paper, other: Paper) -> bool:
    """Whether two records that share a key are one paper: no identifier speaks against it."""
    if one.arxiv and other.arxiv:
        return one.arxiv == other.arxiv
    return not (one.doi and other.doi) or one.doi.lower() == other.doi.lower()


def identify(paper: Paper) -> Paper:
    """The paper with its id, arXiv id and link filled in where they follow from the rest."""
    arxiv = paper.arxiv or (arxiv_id(paper.doi) if paper.doi.lower().startswith(_ARXIV_DOI) else "")
    link = f"https://arxiv.org/abs/{arxiv}" if arxiv else f"https://doi.org/{paper.doi}" if paper.doi else ""
    paper_id = paper.paper_id or arxiv or paper.doi.lower() or slug(paper.title)
    return replace(paper, paper_id=paper_id, arxiv=arxiv, url=paper.url or link, tags=_union(paper.tags))


def slug(title: str) -> str:
    """The id of a paper known by its title alone; long titles end in a digest, so none collide."""
    whole = "-".join(title_words(title))
    if whole and len(whole) <= _SLUG_LENGTH:
        return whole
    digest = hashlib.sha256((whole or title).encode()).hexdigest()[:8]
    return f"{whole[:_SLUG_LENGTH].rsplit('-', 1)[0]}-{digest}".strip("-")


def merge(known: Paper, new: Paper) -> Paper:
    """One paper out of two records: what is known stays, the fullest abstract and authors win.

    Merging the same record again changes nothing. A record that brings only another source
    changes nothing either, so that reading a copy of a file leaves the library as it was.
    """
    merged = replace(
        known,
        title=known.title or new.title,
        abstract=max(known.abstract, new.abstract, key=len),
        authors=max(known.authors, new.authors, key=len),
        year=known.year or new.year,
        **{name: getattr(known, name) or getattr(new, name) for name in ("venue", "arxiv", "doi", "url")},
        tags=_union(known.tags, new.tags),
    )
    return merged if merged == known else replace(merged, sources=_union(known.sources, new.sources))


def merge_all(papers: Iterable[Paper]) -> list[Paper]:
    """The distinct papers among `papers`, in order of first sight, each identified."""
    merged: dict[int, Paper] = {}
    places: dict[str, set[int]] = {}  # by key; a paper that is merged away leaves its keys to the other
    for number, paper in enumerate(papers):
        known_as = keys(paper)
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

    They are more than one when the new record shows that papers kept apart are the same.
    """
    found: list[int] = []
    whole = new
    for number, paper in known:
        if same(paper, new) and (not found or same(whole, paper)):
            whole = merge(whole, paper) if found else paper
            found.append(number)
    return found, merge(whole, new) if found else new


def _union(known: tuple[str, ...], new: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(dict.fromkeys(known + new))
