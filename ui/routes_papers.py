"""What the place of the papers asks of the page's server: the table, a paper's own page, adding and removing."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote as percent_encoded

from fastapi import APIRouter, Body, Depends, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field

from rag.references.bibliography import export
from store.errors import CitewellError
from store.incoming import Incoming
from store.library import Library
from store.records import Paper
from store.services.wanted import wanted
from ui.cards import paper_link, where_and_when
from ui.listing import MOST_ROWS, Listing, Order, Wanted
from ui.markup import escape
from ui.saved import Saved
from ui.sent import Sent

if TYPE_CHECKING:
    from store.services.client import Client

NEAREST = 5  # papers named on a paper's own page
MOST = 5_000  # papers of one order
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
    _add_table(routes, listing)
    _add_paper(routes, library, saved, Depends(who))
    _add_changes(routes, library, listing, client)
    return routes


def _add_table(routes: APIRouter, listing: Listing) -> None:
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
        return {"total": len(found), "offset": offset, "rows": [row.shown() for row in rows]}

    @routes.get("/papers/facets")
    def facets() -> dict:
        return listing.facets()


def _add_paper(routes: APIRouter, library: Library, saved: Saved, who: Any) -> None:
    @routes.post("/papers/titles")
    def titles(papers: Ids) -> dict:
        return {"titles": {paper.paper_id: paper.title for paper in library.get_many(papers.ids)}}

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
            raise NoPaper(f"{wrong[:80]!r} is no arXiv id, DOI or link to a paper, nor BibTeX or RIS.")
        return _taken(library, listing, client(), [word for word, _ in named], "")

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


def _taken(library: Library, listing: Listing, client: "Client", named: list, folder: str) -> dict:
    """What came of what was named; the folder that a file lay in for that long is nobody's business."""
    try:
        told = asdict(Incoming(library, client).take(named))
    except CitewellError as error:
        raise NoPaper(str(error).replace(folder, "")) from error
    finally:  # some may have come in before what failed
        listing.forget()
    told["skipped"] = [{**skip, "where": skip["where"].replace(folder, "")} for skip in told["skipped"]]
    return told


def _changed(listing: Listing, count: int) -> dict:
    listing.forget()
    return {"changed": count}


def paper_html(paper: Paper, nearest: Sequence[Paper], talks: Sequence[tuple[str, str]]) -> str:
    """A paper's own page: its abstract, its entry, what is near to it, and where it was cited."""
    about = where_and_when(paper)
    near = "".join(f"<li>{_paper_link(other)}</li>" for other in nearest)
    cited = "".join(
        f'<li><a href="?c={talk}" data-place="chat" data-talk="{talk}"><bdi>{escape(title)}</bdi></a></li>'
        for talk, title in talks
    )
    fields = {
        "title": paper.title,
        "authors": "; ".join(paper.authors),
        "year": str(paper.year or ""),
        "venue": paper.venue,
        "abstract": paper.abstract,
        "notes": paper.notes,
    }
    inputs = "".join(
        f'<label>{name.capitalize()}<textarea name="{name}" rows="{8 if name == "abstract" else 1}">{escape(value)}'
        "</textarea></label>"
        for name, value in fields.items()
    )
    notes = f'<p class="notes" dir="auto">{escape(paper.notes)}</p>' if paper.notes else ""
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in paper.tags)
    return (
        f'<article class="paper-page" data-id="{escape(paper.paper_id)}"><h1 tabindex="-1" dir="auto">'
        f'{escape(paper.title)}</h1><p class="authors">{escape(", ".join(paper.authors))}</p>'
        f'<p class="about">{escape(about)}{paper_link(paper)} {tags}</p>'
        f'<p class="paper-abstract" dir="auto">{escape(paper.abstract)}</p>{notes}'
        f'<details class="editing"><summary>Edit</summary><form>{inputs}'
        '<button class="quiet">Save</button></form></details>'
        f"<details><summary>BibTeX</summary><pre>{escape(export([paper], 'bibtex'))}</pre></details>"
        f"<h2>Nearest papers</h2><ol>{near}</ol>"
        + (f"<h2>Cited in your conversations</h2><ul>{cited}</ul>" if cited else "")
        + "</article>"
    )


def _paper_link(paper: Paper) -> str:
    where, year = percent_encoded(paper.paper_id, safe=""), f" ({paper.year})" if paper.year else ""
    return (
        f'<a href="?p=papers&amp;paper={where}" data-place="papers" data-paper="{escape(paper.paper_id)}">'
        f"<bdi>{escape(paper.title)}</bdi></a>{year}"
    )
