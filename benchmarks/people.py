"""People who use the page at once, and the page over a large library.

`python -m benchmarks.people [--people 20] [--corpus CORPUS]`: so many people ask a question each, one after another and
all at once, of one `citewell chat` over the shipped papers; no answer may be another one, and at once the slowest but
for one in twenty may take twice what all take one after another, divided by the cores. With CORPUS, the table and the
map of its papers are timed over HTTP as well; to be there within minutes, its vectors are those of the static model,
held in memory in the place of the vector index.
"""

import argparse
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from benchmarks.longrun import chatting, dev_questions
from benchmarks.machine import write
from store.encoders import load_embedder
from store.encoders.weights import STATIC
from store.keywords import Keywords
from store.readers.opening import open_text
from store.records import Outline, Paper
from tests.fakes_web import FakeAssistant
from tests.page_client import PageClient
from ui.limits import Limits
from ui.serving import launch
from ui.web import create_app

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
ROUNDS = 7
TABLE = {
    "a page from the middle": {"offset": 40_000},
    "words of a title": {"q": "robot manipulation"},
    "one word": {"q": "learning"},
    "a year": {"year": "2023"},
    "a venue": {"venue": "ICLR"},
    "an author": {"author": "Kim"},
    "all of them": {"q": "policy", "year": "2022-2024", "venue": "ICLR", "author": "Wang"},
    "sorted by title": {"order": "title"},
    "sorted by year, downwards": {"order": "year", "down": "true"},
}
_MARKUP = re.compile(r'<footer.*?</footer>|data-id="\d+"|id="turn-\d+"', re.DOTALL)  # what differs between two askings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--corpus", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, chatting(Path(folder) / "home") as (_, address):
        result = {"people": asked(address, given.people)}
    if given.corpus:
        with tempfile.TemporaryDirectory() as folder:
            assistant = FakeAssistant()
            assistant.library = InMemory(given.corpus, Path(folder))
            page = launch(create_app(assistant, limits=Limits(requests=0)), "127.0.0.1", 0)
            result["large library"] = looked(page.address)
            page.close()
    print(write("people", result).read_text())


class InMemory:
    """The papers of a corpus as the page reads a library, without its vector index."""

    def __init__(self, corpus: Path, home: Path) -> None:
        self.home, self.stamp = home, (1,)
        with open_text(corpus) as lines:
            self._papers = {paper.paper_id: paper for paper in map(_paper, lines)}
        self._model = load_embedder(STATIC, home)
        self._rows = dict(
            zip(self._papers, self.embed([f"{p.title}. {p.abstract}" for p in self.papers()]), strict=True)
        )
        self._words = Keywords(home / "keywords", new=True)
        self._words.put(self._papers.values())

    def __len__(self) -> int:
        return len(self._papers)

    def papers(self) -> Iterator[Paper]:
        return iter(self._papers.values())

    def outline(self) -> list[Outline]:
        return [Outline(p.paper_id, p.year, p.venue, p.authors, p.tags, p.title) for p in self.papers()]

    def get_many(self, ids: Sequence[str]) -> list[Paper]:
        return [self._papers[paper_id] for paper_id in ids if paper_id in self._papers]

    def by_words(self, query: str, k: int) -> list[tuple[str, float]]:
        return self._words.best(query, k)

    def held_vectors(self, ids: Sequence[str]) -> dict:
        return {paper_id: self._rows[paper_id] for paper_id in ids}

    def embed(self, texts: Sequence[str]) -> "np.ndarray":
        return self._model.encode(texts)


def _paper(line: str) -> Paper:
    told = json.loads(line)
    return Paper(told["id"], told["title"], told["abstract"], tuple(told["authors"]), told["year"], told["venue"])


def asked(address: str, people: int) -> dict[str, object]:
    """How long each of `people` waits, one after another and all at once, and how many got another answer."""
    questions, client = dev_questions()[:people], PageClient(address)
    alone = {question: _text(client, question) for question in questions}  # also warms what is kept in memory
    one_by_one = [_timed(lambda question=question: _text(client, question)) for question in questions]
    with ThreadPoolExecutor(people) as users:
        at_once = list(users.map(lambda question: _timed(lambda: _text(PageClient(address), question)), questions))
    serial, cores = sum(seconds for seconds, _ in one_by_one), len(os.sched_getaffinity(0))
    waits = sorted(seconds for seconds, _ in at_once)
    p95, bound = quantiles(waits, n=20)[-1], 2 * serial / cores
    return {
        "people": people,
        "other answers": sum(text != alone[q] for q, (_, text) in zip(questions, at_once, strict=True)),
        "one after another, s": round(serial, 2),
        "at once": {"median, s": round(median(waits), 2), "p95, s": round(p95, 2), "all, s": round(waits[-1], 2)},
        "bound of the p95, s": round(bound, 2),
        "within": p95 <= bound,
    }


def looked(address: str) -> dict[str, object]:
    """How long the table and the map of a large library take, in ms."""
    client = PageClient(address)
    seconds, _ = _timed(lambda: client.get("papers"))
    table = {
        name: _ms(lambda fields=fields: client.get(f"papers?{urlencode(fields)}")) for name, fields in TABLE.items()
    }
    made = time.perf_counter()
    while (found := client.get("map"))["making"]:
        time.sleep(1)
    making = time.perf_counter() - made
    return {
        "papers": client.get("papers")["total"],
        "table, first look, s": round(seconds, 2),
        "table, ms": table,
        "slowest, ms": max(table.values()),
        "map, made or looked through, s": round(making, 1),
        "map, whole, ms": _ms(lambda: client.get("map")),
        "map, a part, ms": _ms(lambda: client.get("map?left=0.4&top=0.4&right=0.5&bottom=0.5")),
        "map, heaps": len(found["heaps"]),
        "map, KB": round(len(json.dumps(found)) / 1000),
    }


def _text(client: PageClient, question: str) -> str:
    return _MARKUP.sub("", client.ask(question)[-1]["html"])


def _timed(run: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    found = run()
    return time.perf_counter() - began, found


def _ms(run: Callable[[], object]) -> float:
    return round(1000 * median(_timed(run)[0] for _ in range(ROUNDS)), 1)


if __name__ == "__main__":
    main()
