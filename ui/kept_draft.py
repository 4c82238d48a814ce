"""A draft that is kept beside the conversations: its topic, plan and text are there again after the page was closed."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import TypeAdapter, ValidationError

from ui.drafting import Drafting
from ui.saved import Saved

NOW, BEFORE = "now", "before"  # the draft that is shown, and the one that was put away for it


@cache
def _drafts() -> TypeAdapter[Drafting]:
    return TypeAdapter(Drafting)


def keep_draft(saved: Saved, person: str, state: Drafting) -> None:
    """Keep what a person's draft has come to."""
    saved.keep_draft(person, NOW, json.dumps(_drafts().dump_python(state)))


def kept_draft(saved: Saved, person: str) -> Drafting | None:
    """The draft that a person left, as far as it came; None without one, or where another version wrote it."""
    try:
        state = _drafts().validate_python(json.loads(saved.draft(person, NOW)))
    except (ValueError, ValidationError):
        return None
    return state if state.plan or state.request else None


def draft_routes(saved: Saved, who: Callable[..., str]) -> APIRouter:
    """The routes that tell of the kept draft, put it away and take it back."""
    routes, person_of = APIRouter(prefix="/citewell/draft"), Depends(who)

    def told(person: str) -> dict[str, Any]:
        state = kept_draft(saved, person)
        return {"there": state is not None, "chosen": state.chosen if state else ()}

    @routes.get("")
    def kept(person: str = person_of) -> dict[str, Any]:
        return told(person)

    @routes.post("/away")
    def away(person: str = person_of) -> dict[str, Any]:
        saved.keep_draft(person, BEFORE, saved.draft(person, NOW))
        saved.keep_draft(person, NOW, "")
        return told(person)

    @routes.post("/back")
    def back(person: str = person_of) -> dict[str, Any]:
        saved.keep_draft(person, NOW, saved.draft(person, BEFORE))
        return told(person)

    return routes
