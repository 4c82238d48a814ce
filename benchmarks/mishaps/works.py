"""A small library, the commands that change it, and all that a user can tell two libraries apart by."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path

from benchmarks.mishaps.commands import Ended, asked, start
from store.encoders.weights import STATIC
from store.library import Library

TOPICS = ("grippers", "walking", "vision", "planning", "speech", "maps", "games", "video", "touch", "text")
SIZE = 180
_DOI = "10.1234/study"


def record(number: int, **more: object) -> dict[str, object]:
    """A paper of the library, as a file has it."""
    topic, other = TOPICS[number % 10], TOPICS[number * 3 % 10]
    abstract = f"We study {topic} in setting {number}. It needs {other} and {number * 7} trials. " * (1 + number % 4)
    named = (
        {"doi": f"{_DOI}.{number}"} if number % 4 == 0 else {"arxiv": f"2401.{number:05}"} if number % 4 == 1 else {}
    )
    title = f"Study {number} of {topic} with {other} and care"
    return {"title": title, "abstract": abstract, "authors": [f"Ada Doe{number}"], "year": 2020, **named, **more}


def written(file: Path, records: Sequence[dict[str, object]]) -> Path:
    """JSON lines of these records."""
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return file


@dataclass(frozen=True, slots=True)
class Work:
    """A command that changes the library: what to say, and what is done to the library before."""

    name: str
    words: tuple[str | Path, ...]
    prepare: Callable[[Path], None] = lambda home: None
    mends: bool = False  # whether the library is to be as it was
    again: bool = True  # whether a second run of it changes nothing
    follows: tuple[tuple[Path, list[dict]], ...] = ()  # what its file holds, one after the other


class Place:
    """Where the libraries of a run are: the one to begin from, files to add, what was printed."""

    def __init__(self, folder: Path, services: str):
        self.folder, self.template, self._count = folder, folder / "template", 0
        self.settings = {
            "CITEWELL_EMBEDDING_MODEL": STATIC,
            "CITEWELL_SHIPPED_PAPERS": "off",
            "CITEWELL_SERVICES": services,
        }
        base = written(folder / "base.jsonl", [record(n) for n in range(SIZE)])
        self.done(self.template, ["add", base])
        self.done(self.template, ["backup", folder / "carried.zip"])
        self.done(self.template, ["restore", folder / "carried.zip"])  # from here on there is a copy of the papers
        self.done(self.template, ["papers", "tag", "2401.00001", "--add", "read"])
        self.works = self._works()

    def _works(self) -> list[Work]:
        new = written(self.folder / "new.jsonl", [record(n) for n in range(SIZE, 2 * SIZE)])
        merges = [
            record(n, abstract=f"{record(n)['abstract']} We add a remark.", venue="Journal of Studies")
            for n in range(0, SIZE, 3)
        ]
        joining = [record(n, doi=f"{_DOI}.{n}", arxiv=f"2402.{n:05}") for n in range(1, 30, 4)]
        fuller = written(self.folder / "fuller.jsonl", [*merges, *joining])
        watched = self.folder / "watched.jsonl"
        versions = tuple((watched, [record(n) for n in range(SIZE, SIZE + more)]) for more in (40, 90))
        gone = [f"{_DOI}.{n}" for n in range(0, 80, 4)]
        edit = ["papers", "edit", f"{_DOI}.4", "--abstract", "Another text, of grippers.", "--venue", "My shelf"]
        return [
            Work("add", ("add", new)),
            Work("remove", ("papers", "remove", *gone), again=False),
            Work("merge", ("add", fuller)),
            Work("edit", tuple(edit)),
            Work("enrich", ("papers", "enrich", *gone[:6], "--yes")),
            Work("undo", ("undo",), lambda home: self.done(home, ["papers", "remove", *gone]), again=False),
            Work("restore", ("restore", self.folder / "carried.zip"), lambda home: self.done(home, ["add", new])),
            Work("mend", ("doctor", "--deep"), _lose_both, mends=True),
            Work("watch", ("add", "--watch", watched), again=False, follows=versions),
        ]

    def new(self, place: Path | None = None) -> Path:
        """A library to try something on."""
        self._count += 1
        home = (place or self.folder) / f"library-{self._count}"
        shutil.copytree(self.template, home)
        return home

    def run(self, home: Path, words: Sequence[str | Path]) -> Ended:
        """A command, to its end."""
        return start(home, words, self.folder / "said", self.settings).wait()

    def done(self, home: Path, words: Sequence[str | Path]) -> None:
        """A command that must succeed."""
        if (ended := self.run(home, words)).code:
            raise SystemExit(f"{words}: {ended.said}")

    def seen(self, home: Path) -> dict:
        """What a library is that can be opened."""
        ended, seen = self.look(home)
        if seen is None:
            raise SystemExit(f"{home}: {ended.said}")
        return seen

    def look(self, home: Path, deep: bool = True) -> tuple[Ended, dict | None]:
        """What the library is now to who opens it, in a process of its own; `deep`: and whether doctor is content."""
        return asked(lambda: state(home, deep), self.folder / "seen")


def differs(one: dict | None, other: dict, when: str = "") -> list[str]:
    """What tells two libraries apart."""
    if one is None:
        return ["unreadable"]
    found = [f"{name} differ {when}" for name, part in one["parts"].items() if other["parts"][name] != part]
    return found + [f"doctor: {line}" for line in one["doctor"]]


def used(folder: Path) -> int:
    """Bytes of the files in a folder, some of which may go meanwhile."""
    sizes = 0
    for place, _, files in os.walk(folder):
        for file in files:
            with suppress(OSError):
                sizes += (Path(place) / file).stat().st_blocks * 512
    return sizes


def _lose_both(home: Path) -> None:
    (home / "keywords" / "meta.json").unlink()
    for file in home.glob("vectors/made-*/*/data_level0.bin"):
        file.write_bytes(file.read_bytes()[:100])


def state(home: Path, deep: bool) -> dict[str, object]:
    """All that a user can tell two libraries apart by, in parts, as digests."""
    with Library.open(home, STATIC, seed=False) as library:
        papers = [asdict(paper) for paper in library.papers()]
        changes = [(one.what, one.added, one.changed) for one in library.changes.history()]
        probes = [f"{paper['title']}. {paper['abstract']}" for paper in papers[::17]]
        near = [[(hit.passage.paper_id, round(hit.score, 3)) for hit in library.by_meaning(text, 3)] for text in probes]
        words = [library.by_words(paper["title"], 1)[:1] for paper in papers]  # no two are equally good
        words = [[(paper_id, round(score, 3)) for paper_id, score in some] for some in words]
        counts = [library._papers.count_passages(), len(library._indexes.vectors), len(library._indexes.keywords)]
        parts = {"papers": papers, "citekeys": sorted(library.changes.citekeys().items()), "history": changes}
        parts |= {"by meaning": near, "by words": words, "counts": counts}
        found = library.examine() if deep else None
        mended = [*(found.mended if found else ()), *(found.left if found else ())]
    digests = {name: sha256(json.dumps(part).encode()).hexdigest()[:12] for name, part in parts.items()}
    return {"parts": digests, "count": len(papers), "repaired": list(library.repairs), "doctor": mended}


@contextmanager
def services():
    """CITEWELL_SERVICES for a server, in a process of its own, that knows of every study where it was published."""
    context = get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    try:
        url = here.recv()
        yield ",".join(f"{name}={url}/{name}" for name in ("arxiv", "crossref", "openalex", "openreview"))
    finally:
        process.kill()
        process.join()


class _Services(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = _DOI in self.path.replace("%2F", "/")
        number = self.path.rpartition(".")[2].partition("?")[0]
        work = {"DOI": f"{_DOI}.{number}", "title": [record(int(number))["title"]]} if known else {}
        work |= {"author": [{"given": "Ada", "family": f"Doe{number}"}], "container-title": ["Journal of All Studies"]}
        body = json.dumps({"message": work | {"published": {"date-parts": [[2021]]}}}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _serve(told) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Services)
    told.send(f"http://127.0.0.1:{server.server_port}")
    server.serve_forever()
