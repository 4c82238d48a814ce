"""`kill -9` during `add`, again and again: the same library as an undisturbed run, and nothing embedded twice.

`python -m benchmarks.kills [--kills 10] [--corpus FILE.jsonl.xz [--large-kills 5]] [--seed 0]`

First the shipped papers, a listing page and JSON lines into a new library, killed once at a random moment of
each run and added again. Then the corpus with the fast model, killed at random amounts of work done; every
second kill waits for Chroma to write its graph, the one thing that is not written all or nothing.
"""

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.machine import ROOT, write
from rag.settings import DEFAULT_EMBEDDING_MODEL
from store.cache import key_of
from store.collection import shipped_papers
from store.encoders import Embedder, load_embedder
from store.encoders.weights import STATIC
from store.library import Library

LISTING = ROOT / "store" / "collection" / "listing-mar-14.txt"
_KEY = len(key_of(""))
_PROBES = 500  # papers of the corpus whose vectors are looked at


def main() -> None:
    given = _arguments()
    if given.child:
        add(*given.child)
        return
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        result = {"seed": given.seed, "shipped": shipped(Path(folder), given.kills, chance)}
        if given.corpus:
            result["corpus"] = large(Path(folder), given.corpus, given.large_kills, chance)
    print(write("kills", result).read_text())


class Counting:
    """An embedder that writes down, behind each encoding, which texts it was."""

    def __init__(self, embedder: Embedder, log: Path):
        self._embedder, self._log = embedder, log

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = self._embedder.encode(texts)
        with self._log.open("ab") as log:
            log.write(b"".join(map(key_of, texts)))
        return vectors

    def __getattr__(self, name: str) -> object:
        return getattr(self._embedder, name)


def add(home: str, model: str, log: str, *paths: str) -> None:
    """What the killed processes do: open the library and add the files."""
    embedder = Counting(load_embedder(model, Path(home) / "cache"), Path(log))
    with Library.open(Path(home), model, embedder=embedder, seed=model != STATIC) as library:
        library.add_paths([Path(path) for path in paths])


def start(home: Path, model: str, *paths: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "benchmarks.kills", "--child", home, model, log_of(home), *paths]
    return subprocess.Popen(list(map(str, command)), cwd=ROOT)


def log_of(home: Path) -> Path:
    return home.with_suffix(".log")


def embedded(home: Path) -> Counter[bytes]:
    """How often each text was embedded for the library in `home`."""
    log = log_of(home).read_bytes() if log_of(home).exists() else b""
    return Counter(log[place : place + _KEY] for place in range(0, len(log), _KEY))


def shipped(folder: Path, kills: int, chance: random.Random) -> dict[str, object]:
    """Each kill falls into a run of its own; what it left is finished by the next."""
    files = LISTING, more_papers(folder / "more.jsonl")
    began = time.perf_counter()
    finish(folder / "undisturbed", DEFAULT_EMBEDDING_MODEL, files)
    seconds = time.perf_counter() - began
    whole, texts, runs = state(folder / "undisturbed"), embedded(folder / "undisturbed").total(), []
    for number in range(kills):
        home, moment = folder / f"killed-{number}", chance.uniform(0, seconds)
        process = start(home, DEFAULT_EMBEDDING_MODEL, *files)
        time.sleep(moment)
        finished = kill(process)
        finish(home, DEFAULT_EMBEDDING_MODEL, files)
        same = differences(whole, state(home))
        run = {"killed after, seconds": round(moment, 2), "had finished": finished, "differs in": same}
        runs.append(run | doubles(embedded(home)))
        print(runs[-1], file=sys.stderr, flush=True)
    return {
        "undisturbed, seconds": round(seconds, 2),
        "texts": texts,
        "runs": runs,
        "same library": sum(not run["differs in"] for run in runs),
    }


def more_papers(file: Path) -> Path:
    """JSON lines with a new paper and a longer abstract for each second of the shipped papers."""
    with file.open("w", encoding="utf-8") as out:
        for number, paper in enumerate(shipped_papers()[::2]):
            first, *rest = paper.abstract.split(". ")
            new = {"title": f"A second study: {paper.title}", "abstract": ". ".join([*rest, first]), "year": 2026}
            longer = {"id": paper.paper_id, "arxiv": paper.arxiv, "title": paper.title}
            longer["abstract"] = f"{paper.abstract} We add remark {number}."
            out.write("".join(json.dumps(record) + "\n" for record in (new, longer)))
    return file


def finish(home: Path, model: str, files: Sequence[Path]) -> None:
    if start(home, model, *files).wait():
        raise SystemExit(f"{home}: the add failed, see above")


def kill(process: subprocess.Popen) -> bool:
    """Whether the process had finished before."""
    finished = process.poll() is not None
    process.kill()
    process.wait()
    return finished


def state(home: Path) -> dict[str, object]:
    """All that a user can tell two libraries apart by, in parts."""
    with Library.open(home, DEFAULT_EMBEDDING_MODEL) as library:
        papers = list(library.papers())
        near = {p.paper_id: [(h.passage, round(h.score, 3)) for h in library.by_meaning(p.title, 5)] for p in papers}
        worded = {p.paper_id: [(i, round(s, 3)) for i, s in library.by_words(p.title, 5)] for p in papers}
        sizes = {"passages": len(library._indexes.vectors), "keywords": len(library._indexes.keywords)}
        return {"papers": papers, "by meaning": near, "by words": worded, **sizes}


def differences(one: dict[str, object], other: dict[str, object]) -> list[str]:
    return [name for name in one if one[name] != other[name]]


def doubles(texts: Counter[bytes]) -> dict[str, int]:
    return {"texts embedded": texts.total(), "of them twice": texts.total() - len(texts)}


def large(folder: Path, corpus: Path, kills: int, chance: random.Random) -> dict[str, object]:
    """One library, killed again and again, then finished."""
    home, runs = folder / "large", []
    size = _lines(corpus)
    for number, share in enumerate(sorted(chance.uniform(0, 0.95) for _ in range(kills))):
        before, began = embedded(home).total(), time.perf_counter()
        process = start(home, STATIC, corpus)
        wait(process, lambda share=share: followed(home) >= share * size)
        if number % 2:
            seen = graph(home)
            wait(process, lambda seen=seen: graph(home) != seen)
        else:
            time.sleep(chance.uniform(0, 3))
        finished = kill(process)
        runs.append(
            {
                "papers indexed": followed(home),
                "in a write of the graph": bool(number % 2),
                "had finished": finished,
                "seconds": round(time.perf_counter() - began, 1),
                "texts embedded": embedded(home).total() - before,
            }
        )
        print(runs[-1], file=sys.stderr, flush=True)
    before, began = embedded(home).total(), time.perf_counter()
    finish(home, STATIC, [corpus])
    last = {"seconds": round(time.perf_counter() - began, 1), "texts embedded": embedded(home).total() - before}
    return {"records": size, "runs": runs, "last run": last, **doubles(embedded(home)), **check(home, chance)}


def check(home: Path, chance: random.Random) -> dict[str, object]:
    """Whether every paper has its passages in both indexes, and a sample its own vectors."""
    with Library.open(home, STATIC, seed=False) as library:
        papers, vectors = list(library.papers()), library._indexes.vectors
        some = chance.sample(papers, min(_PROBES, len(papers)))
        found = [library.by_meaning(f"{p.title}. {p.abstract}", 1)[0] for p in some]
        own = sum(hit.passage.paper_id == p.paper_id or hit.score > 0.999 for hit, p in zip(found, some, strict=True))
        return {
            "papers": len(papers),
            "passages on record": library._papers.count_passages(),
            "passages in the index": len(vectors),
            "papers in the keyword index": len(library._indexes.keywords),
            "found by their own text": f"{own} of {len(some)}",
        }


def wait(process: subprocess.Popen, until: Callable[[], bool]) -> None:
    while process.poll() is None and not until():
        time.sleep(0.005)


def followed(home: Path) -> int:
    """How many papers the indexes have followed."""
    try:
        with sqlite3.connect(f"file:{home / 'papers.db'}?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM papers WHERE indexed = content").fetchone()[0]
    except sqlite3.Error:
        return 0


def graph(home: Path) -> list[tuple[str, int, int]]:
    """The files of Chroma's graph, with their times and sizes."""
    return sorted(_stats((home / "vectors").glob("made-*/*/*")))


def _stats(paths: Iterator[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        try:
            stat = path.stat()
        except OSError:
            continue
        yield str(path), stat.st_mtime_ns, stat.st_size


def _lines(corpus: Path) -> int:
    from store.readers.opening import open_text

    with open_text(corpus) as stream:
        return sum(1 for _ in stream)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--corpus", type=Path, help="JSON lines of many papers, for the large add")
    parser.add_argument("--large-kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
