"""The papers as a table shows them: filtered, sorted and cut to what is on the screen, within a tenth of a second."""

import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, Literal

from rag.catalogue.catalogue import catalogue_of
from rag.filters import Filter, read_years
from store.library import Library
from store.names import split_name
from store.records import Outline

SLOW = 0.3  # seconds of reading the papers from which those read before are shown while they are read anew
FOUND = 1_000  # papers that words find in abstracts, the best first
MOST_ROWS = 500  # of one request
MOST_VENUES = 200  # that are offered to choose from
Order = Literal["", "title", "year", "venue", "authors"]


@dataclass(frozen=True, slots=True)
class Row:
    """One paper of the table; `words` is what a search looks through."""

    of: Outline
    words: str

    @property
    def authors(self) -> str:
        """The surnames of the first authors."""
        shown = ", ".join(split_name(name).surname for name in self.of.authors[:3])
        return f"{shown} et al." if len(self.of.authors) > 3 else shown

    def shown(self) -> dict[str, object]:
        """The row as the table shows it."""
        of = self.of
        return {
            "id": of.paper_id,
            "title": of.title,
            "authors": self.authors,
            "year": of.year,
            "venue": of.venue,
            "tags": of.tags,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which papers, and how they are sorted; without an order, as words find them or as they came."""

    query: str = ""
    author: str = ""
    venue: str = ""
    year: str = ""
    tag: str = ""
    order: Order = ""
    down: bool = False

    def limit(self) -> Filter:
        """What the fields beside the words limit, read as the options of the command line are. Raises QuestionError."""
        since, until = read_years(self.year) if self.year.strip() else (None, None)
        said = ((text.strip(),) if text.strip() else () for text in (self.venue, self.author, self.tag))
        return Filter(since, until, *said)


class _Read:
    """The papers as they were read once: in the order they came, by id, and sorted as was asked for."""

    def __init__(self, library: Library) -> None:
        began = time.monotonic()
        self.catalogue = catalogue_of(library)
        self.rows = [Row(of, folded(f"{of.title} {', '.join(of.authors)} {of.venue} {of.paper_id}")) for of in self]
        self.by_id = {row.of.paper_id: row for row in self.rows}
        self._sorted: dict[Order, list[Row]] = {"": self.rows}
        self.seconds = time.monotonic() - began

    def __iter__(self) -> Iterator[Outline]:
        return iter(self.catalogue.records)

    def in_order(self, order: Order, down: bool) -> list[Row]:
        """All rows, sorted; rows that are alike keep their order both ways."""
        if order not in self._sorted:
            self._sorted[order] = sorted(self.rows, key=_KEYS[order])
        return self._sorted[order][::-1] if down else self._sorted[order]


class Listing:
    """The table of a library, kept in memory, about 500 bytes a paper."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._now: _Read | None = None
        self._lock = Lock()
        self._reading: Thread | None = None

    def forget(self) -> None:
        """Read the papers anew before the next look."""
        self._now = None

    def find(self, wanted: Wanted) -> list[Row]:
        """The papers that fit, in order. Raises QuestionError for what is no year."""
        read = self._current()
        rows = read.in_order(wanted.order, wanted.down)
        if limit := wanted.limit():
            fitting = set(read.catalogue.fitting(limit))
            rows = [row for row in rows if row.of.paper_id in fitting]
        return self._with_words(read, rows, wanted) if wanted.query.strip() else rows

    def facets(self) -> dict[str, list]:
        """What the papers can be limited to: their tags, venues (the most frequent first) and years (newest first)."""
        catalogue = self._current().catalogue
        venues = [venue for venue, _ in catalogue.venues.most_common(MOST_VENUES)]
        return {"tags": sorted(catalogue.tags), "venues": venues, "years": sorted(catalogue.years, reverse=True)}

    def _with_words(self, read: _Read, rows: list[Row], wanted: Wanted) -> list[Row]:
        """Those with all the words in title, authors or venue, and those whose abstracts have them best.

        Without an order these come behind, the best first.
        """
        named = rows
        for word in folded(wanted.query).split():
            named = [row for row in named if word in row.words]
        seen = {row.of.paper_id for row in named}
        best = [paper_id for paper_id, _ in self._library.by_words(wanted.query, FOUND) if paper_id not in seen]
        if wanted.order:
            meant = seen.union(best)
            return [row for row in rows if row.of.paper_id in meant]
        allowed = None if len(rows) == len(read.rows) else {row.of.paper_id for row in rows}
        found = [read.by_id[i] for i in best if i in read.by_id and (allowed is None or i in allowed)]
        return named + found

    def _current(self) -> _Read:
        with self._lock:
            if self._now is None:
                self._now = _Read(self._library)
            elif self._now.catalogue.stamp != self._library.stamp:
                if self._now.seconds < SLOW:
                    self._now = _Read(self._library)
                elif self._reading is None or not self._reading.is_alive():
                    self._reading = Thread(target=self._renew, daemon=True)
                    self._reading.start()
            return self._now

    def _renew(self) -> None:
        self._now = _Read(self._library)


def folded(text: str) -> str:
    """Text without accents and case, by which names are found however they are typed."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.casefold().strip()


_KEYS: dict[Order, Callable[[Row], Any]] = {
    "title": lambda row: folded(row.of.title),
    "authors": lambda row: folded(row.authors),
    "venue": lambda row: folded(row.of.venue),
    "year": lambda row: row.of.year or 0,
}
