"""Papers × aspects: each cell a sentence of the abstract, word for word, or "not stated in the abstract"."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from rag.drafting.roles import CUES, Statement, statements
from rag.errors import DraftError
from store.records import Paper
from store.tex import to_latex

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray"]

NOT_STATED = "not stated in the abstract"
FORMATS = ("md", "csv", "latex", "json")
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
_STATED = {"task": 0.62, "method": 0.62, "data": 0.62, "result": 0.62, "limitation": 0.72}
_STATED_OWN = 0.36
_LIKENESS = 0.6


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


def compare(
    papers: Sequence[Paper], embed: Embed, aspects: Sequence[str] | Mapping[str, str] = DEFAULT_ASPECTS
) -> Table:
    """The table of `papers` by `aspects`: names, or names with a description to look for.

    `embed` maps texts to unit rows. Raises DraftError without papers or aspects.
    """
    described = _described(aspects)
    if not papers or not described:
        raise DraftError("A comparison needs at least one paper and one aspect.")
    wanted = dict(zip(described, embed(list(described.values())), strict=True))
    rows = tuple(Row(p.paper_id, p.title, p.year, _cells(p, wanted, embed)) for p in papers)
    return Table(tuple(described), rows)


def _described(aspects: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    """Aspects with descriptions; a default aspect named by the user keeps its own."""
    if isinstance(aspects, Mapping):
        return dict(aspects)
    return {
        name: DEFAULT_ASPECTS.get(name.lower(), name)
        for name in dict.fromkeys(a.strip() for a in aspects)
        if name
    }


def _cells(paper: Paper, wanted: Mapping[str, "np.ndarray"], embed: Embed) -> tuple[Cell, ...]:
    """Each aspect takes the sentence that suits it best and that no other aspect suits it better for."""
    found = statements(paper)
    if not found:
        return tuple(Cell(aspect) for aspect in wanted)
    vectors = embed([statement.text for statement in found])
    scores = {
        aspect: [_score(aspect, s, float(v @ vector)) for s, v in zip(found, vectors, strict=True)]
        for aspect, vector in wanted.items()
    }
    taken = _assign(scores)
    return tuple(
        _cell(aspect, found[taken[aspect]], scores[aspect][taken[aspect]])
        if aspect in taken
        else Cell(aspect)
        for aspect in wanted
    )


def _score(aspect: str, statement: Statement, likeness: float) -> float:
    role = aspect.lower()
    return statement.plays(role) + _LIKENESS * likeness if role in CUES else likeness


def _assign(scores: Mapping[str, Sequence[float]]) -> dict[str, int]:
    """aspect → sentence, the surest first; a sentence stands in one cell of the known aspects only."""
    pairs = sorted(
        ((score, aspect, i) for aspect, row in scores.items() for i, score in enumerate(row)),
        key=lambda pair: (-pair[0], pair[2], pair[1]),
    )
    taken: dict[str, int] = {}
    for score, aspect, i in pairs:
        own = aspect.lower() not in CUES
        free = own or i not in (taken[a] for a in taken if a.lower() in CUES)
        if aspect not in taken and free and score >= _STATED.get(aspect.lower(), _STATED_OWN):
            taken[aspect] = i
    return taken


def _cell(aspect: str, statement: Statement, score: float) -> Cell:
    return Cell(aspect, statement.text, statement.start, statement.end, round(score, 3))


def render(table: Table, format: str, keys: Mapping[str, str] | None = None) -> str:
    r"""The table as md, csv, latex (booktabs; with `\cite` where `keys` has the paper) or json.

    Raises DraftError for another format.
    """
    if format not in FORMATS:
        raise DraftError(f"There is no table format {format!r}; use one of {', '.join(FORMATS)}.")
    writers = {"md": as_markdown, "csv": as_csv, "json": as_json, "latex": lambda t: as_latex(t, keys or {})}
    return writers[format](table)


def as_markdown(table: Table) -> str:
    """A pipe table."""
    lines = [["paper", *table.aspects], ["---"] * (len(table.aspects) + 1)]
    lines += [[_paper(row), *(cell.text for cell in row.cells)] for row in table.rows]
    return "\n".join("| " + " | ".join(_pipe_safe(text) for text in line) + " |" for line in lines) + "\n"


def as_csv(table: Table) -> str:
    """Comma-separated values with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["paper_id", "title", "year", *table.aspects])
    writer.writerows(
        [row.paper_id, row.title, row.year or "", *(cell.text for cell in row.cells)] for row in table.rows
    )
    return text.getvalue()


def as_json(table: Table) -> str:
    """The table with offsets: an object a paper, a cell null where nothing is stated."""
    rows = [
        {
            "paper_id": row.paper_id,
            "title": row.title,
            "year": row.year,
            "cells": {cell.aspect: _quote(cell) for cell in row.cells},
        }
        for row in table.rows
    ]
    return json.dumps({"aspects": list(table.aspects), "rows": rows}, ensure_ascii=False, indent=2) + "\n"


def _quote(cell: Cell) -> dict[str, object] | None:
    return {key: value for key, value in asdict(cell).items() if key != "aspect"} if cell.quote else None


def as_latex(table: Table, keys: Mapping[str, str]) -> str:
    r"""A booktabs table, to stand in a document that uses booktabs and tabularx."""
    columns = "l" + "X" * len(table.aspects)
    lines = [[" ", *(to_latex(aspect.capitalize()) for aspect in table.aspects)]]
    lines += [[_latex_paper(row, keys), *(_latex_cell(cell) for cell in row.cells)] for row in table.rows]
    head, *body = (" & ".join(line) + r" \\" for line in lines)
    return (
        "\n".join(
            [
                r"% needs \usepackage{booktabs,tabularx}",
                rf"\begin{{tabularx}}{{\linewidth}}{{{columns}}}",
                r"\toprule",
                head,
                r"\midrule",
                *body,
                r"\bottomrule",
                r"\end{tabularx}",
            ]
        )
        + "\n"
    )


def _latex_paper(row: Row, keys: Mapping[str, str]) -> str:
    name = to_latex(
        row.title.partition(":")[0] if ":" in row.title else " ".join(row.title.split()[:4]) + " …"
    )
    return f"{name}~\\cite{{{keys[row.paper_id]}}}" if row.paper_id in keys else name


def _latex_cell(cell: Cell) -> str:
    return to_latex(cell.text) if cell.quote else rf"\emph{{{NOT_STATED}}}"


def _paper(row: Row) -> str:
    return f"{row.title} ({row.year})" if row.year else row.title


def _pipe_safe(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
