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
_DOI = re.compile(r"(10\.\d{4,9}/\S+)(.*)", re.DOTALL)
_UNNAMED = {"et", "al", "and", "others"}  # stands for authors in a list of them
# Of the shorter text's words, how many two versions of one share at least. Two of 1,000 abstracts drawn by chance
# share .28; what has fewer words is not judged.
_ALIKE, _JUDGED = 0.4, 15


def arxiv_id(text: str) -> str:
    """The arXiv id in an id, `arXiv:` reference, DOI or link, without its version; "" where there is none."""
    found = _ARXIV_NAMED.search(text.strip())
    return found[1] if found else ""


def arxiv_ids(text: str) -> list[str]:
    """All that have the form of an arXiv id in running text, without their versions."""
    return _ARXIV_WITHIN.findall(text)


def doi(text: str) -> str:
    """The DOI in a DOI or a link to one; "" where there is none, or one that a blank has cut."""
    found = _DOI.search(text)
    cut = found and any(map(str.isalnum, found[2]))
    return found[1].rstrip(".,;") if found and not cut else ""


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
    titled = _title_key(paper)
    named = {"arxiv": paper.arxiv, "doi": paper.doi.lower(), "id": paper.paper_id, "title": titled}
    return [f"{kind}:{value}" for kind, value in named.items() if value]


def _title_key(paper: Paper) -> str:
    return "".join(title_words(paper.title))


def same(one: Paper, other: Paper) -> bool:
    """Whether two records that share a key are one paper.

    No identifier may speak against it, nor two of title, authors and abstract: an identifier that two papers
    share is wrong for one of them. What a record lacks, or has too little of, speaks neither way.
    """
    if one.arxiv and other.arxiv and one.arxiv != other.arxiv:
        return False
    by_arxiv, by_doi = bool(one.arxiv and other.arxiv), bool(one.doi and other.doi)
    if by_doi and not by_arxiv and one.doi.lower() != other.doi.lower():
        return False
    titled = _title_key(one) == _title_key(other)
    if titled and (by_arxiv or by_doi):
        return True
    authors = _differ(_named(one), _named(other))
    return (not titled) + authors + _differ(_words(one.abstract), _words(other.abstract), _JUDGED) < 2


def _named(paper: Paper) -> set[str]:
    """The names of the authors, in whatever order and with first names or initials, which are left out."""
    words = {word for author in paper.authors for word in title_words(author)}
    return {word for word in words - _UNNAMED if len(word) > 1}


def _words(text: str) -> set[str]:
    return {word for word in title_words(text) if len(word) > 3}


def _differ(one: set[str], other: set[str], judged: int = 1) -> bool:
    least = min(len(one), len(other))
    return least >= judged and len(one & other) < _ALIKE * least


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
        told = hashlib.sha256("\n".join([new.title, *new.authors, new.abstract]).encode()).hexdigest()[:8]
        new = replace(new, paper_id=f"{slug(new.title)}-{told}")
    return new if not wrong else identify(new)


def _union(known: tuple[str, ...], new: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(dict.fromkeys(known + new))
