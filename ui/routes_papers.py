"""What the place of the papers asks of the page's server: the table, a paper's own page, adding and removing."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field

from rag.references.bibliography import export
from store.errors import CitewellError
from store.incoming import Incoming
from store.library import Library
from store.records import Paper
from store.services.wanted import Wanted as Named
from store.services.wanted import wanted
from ui.listing import MOST_ROWS, Listing, Order, Wanted
from ui.paper_page import paper_html
from ui.saved import Saved
from ui.sent import Sent

if TYPE_CHECKING:
    from store.services.client import Client

NEAREST = 5  # papers named on a paper's own page
MOST = 5_000  # papers of one order
MOST_NAMED = 50  # papers that came in, by their titles
_FETCHED = {"arxiv", "arxiv search", "doi", "openreview", "acl"}  # never an address: it may lie in the house
_TYPES = {"bib": "application/x-bibtex", "ris": "application/x-research-info-systems", "csv": "text/csv"}
Kind = Literal["bib", "ris", "csv"]
_FORMATS: dict[Kind, str] = {"bib": "bibtex", "ris": "ris", "csv": "csv"}


class Ids(Sent):
    """Papers by their ids."""

    ids: list[str] = Field(max_length=MOST)


class Tagged(Ids):
    """Tags that papers are given, and those that they lose."""

    add: list[str] = Field([], max_length=50)
    drop: list[str] = Field([], max_length=50)


class Words(Sent):
    """Ids of papers, and links to them."""

    words: list[str] = Field(max_length=200)


class Fields(Sent):
    """What of a paper is written anew."""

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = Field(None, ge=0, le=9999)
    venue: str = ""
    abstract: str = ""
    notes: str = ""


class Edited(Sent):
    """A paper, and what is written anew of it."""

    id: str
    fields: Fields


class NoPaper(CitewellError):
    """There is no such paper, or none can be read of what was given."""


def paper_routes(
    library: Library, listing: Listing, saved: Saved, who: Any, client: Callable[[], "Client"]
) -> APIRouter:
    """The routes of the papers; `client` asks services for those that are named by ids and links."""
    routes = APIRouter(prefix="/citewell")
    routes.add_api_route("/papers/unread", lambda: {"left": library.behind})
    _add_table(routes, library, listing)
    _add_paper(routes, library, saved, Depends(who))
    _add_changes(routes, library, listing, client)
    return routes


def _of_record(paper: Paper | None) -> dict[str, object]:
    """What the table shows of a paper's record: its key, and whether it has no abstract."""
    return {"key": paper.citekey, "bare": not paper.abstract} if paper else {}


def _add_table(routes: APIRouter, library: Library, listing: Listing) -> None:
    @routes.get("/papers")
    def table(
        q: Annotated[str, Query(max_length=1_000)] = "",
        author: Annotated[str, Query(max_length=200)] = "",
        venue: Annotated[str, Query(max_length=200)] = "",
        year: Annotated[str, Query(max_length=20)] = "",
        tag: Annotated[str, Query(max_length=200)] = "",
        order: Order = "",
        down: bool = False,
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    ) -> dict:
        found = listing.find(Wanted(q, author, venue, year, tag, order, down))
        rows = found[offset : offset + limit]
        papers = {paper.paper_id: paper for paper in library.get_many([row.of.paper_id for row in rows])}
        shown = [row.shown() | _of_record(papers.get(row.of.paper_id)) for row in rows]
        return {"total": len(found), "offset": offset, "rows": shown}

    @routes.get("/papers/facets")
    def facets() -> dict:
        return listing.facets()


def _add_paper(routes: APIRouter, library: Library, saved: Saved, who: Any) -> None:
    @routes.post("/papers/titles")
    def titles(papers: Ids) -> dict:
        found = library.get_many(papers.ids)
        return {"titles": {p.paper_id: p.title for p in found}, "keys": {p.paper_id: p.citekey for p in found}}

    @routes.get("/paper")
    def paper(id: Annotated[str, Query(max_length=4_000)], person: str = who) -> dict:
        found = library.get(id)
        if found is None:
            raise NoPaper("There is no such paper in the library; it may have been removed.")
        near = [hit.passage.paper_id for hit in library.by_meaning(f"{found.title}. {found.abstract}", NEAREST + 1)]
        nearest = library.get_many([paper_id for paper_id in dict.fromkeys(near) if paper_id != id][:NEAREST])
        return {"html": paper_html(found, nearest, [(t.id, t.title) for t in saved.citing(person, id)])}


def _add_changes(routes: APIRouter, library: Library, listing: Listing, client: Callable[[], "Client"]) -> None:
    @routes.post("/papers/add")
    def add(name: Annotated[str, Query(max_length=255)], content: Annotated[bytes, Body(media_type="*/*")]) -> dict:
        with tempfile.TemporaryDirectory(prefix="citewell-") as folder:
            path = Path(folder) / (Path(name.replace("\\", "/")).name.strip(".\0 ") or "papers.bib")
            path.write_bytes(content)
            return _taken(library, listing, client(), [path], f"{folder}/")

    @routes.post("/papers/fetch")
    def fetch(words: Words) -> dict:
        named = [(word, wanted(word)) for word in words.words]
        if wrong := next((word for word, found in named if not found or found.service not in _FETCHED), ""):
            raise NoPaper(f"“{wrong[:80]}” is no arXiv id, DOI or link to a paper, nor BibTeX or RIS.")
        known = [word for word, found in named if found and _is_held(library, found)]  # nobody is asked for these
        asked = [word for word, _ in named if word not in known]
        told = _taken(library, listing, client(), asked, "")
        counts = {name: told[name] + len(known) for name in ("read", "unchanged")}
        return told | counts

    @routes.post("/papers/remove")
    def remove(papers: Ids) -> dict:
        return _changed(listing, library.changes.remove(papers.ids))

    @routes.post("/papers/tag")
    def tag(papers: Tagged) -> dict:
        return _changed(listing, library.changes.tag(papers.ids, papers.add, papers.drop))

    @routes.post("/paper/edit")
    def edit(edited: Edited) -> dict:
        library.changes.edit(edited.id, edited.fields.model_dump(exclude_unset=True))
        return _changed(listing, 1)

    @routes.post("/papers/undo")
    def undo() -> dict:
        taken = library.changes.undo()
        return _changed(listing, 1 if taken else 0)

    @routes.post("/papers/export.{kind}")
    def exported(kind: Kind, papers: Ids) -> Response:
        return PlainTextResponse(export(library.get_many(papers.ids), _FORMATS[kind]), media_type=_TYPES[kind])


def _is_held(library: Library, found: Named) -> bool:
    """Whether a paper that is named by its id is in the library, with its abstract."""
    paper = library.get(found.value.lower()) if found.service in ("arxiv", "doi") else None
    return bool(paper and paper.abstract)


def _taken(library: Library, listing: Listing, client: "Client", named: list, folder: str) -> dict:
    """What came of what was named; the folder that a file lay in for that long is nobody's business."""
    before = next((change.number for change in library.changes.history()), 0)
    try:
        told = asdict(Incoming(library, client).take(named))
    except CitewellError as error:
        raise NoPaper(str(error).replace(folder, "")) from error
    finally:  # some may have come in before what failed
        listing.forget()
    told["skipped"] = [{**skip, "where": skip["where"].replace(folder, "")} for skip in told["skipped"]]
    came, changed = library.changes.touched(before)
    return told | {"came": _named(library, came), "changed": _named(library, changed)}


def _named(library: Library, ids: Sequence[str]) -> list[dict]:
    """The first of some papers, for a list of them."""
    papers = library.get_many(ids[:MOST_NAMED])
    return [{"id": paper.paper_id, "title": paper.title, "bare": not paper.abstract} for paper in papers]


def _changed(listing: Listing, count: int) -> dict:
    listing.forget()
    return {"changed": count}
