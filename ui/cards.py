"""Papers as HTML cards: the sources beside an answer, and the list of the library."""

from collections.abc import Iterable, Mapping, Sequence

from rag.answer import NEAREST
from rag.records import Found
from store.records import Paper
from ui.conversation import Exchange, numbers
from ui.markup import escape
from ui.sentences import card_id, where_and_when

NAMED_AUTHORS = 4


NO_SOURCES = (
    '<div class="no-sources"><h2>Sources</h2><p>The papers that an answer rests on appear here. '
    "A number in the answer opens its abstract at the quoted sentence.</p></div>"
)


def section_html(turn: str, exchange: Exchange) -> str:
    """The sources of one answer: the cited ones by number, the others to open."""
    first, rest, heading = _divided(exchange)
    close = '<button type="button" class="close" data-do="close" aria-label="Close the sources">✕</button>'
    return (
        f'<section class="sources" data-turn="{turn}" aria-label="Sources of answer {turn}">'
        f"<header><h2>{heading}</h2>{close}</header>"
        f"{_cards(turn, exchange, first)}{_more(turn, exchange, rest)}</section>"
    )


def _divided(exchange: Exchange) -> tuple[list[int], list[int], str]:
    """The places of the papers to show, of the others, and what the first are."""
    number_of = {paper_id: n for n, paper_id in numbers(exchange).items()}
    places = range(len(exchange.papers))
    cited = [place for place in places if exchange.papers[place].paper_id in number_of]
    if not exchange.pieces and not exchange.answer:
        return list(places), [], f"Papers found ({len(places)})"
    if exchange.answer and exchange.answer.refused:
        return list(places[:NEAREST]), list(places[NEAREST:]), "Nearest papers"
    cited.sort(key=lambda place: number_of[exchange.papers[place].paper_id])
    return cited, [place for place in places if place not in cited], f"Sources ({len(cited)})"


def _more(turn: str, exchange: Exchange, places: Sequence[int]) -> str:
    if not places:
        return ""
    count = "1 more paper" if len(places) == 1 else f"{len(places)} more papers"
    return f'<details class="more"><summary>{count} read, not cited</summary>{_cards(turn, exchange, places)}</details>'


def _cards(turn: str, exchange: Exchange, places: Iterable[int]) -> str:
    number_of = {paper_id: n for n, paper_id in numbers(exchange).items()}
    found = exchange.searched.found if exchange.searched else ()
    return "".join(_source_card(turn, found[place], number_of) for place in places)


def _source_card(turn: str, found: Found, number_of: Mapping[str, int]) -> str:
    n = number_of.get(found.paper.paper_id)
    chip = f'<span class="number">{n}</span>' if n else ""
    return paper_card(found.paper, card_id(turn, found.paper.paper_id), chip)


def paper_card(paper: Paper, element_id: str = "", chip: str = "") -> str:
    """One paper: title, authors, venue, year, link, and its abstract to open. `chip` is trusted HTML."""
    identity = f' id="{element_id}"' if element_id else ""
    return (
        f'<article class="card"{identity} tabindex="-1">'
        f"<h3>{chip}<span>{escape(paper.title)}</span></h3>"
        f'<p class="authors" title="{escape(", ".join(paper.authors))}">{escape(_authors(paper))}</p>'
        f'<p class="about">{escape(where_and_when(paper))}{paper_link(paper)}</p>'
        f'<details class="abstract"><summary>Abstract</summary><p>{escape(paper.abstract)}</p></details>'
        '<button type="button" class="back" data-do="back" hidden>Back to the sentence</button>'
        "</article>"
    )


def _authors(paper: Paper) -> str:
    more = " et al." if len(paper.authors) > NAMED_AUTHORS else ""
    return ", ".join(paper.authors[:NAMED_AUTHORS]) + more


def paper_link(paper: Paper) -> str:
    """A link out, for web addresses only: a stored `javascript:` must not become one."""
    if not paper.url.startswith(("https://", "http://")):
        return ""
    name = "arXiv" if "//arxiv.org/" in paper.url else "link"
    label = escape(f"{name}: {paper.title}")
    return (
        f' <a class="out" href="{escape(paper.url)}" target="_blank" rel="noopener noreferrer" '
        f'aria-label="{label}">{name} ↗</a>'
    )
