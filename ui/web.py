"""The page with its places, as Gradio knows it: a rail of conversations beside the places that PLACES names."""

import os
from importlib.resources import files
from itertools import islice

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: nothing is sent anywhere

import gradio as gr
from fastapi import APIRouter

from rag.answer import LONGEST_QUESTION, Assistant
from rag.catalogue.catalogue import Catalogue, catalogue_of
from rag.filters import Filter
from rag.offline.composing import MODEL_NAME
from ui import assets
from ui.cards import NO_SOURCES
from ui.jobs import Jobs
from ui.kept_draft import draft_routes
from ui.limits import DEFAULT, Limits
from ui.listing import Listing
from ui.markup import escape
from ui.page import papers_said, welcome_html, who_answers
from ui.routes import chat_routes, nobody, somebody
from ui.routes_check import check_routes
from ui.routes_compare import compare_routes
from ui.routes_map import map_routes
from ui.routes_papers import paper_routes
from ui.routes_settings import settings_routes
from ui.saved import Saved
from ui.scope import scope_routes
from ui.serving import Page, one_app
from ui.tab_draft import build_draft

# Each is offered while the library holds the papers it is about.
EXAMPLES = (
    ("How does CLIP-RT compare with OpenVLA?", ("2411.00508",)),
    ("Which papers speed up vision-language-action models?", ("2506.13725",)),
    ("What does CLIP know about peeling a banana?", ("2404.12015",)),
)
NEWEST = 2  # papers that are asked about where none of these is there
AT_ONCE = 8  # answers in the making at one time where a server writes them; without one, as many as there are cores
WAITING = 200  # orders of drafts that wait at one time, over all users
PLACES = {name.lower(): name for name in ("Chat", "Papers", "Map", "Compare", "Draft", "Check", "Settings")}


def create_app(assistant: Assistant, alone: bool = True, limits: Limits = DEFAULT) -> Page:
    """The page over `assistant`; `alone` where only this machine reaches it, so that all who come are one person.

    `limits` are those of each address.
    """
    saved = Saved(assistant.library.home)
    with one_app():
        blocks = _blocks(assistant, saved, alone)
    return Page(blocks, _routes(assistant, saved, alone, limits), limits)


def _blocks(assistant: Assistant, saved: Saved, alone: bool) -> gr.Blocks:
    with gr.Blocks(title="Citewell", analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(_rail(assistant), elem_id="rail-holder", apply_default_css=False)
        builders = {"chat": _build_chat, "draft": lambda over: build_draft(over, saved, alone)}
        with gr.Column(elem_id="places"):
            for place in PLACES:  # all there from the start: Gradio's tabs are made late, and hidden when they are many
                with gr.Column(elem_id=f"place-{place}", elem_classes="a-place"):
                    builders[place](assistant) if place in builders else _build(place)
    blocks.queue(max_size=WAITING, api_open=False)  # what belongs into the queue is not run past it
    return blocks


def _routes(assistant: Assistant, saved: Saved, alone: bool, limits: Limits) -> APIRouter:
    at_once = AT_ONCE if assistant.model != MODEL_NAME else max(2, os.cpu_count() or 2)
    routes, listing = APIRouter(), Listing(assistant.library)
    routes.include_router(assets.routes)
    who = nobody if alone else somebody
    jobs = Jobs(assistant, saved.keep, at_once, limits.questions)
    routes.include_router(chat_routes(saved, jobs, assistant.library.__len__, who))
    routes.include_router(scope_routes(assistant.library, saved, who))
    routes.include_router(paper_routes(assistant.library, listing, saved, who, lambda: assistant.settings.client()))
    routes.include_router(map_routes(assistant.library, listing, saved, who))
    routes.include_router(draft_routes(saved, who))
    routes.include_router(compare_routes(assistant.library))
    routes.include_router(check_routes(assistant.library, lambda: assistant.settings, limits.questions))
    routes.include_router(settings_routes(assistant, saved, who))

    @routes.get("/citewell/library")
    def library() -> dict:
        return {"papers": papers_said(len(assistant.library)), "welcome": _welcome(assistant)}

    return routes


def _welcome(assistant: Assistant) -> str:
    library = assistant.library
    return welcome_html(len(library), example_questions(assistant), about_papers(catalogue_of(library)))


def about_papers(catalogue: Catalogue) -> str:
    """What the papers are, in a sentence: their years, and where most of them appeared."""
    years, venues = sorted(catalogue.years), [venue for venue, _ in catalogue.venues.most_common(3)]
    when = "" if not years else f"from {years[0]}" if len(years) == 1 else f"from {years[0]} to {years[-1]}"
    where = f"most at {', '.join(venues)}" if venues else ""
    told = ", ".join(filter(None, (when, where)))
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _rail(assistant: Assistant) -> str:
    """The rail, whose list of conversations the browser fills in."""
    places = "".join(
        f'<li><a class="to-place" href="?p={place}" data-place="{place}">{name}</a></li>'
        for place, name in PLACES.items()
    )
    return (
        '<header class="topbar"><button type="button" class="open-rail" aria-label="Conversations and places" '
        'aria-expanded="false">☰</button><span class="wordmark">Citewell</span></header>'
        '<nav id="rail" aria-label="Citewell"><a class="wordmark" href="./" data-place="chat" data-talk="">Citewell</a>'
        '<a id="new" class="new-chat" href="./" data-place="chat" data-talk="">New chat</a>'
        f'<ul class="places">{places}</ul>'
        '<h2>Conversations</h2><input type="search" id="find-talks" aria-label="Search conversations" '
        'placeholder="Search" autocomplete="off"><div id="talks"></div>'
        f'<p class="about-library"><span class="size">{papers_said(len(assistant.library))}</span><br>'
        f'<span class="who-answers">{escape(who_answers(assistant.model))}</span></p></nav>'
        '<div id="toast" role="status"></div>'
    )


def _build_chat(assistant: Assistant) -> None:
    """Add the chat to the Blocks around it. What it shows comes past Gradio, see `ui.routes`."""
    welcome = _welcome(assistant)
    with gr.Row(elem_classes="chat"):
        with gr.Column(scale=3, min_width=300, elem_classes="talk"):
            gr.HTML(
                f'{welcome}<div class="log" role="log" aria-label="Conversation"></div>',
                elem_id="conversation",
                apply_default_css=False,
            )
            with gr.Row(elem_id="composer"):
                gr.HTML(_text_of("scope"), elem_id="scope", apply_default_css=False)
                box = gr.Textbox(
                    show_label=False,
                    label="Your question",
                    container=False,
                    scale=8,
                    max_lines=8,
                    max_length=LONGEST_QUESTION,
                    placeholder="Ask about the papers",
                    autofocus=True,
                    elem_id="question",
                )
                stop = gr.Button("Stop", scale=0, min_width=72, elem_id="stop")
                ask = gr.Button("Ask", variant="primary", scale=0, min_width=72, elem_id="ask")
        with gr.Column(scale=2, min_width=280, elem_classes="beside"):
            gr.HTML(f'{NO_SOURCES}<div class="sections"></div>', elem_id="cards", apply_default_css=False)
    gr.on([box.submit, ask.click], None, js="() => window.citewell.submit()")
    stop.click(None, js="() => window.citewell.stop()")


def example_questions(assistant: Assistant) -> list[str]:
    """Questions that this very library can answer."""
    library = assistant.library
    fitting = [text for text, ids in EXAMPLES if len(library.get_many(ids)) == len(ids)]
    if fitting or not len(library):
        return fitting
    catalogue = catalogue_of(library)
    newest = islice(catalogue.papers(Filter(since=max(catalogue.years, default=None))), NEWEST)
    return [f"What does “{paper.title}” propose?" for paper in newest]


def _build(place: str) -> None:
    """Add a place to the Blocks around it that the browser fills in, see the routes of its name."""
    gr.HTML(_text_of(place), elem_id=place, apply_default_css=False)


def _text_of(name: str) -> str:
    return files(__package__).joinpath(f"{name}.html").read_text(encoding="utf-8")
