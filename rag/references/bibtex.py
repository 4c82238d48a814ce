"""Papers as BibTeX, and what kind of publication each is, read off its venue's name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.references.venues import known_venue
from store.identity import is_archive
from store.names import split_name
from store.records import Paper
from store.tex import to_latex

_THESIS = re.compile(r"(?i)(?P<master>master'?s?|m\.?sc\.?)?.*\bthesis\b|.*\bdissertation\b")
_MEETING = re.compile(
    r"(?i)\b(proceedings of(?! the (national academy|ieee\b))|conference|symposium|workshops?"
    r"|meeting|congress|findings)\b"
)
_JOURNALS = re.compile(
    r"(?i)\b(journals?|transactions|trans\.|letters|magazine|review|reviews|annals|bulletin|quarterly|computation"
    r"|proceedings of the (national academy|ieee\b)|nature|science|plos|frontiers|access|intelligence"
    r"|TMLR|JMLR|JAIR|PAMI|TPAMI|IJCV|IJRR|RA-?L|TIP|TNNLS|TKDE|TACL|TOG|TMM|TCSVT|TVCG|CVIU|PNAS"
    r"|IEEE T-?\w+)\b"
)
_VOLUME = re.compile(
    r"^(?P<name>\D[^\d,]*?),?\s+(?:vol\.?\s*)?(?P<volume>\d{1,3})"
    r"(?:\s*[(:]\s*(?P<number>(?!(?:19|20)\d\d\b)[\w-]+)\)?)?(?:,?\s*\(?\d{4}\)?)?$"
)
_YEAR_OR_ACRONYM = re.compile(r"\b(19|20)\d\d\b|'\d\d\b|^[A-Z][A-Za-z&/-]*[A-Z][A-Za-z&/-]*(?!\S)")
_WORD = re.compile(r"\$[^$]+\$|[^\s:()]+")
_HYPHENED = re.compile(r"[A-Z]?[a-z]+(-[A-Z]?[a-z]+)+")  # title case: Goal-Conditioned
_MIXED = re.compile(r"\w.*[A-Z]|^[A-Z][*-]|[A-Z]\d|\d[A-Z]")  # CLIP, YOLOv8, A*, Q-learning, 3D


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
    if not venue or is_archive(venue):
        return Venue(PREPRINT, venue)
    if thesis := _THESIS.match(venue):
        parts = (part.strip() for part in venue.split(","))
        school = ", ".join(part for part in parts if not re.fullmatch(r"\d{4}", part) and not _THESIS.match(part))
        return Venue(MASTER if thesis["master"] else PHD, school)
    known = known_venue(venue)
    if known and known.kind == "meeting":
        return Venue(MEETING, venue.upper() if venue.islower() and " " not in venue else venue)
    return Venue(MEETING, venue) if _MEETING.search(venue) else _read_journal(venue)


def _read_journal(venue: str) -> Venue:
    """A journal; a year in the name, or an acronym, is how conferences are named, and journals are not."""
    if volume := _VOLUME.match(venue):
        return Venue(ARTICLE, volume["name"].strip(), volume["volume"], volume["number"] or "")
    if not _JOURNALS.search(venue) and _YEAR_OR_ACRONYM.search(venue):
        return Venue(MEETING, venue)
    return Venue(ARTICLE, re.sub(r",?\s+\(?(19|20)\d\d\)?$", "", venue))


def to_bibtex(papers: Sequence[Paper], keys: Mapping[str, str], abstracts: bool = True) -> str:
    """A .bib file, in the order of `papers`: @misc for preprints, else by the kind of venue."""
    import bibtexparser
    from bibtexparser.model import Entry, Field

    entries = []
    for paper in papers:
        fields = [Field(name, f"{{{value}}}") for name, value in _bibtex_fields(paper, abstracts)]
        entries.append(Entry(read_venue(paper.venue).kind.bibtex, keys[paper.paper_id], fields))
    style = bibtexparser.BibtexFormat()
    style.indent, style.block_separator = "  ", "\n"
    return bibtexparser.write_string(bibtexparser.Library([*entries]), unparse_stack=[], bibtex_format=style)


def _bibtex_fields(paper: Paper, abstracts: bool) -> list[tuple[str, str]]:
    venue = read_venue(paper.venue)
    archive = f"arXiv:{paper.arxiv}" if paper.arxiv and venue.kind is PREPRINT else ""
    fields = [
        ("title", _title(paper)),
        ("author", " and ".join(_bibtex_name(author) for author in paper.authors)),
        ("year", str(published(paper) or "")),
        (venue.kind.field, to_latex(archive or container(paper, venue))),
        ("volume", venue.volume),
        ("number", venue.number),
        ("eprint", paper.arxiv),
        ("archiveprefix", "arXiv" if paper.arxiv else ""),
        ("doi", _verbatim(paper.doi)),
        ("url", _verbatim(address(paper))),
        ("keywords", to_latex(", ".join(paper.tags))),
        ("abstract", to_latex(" ".join(paper.abstract.split())) if abstracts else ""),
    ]
    return [(name, value) for name, value in fields if value]


def published(paper: Paper) -> int | None:
    """The year of the venue where its name has one, else the paper's, which may be that of a preprint."""
    named = re.findall(r"\b(?:19|20)\d\d\b", paper.venue)
    return int(named[-1]) if named and read_venue(paper.venue).kind in (MEETING, ARTICLE) else paper.year


def container(paper: Paper, venue: Venue) -> str:
    """The venue's name without the year that stands beside it anyway."""
    return re.sub(rf"\s+{published(paper)}$", "", venue.name) if published(paper) else venue.name


def _title(paper: Paper) -> str:
    """The title in LaTeX, with braces round the words whose capitals a style must not lower."""
    title = " ".join(paper.title.split())
    pieces, done = [], 0
    for match in _WORD.finditer(title):
        if match[0].startswith("$") or _keeps_capitals(match[0], match.start() == 0, paper.abstract):
            pieces += [to_latex(title[done : match.start()]), f"{{{to_latex(match[0])}}}"]
            done = match.end()
    return "".join([*pieces, to_latex(title[done:])])


def _keeps_capitals(word: str, first: bool, abstract: str) -> bool:
    """Acronyms, mixed case, and names: what the abstract writes with a capital amid small words."""
    word = word.strip(".,;?!'\"")
    if not word[:1].isalnum() or _HYPHENED.fullmatch(word):
        return False
    if _MIXED.search(word):
        return True
    if first or not re.fullmatch(r"[A-Z][a-z]{2,}", word):
        return False
    amid = re.search(rf"[a-z,] {word}(?! [A-Z])\b", abstract)
    return bool(amid) and not re.search(rf"\b{word.lower()}|{word} [A-Z]|[A-Z]\w+ {word}\b", abstract)


def _bibtex_name(author: str) -> str:
    name = split_name(author)
    if name.literal or re.search(r"\sand\s", name.family):
        return f"{{{to_latex(name.family)}}}"
    return ", ".join(to_latex(part) for part in (name.surname, name.suffix, name.given) if part)


def _verbatim(address: str) -> str:
    return address.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


def address(paper: Paper) -> str:
    """The page of `paper`: its own, its archive's, or that of its DOI."""
    archive = f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else ""
    return paper.url or archive or (f"https://doi.org/{paper.doi}" if paper.doi else "")
