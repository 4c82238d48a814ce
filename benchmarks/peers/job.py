"""What the processes of the comparison give each other: JSON in a file, JSON on the last line of the output."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")
DEEP = 10  # papers that recall is measured on


@dataclass(frozen=True)
class Job:
    """Papers (`paper_id`, `title`, `abstract`, `citation`) and questions for one system.

    `histories` are what was said before each question, as (role, text). `home` is the folder for the index,
    `weights` that of MiniLM.
    """

    papers: list[dict[str, str]]
    questions: list[str]
    histories: list[list[tuple[str, str]]]
    home: str
    weights: str

    @classmethod
    def read(cls, path: Path) -> "Job":
        """The job that `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> Path:
        """Write it to `path`."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path


def way(search: Callable[[T], Sequence[str]], questions: Sequence[T]) -> dict[str, object]:
    """What `search` finds for each question (ids, best first), and milliseconds a question: the median.

    One search before warms it up.
    """
    search(questions[0])
    found, times = [], []
    for question in questions:
        began = time.perf_counter()
        ids = search(question)
        times.append(1000 * (time.perf_counter() - began))
        found.append(list(dict.fromkeys(ids)))
    return {"found": found, "ms": median(times)}


def enough(paper_ids: Sequence[str]) -> int:
    """How many pieces always show ten papers; the ids are those of all pieces."""
    return DEEP * max(map(paper_ids.count, set(paper_ids)))


def report(ways: dict[str, dict], packages: Sequence[str]) -> None:
    """Print what was measured, with the versions of `packages`."""
    print(json.dumps({"ways": ways, "versions": {name: version(name) for name in packages}}))
