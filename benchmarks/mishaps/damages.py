"""Files of a library cut, changed or deleted, and what the next commands make of it."""

import random
import sys
from pathlib import Path

from benchmarks.mishaps.works import Place, differs

KINDS = ("truncated", "bits flipped", "deleted")
_SPOILT = 8  # bytes, of which a bit is flipped


def damages(place: Place, count: int, chance: random.Random) -> list[dict[str, object]]:
    """Damage `count` files, each kind of every file of the folder in turn."""
    files = sorted(file.relative_to(place.template) for file in place.template.rglob("*") if file.is_file())
    files = [file for file in files if file.suffix != ".lock" and file.name != "lock" and "services" not in file.parts]
    every = [(file, kind) for shift in range(3) for n, file in enumerate(files) for kind in [KINDS[(n + shift) % 3]]]
    before = place.seen(place.template)
    return [_damage(place, file, kind, before, chance) for file, kind in every[:count]]


def _damage(place: Place, name: Path, kind: str, before: dict, chance: random.Random) -> dict[str, object]:
    home = place.new()
    spoil(home / name, kind, chance)
    search = place.run(home, ["search", "grippers and maps"])
    opened, meanwhile = place.look(home, deep=False)
    doctor = place.run(home, ["doctor", "--deep"])
    printed = (line for line in doctor.printed.splitlines() if "library: " in line or "!!" in line)
    said = [*search.lines, *doctor.lines, *printed]
    said = [line for line in said if "texts and both indexes are whole" not in line]
    wrong = [f"ended with {end.code}: {end.said[-1_000:]}" for end in (search, opened, doctor) if end.crude]
    _, after = place.look(home)
    left = "as before" if not differs(after, before) else "another"
    if left != "as before" and any("papers were put back" in line for line in said):
        left = "papers put back"
        wrong += _put_back(home, kind, before, after)
    elif left != "as before":
        wrong += ["silent" if not said else "not mended", *differs(after, before)]
    elif differs(meanwhile, before) and not said:
        wrong += ["silent until doctor", *differs(meanwhile, before)]
    found = {"file": _shown(name), "damage": kind, "left": left, "said": said}
    print(found | {"wrong": wrong}, file=sys.stderr, flush=True)
    return found | {"wrong": wrong}


def spoil(file: Path, kind: str, chance: random.Random) -> None:
    """Damage one file."""
    data = bytearray(file.read_bytes())
    if kind == "deleted":
        file.unlink()
        return
    if kind == "truncated":
        del data[chance.randrange(len(data) or 1) :]
    for _ in range(_SPOILT if kind == "bits flipped" and data else 0):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def _put_back(home: Path, kind: str, before: dict, after: dict | None) -> list[str]:
    """What is wrong with papers that were put back, of which the changes since the newest copy may be lost."""
    if after is None or after["count"] != before["count"] or after["doctor"]:
        return [f"what was put back gives {after}"]
    kept = list((home / "copies").glob("damaged-*.db"))
    return ["the damaged file was not kept"] if kind == "bits flipped" and not kept else []


def _shown(name: Path) -> str:
    """A file's name without what differs from one library to the next."""
    parts = ["made" if part.startswith("made-") else part for part in name.parts]
    return "/".join(f"…{Path(part).suffix}" if len(Path(part).stem) in (32, 36) else part for part in parts)
