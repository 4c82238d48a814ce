"""A table of papers × aspects as Markdown, CSV, LaTeX and JSON."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict

from rag.drafting.compare import NOT_STATED, Cell, Row, Table
from rag.errors import DraftError
from store.tex import to_latex

FORMATS = ("md", "csv", "latex", "json")


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
    name = to_latex(row.title.partition(":")[0] if ":" in row.title else " ".join(row.title.split()[:4]) + " …")
    return f"{name}~\\cite{{{keys[row.paper_id]}}}" if row.paper_id in keys else name


def _latex_cell(cell: Cell) -> str:
    return to_latex(cell.text) if cell.quote else rf"\emph{{{NOT_STATED}}}"


def _paper(row: Row) -> str:
    return f"{row.title} ({row.year})" if row.year else row.title


def _pipe_safe(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
