"""The map of a library: where each paper stands, and what the regions are called, kept in the library's folder.

Made of the vectors that the library holds. Papers keep their places for as long as the map is not made anew; those that
come later are placed among their neighbours.
"""

import json
import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from rag.search.layout import arrange, clusters, place
from rag.search.themes import name_groups
from store.records import Progress, silent

if TYPE_CHECKING:
    import numpy as np

    from store.library import Library

NAME = "map.npz"
ARRANGED = 800  # papers laid out by themselves, a sample of more; the others are placed among them
NEIGHBOURS = 4_000  # papers among which later ones are placed, a sample of more
NAMED = 400  # papers whose texts name the regions, a sample of more
PAPERS_A_REGION, MOST_REGIONS = 11, 14
_VERSION = 1
_PAGE = 1_024  # papers whose vectors are read at once: searches wait for it


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the map: its name, where that stands, and its share of the papers, 0 to 1."""

    name: str
    x: float
    y: float
    share: float


@dataclass(frozen=True, slots=True)
class Atlas:
    """The papers and their places, float32, shape (n, 2), between 0 and 1; `late` of them came after it was laid out.

    `stamp` is that of the library it is of; `regions` are None until they are named.
    """

    ids: tuple[str, ...]
    places: "np.ndarray"
    stamp: str = ""
    late: int = 0
    regions: tuple[Region, ...] | None = None


def stamp_of(library: "Library") -> str:
    """What is another one once the library's papers have changed."""
    return json.dumps(library.stamp)


def read_atlas(home: Path) -> Atlas | None:
    """The map in a library's folder; None without one that can be read."""
    import numpy as np

    try:
        with np.load(home / NAME, allow_pickle=False) as kept:
            told = json.loads(kept["told"].tobytes())
            places = kept["places"].astype(np.float32)
        ids = tuple(map(str, told["ids"]))
        regions = None if told["regions"] is None else tuple(Region(**region) for region in told["regions"])
        if told["version"] != _VERSION or places.shape != (len(ids), 2):
            return None
        return Atlas(ids, places, str(told["stamp"]), int(told["late"]), regions)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None


def keep_atlas(home: Path, atlas: Atlas) -> None:
    """Keep the map in a library's folder, where that can be written to."""
    import numpy as np

    regions = None if atlas.regions is None else [
        {"name": r.name, "x": r.x, "y": r.y, "share": r.share} for r in atlas.regions
    ]  # fmt: skip
    told = {"version": _VERSION, "ids": atlas.ids, "stamp": atlas.stamp, "late": atlas.late, "regions": regions}
    text = np.frombuffer(json.dumps(told).encode(), np.uint8)
    with suppress(OSError):
        fresh = home / f"{NAME}.{os.getpid()}"
        with fresh.open("wb") as file:
            np.savez(file, places=atlas.places, told=text)
        fresh.replace(home / NAME)


def brought_up(library: "Library", old: Atlas | None, progress: Progress = silent) -> Atlas:
    """The map of the library as it is now; papers of `old` stay where they are."""
    stamp = stamp_of(library)
    present = [record.paper_id for record in library.outline()]
    if old is None or not old.ids:
        return _laid_out(library, present, stamp, progress)
    there, before = set(present), set(old.ids)
    kept = [n for n, paper_id in enumerate(old.ids) if paper_id in there]
    fresh = [paper_id for paper_id in present if paper_id not in before]
    if not kept:
        return _laid_out(library, present, stamp, progress)
    same = replace(old, ids=tuple(old.ids[n] for n in kept), places=old.places[kept], stamp=stamp)
    return _with(library, same, fresh, progress) if fresh else same


def _laid_out(library: "Library", present: Sequence[str], stamp: str, progress: Progress) -> Atlas:
    """A map made from nothing."""
    some, rows = _held(library, _sample(present, ARRANGED))
    laid = Atlas(tuple(some), arrange(rows), stamp)
    first = set(some)
    rest = [paper_id for paper_id in present if paper_id not in first]
    return replace(_with(library, laid, rest, progress), late=0) if some and rest else laid


def _with(library: "Library", atlas: Atlas, fresh: Sequence[str], progress: Progress) -> Atlas:
    """The map with papers that it has not yet, each among its neighbours; those without a vector are left out."""
    import numpy as np

    where = dict(zip(atlas.ids, atlas.places, strict=True))
    near, known = _held(library, _sample(atlas.ids, NEIGHBOURS))
    places = np.array([where[paper_id] for paper_id in near], np.float32)
    ids, found = list(atlas.ids), [atlas.places]
    for start in range(0, len(fresh), _PAGE):
        some, rows = _held(library, fresh[start : start + _PAGE])
        if some and near:
            ids += some
            found.append(place(some, rows, known, places))
        progress(min(start + _PAGE, len(fresh)), len(fresh), "papers placed")
    return replace(atlas, ids=tuple(ids), places=np.concatenate(found), late=atlas.late + len(ids) - len(atlas.ids))


def named(library: "Library", atlas: Atlas) -> Atlas:
    """The map with its regions named by what the papers there speak of."""
    import numpy as np

    where = dict(zip(atlas.ids, atlas.places, strict=True))
    some, rows = _held(library, _sample(atlas.ids, NAMED))
    papers = {paper.paper_id: paper for paper in library.get_many(some)}
    rows = np.array([row for paper_id, row in zip(some, rows, strict=True) if paper_id in papers])
    some = [paper_id for paper_id in some if paper_id in papers]
    if not some:
        return replace(atlas, regions=())
    places = np.array([where[paper_id] for paper_id in some])
    groups = clusters(places, max(1, min(MOST_REGIONS, round(len(some) / PAPERS_A_REGION))))
    names = name_groups([papers[paper_id] for paper_id in some], groups, library.embed, rows)
    middles = [np.median(places[group], axis=0) for group in groups]
    regions = (
        Region(name, round(float(x), 4), round(float(y), 4), round(len(group) / len(some), 4))
        for name, group, (x, y) in zip(names, groups, middles, strict=True)
        if name
    )
    return replace(atlas, regions=tuple(regions))


def _sample(ids: Sequence[str], most: int) -> list[str]:
    """At most so many of `ids`, whichever order they have: those whose digests come first."""
    if len(ids) <= most:
        return sorted(ids)
    return sorted(ids, key=lambda i: blake2b(i.encode("utf-8", "replace"), digest_size=8).digest())[:most]


def _held(library: "Library", ids: Sequence[str]) -> tuple[list[str], "np.ndarray"]:
    """Those of `ids` that have a vector, with these as rows."""
    import numpy as np

    found = library.held_vectors(ids)
    some = [paper_id for paper_id in ids if paper_id in found]
    rows = np.array([found[paper_id] for paper_id in some], np.float32)
    return some, rows if some else rows.reshape(0, 0)
