"""Kills, full disks and damaged files, and whether a library comes through them.

`python -m benchmarks.mishaps [--kills 40] [--disks 10] [--damages 30] [--seed 0] [--only WORK]`

Each kill is a `kill -9` of a real command at a random moment of its work (add, remove, merge, edit, enrich, undo,
restore, mend, watch). Each full disk is a tmpfs with room for a random part of what the command would write (root
alone may mount one). Each damage cuts, changes or deletes one file of the folder. Afterwards the library must be the
one before or the one after, or the damage told in a line and mended by the next command or `citewell doctor --deep`:
no traceback, nothing lost, nothing silent.
"""

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import write
from benchmarks.mishaps.commands import Ended, Process, preload, start
from benchmarks.mishaps.damages import damages
from benchmarks.mishaps.disks import disk
from benchmarks.mishaps.works import SIZE, Place, Work, differs, services, used, written

_WATCHED = 7.0  # seconds a file is followed for


@dataclass(frozen=True, slots=True)
class Course:
    """A work undisturbed: the libraries there may be meanwhile, its seconds, the most bytes it adds."""

    states: list[dict]
    seconds: float
    bytes: int


def main() -> int:
    """Try all of them; 1 where something did not come through."""
    given = _arguments()
    began, chance = time.monotonic(), random.Random(given.seed)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, services() as addresses:
        preload()
        place = Place(Path(folder), addresses)
        works = [work for work in place.works if given.only in ("", work.name)]
        courses = {work.name: undisturbed(place, work) for work in works}
        found = {
            "kills": [kill(place, works[n % len(works)], courses, chance) for n in range(given.kills)],
            "full disks": [fill(place, works[n % len(works)], courses, chance) for n in range(given.disks)],
            "damages": damages(place, given.damages, chance),
        }
    held = {name: f"{sum(not run['wrong'] for run in runs)} of {len(runs)}" for name, runs in found.items()}
    if not given.only:
        seconds = round(time.monotonic() - began)
        write("faults", {"seed": given.seed, "seconds": seconds, "papers": SIZE, "held": held} | found)
    print(held, file=sys.stderr)
    return int(any(run["wrong"] for runs in found.values() for run in runs))


def undisturbed(place: Place, work: Work) -> Course:
    """Do a work in peace."""
    home = place.new()
    work.prepare(home)
    states = [place.seen(place.template if work.mends else home)]
    size, most, began = used(home), 0, time.monotonic()
    for file, records in work.follows or [(None, [])]:
        words = ("add", written(file, records)) if file else work.words
        process = start(home, words, place.folder / "said", place.settings)
        while process.running():
            most = max(most, used(home) - size)
            time.sleep(0.005)
        if (ended := process.wait()).code:
            raise SystemExit(f"{work.name}: {ended.said}")
    seconds = time.monotonic() - began
    if work.follows:
        seconds, first = _WATCHED, place.new()
        place.done(first, ["add", written(*work.follows[0])])
        states.append(place.seen(first))
    return Course([*states, place.seen(home)], seconds, most)


def kill(place: Place, work: Work, courses: dict[str, Course], chance: random.Random) -> dict[str, object]:
    """A kill at a random moment of a work."""
    course, home = courses[work.name], place.new()
    work.prepare(home)
    moment = chance.uniform(0, course.seconds)
    process = begun(place, work, home)
    follow(work, process, moment)
    ended = process.end()
    process.wait()
    wrong, state = compared(place, home, course)
    if work.again and not wrong:
        again = place.run(home, work.words)
        wrong = [*crude(again), *(differs(place.look(home)[1], course.states[-1], "after it was done again"))]
    return told({"of": work.name, "after, seconds": round(moment, 2), "had ended": ended, "left": state}, wrong)


def fill(place: Place, work: Work, courses: dict[str, Course], chance: random.Random) -> dict[str, object]:
    """A disk that gets full at a random moment of a work."""
    course, room = courses[work.name], int(chance.uniform(0, 0.9) * courses[work.name].bytes)
    with disk(place.folder / "disk") as full:
        home = place.new(full.folder)
        work.prepare(home)
        full.leave(room)
        process = begun(place, work, home)
        follow(work, process, _WATCHED if work.follows else 60.0)
        if work.follows:
            process.end(15)
        ended = process.wait()
        reading = place.run(home, ["papers", "list"])
        full.leave(1 << 26)
        wrong, state = compared(place, home, course)
    wrong += [*crude(ended), *crude(reading)]
    lines = [*ended.lines, *ended.printed.splitlines()]
    said = [line for line in lines if line.startswith(("citewell: ", "skipped", "!!"))]
    if ended.code and len(said) != 1:
        wrong.append(f"said: {ended.lines}")
    return told({"of": work.name, "room, KB": room >> 10, "code": ended.code, "said": said, "left": state}, wrong)


def begun(place: Place, work: Work, home: Path) -> Process:
    """The command of a work, under way."""
    if work.follows:
        written(*work.follows[0])
    return start(home, work.words, place.folder / "said", place.settings)


def follow(work: Work, process: Process, seconds: float) -> None:
    """Wait so long, or for the end; what is followed changes once its first state was taken in."""
    until, versions = time.monotonic() + seconds, list(work.follows[1:])
    while process.running() and time.monotonic() < until:
        if versions and "added" in process.out.with_suffix(".out").read_text():
            written(*versions.pop(0))
        time.sleep(0.002)


def compared(place: Place, home: Path, course: Course) -> tuple[list[str], str]:
    """What is wrong with a library, and which of those there may be it is."""
    ended, seen = place.look(home)
    if seen is None or ended.crude:
        return [f"cannot be opened: ended with {ended.code}: {ended.lines[-3:]}"], "unreadable"
    near = min((differs(seen, state, "from all there may be") for state in course.states), key=len)
    number = next((n for n, state in enumerate(course.states) if not differs(seen, state)), -1)
    names = {0: "before", len(course.states) - 1: "after"}
    return near, names.get(number, "between" if number > 0 else "another")


def crude(ended: Ended) -> list[str]:
    """What of an end no user should see."""
    return [f"ended with {ended.code}: {ended.said[-1_000:]}"] if ended.crude else []


def told(run: dict[str, object], wrong: list[str]) -> dict[str, object]:
    """The run with what was wrong, also told at once."""
    print(run | {"wrong": wrong}, file=sys.stderr, flush=True)
    return run | {"wrong": wrong}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, count in (("kills", 40), ("disks", 10), ("damages", 30), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--only", default="", help="this work alone, and nothing is written down")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
