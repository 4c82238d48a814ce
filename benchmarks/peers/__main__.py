"""Citewell beside what one would pick instead, over the shipped papers and the dev questions, in one run.

`python -m benchmarks.peers --python .venv-peers/bin/python [--rounds 3] [--cold 9] [--questions N]`: quality by
type of question, and the time to index as many papers that Citewell does not know, to search, and to ask from a cold
process. Systems take turns; a ratio is the median of the rounds' ratios. `--questions` takes the first N of each
file, for a trial.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.embedding import QUERY, unknown
from benchmarks.machine import ROOT, timed, write
from benchmarks.peers.job import Job
from benchmarks.peers.systems import CITEWELL, FAST, TUTORIAL, System, systems
from benchmarks.retrieval import by_type
from rag.evaluating.questions import Question, read_questions
from store.collection import shipped_papers
from store.encoders.weights import DEFAULT, find_folder
from store.records import Paper

QUESTIONS = ROOT / "benchmarks" / "questions"
Run = dict[str, dict[str, float]]  # a round's figures by system


def main() -> None:
    """Measure, write `benchmarks/results/peers.json` and print where."""
    given = _arguments()
    asked = {
        path.stem.removeprefix("questions."): [q for q in read_questions(path) if q.gold][: given.questions]
        for path in sorted(QUESTIONS.glob("*.jsonl"))
    }
    papers = shipped_papers()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(systems(str(given.python.absolute())), Path(folder))
        added = bench.add(unknown(Path(folder)), given.rounds)
        searched = bench.search(papers, [q for some in asked.values() for q in some])
        result = {
            "papers": len(papers),
            "questions": {name: len(some) for name, some in asked.items()},
            "quality": quality(searched, asked, {paper.title: paper.paper_id for paper in papers}),
            "search, ms": _times(searched, "ms"),
            "answer, ms": _times(searched, "ms of an answer"),
            "indexing": {"rounds": given.rounds, **summary(added)},
            "cold": {"rounds": given.cold, "question": QUERY, **summary(bench.ask(QUERY, given.cold))},
            "versions": {name: found["versions"] for name, found in searched.items()},
        }
    print(write("peers", result))


class Bench:
    """The systems, asked one after the other, each with an index of the shipped papers in a folder of its own."""

    def __init__(self, compared: Mapping[str, System], folder: Path):
        self._systems, self._folder = compared, folder
        self._weights = str(find_folder(DEFAULT, folder))

    def add(self, file: Path, rounds: int) -> list[Run]:
        """Index the papers of a file from nothing, each time in a new folder."""
        papers = [
            {"paper_id": str(n), "citation": paper["title"], **paper}
            for n, paper in enumerate(map(json.loads, file.read_text(encoding="utf-8").splitlines()))
        ]
        return [self._round("add", f"add{n}", self._job(papers, []), str(file)) for n in range(rounds)]

    def search(self, papers: Sequence[Paper], questions: Sequence[Question]) -> dict[str, dict]:
        """Index the shipped papers; then what each system finds for every question, in one warm process each."""
        job = self._job(
            [
                {
                    "paper_id": paper.paper_id,
                    "title": paper.title,
                    "abstract": paper.abstract,
                    "citation": _citation(paper),
                }
                for paper in papers
            ],
            questions,
        )
        self._round("index", "shipped", job)
        reports = {}
        for name, system in self._systems.items():
            home = self._home("shipped", name)
            done = subprocess.run(
                system.command("search", self._at(job, home)),
                cwd=ROOT,
                text=True,
                check=True,
                env=system.environment("search", home),
                stdout=subprocess.PIPE,
            )
            reports[name] = json.loads(done.stdout.splitlines()[-1])
        return reports

    def ask(self, question: str, rounds: int) -> list[Run]:
        """One question over the shipped papers, a new process each time."""
        job = self._job([], [Question("", "", question)])
        return [self._round("ask", "shipped", job, question) for _ in range(rounds)]

    def _round(self, step: str, where: str, job: Job, words: str = "") -> Run:
        """A step by each system in turn, as a process of its own."""
        run = {}
        for name, system in self._systems.items():
            home = self._home(where, name)
            run[name] = timed(system.command(step, self._at(job, home), words), system.environment(step, home))
        return run

    def _home(self, where: str, name: str) -> Path:
        home = self._folder / where / name.replace(" ", "")
        home.mkdir(parents=True, exist_ok=True)
        return home

    def _job(self, papers: list[dict[str, str]], questions: Sequence[Question]) -> Job:
        histories = [[(turn.role, turn.content) for turn in q.history] for q in questions]
        return Job(papers, [q.question for q in questions], histories, "", self._weights)

    def _at(self, job: Job, home: Path) -> Path:
        return replace(job, home=str(home)).write(self._folder / "job.json")


def quality(searched: Mapping[str, dict], asked: Mapping[str, list[Question]], ids: Mapping[str, str]) -> dict:
    """Recall and MRR of every way of searching, by file and type of question; `ids` are those of the titles."""
    tables: dict[str, dict] = {name: {} for name in asked}
    for way, found in _ways(searched).items():
        rest = iter(found["found"])
        for name, some in asked.items():
            tables[name][way] = by_type(some, [next(rest) for _ in some], ids)
    return tables


def summary(runs: Sequence[Run]) -> dict[str, dict]:
    """The median of each figure, and how many times Citewell's seconds go into the tutorial's."""
    medians = {
        name: {what: round(median(run[name][what] for run in runs), 3) for what in figures}
        for name, figures in runs[0].items()
    }
    ratios = {ours: [run[TUTORIAL]["seconds"] / run[ours]["seconds"] for run in runs] for ours in (CITEWELL, FAST)}
    return {
        "medians": medians,
        "seconds": {name: [run[name]["seconds"] for run in runs] for name in medians},
        "tutorial / Citewell": {name: round(median(some), 2) for name, some in ratios.items()},
    }


def _times(searched: Mapping[str, dict], what: str) -> dict[str, float]:
    return {way: round(found[what], 2) for way, found in _ways(searched).items() if what in found}


def _ways(searched: Mapping[str, dict]) -> dict[str, dict]:
    """Every way of searching once: BM25 alone is measured beside each of our models."""
    ways: dict[str, dict] = {}
    for found in searched.values():
        ways |= {way: measured for way, measured in found["ways"].items() if way not in ways}
    return ways


def _citation(paper: Paper) -> str:
    return ". ".join(
        part for part in (", ".join(paper.authors), paper.title, paper.venue, str(paper.year or "")) if part
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, required=True, help="one that has peers/requirements.txt")
    parser.add_argument("--rounds", type=int, default=3, help="indexings from nothing")
    parser.add_argument("--cold", type=int, default=9, help="questions from a cold process")
    parser.add_argument("--questions", type=int, help="of each file; all by default")
    given = parser.parse_args()
    if not given.python.is_file():
        parser.error(f"there is no Python at {given.python}; run make bench, which sets it up")
    return given


if __name__ == "__main__":
    main()
