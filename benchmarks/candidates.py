"""Which papers a draft cites: recall and precision on survey and topic questions, the weights held out.

    python -m benchmarks.candidates benchmarks/questions/*.jsonl [--home FOLDER]

Recall is the share of gold papers among the candidates, precision the share of candidates that are gold or
acceptable. The weights of rag/drafting/candidates.py are chosen on a random half of the questions and measured
on the other half, many times over; "shipped" is what the weights in the code reach on all of them.
"""

import argparse
import itertools
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean

from benchmarks import machine
from rag.drafting.candidates import WEIGHTS, Searches, Weights, gather, relevant
from rag.references.keys import fold
from rag.search.queries import read_query, topic_of
from rag.settings import DEFAULT_EMBEDDING_MODEL
from store.library import Library

GRID = {"closeness": (0.0, 0.3, 0.6, 1.0), "words": (0.3, 0.5), "aspect": (0.3, 0.6, 1.0), "likeness": (0.3, 0.5),
        "models": (3, 5), "relevant": (0.4, 0.45, 0.5, 0.55), "least": (5, 6, 7)}
SPLITS, SEED = 200, 4
Figures = tuple[float, float]  # recall, precision


def main() -> None:
    """Measure, hold out, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--home", type=Path, help="library folder (default: a new one)")
    args = parser.parse_args()
    asked = _asked(args.questions)
    with (tempfile.TemporaryDirectory() as folder,
          Library.open(args.home or Path(folder), DEFAULT_EMBEDDING_MODEL) as library):
        searches, ids = Searches(library), {fold(p.title): p.paper_id for p in library.papers()}
        grid = [Weights(*values) for values in itertools.product(*GRID.values())]
        figures = {w: [_figures(library, searches, q, ids, w) for q in asked] for w in {*grid, WEIGHTS}}
    kinds = {"all": range(len(asked)), **{kind: [i for i, q in enumerate(asked) if q["type"] == kind]
                                          for kind in ("survey", "topic")}}
    results = {"shipped": {"weights": asdict(WEIGHTS), **_means(figures[WEIGHTS], kinds)},
               "held_out": held_out({w: figures[w] for w in grid}, kinds),
               "best": asdict(max(grid, key=lambda w: _worth(figures[w])))}
    for name in ("shipped", "held_out", "best"):
        print(name, results[name])
    machine.write("candidates", results)


def _asked(paths: Sequence[Path]) -> list[dict]:
    records = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [record for record in records if record["type"] in ("survey", "topic")]


def _figures(library: Library, searches: Searches, question: dict, ids: dict[str, str], weights: Weights) -> Figures:
    asks = question["question"]
    topic = topic_of(asks) if question["type"] == "survey" else read_query(asks).text
    found = {f.paper.paper_id for f in relevant(gather(library, topic, weights, searches), weights=weights)}
    gold = {ids[fold(title)] for title in question["gold"]}
    right = gold | {ids[fold(title)] for title in question["acceptable"]}
    return len(gold & found) / len(gold), len(right & found) / len(found)


def _means(rows: Sequence[Figures], kinds: dict[str, Sequence[int]]) -> dict[str, dict[str, float]]:
    return {kind: {name: round(fmean(rows[i][n] for i in places), 3) for n, name in enumerate(("recall", "precision"))}
            for kind, places in kinds.items() if places}


def _worth(rows: Sequence[Figures]) -> float:
    """The mean of the harmonic means of recall and precision."""
    return fmean(2 * recall * precision / max(recall + precision, 1e-9) for recall, precision in rows)


def held_out(figures: dict[Weights, list[Figures]], kinds: dict[str, Sequence[int]]) -> dict[str, dict[str, float]]:
    """What the best weights on a random half of the questions reach on the other half, over SPLITS halves."""
    count, draw = len(next(iter(figures.values()))), random.Random(SEED)
    rows: dict[int, list[Figures]] = {i: [] for i in range(count)}
    for _ in range(SPLITS):
        half = set(draw.sample(range(count), count // 2))
        best = max(figures, key=lambda w, half=half: _worth([figures[w][i] for i in half]))
        for i in set(range(count)) - half:
            rows[i].append(figures[best][i])
    means = [(fmean(r for r, _ in found), fmean(p for _, p in found)) for found in rows.values()]
    return _means(means, kinds)


if __name__ == "__main__":
    main()
