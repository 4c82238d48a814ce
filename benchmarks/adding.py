"""How soon added papers can be asked about, and how long the default model takes to read them.

    python -m benchmarks.adding CORPUS [--papers 2000] [--code OTHER_CHECKOUT]

CORPUS is a file of conference abstracts, of which every so-manieth is taken. Everything is a process of its own, from
its start to its end: `citewell add` into an empty library; `citewell ask` while it is still reading, and once it has
been stopped after some seconds, and once it is done. `--code` names a checkout of other code to read the same papers
beside it, in turns.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from benchmarks.machine import ROOT, timed, write
from store.readers.opening import open_text

QUESTION = "Which papers prune the weights of neural networks?"
STOPPED_AFTER = 15.0  # seconds
SHORTEST = 200  # characters of an abstract


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--papers", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--code", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        file = _some(given.corpus, given.papers, Path(place) / "papers.jsonl")
        trees = {"now": ROOT} | ({"before": given.code.resolve()} if given.code else {})
        rounds = [{name: _whole(file, tree) for name, tree in trees.items()} for _ in range(given.rounds)]
        results = {"papers": given.papers, "question": QUESTION, "rounds": rounds, "interrupted": _interrupted(file)}
    print(write("adding", results).read_text(encoding="utf-8"))


def _some(corpus: Path, papers: int, path: Path) -> Path:
    """A file of papers from all over the corpus."""
    with open_text(corpus) as lines:
        total = sum(1 for _ in lines)
    with open_text(corpus) as lines, path.open("w", encoding="utf-8") as out:
        every = islice(lines, 0, None, max(1, total // (papers + papers // 5)))
        fit = (line for line in every if len(json.loads(line)["abstract"]) > SHORTEST)
        out.writelines(islice(fit, papers))
    return path


def _environ(home: str, tree: Path) -> dict[str, str]:
    own = {"CITEWELL_HOME": home, "CITEWELL_SHIPPED_PAPERS": "off", "PYTHONPATH": str(tree)}
    return os.environ | own


def _whole(file: Path, tree: Path) -> dict[str, object]:
    """Adding all, and a question after it."""
    with tempfile.TemporaryDirectory() as home:
        environ = _environ(home, tree)
        adding = timed([sys.executable, "-m", "ui.cli", "add", str(file)], environ, tree)
        asked = timed([sys.executable, "-m", "ui.cli", "ask", QUESTION], environ, tree)
    return {"load": round(os.getloadavg()[0], 1), "add": adding, "ask after it": asked}


def _interrupted(file: Path) -> dict[str, object]:
    """Questions as soon as the papers are in, while they are read, and after the reading was stopped; then the rest."""
    with tempfile.TemporaryDirectory() as home:
        environ = _environ(home, ROOT)
        began = time.perf_counter()
        adding = subprocess.Popen(
            [sys.executable, "-m", "ui.cli", "add", str(file)], env=environ, cwd=ROOT, stdout=subprocess.PIPE
        )
        assert adding.stdout
        adding.stdout.readline()
        found_after = time.perf_counter() - began
        during = timed([sys.executable, "-m", "ui.cli", "ask", QUESTION], environ)
        time.sleep(max(0.0, STOPPED_AFTER - (time.perf_counter() - began)))
        adding.send_signal(signal.SIGINT)
        adding.wait()
        stopped = timed([sys.executable, "-m", "ui.cli", "ask", QUESTION], environ)
        rest = timed([sys.executable, "-m", "ui.cli", "add", str(file)], environ)
    return {
        "load": round(os.getloadavg()[0], 1),
        "all can be found after, s": round(found_after, 2),
        "ask while they are read": during,
        "ask after the reading was stopped": stopped,
        "add again, to its end": rest,
    }


if __name__ == "__main__":
    main()
