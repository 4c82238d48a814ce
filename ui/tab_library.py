"""The library tab: search and filter the papers."""

from itertools import islice

import gradio as gr

from rag.search.retrieve import retrieve
from store.library import Library
from ui.cards import paper_card
from ui.markup import escape

SHOWN = 50  # papers on the page; the filters reach the others
NEAREST = 20  # papers that a search brings
ANY_YEAR = "Any year"


def build_library(library: Library, tab: gr.Tab) -> None:
    """Fill `tab`; the papers are listed when it is opened, so that the page itself starts at once."""
    with gr.Row(elem_id="filters", elem_classes="fields"):
        query = gr.Textbox(
            label="Search", placeholder="A topic, a method, a title", scale=4, max_lines=1, elem_id="search"
        )
        author = gr.Textbox(label="Author", placeholder="Part of a name", scale=2, max_lines=1, elem_id="author")
        year = gr.Dropdown([ANY_YEAR], value=ANY_YEAR, label="Year", scale=1, min_width=110, elem_id="year")
    papers = gr.HTML(elem_id="papers", apply_default_css=False)
    filters, quiet = [query, author, year], {"show_progress": "hidden", "api_visibility": "private"}

    def filtered(query: str, author: str, year: str) -> str:
        return library_html(library, query, author, year)

    tab.select(lambda: gr.update(choices=_years(library)), None, year, **quiet)
    gr.on(
        [tab.select, query.change, author.change, year.change],
        filtered,
        filters,
        papers,
        trigger_mode="always_last",
        **quiet,
    )


def library_html(library: Library, query: str = "", author: str = "", year: str = ANY_YEAR) -> str:
    """The papers that fit, best first when a `query` is given, and how many of them there are."""
    query, wanted = query.strip(), {"author": author.strip() or None, "year": None if year == ANY_YEAR else int(year)}
    if query:
        shown = [found.paper for found in retrieve(library.within(**wanted), query, NEAREST)]
    else:
        shown = list(islice(library.papers(**wanted), SHOWN))
    fitting = len(shown) if query else len(library.within(**wanted))
    cards = "".join(paper_card(paper) for paper in shown)
    return f'<p class="count" role="status">{_count(fitting, len(library), query)}</p>{cards}'


def _count(fitting: int, size: int, query: str) -> str:
    if not size:
        return "The library is empty; add papers with <code>citewell add PATH</code>."
    if query:
        return f"{fitting} of {size:,} papers, the nearest to “{escape(query)}” first"
    return f"{fitting:,} of {size:,} papers" + (f"; the first {SHOWN} are shown" if fitting > SHOWN else "")


def _years(library: Library) -> list[str]:
    return [ANY_YEAR, *map(str, library.years())]
