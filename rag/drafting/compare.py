"""Papers × aspects: each cell a sentence of the abstract, word for word, or "no sentence found".

The table is written as Markdown, CSV, LaTeX and JSON.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from rag.drafting.aspects import FEEBLE, OF_OTHERS, feebly, role_of
from rag.drafting.plan import Fact
from rag.errors import DraftError
from rag.language.terms import content_stems, plain
from rag.records import Embed
from rag.references.bibliography import as_csv
from rag.telling.statements import AVAILABLE, CUES, OWN, PROPOSES, Statement, statements, worth
from store.records import Paper
from store.tex import to_latex

NONE_FOUND = "no sentence found"  # which is not that the abstract does not state it
# What each aspect is, in the words of an abstract: what its sentences are compared with.
DEFAULT_ASPECTS: Mapping[str, str] = {
    "task": "The problem or task that is addressed, and why it matters.",
    "method": "We propose a method, model or framework, and this is how it works.",
    "data": "The data sets, benchmarks or demonstrations used for training and evaluation.",
    "result": "Experiments show that it outperforms the baselines; this is how well it does.",
    "limitation": "A limitation, failure or open problem that remains, left to future work.",
}
# From these scores on a sentence speaks of an aspect: cues and likeness for the aspects that are known,
# likeness to the words of the user for their own.
_STATED = {"task": 0.7, "method": 0.75, "data": 0.75, "result": 0.75, "limitation": 0.7}
_STATED_OWN = 0.36
_NAMED = 0.15  # what a sentence gains that has all words of the user's aspect
# What likeness to the aspect's description adds, and likeness to the title where the aspect is the paper's
# subject; what telling of others takes away, and pointing to another sentence; tasks come before what is made,
# data and results behind it; a sentence with data and a result is a result.
_LIKENESS, _TITLE, _OTHERS, _POINTING, _BEFORE, _RESULT_FIRST = 0.5, 0.5, 0.7, 0.3, 0.3, 0.4
_LATE = 0.5  # from this place on what remains hard is no task
_PROPOSES = 0.3  # what a method gains that is proposed outright
_RESULT = 0.6  # from this on a sentence on data tells a result
_BEATS = re.compile(r"(?i)\b(?:outperform|surpass|exceed|superior|better|competitive|state-of-the-art)\w*")
_FURTHER = re.compile(r"(?i)^(?:we )?(?:further|also|additionally|moreover|in addition|finally)\b")
_BACK = re.compile(r"(?i)\b(?:this|these|such|it|they|those)\b")
_FRAME = r"""%% needs \usepackage{booktabs,tabularx}
\begin{tabularx}{\linewidth}{l%(columns)s}
\toprule
%(head)s
\midrule
%(body)s
\bottomrule
\end{tabularx}
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What an abstract says of an aspect: `abstract[start:end] == quote`; an empty quote says nothing."""

    aspect: str
    quote: str = ""
    start: int = 0
    end: int = 0
    score: float = 0.0

    @property
    def text(self) -> str:
        """What the table shows."""
        return " ".join(self.quote.split()) or NONE_FOUND


@dataclass(frozen=True, slots=True)
class Row:
    """One paper and its cells, in the order of the aspects."""

    paper_id: str
    title: str
    year: int | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison of papers by aspects."""

    aspects: tuple[str, ...]
    rows: tuple[Row, ...]


def compare(
    papers: Sequence[Paper], embed: Embed, aspects: Iterable[str] = DEFAULT_ASPECTS, only_sure: bool = False
) -> Table:
    """The table of `papers` by `aspects`, those of DEFAULT_ASPECTS or a user's own.

    `embed` maps texts to unit rows; with `only_sure` no cell takes a sentence that merely says something of its aspect.
    Raises DraftError without papers or aspects.
    """
    names = dict.fromkeys(aspect.strip() for aspect in aspects)
    described = {name: DEFAULT_ASPECTS.get(role_of(name), name) for name in names if name}
    if not papers or not described:
        raise DraftError("A comparison needs at least one paper and one aspect.")
    wanted = dict(zip(described, embed(list(described.values())), strict=True))
    rows = tuple(Row(p.paper_id, p.title, p.year, _cells(p, wanted, embed, only_sure)) for p in papers)
    return Table(tuple(described), rows)


# The key facts of a paper, by the aspect that tells them.
_FACTS = {"method": "proposes", "data": "on", "result": "result"}


def key_facts(papers: Sequence[Paper], embed: Embed) -> tuple[Fact, ...]:
    """What each paper proposes, on what, and what came of it, where its abstract states them."""
    rows = compare(papers, embed, _FACTS, only_sure=True).rows if papers else ()
    stated = ((row, cell) for row in rows for cell in {c.quote: c for c in row.cells if c.quote}.values())
    return tuple(Fact(row.paper_id, _FACTS[cell.aspect], cell.quote, cell.start, cell.end) for row, cell in stated)


def _cells(paper: Paper, wanted: Mapping[str, np.ndarray], embed: Embed, only_sure: bool) -> tuple[Cell, ...]:
    """Each aspect takes the sentence that suits it best and that no other aspect suits it better for."""
    found = statements(paper)
    *vectors, title = embed([*(statement.text for statement in found), paper.title], [paper])
    made = min((n for n, s in enumerate(found) if s.plays("method") >= 1.0), default=len(found))
    scores = {
        aspect: [
            _score(role_of(aspect), s, paper, float(v @ vector), float(v @ title), n > made)
            for n, (s, v) in enumerate(zip(found, vectors, strict=True))
        ]
        for aspect, vector in wanted.items()
    }
    cells = {aspect: Cell(aspect) for aspect in wanted}
    taken = _assign(scores)
    for aspect, n in {**({} if only_sure else feebly(wanted, found, made, taken)), **taken}.items():
        cells[aspect] = Cell(aspect, found[n].text, found[n].start, found[n].end, round(scores[aspect][n], 3))
    return tuple(cells.values())


def _score(role: str, statement: Statement, paper: Paper, likeness: float, title: float, made: bool) -> float:
    """How well a statement tells of an aspect; `made` says that what is proposed stands before it."""
    if role not in CUES:
        has_words = content_stems(plain(role)) <= content_stems(plain(statement.text))
        return likeness + _NAMED * has_words
    cues = statement.plays(role)
    if not cues or (role == "limitation" and not made) or AVAILABLE.search(statement.text):
        return 0.0
    score = cues + _LIKENESS * likeness
    tells_result = statement.plays("result") >= _RESULT
    others = bool(OF_OTHERS.search(statement.text)) and (role == "limitation" or not OWN.search(statement.text))
    others = others and not (role == "result" and _BEATS.search(statement.text))
    if role == "method":
        proposes = bool(PROPOSES.search(statement.text))
        return 0.4 * cues + worth(statement, paper) + _TITLE * title + _PROPOSES * proposes
    if role == "task":
        remains = statement.place > _LATE and bool(FEEBLE["limitation"].search(statement.text))
        amiss = 2 * remains + len(_BACK.findall(statement.text)) + others + tells_result
        return score + _TITLE * title + (-2 * _BEFORE if made else _BEFORE) - _POINTING * min(2, amiss)
    score -= _BEFORE * (role == "result" and bool(_FURTHER.search(statement.text)))
    return score - _OTHERS * others - _BEFORE * (not made) - _RESULT_FIRST * (role == "data" and tells_result)


def _assign(scores: Mapping[str, Sequence[float]]) -> dict[str, int]:
    """aspect → sentence, the surest first; a sentence stands in two known aspects' cells where no other states one."""
    pairs = sorted(
        ((score, aspect, i) for aspect, row in scores.items() for i, score in enumerate(row)),
        key=lambda pair: (-pair[0], pair[2], pair[1]),
    )
    taken: dict[str, int] = {}
    for again in (False, True):
        for score, aspect, i in pairs:
            own = role_of(aspect) not in CUES
            free = again or own or i not in (taken[a] for a in taken if role_of(a) in CUES)
            least = _STATED.get(role_of(aspect), _STATED_OWN) - _RESULT_FIRST * (again and role_of(aspect) == "data")
            if aspect not in taken and free and score >= least:
                taken[aspect] = i
    return taken


def render(table: Table, format: str, keys: Mapping[str, str] | None = None) -> str:
    r"""The table as md, csv, latex (booktabs; with `\cite` where `keys` has the paper) or json.

    Raises DraftError for another format.
    """
    writers = {"md": _markdown, "csv": _csv, "json": _json, "latex": lambda table: _latex(table, keys or {})}
    if format not in writers:
        raise DraftError(f"There is no table format {format!r}; use one of md, csv, latex, json.")
    return writers[format](table)


def _markdown(table: Table) -> str:
    lines = [["paper", *table.aspects], ["---"] * (len(table.aspects) + 1)]
    for row in table.rows:
        lines.append([f"{row.title} ({row.year})" if row.year else row.title, *(cell.text for cell in row.cells)])
    safe = ([" ".join(text.split()).replace("|", "\\|") for text in line] for line in lines)
    return "".join("| " + " | ".join(line) + " |\n" for line in safe)


def _csv(table: Table) -> str:
    rows = [[row.paper_id, row.title, row.year or "", *(cell.text for cell in row.cells)] for row in table.rows]
    return as_csv([["paper_id", "title", "year", *table.aspects], *rows])


def _json(table: Table) -> str:
    """The table with offsets: an object a paper, a cell null where nothing is stated."""
    rows = []
    for row in table.rows:
        cells = {cell.pop("aspect"): cell if cell["quote"] else None for cell in map(asdict, row.cells)}
        rows.append({"paper_id": row.paper_id, "title": row.title, "year": row.year, "cells": cells})
    return json.dumps({"aspects": table.aspects, "rows": rows}, ensure_ascii=False, indent=2) + "\n"


def _latex(table: Table, keys: Mapping[str, str]) -> str:
    r"""A booktabs table, to stand in a document that uses booktabs and tabularx."""
    lines = [[" ", *(to_latex(aspect.capitalize()) for aspect in table.aspects)]]
    for row in table.rows:
        head, colon, _ = row.title.partition(":")
        name = to_latex(head if colon else " ".join(row.title.split()[:4]) + " …")
        cite = f"~\\cite{{{keys[row.paper_id]}}}" if row.paper_id in keys else ""
        cells = (to_latex(cell.text) if cell.quote else rf"\emph{{{NONE_FOUND}}}" for cell in row.cells)
        lines.append([name + cite, *cells])
    top, *body = (" & ".join(line) + r" \\" for line in lines)
    return _FRAME % {"columns": "X" * len(table.aspects), "head": top, "body": "\n".join(body)}
