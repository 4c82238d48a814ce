"""What the place of the check asks of the page's server: what lint finds in a text, and what a sentence rests on.

A text comes from a browser: it is read alone, and nothing that it takes in is looked for on this machine.
"""

import asyncio
import json
import logging
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from rag.errors import LintError
from rag.linting.findings import DOUBTFUL, FINE, LintLine
from rag.linting.lint import lint
from rag.search.retrieve import retrieve
from rag.server.chat import ServerModel
from rag.settings import Settings
from rag.verifying.claims import check_claims
from rag.verifying.verify import Verifier
from store.errors import CitewellError
from store.library import Library
from store.records import Paper, Progress
from ui.conversation import UNEXPECTED
from ui.limits import DEFAULT
from ui.lint_forms import MEANINGS as FOUND
from ui.lint_forms import level
from ui.sent import Sent
from ui.sentences import MEANINGS, where_and_when
from ui.turns import Turns

log = logging.getLogger(__name__)

LONGEST_TEXT, LONGEST_BIB = 400_000, 4_000_000  # characters: a thesis, and all that was ever read
LONGEST_SENTENCE = 2_000
MOST = 8  # papers of one sentence
_NEAR = 3  # papers that are asked where the sentence names none
_LOOK, _SIGN = 0.02, 10.0  # seconds between two looks at a check, and until a silent one gives a sign
_TEX = re.compile(r"\\(?:documentclass|begin|(?:sub)*section|cite\w*|(?:text|paren)cite|input|bibliography)\b")
_LATEX, _MARKDOWN = (".tex", ".ltx", ".latex"), (".md", ".markdown", ".qmd", ".rmd")
_BIB = "references.bib"


class Written(Sent):
    """A text to check, and the .bib beside it; `name` is that of the file it was dropped as, "" where it was pasted."""

    text: str
    name: str = Field("", max_length=255)
    bib: str = ""


class Stated(Sent):
    """A sentence to check, and the papers it is said of; without any, those nearest to it are asked."""

    sentence: str = Field(max_length=LONGEST_SENTENCE)
    ids: list[str] = Field([], max_length=MOST)


def check_routes(library: Library, settings: Callable[[], Settings], most: int = DEFAULT.questions) -> APIRouter:
    """The routes of the check over `library`; `most` texts of one address are read at a time."""
    routes, turns, verifier = APIRouter(prefix="/citewell/check"), Turns(most), lru_cache(1)(Verifier.of)

    @routes.post("")
    def text(written: Written, request: Request) -> StreamingResponse:
        name, bibs = text_name(written), {_BIB: written.bib} if written.bib.strip() else {}
        address = request.client.host if request.client else ""

        def check(progress: Progress) -> list[LintLine]:
            def tell(done: int, total: int, what: str) -> None:
                progress(done, total, what)
                turns.pass_on()

            try:
                with turns.turn():
                    return lint(written.text, name, bibs, library, verifier(settings()), follow=False, progress=tell)
            finally:
                turns.leave(address)

        turns.enter(address)
        return StreamingResponse(_lines(check, library), media_type="application/x-ndjson")

    @routes.post("/sentence")
    def sentence(stated: Stated) -> dict:
        said = " ".join(stated.sentence.split())
        if not said:
            raise LintError("There is no sentence yet: write one.")
        papers = library.get_many(stated.ids)
        groups, model = [papers], ServerModel(settings()) if settings().asks_model else None
        if not papers:
            near, model = retrieve(library, said, _NEAR), None
            groups = [[found.paper] for found in near]
        lines = [{"claim": said, "paper_ids": [paper.paper_id for paper in group]} for group in groups]
        jsonl = "\n".join(map(json.dumps, lines))
        checked, notes = check_claims(jsonl, "the sentence", library.get_many, verifier(settings()), model)
        results = [_judged(one, group, bool(papers)) for one, group in zip(checked, groups, strict=True)]
        told = sorted(results, key=lambda one: -one["score"])
        return {"results": told, "given": len(papers), "notes": notes}

    return routes


class _Left(Exception):
    """Whoever asked is gone."""


@dataclass(slots=True)
class _Step:
    """What is told of a check now."""

    told: dict


def _lines(check: Callable[[Progress], list[LintLine]], library: Library) -> AsyncIterator[str]:
    """What the page is sent of a check: how far it is, at last the findings, or why there are none.

    The check begins at once, and ends with whoever follows it.
    """
    step, left = _Step({}), threading.Event()

    def tell(done: int, total: int, what: str) -> None:
        if left.is_set():
            raise _Left
        step.told = {"read": done, "of": total}

    def run() -> None:
        try:
            found = check(tell)
            titles = {p.paper_id: p.title for p in library.get_many(list({line.paper_id for line in found} - {""}))}
            step.told = {"done": True, "findings": [_told(line, titles) for line in found]}
        except CitewellError as error:
            step.told = {"done": True, "error": str(error)}
        except _Left:
            pass
        except Exception:  # the last wall before the user: a traceback belongs into the log
            log.exception("no check")
            step.told = {"done": True, "error": UNEXPECTED}

    threading.Thread(target=run, daemon=True).start()
    return _followed(step, left)


async def _followed(step: _Step, left: threading.Event) -> AsyncIterator[str]:
    """A line for each step that is seen; `left` is set once nobody follows."""
    shown, said = dict[str, object](), time.monotonic()
    try:
        while not shown.get("done"):
            if step.told != shown:
                shown, said = step.told, time.monotonic()
                yield json.dumps(shown) + "\n"
            elif time.monotonic() - said > _SIGN:  # by which it is known whether anybody is there
                said = time.monotonic()
                yield "\n"
            else:
                await asyncio.sleep(_LOOK)
    finally:
        left.set()


def text_name(written: Written) -> str:
    """The name that tells LaTeX from Markdown. Raises LintError for what is neither, empty or too long."""
    if not written.text.strip() and not written.bib.strip():
        raise LintError("There is no text yet: paste LaTeX or Markdown, or drop a .tex or .md file.")
    for what, text, most in (("text", written.text, LONGEST_TEXT), ("list of references", written.bib, LONGEST_BIB)):
        if len(text) > most:
            raise LintError(f"The {what} has {len(text):,} characters; {most:,} are read at most. Give a part of it.")
    ending = next(iter(re.findall(r"\.\w+$", written.name.lower())), "")
    if written.name and ending not in (*_LATEX, *_MARKDOWN, ".txt"):
        raise LintError(f"{written.name[:80]} is not LaTeX or Markdown: give a .tex or .md file.")
    is_latex = ending in _LATEX or (ending not in _MARKDOWN and bool(_TEX.search(written.text)))
    return "text.tex" if is_latex else "text.md"


def _told(line: LintLine, titles: dict[str, str]) -> dict:
    """A finding as the browser draws it, all of it text."""
    return {
        "line": line.line,
        "col": line.col,
        "in_bib": line.path == _BIB,
        "verdict": line.verdict,
        "level": _level(line),
        "meaning": FOUND[line.verdict],
        "message": line.reason[:1].upper() + line.reason[1:] or line.message,
        "key": line.key,
        "quote": line.quote if line.verdict not in ("says nothing of this", "generic") else "",
        "paper": line.paper_id if line.paper_id in titles else "",
        "title": titles.get(line.paper_id, ""),
        "accepted": line.accepted,
    }


def _level(line: LintLine) -> str:
    """How a finding is counted and coloured: fine, weak, or how grave it is."""
    if line.verdict in FINE or line.accepted:
        return "fine"
    return "weak" if line.verdict in DOUBTFUL else level(line.verdict)


def _judged(checked: dict, papers: Sequence[Paper], are_cited: bool) -> dict:
    """A checked sentence as the browser draws it; what nobody cites is just an abstract."""
    by_id = {paper.paper_id: paper for paper in papers}
    head, _, meaning = MEANINGS[checked["verdict"]].partition(": ")
    quotes = {one["paper_id"]: one["quote"] for one in reversed(checked["citations"])}
    return {
        "verdict": checked["verdict"],
        "head": head,
        "meaning": meaning if are_cited else meaning.replace("the cited abstract", "this abstract"),
        "reason": checked["reason"][:1].upper() + checked["reason"][1:],
        "score": checked["score"],
        "papers": [
            {"id": i, "title": paper.title, "about": where_and_when(paper), "quote": quotes.get(i, "")}
            for i, paper in by_id.items()
        ],
    }
