"""How the static model finds papers, beside MiniLM and BM25: `tldr` summaries and the dev questions.

`python -m benchmarks.static_quality --corpus FILE.jsonl.xz [--subset 20000] [--cache DIR]`

Both embedding models stand alone and with BM25, weighed as the shipped numbers weigh a question for a fact.
MiniLM is slow, so it searches a subset that holds every paper with a `tldr`.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.machine import write
from benchmarks.retrieval import CUT, measure
from rag.evaluating.questions import read_questions
from rag.search.retrieve import fuse, retrieve
from rag.tuning import shipped
from store.encoders import Embedder, load_embedder
from store.keywords import Keywords
from store.library import Library
from store.records import Paper
from training.static.corpus import Abstract, read_corpus, reciprocal

QUESTIONS = Path(__file__).parent / "questions"
CANDIDATES = 100
DRAWS = 10_000
WEIGHTS = (0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)  # of the words, beside 1 for the meaning
Scores = list[dict[str, float]]  # for each query the scores of its best papers, by their numbers


def main() -> None:
    """Measure, write `benchmarks/results/static-quality.json` and print it."""
    given = _arguments()
    papers = read_corpus(given.corpus)
    static = load_embedder(str(given.model), given.cache)
    minilm = load_embedder("all-MiniLM-L6-v2", given.cache)
    blend = shipped(reads_words=False).blends["fact"]
    part = subset(papers, given.subset)
    figures = {
        "static": static.fingerprint,
        "minilm": minilm.fingerprint,
        "hybrid": {"meaning": blend.meaning, "words": blend.words},
        "tldr against all": tldr(papers, {"static": static}, given.cache),
        "tldr against a subset": tldr(part, {"static": static, "minilm": minilm}, given.cache),
        "dev questions": {path.stem: dev(path, str(given.model)) for path in sorted(QUESTIONS.glob("*.jsonl"))},
    }
    print(write("static-quality", figures).read_text())


def subset(papers: list[Abstract], size: int) -> list[Abstract]:
    """Every paper with a tldr, and others drawn to make `size`."""
    order = np.random.default_rng(0).permutation(len(papers))
    others = [i for i in order if not papers[i].tldr]
    held = [i for i in order if papers[i].tldr]
    return [papers[i] for i in sorted(held + others[: size - len(held)])]


def tldr(papers: list[Abstract], embedders: dict[str, Embedder], cache: Path) -> dict[str, object]:
    """MRR@10 of the tldrs: by BM25 alone, and by each embedder alone and with BM25."""
    held = [i for i, paper in enumerate(papers) if paper.tldr]
    queries = [papers[i].tldr for i in held]
    words = by_words(papers, queries)
    gains = {"bm25": gain(words, held)}
    blend = shipped(reads_words=False).blends["fact"]
    curves = {}
    for name, embedder in embedders.items():
        meaning = by_meaning(papers, queries, embedder, cache)
        both = {weight: gain(mixed(meaning, words, weight), held) for weight in (blend.words / blend.meaning, *WEIGHTS)}
        curves[name] = {weight: round(float(both[weight].mean()), 4) for weight in WEIGHTS}
        gains |= {name: gain(meaning, held), f"hybrid of {name}": both[blend.words / blend.meaning]}
    pairs = [("hybrid of static", "bm25"), *([("static", "minilm")] if "minilm" in gains else [])]
    return {
        "papers": len(papers),
        "questions": len(held),
        "mrr@10": {name: round(float(values.mean()), 4) for name, values in gains.items()},
        "found in 10": {name: round(float((values > 0).mean()), 4) for name, values in gains.items()},
        "mrr@10 of hybrids by the weight of words": curves,
        "difference, 95 %": {f"{a} - {b}": interval(gains[a] - gains[b]) for a, b in pairs},
    }


def mixed(meaning: Scores, words: Scores, weight: float) -> Scores:
    """Both together, the words weighing `weight` times the meaning."""
    return [fuse([m, w], [1.0, weight]) for m, w in zip(meaning, words, strict=True)]


def by_meaning(papers: list[Abstract], queries: list[str], embedder: Embedder, cache: Path) -> Scores:
    """The cosines of the best papers for each query."""
    scores = embedder.encode(queries) @ encode([paper.whole for paper in papers], embedder, cache).T
    return [{str(i): float(row[i]) for i in np.argsort(-row)[:CANDIDATES]} for row in scores]


def encode(texts: list[str], embedder: Embedder, cache: Path) -> np.ndarray:
    """The vectors of `texts`; a slow model's are kept in `cache` as they come, for it may take an hour."""
    digest = hashlib.sha256(chr(0).join(texts).encode()).hexdigest()[:12]
    path, started = cache / f"{embedder.fingerprint}-{digest}.npy", time.monotonic()
    vectors = np.load(path) if path.is_file() else np.zeros((0, embedder.dimension), np.float32)
    while len(vectors) < len(texts):
        size = 512 if embedder.slow else 8192
        vectors = np.concatenate([vectors, embedder.encode(texts[len(vectors) : len(vectors) + size])])
        if embedder.slow:
            cache.mkdir(parents=True, exist_ok=True)
            np.save(path, vectors)
        print(
            f"\r{embedder.fingerprint}: {len(vectors)}/{len(texts)}  {time.monotonic() - started:.0f} s ",
            end="",
            file=sys.stderr,
            flush=True,
        )
    print(file=sys.stderr)
    return vectors


def by_words(papers: list[Abstract], queries: list[str]) -> Scores:
    """The BM25 scores of the best papers for each query."""
    with tempfile.TemporaryDirectory() as folder:
        index = Keywords(Path(folder) / "keywords", new=True)
        index.put(Paper(str(i), paper.title, paper.text) for i, paper in enumerate(papers))
        return [dict(index.best(query, CANDIDATES)) for query in queries]


def gain(found: Scores, own: Sequence[int]) -> np.ndarray:
    """For each query one over its own paper's rank, 0 beyond rank 10."""
    ranks = [
        1 + sum(score > scores[str(i)] for score in scores.values()) if str(i) in scores else CANDIDATES
        for scores, i in zip(found, own, strict=True)
    ]
    return np.array([reciprocal(np.array([rank])) for rank in ranks])


def interval(differences: np.ndarray) -> list[float]:
    """The mean, and where it lies 95 times of 100 by the bootstrap over questions (Efron 1979)."""
    rng = np.random.default_rng(0)
    means = [differences[rng.integers(len(differences), size=len(differences))].mean() for _ in range(DRAWS)]
    return [round(float(value), 4) for value in (differences.mean(), *np.quantile(means, [0.025, 0.975]))]


def dev(path: Path, model: str) -> dict[str, dict]:
    """Recall@10, MRR and share of first places on one file of questions: by BM25, by the model, by both."""
    asked = [question for question in read_questions(path) if question.gold]
    with tempfile.TemporaryDirectory() as home, Library.open(Path(home), model) as library:
        ways = {
            "bm25": lambda text: [i for i, _ in library.by_words(text, CUT)],
            "static": lambda text: [hit.passage.paper_id for hit in library.by_meaning(text, CUT)],
            "hybrid": lambda text: [found.paper.paper_id for found in retrieve(library, text, CUT)],
        }
        tables = {way: measure(library, asked, search) for way, search in ways.items()}
    return {
        way: {
            kind: {name: round(value, 4) for name, value in row.items()}
            for kind, row in table.items()
            if kind != "p50_ms"
        }
        for way, table in tables.items()
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", default="citewell-static", help="the shipped model, or a folder")
    parser.add_argument("--subset", type=int, default=20_000, help="papers that MiniLM is measured on")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()))
    return parser.parse_args()


if __name__ == "__main__":
    main()
