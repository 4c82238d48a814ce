"""The evaluation with everything fitted on one half of the questions and measured on the other, both ways.

python -m benchmarks.heldout --questions benchmarks/questions/*.jsonl --out benchmarks/results/heldout.json
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from pathlib import Path

from rag.answer import Assistant
from rag.evaluating.evaluate import Outcome, ask_all, report
from rag.evaluating.fit import fit
from rag.evaluating.questions import Question, read_questions
from rag.settings import read_settings
from rag.tuning import shipped
from store.library import Library
from ui.report import as_table, as_values, report_sheet

SEED = 20


def main() -> None:
    """Fit, ask, and write one report a file of questions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    files = {path.stem: read_questions(path) for path in args.questions}
    settings = read_settings()
    with Library.open(settings.home, settings.embedding_model) as library:
        outcomes = ask_held_out(library, files)
        papers = list(library.papers())
        reports = {name: report(found, papers) for name, found in outcomes.items()}
    args.out.write_text(json.dumps({n: as_values(r) for n, r in reports.items()}, indent=1) + "\n", encoding="utf-8")
    show(reports)


def ask_held_out(library: Library, files: dict[str, list[Question]]) -> dict[str, list[Outcome]]:
    """The outcomes of each file's questions, each asked with what was fitted on the other half."""
    settings, found = read_settings(), defaultdict(list)
    first, second = halves(files)
    for fitted_on, asked in ((first, second), (second, first)):
        tuning = fit(library, [q for _, q in fitted_on], shipped(library.reads_words)).tuning
        print(f"fitted on {len(fitted_on)}: {tuning.blends}, {tuning.doubt}", file=sys.stderr)
        outcomes = ask_all(Assistant(library, settings, tuning), [q for _, q in asked])
        for (name, _), outcome in zip(asked, outcomes, strict=True):
            found[name].append(outcome)
    return found


def halves(files: dict[str, list[Question]]) -> tuple[list[tuple[str, Question]], list[tuple[str, Question]]]:
    """The questions in two halves, each type of each file shared out between them at random."""
    groups: dict[tuple[str, str], list[Question]] = defaultdict(list)
    for name, questions in files.items():
        for question in questions:
            groups[name, question.type].append(question)
    parts: tuple[list, list] = ([], [])
    dice = random.Random(SEED)
    for (name, _), questions in sorted(groups.items(), key=lambda item: item[0]):
        dice.shuffle(questions)
        for n, question in enumerate(questions):
            parts[n % 2].append((name, question))
    return parts


def show(reports: dict) -> None:
    """One table a file."""
    from rich.console import Console

    for name, measured in reports.items():
        Console(width=120).print(name, as_table(report_sheet(measured)))


if __name__ == "__main__":
    main()
