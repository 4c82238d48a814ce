"""Precision and coverage of the offline model's refusals, each set of questions judged by a fit on the other.

    python -m benchmarks.refusal_curve HARD.jsonl PLAIN.jsonl --out benchmarks/results/refusal

Coverage is the share of all questions that are answered; precision the share of those whose likeliest source
is a right one, an unanswerable question having none (risk-coverage curve, El-Yaniv & Wiener 2010). Writes
OUT.json and, where matplotlib is installed (`pip install citewell[bench]`), OUT.png.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.evaluating.fit import Example, doubts, examples_of, fit_examples
from rag.evaluating.questions import generated_questions, read_questions
from rag.offline.composing import source_chances
from rag.offline.refusing import doubt_odds
from rag.settings import read_settings
from rag.tuning import Tuning, shipped
from store.library import Library

SKIPPED = "adversarial"


def main(argv: Sequence[str] | None = None) -> None:
    """Read the two files, fit on each, judge the other, and write the curves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs=2, type=Path)
    parser.add_argument("--out", type=Path, required=True, help="path of the results, without a suffix")
    args = parser.parse_args(argv)
    settings = read_settings()
    with Library.open(settings.home, settings.embedding_model) as library:
        tuning = shipped(library.reads_words)
        sets = {path.stem: examples_of(library, read_questions(path), tuning) for path in args.files}
        made = examples_of(library, generated_questions(library), tuning)
    write_curves(sets, made, args.out)


def write_curves(sets: dict[str, list[Example]], made: list[Example], out: Path) -> dict:
    """The curve of each of two sets under the weights fitted on the other; also printed and written."""
    first, second = sets
    curves = {
        name: curve(sets[name], fit_examples([*sets[other], *made], shipped(reads_words=True)).tuning)
        for name, other in ((first, second), (second, first))
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_suffix(".json").write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")
    draw(curves, out.with_suffix(".png"))
    for name, found in curves.items():
        print(name, json.dumps(found["at threshold"]))
    return curves


def curve(examples: list[Example], tuning: Tuning) -> dict:
    """The points of one set, from refusing all to refusing nothing, and that of the fitted threshold."""
    judged = [e for e in examples if e.match.asked.text and e.question.type != SKIPPED]
    odds = np.array([doubt_odds(doubts(e, tuning), tuning.doubt) for e in judged])
    wrong = np.array([e.question.type == "unanswerable" for e in judged])
    chances = [np.array(source_chances(e.match, tuning.source)) for e in judged]
    right = np.array([bool(e.right[c.argmax()]) for e, c in zip(judged, chances, strict=True)])
    points = [_point(odds < limit, wrong, right) for limit in [*np.sort(odds), np.inf]]
    return {
        "questions": len(judged),
        "points": points,
        "at threshold": _point(odds < tuning.doubt.threshold, wrong, right),
    }


def _point(answered: np.ndarray, wrong: np.ndarray, right: np.ndarray) -> dict[str, float]:
    found = {
        "coverage": answered.mean(),
        "precision": right[answered].mean() if answered.any() else 1.0,
        "unanswerable refused": 1 - answered[wrong].mean(),
        "answerable refused": 1 - answered[~wrong].mean(),
    }
    return {name: round(float(value), 4) for name, value in found.items()}


def draw(curves: dict[str, dict], path: Path) -> None:
    """One line a set, a dot at the fitted threshold; nothing without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("matplotlib is not installed; no picture was drawn")
        return
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot(
        xlabel="coverage: share of questions answered", ylabel="precision of the answered", xlim=(0, 1), ylim=(0, 1.02)
    )
    for name, found in curves.items():
        x, y = ([point[key] for point in found["points"]] for key in ("coverage", "precision"))
        (line,) = axes.plot(x, y, label=f"{name}, fitted on the other")
        at = found["at threshold"]
        axes.plot(at["coverage"], at["precision"], "o", color=line.get_color())
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
