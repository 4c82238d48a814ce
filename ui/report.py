"""A Report of `citewell eval` as a terminal table, as Markdown and as plain values for JSON."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rag.evaluating.evaluate import RECALL_AT, Report, Row
from rag.evaluating.mine import RECALL_AT as MINED_RECALL_AT

if TYPE_CHECKING:
    from rich.console import RenderableType

    from rag.evaluating.mine import MinedReport, MinedRow
    from rag.tuning import Tuning

_HEADS = ("type", "n", *(f"R@{k}" for k in RECALL_AT), "MRR", "cite P", "cite R", "facts", "refused", "sent.")
_MINED_HEADS = ("test", "questions", *(f"R@{k}" for k in MINED_RECALL_AT), "MRR", "p50 ms")


def report_json(report: Report) -> dict[str, Any]:
    """The report as an object for JSON; every recall is keyed by its k as text."""
    values = asdict(report)
    for row in values["rows"]:
        row["recall"] = row["recall"] and {str(k): share for k, share in row["recall"].items()}
    return values


def report_table(report: Report) -> "RenderableType":
    """The report for a terminal: one line a question type, then what holds for all of them."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for i, head in enumerate(_HEADS):
        table.add_column(head, justify="right" if i else "left", no_wrap=True)
    for row in report.rows:
        table.add_row(*_cells(row))
    return Group(table, Text(), *(Text(f"{name}: {value}") for name, value in _totals(report)))


def report_markdown(report: Report) -> str:
    """The report as a Markdown page."""
    lines = [
        "# Evaluation",
        "",
        "| " + " | ".join(_HEADS) + " |",
        "| --- |" + " ---: |" * (len(_HEADS) - 1),
        *("| " + " | ".join(_cells(row)) + " |" for row in report.rows),
        "",
        *(f"- {name}: {value}" for name, value in _totals(report)),
    ]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> list[str]:
    recall = [_share(row.recall and row.recall[k]) for k in RECALL_AT]
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


def mined_json(report: "MinedReport") -> dict[str, Any]:
    """The report of `--mine` as an object for JSON; every recall is keyed by its k as text."""
    values = asdict(report)
    for row in values["rows"]:
        row["recall"] = {str(k): share for k, share in row["recall"].items()}
    return values


def mined_table(report: "MinedReport") -> "RenderableType":
    """The report of `--mine` for a terminal."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for i, head in enumerate(_MINED_HEADS):
        table.add_column(head, justify="right" if i else "left")
    for row in report.rows:
        table.add_row(*_mined_cells(row))
    return Group(table, Text(), Text(_searched(report)))


def mined_markdown(report: "MinedReport") -> str:
    """The report of `--mine` as a Markdown page."""
    lines = [
        "# Search tests from this library",
        "",
        "| " + " | ".join(_MINED_HEADS) + " |",
        "| --- |" + " ---: |" * (len(_MINED_HEADS) - 1),
        *("| " + " | ".join(_mined_cells(row)) + " |" for row in report.rows),
        "",
        _searched(report),
    ]
    return "\n".join(lines) + "\n"


def _mined_cells(row: "MinedRow") -> list[str]:
    recall = [_share(share) for share in row.recall.values()]
    return [row.kind, str(row.questions), *recall, _share(row.mrr), f"{row.p50_ms:.0f}"]


def _searched(report: "MinedReport") -> str:
    aside = f"; {report.left_aside:,} left aside to keep it short" if report.left_aside else ""
    return f"{report.papers:,} papers searched{aside}. What is searched for was taken out of the indexed text first."


def fit_table(tuning: "Tuning") -> "RenderableType":
    """What `--fit` found, for a terminal: one line a decision."""
    from rich.text import Text

    return Text("\n".join(f"{name}: {values}" for name, values in _fitted(tuning)))


def fit_markdown(tuning: "Tuning") -> str:
    """What `--fit` found, as a Markdown page."""
    lines = [f"- {name}: {values}" for name, values in _fitted(tuning)]
    return "\n".join(["# Fitted weights", "", *lines]) + "\n"


def _fitted(tuning: "Tuning") -> list[tuple[str, str]]:
    rows = {f"search, {kind}": asdict(blend) for kind, blend in tuning.blends.items()}
    rows |= {"source": tuning.source, "sentence": tuning.sentence, "line": tuning.line, "doubt": tuning.doubt.weights}
    shown = [(name, ", ".join(f"{k} {v:.2f}" for k, v in values.items())) for name, values in rows.items()]
    return [*shown, ("refuses from", f"{tuning.doubt.threshold:.2f} (bias {tuning.doubt.bias:.2f})")]
