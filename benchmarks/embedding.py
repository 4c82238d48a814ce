"""Encoding speed and agreement, each engine against plain `SentenceTransformer.encode` in float32.

`python -m benchmarks.embedding [--papers 118] [--rounds 3]`: the abstracts of the shipped collection,
title in front; engines take turns, and a ratio is the median of the rounds' ratios.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.machine import timed, write
from store.collection import shipped_papers
from store.encoders import load_embedder, load_fast
from store.encoders.bert import BertEncoder
from store.encoders.static import StaticEncoder
from store.encoders.weights import DEFAULT, SHIPPED, STATIC, find_folder
from store.sentences import embedding_text, passages

Encode = Callable[[list[str]], np.ndarray]
MODELS = (DEFAULT, STATIC)
QUERY = "How does CLIP-RT compare with OpenVLA?"
COLD = """
import time; start = time.perf_counter()
from pathlib import Path; from store.encoders import load_embedder
load_embedder({name!r}, Path({cache!r})).encode_query({query!r})
print(time.perf_counter() - start)
"""
COLD_REFERENCE = """
import time; start = time.perf_counter()
from sentence_transformers import SentenceTransformer
SentenceTransformer({folder!r}, device="cpu", local_files_only=True).encode({query!r})
print(time.perf_counter() - start)
"""


def main() -> None:
    given = _arguments()
    cache = Path(tempfile.mkdtemp())
    folder = find_folder("all-MiniLM-L6-v2", cache)
    texts = abstracts(cache)[: given.papers]
    engines = _engines(folder)
    rounds = [{name: seconds(encode, texts) for name, encode in engines.items()} for _ in range(given.rounds)]
    plain = engines["sentence-transformers float32"](texts)
    figures = {name: _figures(name, rounds, len(texts)) for name in engines}
    for name in ("fast", "light"):
        least = (plain * engines[name](texts)).sum(1).min()
        figures[name]["least cosine to float32"] = round(float(least), 5)
    result = {
        "abstracts": len(texts),
        "rounds": given.rounds,
        "engines": figures,
        "passages": in_passages(engines, given.papers, given.rounds),
        "cold query, seconds": cold(folder, cache, given.rounds),
        "shipped papers indexed from nothing": {model: indexing(model, given.rounds) for model in MODELS},
        "as many unknown papers added": {model: indexing(model, given.rounds, unknown(cache)) for model in MODELS},
    }
    print(write("embedding", result).read_text())


def in_passages(engines: dict[str, Encode], papers: int, rounds: int) -> dict[str, object]:
    """The same abstracts as a library embeds them, in passages: the engine that indexes, and the plain one."""
    texts = [embedding_text(paper.title, passage) for paper in shipped_papers()[:papers] for passage in passages(paper)]
    both = {name: engines[name] for name in ("sentence-transformers float32", "fast")}
    taken = [{name: seconds(encode, texts) for name, encode in both.items()} for _ in range(rounds)]
    return {"texts": len(texts), "engines": {name: _figures(name, taken, papers) for name in both}}


def _engines(folder: Path) -> dict[str, Encode]:
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return {
        "sentence-transformers float32": lambda texts: plain.encode(texts, show_progress_bar=False),
        "fast": load_fast(folder).encode,
        "light": BertEncoder(folder).encode,
        "static": StaticEncoder(SHIPPED).encode,
    }


def _figures(name: str, rounds: list[dict[str, float]], texts: int) -> dict[str, float]:
    ratios = [taken["sentence-transformers float32"] / taken[name] for taken in rounds]
    return {
        "abstracts per second": round(texts / median(taken[name] for taken in rounds), 1),
        "times sentence-transformers": round(median(ratios), 2),
    }


def seconds(encode: Encode, texts: list[str]) -> float:
    """The wall time of one encoding, after a short one to warm up."""
    encode(texts[:2])
    start = time.perf_counter()
    encode(texts)
    return time.perf_counter() - start


def cold(folder: Path, cache: Path, rounds: int) -> dict[str, float]:
    """From the first import to the first query's vector, in a new process: the median of the rounds."""
    load_embedder("all-MiniLM-L6-v2", cache)
    load_embedder("citewell-static", cache)
    codes = {name: COLD.format(name=name, cache=str(cache), query=QUERY) for name in MODELS}
    codes["sentence-transformers"] = COLD_REFERENCE.format(folder=str(folder), query=QUERY)
    return {name: round(median(_run(code) for _ in range(rounds)), 3) for name, code in codes.items()}


def indexing(model: str, rounds: int, file: Path | None = None) -> dict[str, float]:
    """A command in a new library, from the start of its process to its end: medians of the rounds.

    It makes the library of the shipped papers, whose vectors by MiniLM ship too, or adds a file to an empty one.
    """
    command, seed = (["add", str(file)], "off") if file else (["papers", "list"], "on")
    runs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            environ = os.environ | {
                "CITEWELL_HOME": home,
                "CITEWELL_EMBEDDING_MODEL": model,
                "CITEWELL_SHIPPED_PAPERS": seed,
            }
            runs.append(timed([sys.executable, "-m", "ui.cli", *command], environ))
    return {name: round(median(run[name] for run in runs), 2) for name in runs[0]}


def unknown(folder: Path) -> Path:
    """The shipped papers with texts that no shipped vector belongs to."""
    path = folder / "unknown.jsonl"
    papers = [
        {"title": f"{paper.title} again", "abstract": paper.abstract.replace(". ", ", too. ")}
        for paper in shipped_papers()
    ]
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    return path


def _run(code: str) -> float:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def abstracts(home: Path) -> list[str]:
    """Title and abstract of each paper that ships with the project."""
    from store.library import Library

    with Library.open(home, "citewell-static") as library:
        return [f"{paper.title}. {paper.abstract}" for paper in library.papers()]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=118)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
