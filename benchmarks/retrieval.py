"""Recall of papers on files of questions: by words, by meaning, and by both as the answers use them.

python -m benchmarks.retrieval --questions benchmarks/questions/*.jsonl
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, median

from rag.evaluating.questions import Question, read_questions
from rag.followup import standalone
from rag.search.retrieve import retrieve
from rag.settings import DEFAULT_EMBEDDING_MODEL
from store.library import Library

TYPES = ("fact", "compare", "topic", "survey", "followup")
CUT, FOLLOWUP_CUT = 10, 8


def main() -> None:
    """Measure every way of searching and print one table a file."""
    parser = argparse.ArgumentParser(description="Recall of papers on files of questions.")
    parser.add_argument("--questions", nargs="+", type=Path, required=True)
    parser.add_argument("--home", type=Path, help="library folder (default: a new one)")
    parser.add_argument("--model", default=DEFAULT_EMBEDDING_MODEL)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/retrieval.json"))
    options = parser.parse_args()
    asked = {path.stem: [q for q in read_questions(path) if q.gold] for path in options.questions}
    with tempfile.TemporaryDirectory() as folder, Library.open(options.home or Path(folder), options.model) as library:
        tables = {name: _tables(library, questions) for name, questions in asked.items()}
        results = {"model": options.model, "questions": tables, "titles_first": _titles_first(library)}
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
        line = "  ".join(
            f"{kind} {m['recall']:.3f}/{m['mrr']:.3f}/{m['first']:.3f}"
            for kind, m in found[way].items()
            if kind in TYPES
        )
        print(f"{way:8} recall/MRR/first  {line}  {found[way]['p50_ms']:.0f} ms")
    return found


def measure(library: Library, questions: Sequence[Question], search: Callable[[str], list[str]]) -> dict:
    """Recall@10 (follow-ups: @8), MRR and share with a gold paper first, by type and of all; median time."""
    times, found = [], []
    for question in questions:
        text = standalone(question.question, question.history, library)
        started = time.perf_counter()
        found.append(search(text))
        times.append(1000 * (time.perf_counter() - started))
    ids = {paper.title: paper.paper_id for paper in library.papers()}
    return by_type(questions, found, ids) | {"p50_ms": median(times)}


def by_type(questions: Sequence[Question], found: Sequence[Sequence[str]], ids: Mapping[str, str]) -> dict:
    """What `measure` gives of the papers that were found for each question; `ids` are those of the titles."""
    scored = [
        (q.type, *_score(papers, {ids[title] for title in q.gold}, FOLLOWUP_CUT if q.history else CUT))
        for q, papers in zip(questions, found, strict=True)
    ]
    table = {}
    for kind in [kind for kind in (*TYPES, "all") if any(kind in (row[0], "all") for row in scored)]:
        rows = [row[1:] for row in scored if kind in (row[0], "all")]
        table[kind] = dict(zip(("recall", "mrr", "first"), map(fmean, zip(*rows, strict=True)), strict=True))
    return table


def _score(found: Sequence[str], gold: set[str], cut: int) -> tuple[float, float, float]:
    places = [n for n, paper_id in enumerate(found, 1) if paper_id in gold]
    recall = len([place for place in places if place <= cut]) / len(gold)
    return recall, 1 / places[0] if places else 0.0, float(places[:1] == [1])


def _titles_first(library: Library) -> float:
    """Share of the papers that a search for their title puts first."""
    first = [retrieve(library, paper.title, 1)[0].paper == paper for paper in library.papers()]
    print(f"titles that come first: {sum(first)} of {len(first)}")
    return fmean(first)


if __name__ == "__main__":
    main()
