"""Which papers a draft cites: recall and precision on survey and topic questions, all that is fitted held out.

    python -m benchmarks.candidates benchmarks/questions/*.jsonl [--home FOLDER]

Recall is the share of gold papers among the candidates, precision the share of candidates that are gold or
acceptable. For "held_out" the search and the cut of rag/drafting/choosing.py are fitted on one half of the
questions and measured on the other, both ways, over SPLITS splits; "shipped" is what the code carries.
"""

import argparse
import itertools
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from benchmarks import machine
from rag.drafting.choosing import CUT, Cut, candidates, relevant
from rag.evaluating.fit import Judged, fit_judged
from rag.search.query import read_query, spelled_out, topic_of, topic_query
from rag.search.retrieve import look, rank_found
from rag.settings import DEFAULT_EMBEDDING_MODEL
from rag.tuning import Tuning, shipped
from store.citekeys import fold
from store.library import Library

CUTS = [Cut(*values) for values in itertools.product((0.64, 0.66, 0.68, 0.7, 0.72, 0.74), (0.3, 0.6), (0.36,))]
SPLITS, SEED = 4, 4
Figures = tuple[float, float]  # recall, precision


@dataclass(frozen=True, slots=True)
class Case:
    """A question as a draft searches for it, and its gold and acceptable papers."""

    kind: str
    asked: Judged
    right: frozenset[str]


def main() -> None:
    """Measure, hold out, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--home", type=Path, help="library folder (default: a new one)")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(args.home or Path(folder), DEFAULT_EMBEDDING_MODEL) as library,
    ):
        cases = _cases(library, args.questions)
        tuning = shipped(library.reads_words)
        figures = [_figures(library, case, tuning, [CUT])[CUT] for case in cases]
        results = {"shipped": {"cut": asdict(CUT), **_by_kind(cases, figures)}, "held_out": held_out(library, cases)}
    for name, result in results.items():
        print(name, result)
    machine.write("candidates", results)


def _cases(library: Library, paths: Sequence[Path]) -> list[Case]:
    ids = {fold(paper.title): paper.paper_id for paper in library.papers()}
    found = []
    for line in (line for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line):
        record = json.loads(line)
        if record["type"] in ("survey", "topic"):
            asks = record["question"]
            topic = topic_of(asks) if record["type"] == "survey" else read_query(asks).text
            gold = frozenset(ids[fold(title)] for title in record["gold"])
            views = look(library, topic_query(spelled_out(topic, library)))
            right = gold | {ids[fold(title)] for title in record["acceptable"]}
            found.append(Case(record["type"], Judged(views, gold), right))
    return found


def _figures(library: Library, case: Case, tuning: Tuning, cuts: Sequence[Cut]) -> dict[Cut, Figures]:
    found = candidates(case.asked.views, rank_found(library, case.asked.views, tuning))
    chosen = {cut: {c.found.paper.paper_id for c in relevant(found, cut=cut)} for cut in cuts}
    return {
        cut: (len(case.asked.gold & ids) / len(case.asked.gold), len(case.right & ids) / max(1, len(ids)))
        for cut, ids in chosen.items()
    }


def held_out(library: Library, cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """The figures of each question with what was fitted on the half that it is not in."""
    draw, rows = random.Random(SEED), defaultdict(list)
    for _ in range(SPLITS):
        order = draw.sample(range(len(cases)), len(cases))
        halves = order[::2], order[1::2]
        for fitted_on, measured in (halves, halves[::-1]):
            tuning = fit_judged(library, [cases[i].asked for i in fitted_on], shipped(library.reads_words)).tuning
            tried = [_figures(library, cases[i], tuning, CUTS) for i in fitted_on]
            best = max(CUTS, key=lambda cut, tried=tried: _worth([figures[cut] for figures in tried]))
            for i in measured:
                rows[i].append(_figures(library, cases[i], tuning, [best])[best])
    means = [(fmean(r for r, _ in rows[i]), fmean(p for _, p in rows[i])) for i in range(len(cases))]
    return _by_kind(cases, means)


def _by_kind(cases: Sequence[Case], figures: Sequence[Figures]) -> dict[str, dict[str, float]]:
    kinds = {"all": list(figures)}
    for case, row in zip(cases, figures, strict=True):
        kinds.setdefault(case.kind, []).append(row)
    return {
        kind: {"recall": round(fmean(r for r, _ in rows), 3), "precision": round(fmean(p for _, p in rows), 3)}
        for kind, rows in kinds.items()
    }


def _worth(rows: Sequence[Figures]) -> float:
    """The mean of the harmonic means of recall and precision."""
    return fmean(2 * recall * precision / max(recall + precision, 1e-9) for recall, precision in rows)


if __name__ == "__main__":
    main()
