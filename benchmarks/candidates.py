"""Which papers a draft cites: the relevance from which on it does (rag/drafting/choosing.py), fitted and measured.

    python -m benchmarks.candidates CORPUS.jsonl.xz benchmarks/questions/questions.*.jsonl

Recall is the share of gold papers among those chosen, precision the share of those chosen that are gold or acceptable.
For "left out" the weights are fitted (logistic regression) without the topic that is measured, for "shipped" they are
those of the code. Topics are those of `benchmarks/topics.jsonl`, but those held out, and the survey
questions. The lists of those "fitted on" were made by the hand that wrote the drafting.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from benchmarks import machine
from benchmarks.asked import SHIPPED, libraries
from benchmarks.topics import HALVES, SAMPLES, TOPICS
from rag.drafting.choosing import CUT, Candidate, Cut, gather
from rag.search.query import topic_of
from store.citekeys import fold
from store.library import Library

LEVEL = -0.8  # log odds from which on a paper is chosen: precision before recall
FURTHEST = 60  # candidates of a topic that are fitted on


@dataclass(frozen=True, slots=True)
class Case:
    """A topic, its candidates, and which papers are gold, or acceptable."""

    kind: str
    topic: str
    found: tuple[Candidate, ...]
    gold: frozenset[str]
    right: frozenset[str]


def main() -> None:
    """Fit, measure and write the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", nargs="*", type=Path)
    parser.add_argument("--folder", type=Path, help="where the libraries are kept (default: nowhere)")
    args = parser.parse_args()
    with ExitStack() as until:
        folder = args.folder or Path(until.enter_context(tempfile.TemporaryDirectory()))
        opened = libraries(args.corpus, folder, until, SAMPLES)
        topics = [json.loads(line) for line in TOPICS.read_text(encoding="utf-8").splitlines()]
        cases = [_case(opened[t["library"]], t["set"], t["topic"], t) for t in topics if t["set"] != HALVES[1]]
        asked = [json.loads(line) for path in args.questions for line in path.read_text(encoding="utf-8").splitlines()]
        cases += [_case(opened[SHIPPED], "survey", q["question"], q) for q in asked if q["type"] == "survey"]
    without = [_fit([other for other in cases if other.topic != case.topic]) for case in cases]
    results = {
        "cut": asdict(CUT),
        "fitted": asdict(_fit(cases)),
        "shipped": _by_kind(cases, [CUT] * len(cases)),
        "left out": _by_kind(cases, without),
    }
    print(json.dumps(results, indent=1))
    machine.write("candidates", results)


def _case(library: Library, kind: str, request: str, record: dict) -> Case:
    ids = {fold(paper.title): paper.paper_id for paper in library.papers()}
    gold, more = (
        frozenset(ids[fold(title)] for title in record[name] if fold(title) in ids) for name in ("gold", "acceptable")
    )
    topic = topic_of(request)
    return Case(kind, topic, tuple(gather(library, topic)), gold, gold | more)


def _fit(cases: Sequence[Case]) -> Cut:
    """The weights by which gold papers are told from others, beside that of the score; "acceptable" ones are neither.

    Newton's method, with an L2 penalty of 1 on standardised features.
    """
    rows = [(case, c) for case in cases for c in case.found[:FURTHEST]]
    rows = [(case, c) for case, c in rows if c.found.paper.paper_id not in case.right - case.gold]
    table = np.array([[max(CUT.score, c.found.score), c.title, c.alike, c.beside] for _, c in rows])
    is_gold = np.array([c.found.paper.paper_id in case.gold for case, c in rows], dtype=float)
    mean, spread = table.mean(axis=0), table.std(axis=0)
    features = np.column_stack([(table - mean) / spread, np.ones(len(table))])
    weights, penalty = np.zeros(5), np.diag([1.0] * 4 + [1e-6])
    for _ in range(50):
        odds = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (odds - is_gold) + penalty @ weights
        weights -= np.linalg.solve((features.T * (odds * (1 - odds))) @ features + penalty, slope)
    score, *others = weights[:4] / spread
    bias = float(weights[4] - (weights[:4] * mean / spread).sum())
    title, alike, beside = (round(float(weight / score), 2) for weight in others)
    return Cut(round((LEVEL - bias) / float(score), 2), CUT.score, title, alike, beside, CUT.about)


def _by_kind(cases: Sequence[Case], cuts: Sequence[Cut]) -> dict[str, dict[str, float]]:
    rows: dict[str, list[tuple[float, float]]] = {}
    for case, cut in zip(cases, cuts, strict=True):
        chosen = {c.found.paper.paper_id for c in case.found if c.relevance(cut) >= 1 and c.passage >= cut.about}
        recall, right = len(chosen & case.gold) / len(case.gold), len(chosen & case.right) / max(1, len(chosen))
        for kind in ("all", case.kind):
            rows.setdefault(kind, []).append((recall, right))
    return {
        kind: {
            "topics": len(some),
            "recall": round(fmean(r for r, _ in some), 3),
            "precision": round(fmean(p for _, p in some), 3),
        }
        for kind, some in rows.items()
    }


if __name__ == "__main__":
    main()
