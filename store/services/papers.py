"""The answers of services as papers."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from store.identity import arxiv_id, doi, is_archive, is_archive_doi
from store.readers.bibtex import read_bibtex
from store.readers.fields import paper_from, text_of, year
from store.readers.markup import read_atom
from store.readers.opening import in_memory
from store.readers.unwrapping import unwrapped
from store.records import Paper
from store.services.client import Client, NotThere, ServiceError

_HEAD = 2_000  # characters, within which a feed begins
_CROSSREF_DATES = ("published-print", "published", "issued")
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
    if "<feed" not in text[:_HEAD]:
        raise ServiceError("arXiv answered with something else than a list of papers; try later.")
    found = [item for item in read_atom(in_memory(text, "arXiv")) if isinstance(item, Paper) and item.arxiv]
    return [replace(paper, url="", tags=()) for paper in found]  # a link to the paper, not to one of its versions


def by_doi(client: Client, name: str) -> Paper:
    """The paper of a DOI as Crossref has it, with the abstract and the retraction that OpenAlex knows of.

    Raises ServiceError where neither has it.
    """
    try:
        work = client.json("crossref", f"/works/{quote(name)}").get("message") or {}
        paper = replace(_paper(_crossref, work, "Crossref"), retracted=_retracted(work))
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


def _paper(named: Callable[[Mapping[str, Any]], dict[str, Any]], record: Mapping[str, Any], source: str) -> Paper:
    try:
        return paper_from(named(record), source)
    except ValueError as error:
        raise NotThere(f"{source} has a record that cannot be read ({error}); fetch the paper elsewhere.") from None


def _crossref(work: Mapping[str, Any]) -> dict[str, Any]:
    people = _records(work, "author")
    return {
        "title": ": ".join(filter(None, (text_of(work, "title"), text_of(work, "subtitle")))),
        "abstract": work.get("abstract"),
        "authors": [one if one.get("family") else {"literal": one.get("name")} for one in people],
        "year": next((found for name in _CROSSREF_DATES if (found := year(work.get(name)))), None),
        "venue": text_of(work, "container-title", "event"),
        "doi": work.get("DOI"),
        "url": work.get("URL"),
    }


def _retracted(work: Mapping[str, Any]) -> str:
    retractions = [u for u in _records(work, "updated-by") if str(u.get("type", "")).lower() in _RETRACTING]
    return f"retracted: https://doi.org/{retractions[0].get('DOI', '')}" if retractions else ""


def published_as(client: Client, name: str) -> str:
    """The DOI of the publication that the preprint of this DOI became; "" where Crossref knows of none."""
    try:
        relations = client.json("crossref", f"/works/{quote(name)}").get("message", {}).get("relation") or {}
    except NotThere:
        return ""
    return next((doi(other.get("id", "")) for other in _records(relations, "is-preprint-of")), "")


def by_openalex(client: Client, name: str) -> Paper:
    """The paper of a DOI as OpenAlex has it."""
    contact = {"mailto": client.contact} if client.contact else {}
    return _of_openalex(client.json("openalex", f"/works/doi:{quote(name)}", **contact))


def titled(client: Client, title: str) -> list[Paper]:
    """The papers that OpenAlex finds by a title; whether one is the wanted one is for `same` to say."""
    words = " ".join(re.findall(r"\w+", title))
    found = []
    for work in _records(client.json("openalex", "/works", search=words, per_page=5), "results"):
        with suppress(NotThere):  # one that has no title
            found.append(_of_openalex(work))
    return found


def _of_openalex(work: Mapping[str, Any]) -> Paper:
    paper = _paper(_openalex, work, "OpenAlex")
    return replace(paper, retracted="retracted, as OpenAlex says" if work.get("is_retracted") else "")


def _openalex(work: Mapping[str, Any]) -> dict[str, Any]:
    places = [work.get("primary_location") or {}, *_records(work, "locations")]
    arxiv = next((found for place in places if (found := arxiv_id(place.get("landing_page_url") or ""))), "")
    venue = (places[0].get("source") or {}).get("display_name") or ""
    name = doi(work.get("doi") or "")
    return {
        "title": work.get("title"),
        "abstractinvertedindex": work.get("abstract_inverted_index"),
        "authorships": work.get("authorships"),
        "year": work.get("publication_year"),
        "venue": "" if is_archive(venue) else venue,
        "arxiv": arxiv,
        "doi": "" if arxiv and is_archive_doi(name) else name,
    }


def by_openreview(client: Client, name: str) -> Paper:
    """The paper of an OpenReview id. Raises ServiceError."""
    notes = _records(client.json("openreview", "/notes", id=name), "notes")
    if not notes:
        raise ServiceError(f"openreview:{name}: OpenReview has no such paper; check the id.")
    paper = _paper(_openreview, notes[0], "OpenReview")
    return replace(paper, url=f"https://openreview.net/forum?id={name}")


def _openreview(note: Mapping[str, Any]) -> dict[str, Any]:
    fields = unwrapped(note)
    return {name: fields.get(name) for name in ("title", "abstract", "authors", "year", "venue")}


def by_acl(client: Client, name: str) -> Paper:
    """The paper of an id of the ACL Anthology. Raises ServiceError."""
    text, _ = client.text("acl", f"/{name}.bib")
    items = read_bibtex(in_memory(text, "ACL Anthology")) if text.strip() else iter(())
    paper = next((item for item in items if isinstance(item, Paper)), None)
    if paper is None:
        raise ServiceError(f"acl:{name}: the ACL Anthology has no such paper; check the id.")
    return replace(paper, citekey="")  # a key that people chose is another thing


def _records(record: Any, name: str) -> list[Mapping[str, Any]]:
    value = record.get(name) if isinstance(record, Mapping) else None
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
