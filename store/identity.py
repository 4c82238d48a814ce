"""What a paper is known by (arXiv id, DOI, title), and what follows from its fields."""

import hashlib
import re
import unicodedata
from dataclasses import replace

from store.names import read_names
from store.records import EDITED, Paper
from store.tex import unformatted

_SLUG_LENGTH = 72
_ARXIV = r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})"  # since 2007, and before
_ARXIV_NAMED = re.compile(rf"(?:^|arxiv[:./]|/(?:abs|pdf)/){_ARXIV}(?!\d)", re.IGNORECASE)
_ARXIV_TOLD = re.compile(
    rf"^[^\w\n]*(?:(?:(?:available|published|online)(?: at| on)?|e-?print|preprint|url)\W+)?(?:https?://(?:www\.)?)?arxiv\b"
    rf"(?:\.org)?(?:[ :,./]|(?:arxiv|e-?prints?|preprint|id|abs|pdf)\b|\(cornell university\))*{_ARXIV}(?!\d)",
    re.IGNORECASE | re.MULTILINE,
)
_ARXIV_WITHIN = re.compile(rf"\b{_ARXIV}(?:v\d+)?\b", re.IGNORECASE)
_ARXIV_DOI = "10.48550/arxiv."
_DOI = re.compile(r"(10\.\d{4,9}/\S+)(.*)", re.DOTALL)
_ARCHIVE = re.compile(r"(?i)(arxiv|corr|biorxiv|medrxiv|preprint|ssrn|under review|submitted)\b")
_ARCHIVE_DOI = re.compile(
    r"(?i)10\.(?:48550/arxiv|1101/(?:19|20)|21203/|2139/ssrn|31234/|31219/|26434/|20944/preprints|36227/)"
)
_VENUE_YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?!\d|\.\d)|(?<=['’])\d\d\b")
_FAR = 6  # years: a number as far from the paper's year is a volume or a page


def arxiv_id(text: str) -> str:
    """The arXiv id in an id, `arXiv:` reference, DOI or link, without its version; "" where there is none."""
    found = _ARXIV_NAMED.search(text.strip())
    return found[1] if found else ""


def arxiv_told(text: str) -> str:
    """The arXiv id that a line of a note or a journal's name begins with, marked as one; "" where none does.

    What a note says on its way ("a comment on arXiv:2301.00001") is of another paper.
    """
    found = _ARXIV_TOLD.search(text) if "arxiv" in text.lower() else None
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
    titled = title_key(paper)
    named = {"arxiv": paper.arxiv, "doi": paper.doi.lower(), "id": paper.paper_id, "title": titled}
    return [f"{kind}:{value}" for kind, value in named.items() if value]


def title_key(paper: Paper) -> str:
    """The title as a key: the same however it is written."""
    return "".join(title_words(paper.title))


def is_archive(venue: str) -> bool:
    """Whether a venue's name is that of an archive of preprints, or of none yet."""
    return bool(_ARCHIVE.match(venue))


def is_archive_doi(doi: str) -> bool:
    """Whether a DOI is that of a preprint."""
    return bool(_ARCHIVE_DOI.match(doi))


def identify(paper: Paper) -> Paper:
    """The record with its id, arXiv id and link filled in where they follow from the rest, and its fields settled."""
    arxiv = paper.arxiv or (arxiv_id(paper.doi) if paper.doi.lower().startswith(_ARXIV_DOI) else "")
    link = f"https://arxiv.org/abs/{arxiv}" if arxiv else f"https://doi.org/{paper.doi}" if paper.doi else ""
    paper_id = paper.paper_id or arxiv or paper.doi.lower() or slug(paper.title)
    given = {"citekey": origin(paper, "citekey")} if paper.citekey else {}  # by the record's file, not by the library
    return settled(replace(paper, paper_id=paper_id, arxiv=arxiv, url=paper.url or link, origins=paper.origins | given))


def settled(paper: Paper) -> Paper:
    """The paper with its authors' names read, its tags once each, and the one year that its venue names."""
    tags = tuple(filter(None, dict.fromkeys(" ".join(tag.split()) for tag in paper.tags)))
    year = paper.year if origin(paper, "year") == EDITED else venue_year(paper.venue, paper.year)
    return replace(paper, authors=read_names(paper.authors), year=year, tags=tags)


def origin(paper: Paper, field: str) -> str:
    """Where a field of `paper` came from: a name of its `sources`, or EDITED; "" where that is not known."""
    return paper.origins.get(field) or next(iter(paper.sources), "")


def venue_year(venue: str, year: int | None) -> int | None:
    """The one year that a venue's name has, which is the paper's; else `year`."""
    named = {int(text) if len(text) == 4 else 2000 + int(text) for text in _VENUE_YEAR.findall(venue)}
    if len(named) != 1 or is_archive(venue):
        return year
    (of_venue,) = named
    return year if year and abs(of_venue - year) >= _FAR else of_venue


def slug(title: str) -> str:
    """The id of a paper known by its title alone; long titles end in a digest, so none collide."""
    whole = "-".join(title_words(title))
    if whole and len(whole) <= _SLUG_LENGTH:
        return whole
    digest = hashlib.sha256((whole or title).encode()).hexdigest()[:8]
    return f"{whole[:_SLUG_LENGTH].rsplit('-', 1)[0]}-{digest}".strip("-")


def union(known: tuple[str, ...], new: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Both lists as one, in order, without repetition."""
    return tuple(dict.fromkeys(known + new))
