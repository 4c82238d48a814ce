"""The answers of services as papers."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from store.identity import arxiv_id, doi, is_archive, is_archive_doi
from store.readers.readable import abstract, line
from store.records import Paper
from store.services.client import Client, NotThere, ServiceError

_ATOM = {"a": "http://www.w3.org/2005/Atom", "x": "http://arxiv.org/schemas/atom"}
_AT_ONCE = 100  # ids asked for together
_RETRACTING = {"retraction", "withdrawal", "removal"}


def by_arxiv(client: Client, ids: Sequence[str]) -> list[Paper]:
    """The papers of these arXiv ids that there are."""
    found: list[Paper] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        found += _feed(client.text("arxiv", id_list=",".join(some), max_results=len(some))[0])
    return found


def search_arxiv(client: Client, query: str, most: int) -> list[Paper]:
    """The `most` papers that arXiv finds for a query, in its own language or in plain words."""
    if not re.search(r"\b(ti|au|abs|cat|all|co|jr|id):", query):
        query = " AND ".join(f"all:{word}" for word in re.findall(r'"[^"]+"|\S+', query))
    found: list[Paper] = []
    while len(found) < most:
        count = min(_AT_ONCE, most - len(found))
        page = _feed(client.text("arxiv", search_query=query, start=len(found), max_results=count)[0])
        found += page
        if len(page) < count:
            break
    return found


def _feed(text: str) -> list[Paper]:
    try:
        feed = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise ServiceError("arXiv answered with something else than a list of papers; try later.") from None
    papers = [_entry(entry) for entry in feed.iterfind("a:entry", _ATOM)]
    return [paper for paper in papers if paper.arxiv and paper.title]


def _entry(entry: ElementTree.Element) -> Paper:
    def text(path: str) -> str:
        return " ".join((entry.findtext(path, "", _ATOM)).split())

    published = text("x:journal_ref")
    return Paper(
        "",
        text("a:title"),
        text("a:summary"),
        tuple(" ".join((name.text or "").split()) for name in entry.iterfind("a:author/a:name", _ATOM)),
        _year(text("a:published")),
        published,
        arxiv_id(text("a:id")),
        doi(text("x:doi")),
        sources=("arXiv",),
    )


def by_doi(client: Client, name: str) -> Paper:
    """The paper of a DOI as Crossref has it, with the abstract and the retraction that OpenAlex knows of.

    Raises ServiceError where neither has it.
    """
    try:
        paper = _crossref(client.json("crossref", f"/works/{quote(name)}").get("message") or {})
    except NotThere:
        return by_openalex(client, name)
    if paper.abstract:
        return paper
    try:
        other = by_openalex(client, name)
    except ServiceError:
        return paper
    from store.merging import merge

    return merge(paper, other)


def _crossref(work: Mapping[str, Any]) -> Paper:
    events = _listed(work, "event")
    dates = [work.get(name) or {} for name in ("published-print", "published", "issued")]
    parts = [part for date in dates for part in (date.get("date-parts") or [[None]])[:1]]
    venue = _first(_listed(work, "container-title"))
    kept = [event.get("name", "") for event in events or [work.get("event") or {}]]
    retractions = [u for u in _listed(work, "updated-by") if str(u.get("type", "")).lower() in _RETRACTING]
    return Paper(
        "",
        line(": ".join(filter(None, [_first(_listed(work, "title")), _first(_listed(work, "subtitle"))]))),
        abstract(work.get("abstract") or ""),
        tuple(_crossref_name(author) for author in _listed(work, "author")),
        next((part[0] for part in parts if part and part[0]), None),
        line(venue or _first(kept)),
        doi=doi(work.get("DOI") or ""),
        url=work.get("URL") or "",
        retracted=f"retracted: https://doi.org/{retractions[0].get('DOI', '')}" if retractions else "",
        sources=("Crossref",),
    )


def published_as(client: Client, name: str) -> str:
    """The DOI of the publication that the preprint of this DOI became; "" where Crossref knows of none."""
    try:
        relations = client.json("crossref", f"/works/{quote(name)}").get("message", {}).get("relation") or {}
    except NotThere:
        return ""
    return next((doi(other.get("id", "")) for other in _listed(relations, "is-preprint-of")), "")


def _crossref_name(author: Mapping[str, Any]) -> str:
    family = ", ".join(filter(None, (author.get("family"), author.get("suffix"))))
    return ", ".join(filter(None, (family, author.get("given")))) if family else f"{{{author.get('name', '')}}}"


def by_openalex(client: Client, name: str) -> Paper:
    """The paper of a DOI as OpenAlex has it."""
    contact = {"mailto": client.contact} if client.contact else {}
    return _openalex(client.json("openalex", f"/works/doi:{quote(name)}", **contact))


def titled(client: Client, title: str) -> list[Paper]:
    """The papers that OpenAlex finds by a title; whether one is the wanted one is for `same` to say."""
    words = " ".join(re.findall(r"\w+", title))
    return [_openalex(work) for work in _listed(client.json("openalex", "/works", search=words, per_page=5), "results")]


def _openalex(work: Mapping[str, Any]) -> Paper:
    places = [work.get("primary_location") or {}, *_listed(work, "locations")]
    arxiv = next((found for place in places if (found := arxiv_id(place.get("landing_page_url") or ""))), "")
    words = {n: word for word, places in (work.get("abstract_inverted_index") or {}).items() for n in places}
    venue = ((work.get("primary_location") or {}).get("source") or {}).get("display_name") or ""
    name = doi(work.get("doi") or "")
    return Paper(
        "",
        line(work.get("title") or ""),
        line(" ".join(words[n] for n in sorted(words))),
        tuple((one.get("author") or {}).get("display_name") or "" for one in _listed(work, "authorships")),
        work.get("publication_year"),
        "" if is_archive(venue) else line(venue),
        arxiv,
        "" if arxiv and is_archive_doi(name) else name,
        retracted="retracted, as OpenAlex says" if work.get("is_retracted") else "",
        sources=("OpenAlex",),
    )


def by_openreview(client: Client, name: str) -> Paper:
    """The paper of an OpenReview id. Raises ServiceError."""
    notes = _listed(client.json("openreview", "/notes", id=name), "notes")
    if not notes:
        raise ServiceError(f"openreview:{name}: OpenReview has no such paper; check the id.")
    content = {key: _value(value) for key, value in (notes[0].get("content") or {}).items()}
    return Paper(
        "",
        line(content.get("title") or ""),
        " ".join((content.get("abstract") or "").split()),
        tuple(content.get("authors") or ()),
        _year(str(content.get("year") or "")) or _year(content.get("venue") or ""),
        content.get("venue") or "",
        url=f"https://openreview.net/forum?id={name}",
        sources=("OpenReview",),
    )


def _value(value: Any) -> Any:
    return value.get("value") if isinstance(value, Mapping) else value


def by_acl(client: Client, name: str) -> Paper:
    """The paper of an id of the ACL Anthology. Raises ServiceError."""
    import bibtexparser

    from store.tex import from_latex

    library = bibtexparser.parse_string(client.text("acl", f"/{name}.bib")[0])
    if not library.entries:
        raise ServiceError(f"acl:{name}: the ACL Anthology has no such paper; check the id.")
    fields = {field.key.lower(): from_latex(str(field.value)) for field in library.entries[0].fields}
    return Paper(
        "",
        line(fields.get("title", "")),
        abstract(fields.get("abstract", ""), latex=True),
        tuple(name for name in re.split(r"\s+and\s+", fields.get("author", "")) if name.strip()),
        _year(fields.get("year", "")),
        line(fields.get("booktitle") or fields.get("journal", "")),
        doi=doi(fields.get("doi", "")),
        url=fields.get("url", ""),
        sources=("ACL Anthology",),
    )


def _listed(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else []


def _first(values: Iterable[Any]) -> str:
    return next((str(value) for value in values if value), "")


def _year(text: str) -> int | None:
    found = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)
    return int(found[0]) if found else None
