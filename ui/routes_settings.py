"""What the place of the settings asks of the page's server: what is set and by whom, changing it, trying it out.

A key comes in and never goes out again.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from rag.settings import redacted, settings_file
from store.errors import CitewellError
from ui.commands_setup import library_in_words, model_in_words
from ui.own_settings import keep, proposed, reread, shown
from ui.page import who_answers
from ui.saved import Saved
from ui.sent import Sent

if TYPE_CHECKING:
    from rag.answer import Assistant


class Given(Sent):
    """Settings by name, as they were typed; what is not named stays."""

    values: dict[str, str] = Field(max_length=40)


def settings_routes(assistant: "Assistant", saved: Saved, who: Callable[..., str]) -> APIRouter:
    """The routes of the settings of `assistant`, which uses what is changed at once."""
    routes = APIRouter(prefix="/citewell/settings")
    _add_looks(routes, assistant, saved, Depends(who))
    _add_changes(routes, assistant)
    return routes


def _add_looks(routes: APIRouter, assistant: "Assistant", saved: Saved, who: Any) -> None:
    @routes.get("")
    def now() -> dict:
        return _told(assistant)

    @routes.get("/state")
    def state(person: str = who) -> dict:
        settings, library = assistant.settings, assistant.library
        prompt, completion, cost = saved.spent(person)
        return {
            "library": library_in_words(library, settings),
            "embedding": library.note or settings.embedding_model,
            "tokens": prompt + completion,
            "cost": round(cost, 4),
        }


def _add_changes(routes: APIRouter, assistant: "Assistant") -> None:
    @routes.post("")
    def change(given: Given) -> dict:
        assistant.use(keep(assistant.settings, given.values))
        return _told(assistant)

    @routes.post("/try")
    def attempt(given: Given) -> dict:
        settings = reread(assistant.settings, proposed(assistant.settings, given.values))
        try:
            return {"ok": True, "said": redacted(model_in_words(settings), settings)}
        except CitewellError as error:
            return {"ok": False, "said": redacted(" ".join([str(error), *settings.withheld]), settings)}


def _told(assistant: "Assistant") -> dict:
    settings = assistant.settings
    return {
        "fields": [asdict(field) for field in shown(settings)],
        "withheld": settings.withheld,
        "file": settings_file(settings.home).name,
        "who": who_answers(assistant.model),
    }
