"""What the place of the comparison asks of the page's server: a table of papers × aspects, with its files."""

from fastapi import APIRouter
from pydantic import Field

from rag.drafting.compare import DEFAULT_ASPECTS, Cell, Row, Table, compare, render
from rag.drafting.planning import papers_of
from rag.errors import DraftError
from rag.references.keys import citation_keys
from rag.search.retrieve import retrieve
from store.library import Library
from store.records import Paper
from ui.cards import paper_card
from ui.markup import escape, without_links
from ui.sent import Sent
from ui.sentences import card_id

MOST = 30  # papers of one table
_TURN = "compare"  # of the cards, beside those of the chat's turns


class Compared(Sent):
    """Papers by their ids, or those found for a topic; and the aspects, the usual ones where none is given."""

    ids: list[str] = Field([], max_length=5_000)
    topic: str = Field("", max_length=1_000)
    aspects: list[str] = Field([], max_length=12)
    count: int = Field(5, ge=1, le=MOST)


def compare_routes(library: Library) -> APIRouter:
    """The route of the comparison over `library`."""
    routes = APIRouter(prefix="/citewell")

    @routes.post("/compare")
    def compared(wanted: Compared) -> dict:
        papers = _papers(library, wanted)
        named = [aspect.strip()[:80] for aspect in wanted.aspects if aspect.strip()]
        table = compare(papers, library.embed, named or DEFAULT_ASPECTS)
        files = {
            "csv": render(table, "csv"),
            "tex": render(table, "latex", citation_keys(papers)),
            "md": without_links(render(table, "md")),
        }
        return {"html": table_html(table), "cards": _cards(papers), "files": files}

    return routes


def _papers(library: Library, wanted: Compared) -> list[Paper]:
    """The papers of the table. Raises DraftError where there are none, or too many."""
    if len(wanted.ids) > MOST:
        raise DraftError(f"{len(wanted.ids)} papers are too many for one table; choose {MOST} at most.")
    if wanted.ids:
        return papers_of(library, wanted.ids)
    if not wanted.topic.strip():
        raise DraftError("Choose papers, or name a topic.")
    found = [found.paper for found in retrieve(library, wanted.topic.strip(), wanted.count)]
    if not found:
        raise DraftError("No paper of the library has to do with that; try other words.")
    return found


def table_html(table: Table) -> str:
    """The table; each cell leads to its quote in the abstract."""
    heads = "".join(f'<th scope="col">{escape(aspect)}</th>' for aspect in table.aspects)
    rows = "".join(_row(row) for row in table.rows)
    return f'<table><thead><tr><th scope="col">paper</th>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _row(row: Row) -> str:
    card = card_id(_TURN, row.paper_id)
    year = f" ({row.year})" if row.year else ""
    title = f'<a class="to-card" href="#{card}"><bdi>{escape(row.title)}</bdi>{year}</a>'
    return f'<tr><th scope="row">{title}</th>{"".join(_cell(card, cell) for cell in row.cells)}</tr>'


def _cell(card: str, cell: Cell) -> str:
    if not cell.quote:
        return f'<td class="soft">{cell.text}</td>'
    spans = f"{cell.start}-{cell.end}"
    return f'<td><a class="to-card" href="#{card}" data-spans="{spans}" dir="auto">{escape(cell.text)}</a></td>'


def _cards(papers: list[Paper]) -> str:
    cards = "".join(paper_card(paper, card_id(_TURN, paper.paper_id)) for paper in papers)
    close = '<button type="button" class="close" data-do="close" aria-label="Close the abstracts">✕</button>'
    return (
        f'<section class="sources" data-turn="{_TURN}" aria-label="Abstracts of the table">'
        f"<header><h2>Abstracts</h2>{close}</header>{cards}</section>"
    )
