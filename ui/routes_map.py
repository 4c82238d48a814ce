"""What the map asks of the page's server: the papers of a part of it, those in an area, and where some papers stand.

The map is made and kept up to date by a thread of its own; what there is of it is shown meanwhile.
"""

import logging
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from rag.search.atlas import Atlas, brought_up, keep_atlas, named, read_atlas, stamp_of
from store.errors import CitewellError
from store.library import Library
from store.records import Paper
from ui.listing import Listing, Wanted
from ui.saved import Saved
from ui.scope import MOST_CHOSEN
from ui.sent import Sent
from ui.sentences import where_and_when

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

POINTS = 1_500  # papers drawn one by one; more are drawn as heaps
ACROSS = 96  # heaps from one side of the map to the other
FOUND = 200  # papers that a search lights
PATIENCE = 0.4  # seconds that a first look waits for a small map
Part = Annotated[float, Query(ge=-9, le=9)]


class Area(Sent):
    """An area by its corners, x and y in turn, each between 0 and 1."""

    corners: list[float] = Field(min_length=6, max_length=4_000)


class Maps:
    """The map of one library: what is kept of it, brought up to date behind whoever looks at it."""

    def __init__(self, library: Library) -> None:
        self._library, self._lock = library, threading.Lock()
        self._atlas: Atlas | None = None
        self._maker: threading.Thread | None = None
        self.done, self.failed, self._refused = "", "", ""
        self._read = False

    def look(self, anew: bool = False) -> Atlas | None:
        """The map as far as it is there; what is missing is begun."""
        with self._lock:
            if not self._read:
                self._atlas, self._read = read_atlas(self._library.home), True
            stamp = stamp_of(self._library)
            old = self._atlas is None or self._atlas.stamp != stamp or self._atlas.regions is None
            if (anew or (old and self._refused != stamp)) and not self.making:
                self._maker = threading.Thread(target=self._make, args=(stamp, anew), daemon=True)
                self._maker.start()
            maker = self._maker
        if self._atlas is None and maker:
            maker.join(PATIENCE)
        return self._atlas

    @property
    def making(self) -> bool:
        """Whether the map is being made."""
        return self._maker is not None and self._maker.is_alive()

    def _make(self, stamp: str, anew: bool) -> None:
        try:
            self.failed, old = "", None if anew else self._atlas
            if old is None or old.stamp != stamp:
                self._keep(brought_up(self._library, old, self._tell))
                self.done = ""  # the names are next
            if self._atlas and (anew or self._atlas.regions is None):
                self._keep(named(self._library, self._atlas))
        except CitewellError as error:
            self.failed, self._refused = str(error), stamp
        except Exception:  # the last wall before the user
            log.exception("no map")
            self.failed, self._refused = (
                "The map could not be made. Press “Lay it out anew” to try again; the other places are as they were.",
                stamp,
            )
        self.done = ""

    def _keep(self, atlas: Atlas) -> None:
        self._atlas = atlas
        keep_atlas(self._library.home, atlas)

    def _tell(self, done: int, total: int, what: str) -> None:
        self.done = f"{done:,} of {total:,} {what}"


def map_routes(library: Library, listing: Listing, saved: Saved, who: Any) -> APIRouter:
    """The routes of the map over `library`, whose papers `listing` finds by words."""
    routes, maps = APIRouter(prefix="/citewell/map"), Maps(library)

    @routes.get("")
    def part(left: Part = 0, top: Part = 0, right: Part = 1, bottom: Part = 1) -> dict:
        atlas = maps.look()
        told = {"making": maps.making, "done": maps.done, "failed": maps.failed, "total": 0, "points": [], "heaps": []}
        if atlas is None:
            return told
        whole = not maps.making and atlas.stamp == stamp_of(library)
        return (
            told
            | {"absent": len(library) - len(atlas.ids) if whole else 0}
            | _shown(library, atlas, (left, top, right, bottom))
        )

    @routes.post("/anew")
    def anew() -> None:
        maps.look(anew=True)

    @routes.post("/inside")
    def inside(area: Area) -> dict:
        atlas = maps.look()
        ids = [atlas.ids[n] for n in _inside(atlas.places, area.corners)] if atlas else []
        return {"count": len(ids), "ids": ids[:MOST_CHOSEN]}

    @routes.get("/find")
    def find(q: Annotated[str, Query(max_length=1_000)] = "") -> dict:
        rows = listing.find(Wanted(q)) if q.strip() else []
        return {"count": len(rows), "points": _points(library, maps.look(), [row.of.paper_id for row in rows[:FOUND]])}

    @routes.get("/lit")
    def lit(talk: Annotated[str, Query(max_length=200)], person: str = Depends(who)) -> dict:
        turns = [turn.exchange for turn in saved.path(person, talk)]
        last = next((exchange for exchange in reversed(turns) if exchange.cited), None)
        said = {"question": last.question if last else "", "points": []}
        return said | {"points": _points(library, maps.look(), last.cited)} if last else said

    return routes


def _shown(library: Library, atlas: Atlas, window: tuple[float, float, float, float]) -> dict:
    """A part of the map: its papers one by one, or where they are many the heaps that they make."""
    left, top, right, bottom = window
    x, y = atlas.places[:, 0], atlas.places[:, 1]
    seen = ((x >= left) & (x <= right) & (y >= top) & (y <= bottom)).nonzero()[0]
    shown: dict[str, object] = {
        "total": len(atlas.ids),
        "late": atlas.late,
        "regions": [asdict(region) for region in atlas.regions or ()],
    }
    if len(seen) > POINTS:
        return shown | {"heaps": _heaps(atlas.places[seen], window)}
    return shown | {"points": _points(library, atlas, [atlas.ids[n] for n in seen])}


def _points(library: Library, atlas: Atlas | None, ids: list[str]) -> list[list]:
    """Papers as [id, title, authors and year, x, y]."""
    if atlas is None:
        return []
    wanted = set(ids)
    where = {paper_id: n for n, paper_id in enumerate(atlas.ids) if paper_id in wanted}
    papers = library.get_many([paper_id for paper_id in ids if paper_id in where])
    return [
        [p.paper_id, p.title, _about(p), *atlas.places[where[p.paper_id]].astype(float).round(4).tolist()]
        for p in papers
    ]


def _about(paper: Paper) -> str:
    names = f"{paper.authors[0]}{' et al.' if len(paper.authors) > 1 else ''}" if paper.authors else ""
    return " · ".join(filter(None, (names, where_and_when(paper))))


def _heaps(places: "np.ndarray", window: tuple[float, float, float, float]) -> list[list[float]]:
    """Papers counted by cells, those that are empty left out: [x, y, papers] of the middle of each heap."""
    import numpy as np

    left, top, right, _ = window
    size = max(right - left, 1e-6) / ACROSS
    cells = ((places - (left, top)) / size).astype(np.int64)
    _, cell, counts = np.unique(cells[:, 0] * 1_000_003 + cells[:, 1], return_inverse=True, return_counts=True)
    middles = np.stack([np.bincount(cell, places[:, axis]) / counts for axis in (0, 1)], axis=1).round(4)
    return [[x, y, n] for (x, y), n in zip(middles.tolist(), counts.tolist(), strict=True)]


def _inside(places: "np.ndarray", corners: list[float]) -> list[int]:
    """Which places lie within a polygon, by how often a line from each to the right meets its sides."""
    import numpy as np

    ends = np.array(corners[: len(corners) // 2 * 2]).reshape(-1, 2)
    inside = np.zeros(len(places), bool)
    x, y = places[:, 0], places[:, 1]
    for (x1, y1), (x2, y2) in zip(ends, np.roll(ends, -1, axis=0), strict=True):
        if y1 != y2:
            inside ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return np.flatnonzero(inside).tolist()
