"""Papers × aspects: each cell a sentence of the abstract, word for word, or "not stated in the abstract".

The table is written as Markdown, CSV, LaTeX and JSON.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from rag.drafting.plan import Fact
from rag.errors import DraftError
from rag.language.terms import content_stems, plain, stem
from rag.records import Embed
from rag.references.bibliography import as_csv
from rag.telling.statements import AVAILABLE, CUES, OWN, PROPOSES, Statement, statements, worth
from store.records import Paper
from store.tex import to_latex

NOT_STATED = "not stated in the abstract"
# What each aspect is, in the words of an abstract: what its sentences are compared with.
DEFAULT_ASPECTS: Mapping[str, str] = {
    "task": "The problem or task that is addressed, and why it matters.",
    "method": "We propose a method, model or framework, and this is how it works.",
    "data": "The data sets, benchmarks or demonstrations used for training and evaluation.",
    "result": "Experiments show that it outperforms the baselines; this is how well it does.",
    "limitation": "A limitation, failure or open problem that remains, left to future work.",
}
# What users call these aspects, by the stems of their words.
_CALLED: Mapping[str, str] = {
    "task": "problem motivation goal objective question challenge aim",
    "method": "approach technique model solution algorithm contribution",
    "data": "dataset benchmark corpus evaluation",
    "result": "finding performance accuracy outcome number",
    "limitation": "weakness shortcoming drawback failure",
}
_ASPECTS = {stem(word): aspect for aspect, called in _CALLED.items() for word in (aspect, *called.split())}
# From these scores on a sentence speaks of an aspect: cues and likeness for the aspects that are known,
# likeness to the words of the user for their own.
_STATED = {"task": 0.7, "method": 0.75, "data": 0.75, "result": 0.75, "limitation": 0.7}
_STATED_OWN = 0.36
_NAMED = 0.15  # what a sentence gains that has all words of the user's aspect
# What likeness to the aspect's description adds, and likeness to the title where the aspect is the paper's
# subject; what telling of others takes away, and pointing to another sentence; tasks come before what is made,
# data and results behind it; a sentence with data and a result is a result.
_LIKENESS, _TITLE, _OTHERS, _POINTING, _BEFORE, _RESULT_FIRST = 0.5, 0.5, 0.7, 0.3, 0.3, 0.4
_PROPOSES = 0.3  # what a method gains that is proposed outright
_RESULT = 0.6  # from this on a sentence on data tells a result
_OF_OTHERS = re.compile(
    r"(?i)\b(?:existing|previous|prior|current|recent|conventional|traditional|most|many|other|common|popular)\s+(?:[\w-]+\s+)"
    r"{0,3}?(?:work|method|approach|effort|stud|technique|paradigm|algorithm|system|model|dataset|benchmark|research)\w*"
    r"|\b(?:has|have) been (?:proposed|developed|introduced|studied|shown)\b"
)
_BEATS = re.compile(r"(?i)\b(?:outperform|surpass|exceed|superior|better|competitive|state-of-the-art)\w*")
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
        return " ".join(self.quote.split()) or NOT_STATED


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


def compare(papers: Sequence[Paper], embed: Embed, aspects: Iterable[str] = DEFAULT_ASPECTS) -> Table:
    """The table of `papers` by `aspects`, those of DEFAULT_ASPECTS or a user's own.

    `embed` maps texts to unit rows. Raises DraftError without papers or aspects.
    """
    names = dict.fromkeys(aspect.strip() for aspect in aspects)
    described = {name: DEFAULT_ASPECTS.get(_role(name), name) for name in names if name}
    if not papers or not described:
        raise DraftError("A comparison needs at least one paper and one aspect.")
    wanted = dict(zip(described, embed(list(described.values())), strict=True))
    rows = tuple(Row(p.paper_id, p.title, p.year, _cells(p, wanted, embed)) for p in papers)
    return Table(tuple(described), rows)


# The key facts of a paper, by the aspect that tells them.
_FACTS = {"method": "proposes", "data": "on", "result": "result"}


def key_facts(papers: Sequence[Paper], embed: Embed) -> tuple[Fact, ...]:
    """What each paper proposes, on what, and what came of it, where its abstract states them."""
    rows = compare(papers, embed, _FACTS).rows if papers else ()
    stated = ((row, cell) for row in rows for cell in {c.quote: c for c in row.cells if c.quote}.values())
    return tuple(Fact(row.paper_id, _FACTS[cell.aspect], cell.quote, cell.start, cell.end) for row, cell in stated)


def _role(aspect: str) -> str:
    """The known aspect that a user's aspect of one word is another name of, else the aspect as it is."""
    return _ASPECTS.get(stem(aspect), aspect.lower()) if len(aspect.split()) == 1 else aspect.lower()


def _cells(paper: Paper, wanted: Mapping[str, np.ndarray], embed: Embed) -> tuple[Cell, ...]:
    """Each aspect takes the sentence that suits it best and that no other aspect suits it better for."""
    found = statements(paper)
    *vectors, title = embed([*(statement.text for statement in found), paper.title], [paper])
    made = min((n for n, s in enumerate(found) if s.plays("method") >= 1.0), default=len(found))
    scores = {
        aspect: [
            _score(_role(aspect), s, paper, float(v @ vector), float(v @ title), n > made)
            for n, (s, v) in enumerate(zip(found, vectors, strict=True))
        ]
        for aspect, vector in wanted.items()
    }
    cells = {aspect: Cell(aspect) for aspect in wanted}
    for aspect, n in _assign(scores).items():
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
    others = bool(_OF_OTHERS.search(statement.text)) and (role == "limitation" or not OWN.search(statement.text))
    others = others and not (role == "result" and _BEATS.search(statement.text))
    if role == "method":
        proposes = bool(PROPOSES.search(statement.text))
        return 0.4 * cues + worth(statement, paper) + _TITLE * title + _PROPOSES * proposes
    if role == "task":
        amiss = len(_BACK.findall(statement.text)) + others + tells_result
        return score + _TITLE * title + (-2 * _BEFORE if made else _BEFORE) - _POINTING * min(2, amiss)
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
            own = _role(aspect) not in CUES
            free = again or own or i not in (taken[a] for a in taken if _role(a) in CUES)
            least = _STATED.get(_role(aspect), _STATED_OWN) - _RESULT_FIRST * (again and _role(aspect) == "data")
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
        cells = (to_latex(cell.text) if cell.quote else rf"\emph{{{NOT_STATED}}}" for cell in row.cells)
        lines.append([name + cite, *cells])
    top, *body = (" & ".join(line) + r" \\" for line in lines)
    return _FRAME % {"columns": "X" * len(table.aspects), "head": top, "body": "\n".join(body)}
