"""A page left open: questions, some at once, to one `citewell chat` of its own, which is looked at from outside.

`python -m benchmarks.longrun [--questions 5000] [--at-once 4] [--minutes M] [--home FOLDER]`

The offline model over the library in `--home` (default: the shipped papers, in a new folder), whose `settings.env`
counts; the dev questions, each round with other words left out. Every 100 questions, while none is in the making,
/proc is read: file descriptors, threads, resident memory. After the first 500 they should stand still. `constant`
says whether descriptors and threads do, `memory within 10%` whether memory does.
With `--minutes` no further hundred is begun after so long; `questions` is how many were asked.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import ROOT, write
from tests.page_client import PageClient

STEP, WARM = 100, 500  # questions between two looks, and until the first that counts
FEW = 8  # descriptors or threads that come and go: connections that just ended, workers that rest
_KINDS = ("descriptors", "threads", "memory, MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=5_000)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--home", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = run(given.home or Path(folder), given.questions, given.at_once, given.minutes)
    print(write("longrun", result).read_text())


def run(home: Path, questions: int, at_once: int, minutes: float = float("inf")) -> dict[str, object]:
    """Ask so many questions of a new process, or as many as `minutes` allow, and look at it in between."""
    asked, looks, began, done = dev_questions(), [], time.monotonic(), 0
    with chatting(home) as (page, address), ThreadPoolExecutor(at_once) as users:
        client, started = PageClient(address), state(page)
        while done < questions and time.monotonic() - began < minutes * 60:
            some = [varied(asked, n) for n in range(done, min(done + STEP, questions))]
            failed = sum(not whole for whole in users.map(lambda question: answered(client, question), some))
            done += len(some)
            looks.append({"questions": done, "failed": failed, **state(page)})
            print(looks[-1], file=sys.stderr, flush=True)
    seconds = round(time.monotonic() - began)
    return {"questions": done, "at once": at_once, "seconds": seconds, "at start": started, **verdict(looks)}


@contextmanager
def chatting(home: Path) -> Iterator[tuple[int, str]]:
    """A chat page in a process of its own, on a free port: its process id and its address."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith(("OPENAI_", "CITEWELL_"))}
    environ |= {
        "CITEWELL_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "CITEWELL_LOG": str(home / "log.txt"),
        "CITEWELL_LIMITS": "requests=0",
    }
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "ui.cli", "chat", "--port", "0"]
    process = subprocess.Popen(command, env=environ, cwd=home, stderr=subprocess.PIPE, text=True)
    try:
        found = next((line for line in process.stderr if "http://" in line), "")
        if not found:
            raise SystemExit("The page did not start.")
        yield process.pid, re.search(r"http://\S+", found)[0]
    finally:
        process.terminate()
        process.communicate(timeout=60)


def answered(client: PageClient, question: str) -> bool:
    """Whether a question, in a conversation of its own, was answered to its end."""
    last = client.ask(question)[-1]
    return last["done"] and bool(last["html"])


def dev_questions() -> list[str]:
    """The dev questions, those that follow up on others among them."""
    folder = ROOT / "benchmarks" / "questions"
    texts = [(folder / f"questions.{name}.jsonl").read_text(encoding="utf-8") for name in ("hard", "plain")]
    return [json.loads(line)["question"] for text in texts for line in text.splitlines()]


def varied(asked: Sequence[str], n: int) -> str:
    """The n-th question: in each further round of them all with another word left out, so that few are alike."""
    question, further = asked[n % len(asked)], n // len(asked)
    words = question.split()
    left_out = (further - 1) % len(words)
    return " ".join(words[:left_out] + words[left_out + 1 :]) if further and len(words) > 1 else question


def state(pid: int) -> dict[str, int]:
    """What a process holds: descriptors, threads, resident memory in MB."""
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    return {
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": int(told["Threads"]),
        "memory, MB": int(told["VmRSS"].split()[0]) * 1_024 // 1_000_000,
    }


def verdict(looks: Sequence[dict[str, int]]) -> dict[str, object]:
    """Whether the process stood still once it was warm, with the looks themselves."""
    warm = [look for look in looks if look["questions"] >= WARM] or list(looks[-1:])
    spans = {kind: [min(look[kind] for look in warm), max(look[kind] for look in warm)] for kind in _KINDS}
    grew = warm[-1]["memory, MB"] / warm[0]["memory, MB"] - 1
    return {
        f"least and most after {WARM}": spans,
        "constant": all(high - low <= FEW for low, high in (spans["descriptors"], spans["threads"])),
        "memory grew by": f"{grew:.1%}",
        "memory within 10%": spans["memory, MB"][1] <= 1.1 * warm[0]["memory, MB"],
        "failed": sum(look["failed"] for look in looks),
        "looks": list(looks),
    }


if __name__ == "__main__":
    main()
