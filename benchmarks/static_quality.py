"""How the static model finds papers, beside MiniLM and BM25: `tldr` summaries and the dev questions.

`python -m benchmarks.static_quality --corpus FILE.jsonl.xz [--minilm 20000] [--cache DIR]`

The shipped collection's questions are searched by meaning, by words, and by both as `ask` does;
follow-ups are left out, as they are not questions by themselves.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.machine import write
from rag.evaluating.metrics import recall_at, reciprocal_rank, title_key
from rag.search.fusion import fuse
from rag.search.retrieve import retrieve
from store.embeddings import Embedder, load_embedder
from store.keywords import Keywords
from store.library import Library
from store.records import Paper
from store.training.corpus import Abstract, read_corpus
from store.training.measure import reciprocal

QUESTIONS = Path(__file__).parent / "questions"
CANDIDATES = 100
WEIGHTS = (0.4, 1.0)


def main() -> None:
    given = _arguments()
    papers = read_corpus(given.corpus)
    static = load_embedder(str(given.model), given.cache)
    figures: dict[str, object] = {"model": static.fingerprint,
                                  "all": {"papers": len(papers), **tldr(papers, static, given.cache)}}
    if given.minilm:
        part = subset(papers, given.minilm)
        minilm = load_embedder("all-MiniLM-L6-v2", given.cache)
        figures["subset"] = {"papers": len(part), "static": tldr(part, static, given.cache),
                             "minilm": tldr(part, minilm, given.cache)}
    found = {name: questions(name) for name in given.models}
    figures["questions, recall@10 (fact also MRR)"] = found
    print(write("static_quality", figures).read_text())


def subset(papers: list[Abstract], size: int) -> list[Abstract]:
    """Every paper with a tldr, and others drawn to make `size`."""
    order = np.random.default_rng(0).permutation(len(papers))
    others = [i for i in order if not papers[i].tldr]
    held = [i for i in order if papers[i].tldr]
    return [papers[i] for i in sorted(held + others[: size - len(held)])]


def tldr(papers: list[Abstract], embedder: Embedder, cache: Path) -> dict[str, float]:
    """MRR@10 of the tldrs: by meaning alone, by words alone, and by both."""
    held = [i for i, paper in enumerate(papers) if paper.tldr]
    queries = [papers[i].tldr for i in held]
    scores = embedder.encode(queries) @ encode(papers, embedder, cache).T
    meaning = [nearest(row) for row in scores]
    words = by_words(papers, queries)
    mixed = {f"both_{weight}": [fuse([m, w], [1.0, weight]) for m, w in zip(meaning, words, strict=True)]
             for weight in WEIGHTS}
    return {name: round(mrr(found, held), 4) for name, found in
            {"meaning": meaning, "bm25": words, **mixed}.items()}


def nearest(scores: np.ndarray) -> dict[str, float]:
    """The best papers of one query, by their numbers."""
    best = np.argsort(-scores)[:CANDIDATES]
    return {str(i): float(scores[i]) for i in best}


def encode(papers: list[Abstract], embedder: Embedder, cache: Path) -> np.ndarray:
    """The vectors of the papers, kept in `cache` bit by bit: a slow model may take an hour."""
    path = cache / f"{embedder.fingerprint}-{len(papers)}.npy"
    vectors = np.load(path) if path.is_file() else np.zeros((0, embedder.dimension), np.float32)
    while len(vectors) < len(papers):
        size = 512 if embedder.slow else 8192
        texts = [paper.whole for paper in papers[len(vectors):len(vectors) + size]]
        vectors = np.concatenate([vectors, embedder.encode(texts)])
        if embedder.slow:
            np.save(path, vectors)
    return vectors


def by_words(papers: list[Abstract], queries: list[str]) -> list[dict[str, float]]:
    """The BM25 scores of the best papers for each query."""
    with tempfile.TemporaryDirectory() as folder:
        index = Keywords(Path(folder))
        index.put(Paper(str(i), paper.title, paper.text) for i, paper in enumerate(papers))
        return [dict(index.best(query, CANDIDATES)) for query in queries]


def mrr(found: list[dict[str, float]], own: list[int]) -> float:
    """MRR@10 of each query's own paper."""
    ranks = [1 + sum(score > scores[str(i)] for score in scores.values()) if str(i) in scores else CANDIDATES
             for scores, i in zip(found, own, strict=True)]
    return reciprocal(np.array(ranks))


def questions(model: str) -> dict[str, dict[str, float]]:
    """For each kind of dev question and each way to search: recall@10, and for facts the MRR."""
    with tempfile.TemporaryDirectory() as home, Library.open(Path(home), model) as library:
        ids = {title_key(paper.title): paper.paper_id for paper in library.papers()}
        ways = {"meaning": lambda text: [hit.passage.paper_id for hit in library.by_meaning(text, 10)],
                "words": lambda text: [paper_id for paper_id, _ in library.by_words(text, 10)],
                "both": lambda text: [found.paper.paper_id for found in retrieve(library, text, 10)]}
        return {way: _by_kind(search, ids) for way, search in ways.items()}


def _by_kind(search: Callable[[str], list[str]], ids: dict[str, str]) -> dict[str, float]:
    found: dict[str, list[float]] = defaultdict(list)
    for file in sorted(QUESTIONS.glob("questions.*.jsonl")):
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            if row["gold"] and not row["history"]:
                gold, ranked = [ids[title_key(title)] for title in row["gold"]], search(row["question"])
                kind = f"{file.stem.split('.')[1]} {row['type']}"
                found[kind].append(recall_at(ranked, gold, 10))
                if row["type"] == "fact":
                    found[f"{kind} MRR"].append(reciprocal_rank(ranked, gold))
    return {kind: round(float(np.mean(values)), 3) for kind, values in found.items()}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", default="citewell-static", help="the shipped model, or a folder")
    parser.add_argument("--minilm", type=int, default=0, help="papers MiniLM is measured on (0: not at all)")
    parser.add_argument("--models", nargs="*", default=["citewell-static", "all-MiniLM-L6-v2"],
                        help="models the dev questions are searched with")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()))
    return parser.parse_args()


if __name__ == "__main__":
    main()
