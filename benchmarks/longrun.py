"""A page left open: questions, one after the other and some at once, over one process.

`python -m benchmarks.longrun [--questions 5000] [--at-once 4] [--home FOLDER]`

The offline model over the library in `--home` (default: the shipped papers, in a new folder). Every tenth of the
questions the process is looked at: file descriptors, threads, memory. They should stand still after the first tenth;
`constant` says whether descriptors and threads do, `memory grew by` from there to the end.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.machine import ROOT, write
from rag.answer import Assistant
from rag.settings import Settings
from tests.page_client import PageClient
from ui.serving import launch
from ui.web import create_app

LOOKS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=5_000)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = run(given.home or Path(folder), given.questions, given.at_once)
    print(write("longrun", result).read_text())


def run(home: Path, questions: int, at_once: int) -> dict[str, object]:
    """Ask so many questions and look at the process in between."""
    asked, looks, began = dev_questions(), [], time.perf_counter()
    assistant = Assistant.open(Settings(home))
    page = launch(create_app(assistant), "127.0.0.1", 0)
    client = PageClient(page.address)
    with ThreadPoolExecutor(at_once) as users:
        for look in range(LOOKS):
            some = [asked[n % len(asked)] for n in range(look * questions // LOOKS, (look + 1) * questions // LOOKS)]
            list(users.map(lambda question: client.ask(question), some))
            looks.append({"questions": (look + 1) * questions // LOOKS, **state()})
            print(looks[-1], file=sys.stderr, flush=True)
    page.close()
    assistant.library.close()
    seconds = time.perf_counter() - began
    return {"questions": questions, "at once": at_once, "seconds": round(seconds), "looks": looks, **verdict(looks)}


def dev_questions() -> list[str]:
    """The dev questions, those that follow up on others among them."""
    folder = ROOT / "benchmarks" / "questions"
    texts = [(folder / f"questions.{name}.jsonl").read_text(encoding="utf-8") for name in ("hard", "plain")]
    return [json.loads(line)["question"] for text in texts for line in text.splitlines()]


def state() -> dict[str, int]:
    """What this process holds: descriptors, threads, resident memory in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
        "memory": pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000,
    }


def verdict(looks: Sequence[dict[str, int]]) -> dict[str, object]:
    """Whether the process stood still from the first look on: a few come and go, none are lost a question."""
    first, last = looks[0], looks[-1]
    few = 8
    constant = all(abs(last[name] - first[name]) <= few for name in ("descriptors", "threads"))
    return {"constant": constant, "memory grew by": f"{last['memory'] / first['memory'] - 1:.1%}"}


if __name__ == "__main__":
    main()
