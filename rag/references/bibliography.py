"""Papers as BibTeX, RIS, CSL-JSON and CSV, and as a reference list in a published style."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence

from rag.errors import ExportError
from rag.references.keys import citation_keys, split_name
from rag.references.venues import PREPRINT, Venue, read_venue
from store.records import Paper
from store.tex import to_latex

_WORD = re.compile(r"\$[^$]+\$|[^\s:()]+")
_HYPHENED = re.compile(r"[A-Z]?[a-z]+(-[A-Z]?[a-z]+)+")  # title case: Goal-Conditioned
_MIXED = re.compile(r"\w.*[A-Z]|^[A-Z][*-]|[A-Z]\d|\d[A-Z]")  # CLIP, YOLOv8, A*, Q-learning, 3D
_COLUMNS = ("paper_id", "title", "authors", "year", "venue", "arxiv", "doi", "url", "tags", "abstract")


def export(papers: Sequence[Paper], format: str, keys: Mapping[str, str] | None = None) -> str:
    """`papers` in `format`: bibtex, ris, csl-json or csv.

    `keys` maps paper ids to citation keys; pass those of the whole library, so that a part of it
    keeps its keys. Raises ExportError for another format.
    """
    writers = {"bibtex": to_bibtex, "ris": to_ris, "csl-json": to_csl_json, "csv": to_csv}
    if format not in writers:
        raise ExportError(f"There is no export format {format!r}; use one of {', '.join(writers)}.")
    return writers[format](papers, keys or citation_keys(papers))


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
        ("year", str(paper.year or "")),
        (venue.kind.field, to_latex(archive or _container(paper, venue))),
        ("volume", venue.volume),
        ("number", venue.number),
        ("eprint", paper.arxiv),
        ("archiveprefix", "arXiv" if paper.arxiv else ""),
        ("doi", _verbatim(paper.doi)),
        ("url", _verbatim(_address(paper))),
        ("keywords", to_latex(", ".join(paper.tags))),
        ("abstract", to_latex(" ".join(paper.abstract.split())) if abstracts else ""),
    ]
    return [(name, value) for name, value in fields if value]


def _container(paper: Paper, venue: Venue) -> str:
    """The venue's name without the year that stands beside it anyway."""
    return re.sub(rf"\s+{paper.year}$", "", venue.name) if paper.year else venue.name


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
    parts = [name.surname, name.suffix, name.given]
    return ", ".join(to_latex(part) for part in parts if part)


def _verbatim(address: str) -> str:
    return address.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


def _address(paper: Paper) -> str:
    archive = f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else ""
    return paper.url or archive or (f"https://doi.org/{paper.doi}" if paper.doi else "")


def to_ris(papers: Sequence[Paper], keys: Mapping[str, str]) -> str:
    """RIS records, as reference managers import them."""
    import rispy

    class Writer(rispy.RisWriter):
        def set_header(self, count: int) -> str:
            return ""  # the library would number the records, which RIS does not know

    entries = [_ris_entry(paper, keys[paper.paper_id]) for paper in papers]
    return rispy.dumps(entries, implementation=Writer).strip("\n") + "\n"


def _ris_entry(paper: Paper, key: str) -> dict[str, object]:
    venue = read_venue(paper.venue)
    entry = {
        "type_of_reference": venue.kind.ris,
        "id": key,
        "title": " ".join(paper.title.split()),
        "authors": [_ris_name(author) for author in paper.authors],
        "year": str(paper.year or ""),
        "publisher" if venue.kind.genre else "secondary_title": _container(paper, venue),
        "volume": venue.volume,
        "number": venue.number,
        "doi": paper.doi,
        "accession_number": f"arXiv:{paper.arxiv}" if paper.arxiv else "",
        "urls": [_address(paper)] if _address(paper) else [],
        "keywords": list(paper.tags),
        "abstract": " ".join(paper.abstract.split()),
    }
    return {name: value for name, value in entry.items() if value}


def _ris_name(author: str) -> str:
    name = split_name(author)
    return ", ".join(part for part in (name.surname, name.given, name.suffix) if part)


def to_csl_json(papers: Sequence[Paper], keys: Mapping[str, str]) -> str:
    """A CSL-JSON list, the input of every CSL processor."""
    items = [csl_item(paper, keys[paper.paper_id]) for paper in papers]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def csl_item(paper: Paper, key: str) -> dict[str, object]:
    """One CSL-JSON item; fields that `paper` lacks are left out."""
    venue = read_venue(paper.venue)
    is_thesis, is_preprint = bool(venue.kind.genre), venue.kind is PREPRINT
    item = {
        "id": key,
        "type": venue.kind.csl,
        "title": " ".join(paper.title.split()),
        "author": [_csl_name(author) for author in paper.authors],
        "issued": {"date-parts": [[paper.year]]} if paper.year else None,
        "container-title": "" if is_thesis or is_preprint else _container(paper, venue),
        "publisher": venue.name if is_thesis else "arXiv" if is_preprint and paper.arxiv else "",
        "genre": venue.kind.genre,
        "number": f"arXiv:{paper.arxiv}" if is_preprint and paper.arxiv else "",
        "volume": venue.volume,
        "issue": venue.number,
        "DOI": paper.doi,
        "URL": _address(paper),
        "keyword": ", ".join(paper.tags),
        "abstract": " ".join(paper.abstract.split()),
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(author: str) -> dict[str, str]:
    name = split_name(author)
    if name.literal or not name.given:
        return {"literal": name.family}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: value for part, value in parts.items() if value}


def to_csv(papers: Sequence[Paper], keys: Mapping[str, str]) -> str:
    """A table with a header; several authors, tags or sources of a paper are joined by semicolons."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["key", *_COLUMNS])
    for paper in papers:
        writer.writerow([keys[paper.paper_id], *(_cell(getattr(paper, name)) for name in _COLUMNS)])
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    return "" if value is None else str(value)
