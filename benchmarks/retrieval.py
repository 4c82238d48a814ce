"""Recall of papers on files of questions: by words, by meaning, and by both as the answers use them.

    python -m benchmarks.retrieval --questions benchmarks/questions/*.jsonl [--fit]

`--fit` looks for the weights of rag/search/retrieve.py on one half of the questions and reports them on the other.
"""

import argparse
import itertools
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, median

from rag.asking.condense import standalone
from rag.evaluating.questions import Question, read_questions
from rag.language.naming import where_named
from rag.search.fusion import ranked
from rag.search.retrieve import BLENDS, NAMED, Blend, Views, look, rank, retrieve
from rag.settings import DEFAULT_EMBEDDING_MODEL
from store.library import Library

TYPES = ("fact", "compare", "topic", "survey", "followup")
CUT, FOLLOWUP_CUT = 10, 8
# Values tried for each weight, by kind of question.
GRID = {
    "fact": {"meaning": (0.0, 0.3, 0.6), "words": (0.0, 0.05, 0.1, 0.2, 0.3)},
    "compare": {"meaning": (0.0, 0.3, 0.6), "words": (0.0, 0.05, 0.2, 0.3), "parts": (0.0, 0.2, 0.4)},
    "list": {"meaning": (0.3, 0.6, 1.0), "words": (0.1, 0.3, 0.5), "parts": (0.0, 0.2, 0.4),
             "likeness": (0.0, 0.3, 0.6)},
    "survey": {"meaning": (0.3, 0.6, 1.0), "words": (0.1, 0.3, 0.5), "likeness": (0.0, 0.3, 0.6)},
}


def main() -> None:
    """Measure every way of searching and print one table a file."""
    parser = argparse.ArgumentParser(description="Recall of papers on files of questions.")
    parser.add_argument("--questions", nargs="+", type=Path, required=True)
    parser.add_argument("--home", type=Path, help="library folder (default: a new one)")
    parser.add_argument("--model", default=DEFAULT_EMBEDDING_MODEL)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/retrieval.json"))
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    asked = {path.stem: [q for q in read_questions(path) if q.gold] for path in options.questions}
    with (tempfile.TemporaryDirectory() as folder,
          Library.open(options.home or Path(folder), options.model) as library):
        tables = {name: _tables(library, questions) for name, questions in asked.items()}
        results = {"model": options.model, "questions": tables, "titles_first": _titles_first(library)}
        if options.fit:
            results["fit"] = fit(library, [q for questions in asked.values() for q in questions])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _tables(library: Library, questions: Sequence[Question]) -> dict:
    ways: dict[str, Callable[[str], list[str]]] = {
        "words": lambda text: [i for i, _ in library.by_words(text, CUT)],
        "meaning": lambda text: [hit.passage.paper_id for hit in library.by_meaning(text, CUT)],
        "both": lambda text: [found.paper.paper_id for found in retrieve(library, text, CUT)],
    }
    found = {}
    for way, search in ways.items():
        found[way] = measure(library, questions, search)
        line = "  ".join(f"{kind} {m['recall']:.3f}/{m['mrr']:.3f}/{m['first']:.3f}"
                         for kind, m in found[way].items() if kind in TYPES)
        print(f"{way:8} recall/MRR/first  {line}  {found[way]['p50_ms']:.0f} ms")
    return found


def measure(library: Library, questions: Sequence[Question], search: Callable[[str], list[str]]) -> dict:
    """Recall@10 (follow-ups: @8), MRR and share with a gold paper first, by type; median time."""
    ids = {paper.title: paper.paper_id for paper in library.papers()}
    times, scored = [], []
    for question in questions:
        text = standalone(question.question, question.history, library)
        started = time.perf_counter()
        found = search(text)
        times.append(1000 * (time.perf_counter() - started))
        gold = {ids[title] for title in question.gold}
        scored.append((question.type, *_score(found, gold, FOLLOWUP_CUT if question.history else CUT)))
    table = {}
    for kind in [kind for kind in TYPES if any(row[0] == kind for row in scored)]:
        rows = [row[1:] for row in scored if row[0] == kind]
        table[kind] = dict(zip(("recall", "mrr", "first"), map(fmean, zip(*rows, strict=True)), strict=True))
    return table | {"p50_ms": median(times)}


def _score(found: Sequence[str], gold: set[str], cut: int) -> tuple[float, float, float]:
    places = [n for n, paper_id in enumerate(found, 1) if paper_id in gold]
    recall = len([place for place in places if place <= cut]) / len(gold)
    return recall, 1 / places[0] if places else 0.0, float(places[:1] == [1])


def _titles_first(library: Library) -> float:
    """Share of the papers that a search for their title puts first."""
    first = [retrieve(library, paper.title, 1)[0].paper == paper for paper in library.papers()]
    print(f"titles that come first: {sum(first)} of {len(first)}")
    return fmean(first)


def fit(library: Library, questions: Sequence[Question]) -> dict:
    """The best weights for each kind on a random half, and their worth on the other half, and swapped."""
    ids = {paper.title: paper.paper_id for paper in library.papers()}
    asked = [(look(library, q.question), q, {ids[t] for t in q.gold}) for q in questions if not q.history]
    random.Random(0).shuffle(asked)
    report = {}
    for kind, grid in GRID.items():
        ours = [item for item in asked if item[0].query.kind == kind]
        choices = itertools.product(*grid.values())
        blends = [Blend(1.0, **dict(zip(grid, values, strict=True))) for values in choices]
        worth = {blend: [_worth(library, blend, *item) for item in ours] for blend in blends}
        halves = [slice(0, None, 2), slice(1, None, 2)]
        chosen = [max(blends, key=lambda b, half=half: fmean(worth[b][half])) for half in halves]
        held_out = [fmean(worth[blend][half]) for blend, half in zip(chosen, reversed(halves), strict=True)]
        best = max(blends, key=lambda b: fmean(worth[b]))
        report[kind] = {"best": str(best), "all": fmean(worth[best]), "held_out": fmean(held_out),
                        "shipped": fmean(worth.get(BLENDS[kind]) or [0.0])}
        print(kind, report[kind])
    return report


def _worth(library: Library, blend: Blend, views: Views, question: Question, gold: set[str]) -> float:
    """Recall@10, and for facts the reciprocal rank too: their mean."""
    scores = rank(library, views, blend)
    for paper_id, paper in views.papers.items():
        scores[paper_id] += NAMED * (where_named(paper, question.question) >= 0)
    recall, reciprocal, _ = _score(ranked(scores)[:CUT], gold, CUT)
    return (recall + reciprocal) / 2 if question.type == "fact" else recall


if __name__ == "__main__":
    main()
