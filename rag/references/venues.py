"""What kind of publication a paper is, read off its venue's name, and what each format calls that kind."""

import re
from dataclasses import dataclass

_PREPRINT = re.compile(r"(arxiv|corr|biorxiv|medrxiv|preprint|ssrn|under review|submitted)\b", re.I)
_THESIS = re.compile(r"(?P<master>master'?s?|m\.?sc\.?)?.*\bthesis\b|.*\bdissertation\b", re.I)
_MEETING = re.compile(
    r"\b(proceedings of(?! the (national academy|ieee\b))|conference|symposium|workshops?"
    r"|meeting|congress|findings)\b",
    re.I,
)
_JOURNALS = re.compile(
    r"\b(journals?|transactions|trans\.|letters|magazine|review|reviews|annals|bulletin|quarterly|computation"
    r"|proceedings of the (national academy|ieee\b)|nature|science|plos|frontiers|access|intelligence"
    r"|TMLR|JMLR|JAIR|PAMI|TPAMI|IJCV|IJRR|RA-?L|TIP|TNNLS|TKDE|TACL|TOG|TMM|TCSVT|TVCG|CVIU|PNAS"
    r"|IEEE T-?\w+)\b",
    re.I,
)
_VOLUME = re.compile(
    r"^(?P<name>\D[^\d,]*?),?\s+(?:vol\.?\s*)?(?P<volume>\d{1,3})"
    r"(?:\s*[(:]\s*(?P<number>(?!(?:19|20)\d\d\b)[\w-]+)\)?)?(?:,?\s*\(?\d{4}\)?)?$"
)
_ACRONYM = re.compile(r"^[A-Z][A-Za-z&/-]*[A-Z][A-Za-z&/-]*$")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of publication as BibTeX, CSL and RIS call it; `field` is where BibTeX has its venue."""

    bibtex: str
    csl: str
    ris: str
    field: str
    genre: str = ""


PREPRINT = Kind("misc", "article", "UNPB", "howpublished")
ARTICLE = Kind("article", "article-journal", "JOUR", "journal")
MEETING = Kind("inproceedings", "paper-conference", "CONF", "booktitle")
PHD = Kind("phdthesis", "thesis", "THES", "school", "PhD thesis")
MASTER = Kind("mastersthesis", "thesis", "THES", "school", "Master's thesis")


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue's kind and name, which for a thesis is the school's."""

    kind: Kind
    name: str = ""
    volume: str = ""
    number: str = ""


def read_venue(venue: str) -> Venue:
    """The publication that `venue` names; empty or an archive's name is a preprint."""
    venue = " ".join(venue.split())
    if not venue or _PREPRINT.match(venue):
        return Venue(PREPRINT, venue)
    if thesis := _THESIS.match(venue):
        return Venue(MASTER if thesis["master"] else PHD, _school(venue))
    return _article(venue) or Venue(MEETING, venue)


def _article(venue: str) -> Venue | None:
    if _MEETING.search(venue):
        return None
    if volume := _VOLUME.match(venue):
        return Venue(ARTICLE, volume["name"].strip(), volume["volume"], volume["number"] or "")
    if _JOURNALS.search(venue) or not _looks_like_meeting(venue):
        return Venue(ARTICLE, re.sub(r",?\s+\(?(19|20)\d\d\)?$", "", venue))
    return None


def _looks_like_meeting(venue: str) -> bool:
    """A year in the name, or an acronym: how conferences are named, and journals are not."""
    return bool(re.search(r"\b(19|20)\d\d\b|'\d\d\b", venue) or _ACRONYM.match(venue.split()[0]))


def _school(venue: str) -> str:
    parts = [part.strip() for part in venue.split(",")]
    return ", ".join(part for part in parts if not re.fullmatch(r"\d{4}", part) and not _THESIS.match(part))
