"""The library tab: search and filter the papers."""

from collections.abc import Iterable, Iterator

import gradio as gr

from rag.search.retrieve import retrieve
from store.library import Library
from store.records import Paper
from ui.cards import paper_card
from ui.markup import escape

SHOWN = 50  # papers on the page; the filters reach the others
NEAREST = 20  # papers that a search brings
ANY_YEAR = "Any year"


def build_library(library: Library, tab: gr.Tab) -> None:
    """Fill `tab`; the papers are listed when it is opened, so that the page itself starts at once."""
    with gr.Row(elem_id="filters", elem_classes="fields"):
        query = gr.Textbox(label="Search", placeholder="A topic, a method, a title", scale=4, max_lines=1,
                           elem_id="search")
        author = gr.Textbox(label="Author", placeholder="Part of a name", scale=2, max_lines=1,
                            elem_id="author")
        year = gr.Dropdown([ANY_YEAR], value=ANY_YEAR, label="Year", scale=1, min_width=110,
                           elem_id="year")
    papers = gr.HTML(elem_id="papers", apply_default_css=False)
    filters, quiet = [query, author, year], {"show_progress": "hidden", "api_visibility": "private"}

    def filtered(query: str, author: str, year: str) -> str:
        return library_html(library, query, author, year)

    tab.select(lambda: gr.update(choices=_years(library)), None, year, **quiet)
    gr.on([tab.select, query.change, author.change, year.change], filtered, filters, papers,
          trigger_mode="always_last", **quiet)


def library_html(library: Library, query: str = "", author: str = "", year: str = ANY_YEAR) -> str:
    """The papers that fit, best first when a `query` is given, and how many of them there are."""
    query = query.strip()
    fitting = list(_fitting(_candidates(library, query), author, year))
    fitting = fitting[:NEAREST] if query else fitting
    cards = "".join(paper_card(paper) for paper in fitting[:SHOWN])
    return f'<p class="count" role="status">{_count(len(fitting), len(library), query)}</p>{cards}'


def _candidates(library: Library, query: str) -> Iterable[Paper]:
    """Every paper, or those nearest to the query: enough of them for the filters to leave some."""
    if not query:
        return library.papers()
    return (found.paper for found in retrieve(library, query, 10 * NEAREST))


def _fitting(papers: Iterable[Paper], author: str, year: str) -> Iterator[Paper]:
    part = author.strip().casefold()
    for paper in papers:
        by_author = not part or any(part in name.casefold() for name in paper.authors)
        if by_author and year in (ANY_YEAR, str(paper.year)):
            yield paper


def _count(fitting: int, size: int, query: str) -> str:
    if not size:
        return "The library is empty; add papers with <code>citewell add PATH</code>."
    if query:
        return f"{fitting} of {size:,} papers, the nearest to “{escape(query)}” first"
    return f"{fitting:,} of {size:,} papers" + (f"; the first {SHOWN} are shown" if fitting > SHOWN else "")


def _years(library: Library) -> list[str]:
    years = {paper.year for paper in library.papers() if paper.year}
    return [ANY_YEAR, *(str(year) for year in sorted(years, reverse=True))]
