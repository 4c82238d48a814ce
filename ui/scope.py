"""What a conversation is limited to: years, venues, authors, tags and chosen papers, as chips above the box show it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from rag.catalogue.catalogue import catalogue_of
from rag.filters import Filter, either, read_years
from store.library import Library
from ui.saved import Saved
from ui.sent import Sent

MOST_CHOSEN = 2_000  # papers
_MOST_NAMES = 20
Names = list[Annotated[str, Field(max_length=200)]]


class Scope(Sent):
    """The limits as the page keeps them; `ids` are the chosen papers, None where all may be read."""

    year: str = Field(default="", max_length=20)
    venues: Names = Field(default=[], max_length=_MOST_NAMES)
    authors: Names = Field(default=[], max_length=_MOST_NAMES)
    tags: Names = Field(default=[], max_length=_MOST_NAMES)
    ids: list[str] | None = Field(default=None, max_length=MOST_CHOSEN)

    def limit(self) -> Filter:
        """The same, for the search: any of the venues and of the tags, all of the authors. Raises QuestionError."""
        since, until = read_years(self.year) if self.year.strip() else (None, None)
        authors = tuple(filter(None, self.authors))
        chosen = None if self.ids is None else tuple(self.ids)
        return Filter(since, until, either(self.venues), authors, either(self.tags), chosen)

    @property
    def text(self) -> str:
        """The limits as they are kept; "" for none."""
        return self.model_dump_json(exclude_defaults=True) if self != Scope() else ""


class OfTalk(Scope):
    """The limits of a conversation that there is, or of a new one."""

    talk: str = Field(default="", max_length=200)


def kept_scope(saved: Saved, person: str, talk: str) -> Scope:
    """What a conversation is limited to. Raises NoConversation."""
    text = saved.scope(person, talk)
    return Scope.model_validate_json(text) if text else Scope()


def scope_routes(library: Library, saved: Saved, who: Any) -> APIRouter:
    """The route that takes other limits in, keeps them with their conversation, and tells what fits."""
    routes = APIRouter(prefix="/citewell")

    @routes.post("/scope")
    def limit(given: OfTalk, person: str = Depends(who)) -> dict:
        scope = Scope(**given.model_dump(exclude={"talk"}))
        wanted, catalogue = scope.limit(), catalogue_of(library)
        if given.talk:
            saved.limit(person, given.talk, scope.text)
        nothing = [one.no_paper for one in wanted.alone() if not catalogue.fitting(one)]
        count = len(catalogue.fitting(wanted)) if wanted else len(catalogue)
        if wanted and not count:
            nothing = nothing or [wanted.no_paper]
        return {"count": count, "total": len(catalogue), "nothing": nothing}

    return routes
