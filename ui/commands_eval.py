"""The command `eval`: a table in the terminal, JSON for programs, a Markdown report."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from ui.progress import bar

if TYPE_CHECKING:
    from rag.answer import Assistant

_WIDTH = 96  # columns of the table


def run(args: argparse.Namespace, assistant: "Assistant") -> None:
    """Measure what was asked for. Raises QuestionError for a file that cannot be read or written."""
    if args.mine == bool(args.questions):
        raise QuestionError("Give a file of questions, or --mine to make some from your own library.")
    measure = _mine if args.mine else _fit if args.fit else _questions
    measure(args, assistant)


def _questions(args: argparse.Namespace, assistant: "Assistant") -> None:
    from rag.evaluating.evaluate import evaluate
    from rag.evaluating.questions import read_questions
    from ui import report

    questions = [question for path in args.questions for question in read_questions(path)]
    with bar() as progress:
        measured = evaluate(assistant, questions, lambda done, total: progress(done, total, "questions"))
    _show(args, report.report_json(measured), report.report_table(measured), report.report_markdown(measured))


def _fit(args: argparse.Namespace, assistant: "Assistant") -> None:
    from rag import tuning
    from rag.evaluating.fit import fit
    from rag.evaluating.questions import read_questions
    from ui.report import fit_markdown, fit_table

    questions = [question for path in args.questions for question in read_questions(path)]
    with bar() as progress:
        fitted = fit(
            assistant.library,
            questions,
            assistant.tuning,
            lambda done, total: progress(done, total, f"questions of {total}"),
        )
    tuning.save(fitted, assistant.library.reads_words)
    _show(args, asdict(fitted), fit_table(fitted), fit_markdown(fitted))


def _mine(args: argparse.Namespace, assistant: "Assistant") -> None:
    from rag.evaluating.mine import mine
    from ui import report

    with bar() as progress:
        measured = mine(
            assistant.library, assistant.settings.embedding_model, lambda done, total: progress(done, total, "searches")
        )
    _show(args, report.mined_json(measured), report.mined_table(measured), report.mined_markdown(measured))


def _show(args: argparse.Namespace, values: dict, table: object, markdown: str) -> None:
    from rich.console import Console

    from ui.cli import print_json

    if args.report:
        write_report(args.report, markdown)
    if args.json:
        print_json(values)
    else:
        Console(width=max(_WIDTH, Console().width)).print(table)  # figures wrap sooner than they are cut


def write_report(path: Path, text: str) -> None:
    """Write a report. Raises QuestionError when the file cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise QuestionError(f"{path}: cannot be written ({error.strerror}); name another file.") from None
