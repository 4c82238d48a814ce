"""What the place of the papers asks of the page's server: the table, a paper's own page, adding and removing."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote as percent_encoded

from fastapi import APIRouter, Body, Depends, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from rag.references.bibliography import export
from store.errors import CitewellError
from store.library import Library
from store.records import Paper
from ui.cards import paper_link, where_and_when
from ui.listing import MOST_ROWS, Listing, Order, Wanted
from ui.markup import escape
from ui.saved import Saved

NEAREST = 5  # papers named on a paper's own page
MOST = 5_000  # papers of one order
UNDONE = 20  # removals that can be taken back
_SUFFIXES = {"bib": "application/x-bibtex", "ris": "application/x-research-info-systems", "csv": "text/csv"}
Kind = Literal["bib", "ris", "csv"]
_FORMATS: dict[Kind, str] = {"bib": "bibtex", "ris": "ris", "csv": "csv"}


class Ids(BaseModel):
    """Papers by their ids."""

    ids: list[str] = Field(max_length=MOST)


class NoPaper(CitewellError):
    """There is no such paper, or none can be read of what was given."""


def paper_routes(library: Library, saved: Saved, who: Any) -> APIRouter:
    """The routes of the papers."""
    routes, listing = APIRouter(prefix="/citewell"), Listing(library)
    _add_table(routes, listing)
    _add_paper(routes, library, saved, Depends(who))
    _add_changes(routes, library, listing)
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
        rows = [
            {"id": r.paper_id, "title": r.title, "authors": r.authors, "year": r.year, "venue": r.venue, "tags": r.tags}
            for r in found[offset : offset + limit]
        ]
        return {"total": len(found), "offset": offset, "rows": rows}

    @routes.get("/papers/facets")
    def facets() -> dict:
        return {"years": listing.years(), "tags": listing.tags()}


def _add_paper(routes: APIRouter, library: Library, saved: Saved, who: Any) -> None:
    @routes.get("/paper")
    def paper(id: Annotated[str, Query(max_length=4_000)], person: str = who) -> dict:
        found = library.get(id)
        if found is None:
            raise NoPaper("There is no such paper in the library; it may have been removed.")
        near = [hit.passage.paper_id for hit in library.by_meaning(f"{found.title}. {found.abstract}", NEAREST + 1)]
        nearest = library.get_many([paper_id for paper_id in dict.fromkeys(near) if paper_id != id][:NEAREST])
        return {"html": paper_html(found, nearest, [(t.id, t.title) for t in saved.citing(person, id)])}


def _add_changes(routes: APIRouter, library: Library, listing: Listing) -> None:
    removed: dict[str, list[Paper]] = {}

    @routes.post("/papers/add")
    def add(name: Annotated[str, Query(max_length=255)], content: Annotated[bytes, Body(media_type="*/*")]) -> dict:
        with tempfile.TemporaryDirectory(prefix="citewell-") as folder:
            path = Path(folder) / (Path(name.replace("\\", "/")).name.strip(".\0 ") or "papers.bib")
            path.write_bytes(content)
            try:
                report = library.add_paths([path])
            except CitewellError as error:
                raise NoPaper(str(error).replace(f"{folder}/", "")) from error
        listing.forget()
        told = asdict(report)
        told["skipped"] = [{**skip, "where": skip["where"].replace(f"{folder}/", "")} for skip in told["skipped"]]
        return told

    @routes.post("/papers/remove")
    def remove(papers: Ids) -> dict:
        found = library.get_many(papers.ids)
        library.remove([paper.paper_id for paper in found])
        listing.forget()
        key = str(len(removed) + 1)
        removed[key] = found
        for old in list(removed)[:-UNDONE]:
            removed[old] = []
        return {"removed": len(found), "undo": key}

    @routes.post("/papers/restore/{key}")
    def restore(key: str) -> None:
        library.add(removed.get(key, []))
        listing.forget()

    @routes.post("/papers/export.{kind}")
    def exported(kind: Kind, papers: Ids) -> Response:
        return PlainTextResponse(export(library.get_many(papers.ids), _FORMATS[kind]), media_type=_SUFFIXES[kind])


def paper_html(paper: Paper, nearest: Sequence[Paper], talks: Sequence[tuple[str, str]]) -> str:
    """A paper's own page: its abstract, its entry, what is near to it, and where it was cited."""
    about = where_and_when(paper)
    near = "".join(f"<li>{_paper_link(other)}</li>" for other in nearest)
    cited = "".join(
        f'<li><a href="?c={talk}" data-place="chat" data-talk="{talk}"><bdi>{escape(title)}</bdi></a></li>'
        for talk, title in talks
    )
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in paper.tags)
    return (
        f'<article class="paper-page" data-id="{escape(paper.paper_id)}"><h1 tabindex="-1" dir="auto">'
        f'{escape(paper.title)}</h1><p class="authors">{escape(", ".join(paper.authors))}</p>'
        f'<p class="about">{escape(about)}{paper_link(paper)} {tags}</p>'
        f'<p class="paper-abstract" dir="auto">{escape(paper.abstract)}</p>'
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
