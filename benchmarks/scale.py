"""What a library costs as it grows: adding, opening, searching, asking, changing; time, memory and disk.

`python -m benchmarks.scale --corpus FILE.jsonl.xz [--sizes 118 1000 10000 81236] [--server 10000]`

The fast model; 118 are the shipped papers, any other size the first records of the corpus. The same dev
questions are asked at every size. `--server` measures one size with the vectors on a Chroma server as well.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.machine import ROOT, timed, used, write
from rag.answer import Assistant
from rag.catalogue.catalogue import catalogue_of
from rag.filters import Filter
from rag.search.retrieve import retrieve
from rag.settings import Settings, read_settings
from store.encoders.weights import STATIC
from store.library import Library
from store.readers.opening import open_text
from store.records import Paper
from store.vectors import Vectors

SHIPPED = 118
ROUNDS = 5  # cold processes
NEAR = 10
NEW = Paper("", "A study of nothing in particular", "We look at nothing. We find it everywhere. It helps nobody.")
# Opening in a new process, without the time that Python needs to start and to import.
OPEN = """
import json, time
import chromadb, numpy, tantivy, rag.answer
began = time.perf_counter()
from rag.settings import read_settings
library = read_settings().open_library()
library.by_meaning("robots", 10), library.by_words("robots", 10)
print(time.perf_counter() - began)
"""


def main() -> None:
    given = _arguments()
    if given.warm:
        print(json.dumps(warm(read_settings(), given.queries)))
        return
    result: dict[str, object] = {"model": STATIC, "sizes": {}}
    for size in given.sizes:
        result["sizes"][str(size)] = _shown(size, measure(size, given.corpus))
    if given.server:
        from tests.chroma_servers import Server

        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder))
            try:
                result["server"] = {
                    "papers": given.server,
                    **_shown("server", measure(given.server, given.corpus, server.url)),
                }
            finally:
                server.stop()
    result["growth"] = growth(result["sizes"])
    print(write("scale", result).read_text())


def measure(size: int, corpus: Path, chroma: str = "") -> dict[str, object]:
    """Everything about a library of `size` papers."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        environ = os.environ | {
            "CITEWELL_HOME": str(home),
            "CITEWELL_EMBEDDING_MODEL": STATIC,
            "CITEWELL_CHROMA_URL": chroma,
            "CITEWELL_SHIPPED_PAPERS": "on" if size == SHIPPED else "off",
        }
        add = _citewell("papers") if size == SHIPPED else _citewell("add", records(corpus, size, folder))
        added = timed(add, environ)
        queries = tldrs(corpus, Path(folder) / "queries.json")
        return {
            "adding": added,
            "disk, MB": disk(home),
            "opening": opening(environ),
            "cold ask": _medians([timed(_citewell("ask", questions()[0]), environ) for _ in range(ROUNDS)]),
            **json.loads(
                _output([sys.executable, "-m", "benchmarks.scale", "--warm", "--queries", str(queries)], environ)
            ),
            "listing": timed(_citewell("papers", "list", "--json"), environ),
            "adding again": timed(add, environ),
        }


def records(corpus: Path, size: int, folder: str) -> str:
    """A file with the first `size` records."""
    path = Path(folder) / f"{size}.jsonl"
    if not path.exists():
        with open_text(corpus) as stream, path.open("w", encoding="utf-8") as out:
            out.writelines(islice(stream, size))
    return str(path)


def tldrs(corpus: Path, path: Path) -> Path:
    """The authors' summaries in the corpus: searches that have little to do with the dev questions."""
    with open_text(corpus) as stream:
        found = [record["tldr"] for record in map(json.loads, stream) if record.get("tldr")]
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


def disk(home: Path) -> dict[str, float]:
    """MB by part: the papers, the vectors with Chroma's graph, the words, and what was embedded."""
    parts = {
        "papers": [home / "papers.db"],
        "vectors": (home / "vectors").rglob("*"),
        "keywords": (home / "keywords").rglob("*"),
        "cache": (home / "cache").rglob("*"),
    }
    sizes = {name: sum(path.stat().st_size for path in paths if path.is_file()) / 1e6 for name, paths in parts.items()}
    return {name: round(size, 1) for name, size in {**sizes, "all": sum(sizes.values())}.items()}


def opening(environ: dict[str, str]) -> float:
    """Seconds until an opened library has answered its first search by meaning and by words."""
    return round(median(float(_output([sys.executable, "-c", OPEN], environ)) for _ in range(ROUNDS)), 3)


def warm(settings: Settings, queries: Path) -> dict[str, object]:
    """Times in one process that has asked before, and how near the index comes to an exact search."""
    assistant = Assistant.open(settings)
    library = assistant.library
    retrieve(library, "robots that walk", NEAR)
    some = json.loads(queries.read_text(encoding="utf-8"))
    author = next(library.papers()).authors[:1] or ("a",)
    ways: dict[str, Callable[[str], object]] = {
        "by meaning": lambda text: library.by_meaning(text, NEAR),
        "by words": lambda text: library.by_words(text, NEAR),
        "search": lambda text: retrieve(library, text, NEAR),
        "search of a year": lambda text: retrieve(catalogue_of(library).part(Filter(2022, 2022)), text, NEAR),
        "search of an author": lambda text: retrieve(catalogue_of(library).part(Filter(authors=author)), text, NEAR),
        "ask": assistant.ask,
    }
    figures: dict[str, object] = {name: spread(way, questions()) for name, way in ways.items()}
    found = library._indexes.vectors
    figures["recall@10 of the vector index"] = recall(library, found, [*questions(), *some])
    figures["one paper"] = {
        name: round(_seconds(change), 3)
        for name, change in {
            "added": lambda: library.add([NEW]),
            "found": lambda: library.by_meaning(NEW.title, 1),
            "removed": lambda: library.remove(["a-study-of-nothing-in-particular"]),
            "added again": lambda: library.add([NEW]),
            "removed again": lambda: library.remove(["a-study-of-nothing-in-particular"]),
        }.items()
    }
    figures["memory, MB"] = round(used()["memory, MB"])
    return figures


def spread(way: Callable[[str], object], texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds a call: median, 95th percentile, and of the processor's time."""
    began = used()["processor seconds"]
    times = [1000 * _seconds(lambda text=text: way(text)) for text in texts]
    spent = 1000 * (used()["processor seconds"] - began) / len(texts)
    return {
        "p50": round(median(times), 1),
        "p95": round(float(np.percentile(times, 95)), 1),
        "processor": round(spent, 1),
    }


def recall(library: Library, vectors: Vectors, texts: Sequence[str]) -> float:
    """Share of the ten nearest passages, by an exact search of all vectors, that the index finds."""
    ids, rows = [], []
    for place in range(0, len(vectors), 4096):
        page = vectors._collection.get(limit=4096, offset=place, include=["embeddings"])
        ids += page["ids"]
        rows.append(np.asarray(page["embeddings"], np.float32))
    every, hits, total = np.concatenate(rows), 0, 0
    for text in texts:
        query = library.embed_query(text)
        scores = every @ query
        nearest = np.argpartition(-scores, NEAR)[:NEAR]
        found = {f"{paper_id}#{number}" for paper_id, number, _ in vectors.nearest(query, NEAR)}
        worst = scores[nearest].min() - 1e-4  # equally near ones are as good
        hits += len(found & {ids[i] for i in np.flatnonzero(scores >= worst)})
        total += NEAR
    return round(hits / total, 4)


def growth(sizes: dict[str, dict]) -> dict[str, float]:
    """How often the cost at the least size goes into that at the greatest."""
    least, greatest = (sizes[str(size)] for size in (min(map(int, sizes)), max(map(int, sizes))))
    return {
        f"{way}, {what}": round(greatest[way][what] / least[way][what], 2)
        for way in ("ask", "search")
        for what in ("p50", "processor")
    }


def questions() -> list[str]:
    """The dev questions that stand alone."""
    folder = ROOT / "benchmarks" / "questions"
    texts = [(folder / f"questions.{name}.jsonl").read_text(encoding="utf-8") for name in ("hard", "plain")]
    rows = [json.loads(line) for text in texts for line in text.splitlines()]
    return [row["question"] for row in rows if not row["history"]]


def _citewell(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ui.cli", *arguments]


def _output(command: list[str], environ: dict[str, str]) -> str:
    return subprocess.run(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def _medians(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(median(run[name] for run in runs), 2) for name in runs[0]}


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _shown(size: object, figures: dict[str, object]) -> dict[str, object]:
    print(size, json.dumps(figures), file=sys.stderr, flush=True)
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, help="JSON lines with title, abstract and perhaps tldr")
    parser.add_argument("--sizes", type=int, nargs="+", default=[SHIPPED, 1_000, 10_000, 81_236])
    parser.add_argument("--server", type=int, default=0, metavar="SIZE")
    parser.add_argument("--warm", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--queries", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
