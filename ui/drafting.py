"""A draft in the making on the page: its plan and sentences, shown like an answer with its sources."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Literal

from rag.answer import Checked, Searched
from rag.drafting.draft import Draft, Drafter
from rag.drafting.plan import Plan, read_plan, to_markdown
from rag.drafting.planning import Options
from rag.drafting.text import Written, checked, number
from rag.errors import DraftError
from rag.records import CitedSentence, Found
from store.errors import CitewellError
from store.library import Library
from store.records import Paper, Passage
from ui.conversation import UNEXPECTED, Exchange, until
from ui.page import File
from ui.render import draft_markdown

log = logging.getLogger(__name__)

MOST_CHOSEN = 100  # papers of a draft
LONGEST_REQUEST, LONGEST_PLAN = 20_000, 100_000  # characters
OFFLINE = (
    "Offline draft: its sentences are the authors' words, long runs in quotation marks; write your own from the plan"
)
OTHER_OPTIONS = (
    "The plan was made with other options, papers or another topic: press Plan for one with these, in which what is "
    "pinned stays, or set them back."
)
Edit = Literal["move", "drop", "pin"]


@dataclass(frozen=True, slots=True)
class Drafting:
    """A request, and as much of its draft as is there; `papers` are those of the plan, in its order."""

    topic: str
    plan: Plan | None = None
    papers: tuple[Paper, ...] = ()
    written: tuple[Written, ...] = ()
    draft: Draft | None = None
    error: str = ""
    stopped: bool = False
    busy: bool = False
    # What the plan was made for and with, and the papers that it was made of, where these were named.
    request: str = ""
    options: Options | None = None
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What a user asks for: a plan, or with `write` the text. A `plan` in Markdown is what is written,
    or, for a new plan, what keeps its pinned sentences; `chosen` are the papers that it is made of, if not those found.
    """

    request: str
    options: Options = field(default_factory=Options)
    plan: str = ""
    write: bool = True
    chosen: tuple[str, ...] = ()


def chosen_papers(text: str) -> tuple[str, ...]:
    """The papers of an order as the browser sends them, JSON; those beyond MOST_CHOSEN are left out."""
    try:
        ids = json.loads(text or "[]")
    except ValueError:
        return ()
    return tuple(str(paper_id) for paper_id in ids[:MOST_CHOSEN]) if isinstance(ids, list) else ()


def drafting(
    drafter: Drafter, library: Library, order: Order, stop: Event, before: Drafting | None = None
) -> Iterator[Drafting]:
    """The draft as it grows, until `stop` is set; what goes wrong is said in it.

    What was there `before` stays until there is something new: an order that cannot be carried out loses nothing.
    """
    before = before or Drafting(order.request)
    state, started = replace(before, error="", stopped=False, busy=True), time.perf_counter()
    yield state
    try:
        for step in until(stop, _steps(drafter, order, before)):
            if isinstance(step, Plan):
                new = Drafting(order.request, busy=True)
                of = before if order.write and order.plan and before.options else order
                state = replace(new, request=of.request, options=of.options, chosen=of.chosen)
            state = _grown(state, step, library)
            yield state
        draft = drafter.finish(state.plan, state.written, started) if state.plan and state.written else None
        yield replace(state, draft=draft, stopped=stop.is_set(), busy=False)
    except CitewellError as error:
        yield replace(state, error=str(error), busy=False)
    except Exception:  # the last wall before the user: a traceback belongs into the log
        log.exception("no draft on %.200r", order.request)
        yield replace(state, error=UNEXPECTED, busy=False)


def rewritten(drafter: Drafter, state: Drafting, place: int) -> Drafting:
    """The same draft with its sentence number `place` written anew."""
    if state.draft is None:
        return state
    try:
        draft = drafter.rewrite(state.draft, place)
    except CitewellError as error:
        return replace(state, error=str(error))
    return replace(state, draft=draft, written=draft.written, error="")


def edited(state: Drafting | None, plan: str, edit: Edit, paper_id: str, theme: str, library: Library) -> Drafting:
    """The state with its plan, in Markdown, changed by one edit of a paper."""
    state = state or Drafting("")
    try:
        old = read_plan(plan)
        item = next((item for item in old.items if paper_id in item.paper_ids), None)
        edits = {
            "move": lambda: old.moved(paper_id, " ".join(theme.split()) or old.themes[0]),
            "drop": lambda: old.dropped(paper_id),
            "pin": lambda: old.with_pin(paper_id, not (item and item.pinned)),
        }
        return replace(_grown(state, edits[edit](), library), error="")
    except CitewellError as error:
        return replace(state, error=str(error))


def _steps(drafter: Drafter, order: Order, before: Drafting) -> Iterator[Plan | Written]:
    if not order.request and not order.plan:
        raise DraftError("Write a topic, or paste the abstract of your own paper.")
    if len(order.request) > LONGEST_REQUEST or len(order.plan) > LONGEST_PLAN:
        raise DraftError(
            f"A topic or abstract has {LONGEST_REQUEST:,} characters at most, a plan {LONGEST_PLAN:,}; shorten it."
        )
    old = read_plan(order.plan) if order.plan else None
    if old and order.write and before.options and _asked(before) != _asked(order):
        raise DraftError(OTHER_OPTIONS)
    plan = old if old and order.write else drafter.plan(order.request, order.options, order.chosen, old)
    yield plan
    if order.write:
        yield from drafter.write(plan)


def _asked(of: Drafting | Order) -> tuple[str, Options | None, tuple[str, ...]]:
    return of.request, of.options, of.chosen


def _grown(state: Drafting, step: Plan | Written, library: Library) -> Drafting:
    if isinstance(step, Written):
        return replace(state, written=(*state.written, step))
    papers = {paper.paper_id: paper for paper in library.get_many(step.paper_ids)}
    known = tuple(papers[paper_id] for paper_id in step.paper_ids if paper_id in papers)
    return replace(state, topic=step.topic or state.topic, plan=step, papers=known)


def plan_text(state: Drafting) -> str:
    """The plan as Markdown to edit."""
    if state.plan is None:
        return ""
    return to_markdown(state.plan, {paper.paper_id: paper for paper in state.papers})


def as_exchange(state: Drafting) -> Exchange:
    """The draft as the page shows answers: sentence by sentence, with its sources."""
    found = tuple(Found(paper, Passage(paper.paper_id, 0, 0, ""), 0.0) for paper in state.papers)
    searched = Searched(state.topic, found) if state.plan else None
    answer = state.draft.answer if state.draft else None
    return Exchange(state.topic, searched, _pieces(state), answer, state.error, state.stopped)


def _pieces(state: Drafting) -> tuple[Checked, ...]:
    papers, numbers = {paper.paper_id: paper for paper in state.papers}, number(state.written)
    themes = state.plan.themes if state.plan else ()
    pieces, theme = [], None
    for written in state.written:
        if written.theme != theme and len(themes) > 1:
            theme = written.theme
            pieces.append(Checked(CitedSentence(f"\n\n### {theme}", "\n\n", ""), None))
        sentence = checked(written, papers, numbers)
        pieces.append(Checked(CitedSentence(sentence.text, " ", "", written.paper_ids), sentence))
    return tuple(pieces)


def made_by(state: Drafting) -> str:
    """How the page says that a draft came about."""
    return OFFLINE if state.draft and state.draft.offline else ""


def draft_files(state: Drafting) -> list[File]:
    """What can be downloaded of a finished draft."""
    if state.draft is None:
        return []
    text = draft_markdown(state.draft, {paper.paper_id: paper for paper in state.papers})
    return [
        (".md", "related-work.md", text),
        (".tex", "related-work.tex", state.draft.latex),
        (".bib", "references.bib", state.draft.bibtex),
    ]
