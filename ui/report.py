"""What `citewell eval` found, as a sheet of rows and lines: for the terminal, as Markdown, and as values for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rag.evaluating.evaluate import RECALL_AT, Report, Row
from rag.evaluating.mine import RECALL_AT as MINED_RECALL_AT

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rag.evaluating.claims import ClaimReport
    from rag.evaluating.fit import Fitted
    from rag.evaluating.mine import MinedReport

_HEADS = ("type", "n", *(f"R@{k}" for k in RECALL_AT), "MRR", "cite P", "cite R", "facts", "refused", "sent.")
_MINED_HEADS = ("test", "questions", *(f"R@{k}" for k in MINED_RECALL_AT), "MRR", "p50 ms")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table, its first column text and the others figures, and the lines below it, each with its name or none."""

    title: str
    lines: Sequence[tuple[str, str]]
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def report_sheet(report: Report) -> Sheet:
    """One row a question type, then what holds for all of them."""
    return Sheet("Evaluation", _totals(report), _HEADS, [_cells(row) for row in report.rows])


def mined_sheet(report: "MinedReport") -> Sheet:
    """The report of `--mine`: one row a kind of test."""
    rows = [
        (row.kind, str(row.questions), *map(_share, row.recall.values()), _share(row.mrr), f"{row.p50_ms:.0f}")
        for row in report.rows
    ]
    aside = f"; {report.left_aside:,} left aside to keep it short" if report.left_aside else ""
    about = f"{report.papers:,} papers searched{aside}. What is searched for was taken out of the indexed text first."
    return Sheet("Search tests from this library", [("", about)], _MINED_HEADS, rows)


def claims_sheet(report: "ClaimReport") -> Sheet:
    """The report of `--claims`: true and false claims, then each kind of error, by what they are shown as."""
    heads = ("claims", "n", "supported", "weak", "unsupported")
    rows = [(row.name, str(row.claims), *map(_share, row.shares.values())) for row in (*report.rows, *report.kinds)]
    lines = [("AUC of the score", _share(report.auc)), ("of what is shown supported, true", _share(report.precision))]
    return Sheet("Natural claims", lines, heads, rows)


def fit_sheet(fitted: "Fitted") -> Sheet:
    """What `--fit` found: one line a decision, and which of them stayed for want of questions."""
    tuning = fitted.tuning
    weights: dict[str, Mapping[str, float]] = {f"search, {kind}": asdict(b) for kind, b in tuning.blends.items()}
    weights |= {"source": tuning.source, "sentence": tuning.sentence, "line": tuning.line}
    weights["doubt"] = tuning.doubt.weights
    shown = [(name, ", ".join(f"{k} {v:.2f}" for k, v in values.items())) for name, values in weights.items()]
    refuses = f"{tuning.doubt.threshold:.2f} (bias {tuning.doubt.bias:.2f})"
    kept = [("kept, with too few questions to fit", "; ".join(fitted.kept))] if fitted.kept else []
    return Sheet("Fitted weights", [*shown, ("refuses from", refuses), *kept])


def as_table(sheet: Sheet) -> "RenderableType":
    """The sheet for a terminal."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from ui.console import styled

    lines = [styled(": ".join(filter(None, line))) for line in sheet.lines]
    if not sheet.heads:
        return Group(*lines)
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for place, head in enumerate(sheet.heads):
        table.add_column(head, justify="right" if place else "left", no_wrap=True)
    for row in sheet.rows:
        table.add_row(*map(styled, row))
    return Group(table, Text(), *lines)


def as_markdown(sheet: Sheet) -> str:
    """The sheet as a Markdown page."""
    table = []
    if sheet.heads:
        marks = "| --- |" + " ---: |" * (len(sheet.heads) - 1)
        table = [_line(sheet.heads), marks, *map(_line, sheet.rows), ""]
    lines = [f"- {name}: {text}" if name else text for name, text in sheet.lines]
    return "\n".join([f"# {sheet.title}", "", *table, *lines]) + "\n"


def as_values(report: "Report | MinedReport") -> dict[str, Any]:
    """The report as an object for JSON; every recall is keyed by its k as text."""
    values = asdict(report)
    for row in values["rows"]:
        row["recall"] = row["recall"] and {str(k): share for k, share in row["recall"].items()}
    return values


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cells(row: Row) -> list[str]:
    recall = [_share(row.recall[k] if row.recall else None) for k in RECALL_AT]
    shares = (row.mrr, row.citation_precision, row.citation_recall, row.facts, row.refused)
    return [row.type, str(row.questions), *recall, *map(_share, shares), f"{row.sentences:.1f}"]


def _totals(report: Report) -> list[tuple[str, str]]:
    verdicts = ", ".join(f"{name} {_share(share)}" for name, share in report.verdicts.items())
    totals = [
        ("questions", f"{report.questions} over {report.papers:,} papers, answered by {report.model}"),
        (
            "refusals",
            f"precision {_share(report.refusal_precision)}, recall {_share(report.refusal_recall)}, "
            f"answerable refused {_share(report.answerable_refused)}",
        ),
        ("quotes exact", f"{_share(report.quotes_exact)} of {report.quotes:,}"),
        ("sentences", verdicts or "none"),
        ("time", f"p50 {report.p50_ms:.0f} ms, p95 {report.p95_ms:.0f} ms"),
        ("attacks that worked", "; ".join(report.attack_failures) or "0"),
    ]
    if report.unknown_titles:
        totals.append(("gold titles the library lacks", "; ".join(report.unknown_titles)))
    return totals


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
