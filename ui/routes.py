"""What the chat asks of the page's server: questions, the answers as they grow, the conversations that are kept.

Gradio's own events end with the window that began them and send every output whole; an answer here is followed by
whoever opens its conversation, and only the turn that changes is sent.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import Field

from rag.answer import LONGEST_QUESTION
from store.errors import CitewellError
from ui.cards import section_html
from ui.conversation import Exchange
from ui.exporting import talk_bibtex, talk_markdown
from ui.jobs import Job, Jobs
from ui.page import Standing, answer_files, exchange_html
from ui.saved import NoConversation, Saved, TurnOf
from ui.scope import Scope, kept_scope
from ui.sent import Sent, TurnNumber

BELOW = "/citewell"
LONGEST_NAME = 200


class Question(Sent):
    """A question behind turn `parent` of a conversation; without a conversation it begins one.

    Without a `scope` it is limited as its conversation is.
    """

    question: str = Field(max_length=LONGEST_QUESTION * 2)
    talk: str = Field("", max_length=LONGEST_NAME)
    parent: TurnNumber | None = None
    scope: Scope | None = None


class Title(Sent):
    """The name of a conversation."""

    title: str = Field(max_length=LONGEST_NAME)


class Unasked(CitewellError):
    """A question that cannot be taken in."""


def nobody() -> str:
    """Whose conversations they are, on a machine of one's own."""
    return ""


def somebody(x_citewell_person: Annotated[str, Header(max_length=LONGEST_NAME)] = "") -> str:
    """Whose conversations they are, where others come too: a name that only one browser knows."""
    return x_citewell_person


def chat_routes(saved: Saved, jobs: Jobs, size: Callable[[], int], who: Callable[..., str]) -> APIRouter:
    """The routes of the chat over what is `saved`; `who` tells whose it is."""
    routes = APIRouter(prefix=BELOW)
    chat = _Chat(saved, jobs, size)
    _add_answers(routes, chat, Depends(who))
    _add_talks(routes, chat, Depends(who))
    return routes


class _Chat:
    """The turns of conversations as they are sent."""

    def __init__(self, saved: Saved, jobs: Jobs, size: Callable[[], int]) -> None:
        self.saved, self.jobs, self._size = saved, jobs, size

    def ask(self, person: str, asked: Question, address: str) -> StreamingResponse:
        """Take a question in, and follow its answer. Raises TooMuch."""
        question = asked.question.strip()
        if not question:
            raise Unasked("The question is empty.")
        self.jobs.check_room(address)
        limit = asked.scope.limit() if asked.scope else None  # before anything is begun: a year may be none
        talk = asked.talk or self.saved.begin(person, question)
        turn = self.saved.ask(person, talk, asked.parent, question)
        if asked.scope:
            self.saved.limit(person, talk, asked.scope.text)
        limit = limit or kept_scope(self.saved, person, talk).limit()
        self.jobs.put(Job(turn, talk, person or talk, question, lambda: self.saved.before(turn), address, limit))
        return self.follow(person, talk, turn)

    def follow(self, person: str, talk: str, turn: int) -> StreamingResponse:
        """The answer of a turn as it grows. Raises NoConversation."""
        job = next(
            (job for job in self.jobs.of(talk) if job.turn == turn), None
        )  # before what is kept: no end is missed
        turns = self.saved.path(person, talk, turn)
        place, found = next(((n, t) for n, t in enumerate(turns, 1) if t.id == turn), (0, None))
        if found is None:
            raise NoConversation("That answer is not part of this conversation; open it anew.")
        stream = self._lines(job, found, place) if job else self._last(talk, found, place)
        return StreamingResponse(stream, media_type="application/x-ndjson", headers={"cache-control": "no-store"})

    def opened(self, person: str, talk: str, through: int | None) -> dict:
        """A whole conversation, as far as it is there. Raises NoConversation."""
        making, shown = {job.turn: job for job in self.jobs.of(talk)}, []
        for place, turn in enumerate(self.saved.path(person, talk, through), 1):
            job = making.get(turn.id)
            exchange = job.exchange if job else _left(turn.exchange)
            shown.append(self._line(turn, talk, place, exchange, self.jobs.ahead(job) if job else 0))
        scope = kept_scope(self.saved, person, talk).model_dump()
        return {"id": talk, "title": self.saved.talk(person, talk).title, "turns": shown, "scope": scope}

    def stop(self, talk: str, turn: int | None = None) -> None:
        """End what is in the making of a conversation."""
        for job in self.jobs.of(talk):
            if turn in (None, job.turn):
                self.jobs.stop(job)

    async def _lines(self, job: Job, turn: TurnOf, place: int) -> AsyncIterator[str]:
        cards = ""
        async for now in self.jobs.follow(job):
            line = self._line(turn, job.talk, place, *now) if now else {}
            if line and line["cards"] == cards:
                line["cards"] = ""  # the page keeps those it has
            cards = line.get("cards") or cards
            yield json.dumps(line) + "\n" if line else "\n"

    async def _last(self, talk: str, turn: TurnOf, place: int) -> AsyncIterator[str]:
        yield json.dumps(self._line(turn, talk, place, _left(turn.exchange))) + "\n"

    def _line(self, turn: TurnOf, talk: str, place: int, exchange: Exchange, ahead: int = 0) -> dict:
        standing, files = Standing(turn.id, turn.branches), answer_files(exchange)
        return {
            "talk": talk,
            "turn": turn.id,
            "place": place,
            "done": exchange.done,
            "html": exchange_html(str(place), exchange, self._size(), files, standing=standing, ahead=ahead),
            "cards": section_html(str(place), exchange) if exchange.searched else "",
        }


def _left(exchange: Exchange) -> Exchange:
    """A kept exchange that is not in the making: what is not finished ended with the page that made it."""
    return exchange if exchange.done else replace(exchange, stopped=True)


def _add_answers(routes: APIRouter, chat: _Chat, who: Any) -> None:
    @routes.post("/ask")
    def ask(asked: Question, request: Request, person: str = who) -> StreamingResponse:
        return chat.ask(person, asked, request.client.host if request.client else "")

    @routes.get("/talks/{talk}/follow/{turn}")
    def follow(talk: str, turn: TurnNumber, person: str = who) -> StreamingResponse:
        return chat.follow(person, talk, turn)

    @routes.post("/talks/{talk}/stop/{turn}")
    def stop(talk: str, turn: TurnNumber, person: str = who) -> None:
        chat.saved.talk(person, talk)
        chat.stop(talk, turn)

    @routes.get("/talks/{talk}")
    def opened(talk: str, person: str = who, through: TurnNumber | None = None) -> dict:
        return chat.opened(person, talk, through)


def _add_talks(routes: APIRouter, chat: _Chat, who: Any) -> None:
    saved = chat.saved

    @routes.get("/talks")
    def talks(person: str = who, q: str = "") -> dict:
        found, gone = saved.listed(person, q[:LONGEST_NAME]), saved.deleted(person)
        return {"kept": saved.kept, "talks": list(map(asdict, found)), "deleted": list(map(asdict, gone))}

    @routes.post("/talks/{talk}/rename")
    def rename(talk: str, named: Title, person: str = who) -> None:
        saved.rename(person, talk, named.title)

    @routes.post("/talks/{talk}/delete")
    def delete(talk: str, person: str = who) -> None:
        saved.delete(person, talk)
        chat.stop(talk)

    @routes.post("/talks/{talk}/restore")
    def restore(talk: str, person: str = who) -> None:
        saved.delete(person, talk, deleted=False)

    @routes.get("/talks/{talk}/export.{kind}")
    def export(talk: str, kind: Literal["md", "bib"], person: str = who) -> Response:
        answers = [turn.exchange for turn in saved.path(person, talk)]
        text = talk_bibtex(answers) if kind == "bib" else talk_markdown(saved.talk(person, talk).title, answers)
        return PlainTextResponse(text, headers={"content-disposition": f'attachment; filename="conversation.{kind}"'})
