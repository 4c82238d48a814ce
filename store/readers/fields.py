"""Named fields, as any program writes them, made into those of a Paper: the one place where text is made readable."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from store.identity import arxiv_id, arxiv_told, doi
from store.readers.people import as_shown, names
from store.readers.readable import abstract, line, unescaped
from store.readers.values import first, letters, plain, storable
from store.records import LONGEST, Paper, Skipped, unfit

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20|21)\d\d(?!\d)")
_ARXIV_MONTH = re.compile(r"(\d\d)(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+(?:\.[A-Za-z]{2})?/(\d\d)\d{5}")
_ARCHIVE = re.compile(r"(?:arxiv(?:\.org)?(?: e-prints?)?(?: \(cornell university\))?|arxiv preprint\b.*|corr)", re.I)
_JOURNAL_VOLUME, _JOURNAL_NUMBER = re.compile(r"\d{1,3}"), re.compile(r"(?!(?:19|20)\d\d$)[\w-]{1,12}")
# The names of a field, as letters alone, most telling first.
_TITLE = ("articletitle", "title", "documenttitle", "papertitle", "primarytitle", "displayname", "name")
_ABSTRACT = ("abstract", "abstractnote", "abstracttext", "summary", "abstractinvertedindex", "notesabstract")
_AUTHORS = (
    "authorsparsed",
    "authorfullnames",
    "authors",
    "author",
    "creators",
    "authorships",
    "authornames",
    "creator",
)
_YEARS = ("year", "publicationyear", "pubyear", "issued", "publisheddate", "publicationdate", "date", "published")
_YEARS_TOO = ("publishedat", "publishedprint", "publishedonline", "coverdate", "earlyaccessdate", "created")
_VENUE = ("venue", "journal", "journaltitle", "journalname", "booktitle", "containertitle", "sourcetitle", "conference")
_VENUE_TOO = (
    "publicationtitle",
    "publication",
    "journalbook",
    "conferencename",
    "primarylocation",
    "hostvenue",
    "publicationvenue",
)
_VENUE_LAST = ("journalref",)
_DOI = ("doi", "elocationid", "articledoi")
_URL = ("url", "link", "urls", "articleurl", "landingpageurl")
_TAGS = ("tags", "keywords", "authorkeywords", "keyword", "manualtags")
_ARXIV = ("arxiv", "arxivid", "eprint", "eprintid")
_ARXIV_TOO = ("extra", "note", "notes", "annote", "howpublished", "number", "accessionnumber", "reportnumber")
_KEY = ("citekey", "citationkey", "bibtexkey", "citationlabel")
_KEPT = {"title": _TITLE, "abstract": _ABSTRACT}  # as they came, where they read otherwise


def paper_from(record: Mapping[str, Any], source: str, latex: bool = False) -> Paper:
    """The paper that a record of named fields describes; unknown fields are passed over.

    `latex` says that its text comes from a LaTeX file. Raises ValueError, saying what is wrong, for a record
    without a title or with a field that is too long or of a kind that cannot be read.
    """
    fields = {letters(name): value for name, value in reversed(dict(record).items()) if value not in (None, "", [], {})}
    _refuse_title(fields)
    written = {name: _within(text_of(fields, *names), name) for name, names in _KEPT.items()}
    shown = {"title": line(written["title"], latex), "abstract": abstract(written["abstract"], latex)}
    if not shown["title"]:
        raise ValueError("no title")
    link = text_of(fields, *_URL)
    arxiv = _arxiv(fields, link)
    paper = Paper(
        paper_id="",
        title=shown["title"],
        abstract=shown["abstract"],
        authors=tuple(dict.fromkeys(filter(None, (as_shown(n, latex) for n in names(first(fields, *_AUTHORS)))))),
        year=_dated(fields) or _of_arxiv(arxiv),
        venue=_venue(fields, latex),
        arxiv=arxiv,
        doi=doi(unescaped(text_of(fields, *_DOI))) or doi(_named(fields, "doi")),
        url=link if link.startswith(("http://", "https://")) else "",
        tags=tuple(dict.fromkeys(line(tag, latex) for tag in _labels(first(fields, *_TAGS)))),
        sources=(source,),
        citekey=line(text_of(fields, *_KEY)),
        original={name: text for name, text in written.items() if text.split() != shown[name].split()},
    )
    if reason := unfit(paper):
        raise ValueError(reason)
    return paper


def paper_or_skipped(
    named: Callable[[], Mapping[str, Any]], source: str, where: str, latex: bool = False
) -> Paper | Skipped:
    """The paper of the fields that `named` gives; where it or they raise ValueError, what was skipped and why."""
    try:
        return paper_from(named(), source, latex)
    except ValueError as error:
        return Skipped(where, str(error))


def _refuse_title(fields: Mapping[str, Any]) -> None:
    """Raises ValueError where the title is a number or several texts."""
    value = next((fields[name] for name in _TITLE if name in fields), None)
    if isinstance(value, int | float) or (isinstance(value, list) and len(value) > 1):
        raise ValueError("its title is not text")


def _within(text: str, name: str) -> str:
    """The text of a field, if it is no longer than such a field is."""
    if len(text) > LONGEST[name]:
        raise ValueError(f"its {name} has {len(text):,} characters, where {LONGEST[name]:,} are the most")
    return text


def text_of(fields: Mapping[str, Any], *names: str) -> str:
    """The first of the fields `names` that holds text, stripped; "" where none does."""
    for name in names:
        if name in fields and (text := _text(fields[name], name).strip()):
            return text
    return ""


def _text(value: Any, name: str) -> str:
    """The text of a value: of a list its first item, of an object its name, of an inverted index its words."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        return _text(value[0], name) if value and isinstance(value[0], str | Mapping) else _refused(value, name)
    if isinstance(value, Mapping):
        if name == "abstractinvertedindex":
            return _from_index(value)
        named = first(value, "value", "name", "title", "display_name", "source", "url", "href", "#text")
        return _text(named, name) if isinstance(named, str | Mapping) else ""
    return storable(value) if isinstance(value, str) else "" if value is None else _refused(value, name)


def _refused(value: Any, name: str) -> str:
    if value:
        raise ValueError(f"its {name} is not text")
    return ""


def _from_index(index: Mapping[str, Any]) -> str:
    """An abstract of which each word has the list of its places, as OpenAlex gives it."""
    places = [(place, word) for word, places in index.items() if isinstance(places, list) for place in places]
    if not all(isinstance(place, int) for place, _ in places):
        raise ValueError("its abstract's index holds no numbers")
    return storable(" ".join(word for _, word in sorted(places)))


def _arxiv(fields: Mapping[str, Any], link: str) -> str:
    archive = text_of(fields, "archiveprefix", "eprinttype").lower()
    here = _ARXIV if archive in ("", "arxiv") else _ARXIV[:2]
    named = (
        text_of(fields, *here),
        _named(fields, "arxiv"),
        link,
        plain(fields.get("id")),
    )
    told = (plain(fields.get(name)) for name in (*_ARXIV_TOO, *_VENUE, *_VENUE_TOO))
    return next(filter(None, (*map(arxiv_id, named), *map(arxiv_told, told))), "")


def _named(fields: Mapping[str, Any], kind: str) -> str:
    """An identifier out of an object of them: `externalIds`, `ids`."""
    found = first(fields, "externalids", "ids")
    if not isinstance(found, Mapping):
        return ""
    return next((str(value) for name, value in found.items() if letters(name) == kind and value), "")


def _venue(fields: Mapping[str, Any], latex: bool) -> str:
    """Where it appeared; an archive is no venue."""
    for name in (*_VENUE, *_VENUE_TOO, *_VENUE_LAST):
        value = fields.get(name)
        if name == "primarylocation" and isinstance(value, Mapping):
            value = value.get("source")
        text = line(_text(value, name), latex) if value else ""
        if text and not _ARCHIVE.fullmatch(text):
            return f"{text}{_volume(fields)}"
    return ""


def _volume(fields: Mapping[str, Any]) -> str:
    """A journal's volume and number, as they stand behind its name."""
    volume, number = text_of(fields, "journalvolume"), text_of(fields, "journalnumber")
    if not _JOURNAL_VOLUME.fullmatch(volume):
        return ""
    return f" {volume}({number})" if _JOURNAL_NUMBER.fullmatch(number) else f" {volume}"


def _dated(fields: Mapping[str, Any]) -> int | None:
    return next((found for name in (*_YEARS, *_YEARS_TOO) if (found := year(fields.get(name)))), None)


def _of_arxiv(arxiv: str) -> int | None:
    """The year that an arXiv id tells."""
    found = _ARXIV_MONTH.fullmatch(arxiv)
    short = int(found[1] or found[2]) if found else None
    return None if short is None else short + (1900 if short > 90 else 2000)


def year(value: Any) -> int | None:
    """The first year written in `value`: a number, a date, its parts, milliseconds since 1970."""
    if isinstance(value, Mapping):
        value = first(value, "date-parts", "value", "raw", "literal")
    if isinstance(value, int) and 10**11 < value < 10**13:
        value = 1970 + value // 31_556_952_000
    found = _YEAR.search(str(value)[:200]) if value else None
    return int(found[0]) if found else None


def _labels(value: Any) -> Iterator[str]:
    """Tags from a list of strings or objects, or from one string."""
    found = re.split(r"[;,]", value) if isinstance(value, str) else value if isinstance(value, list) else ()
    for item in found:
        label = first(item, "tag", "name", "display_name", "value") if isinstance(item, Mapping) else item
        if isinstance(label, str) and label.strip():
            yield storable(label).strip()
