"""The papers as a table shows them: filtered, sorted and cut to what is on the screen, within a tenth of a second."""

import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Literal

from rag.catalogue.catalogue import catalogue_of
from rag.filters import Filter, read_years
from store.library import Library
from store.names import split_name
from store.records import Paper

FRESH = 60.0  # seconds after which papers are looked at anew, in case another program changed them
FOUND = 2_000  # papers that words find in abstracts, the best first
MOST_ROWS = 500  # of one request
MOST_VENUES = 200  # that are offered to choose from
Order = Literal["", "title", "year", "venue", "authors"]


@dataclass(frozen=True, slots=True)
class Row:
    """One paper of the table; `words` is what a search looks through."""

    paper_id: str
    title: str
    authors: str
    year: int | None
    venue: str
    tags: tuple[str, ...]
    words: str


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


class Listing:
    """The table of a library, kept in memory, about 500 bytes a paper."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._rows: list[Row] = []
        self._size, self._read = -1, 0.0
        self._lock = Lock()

    def forget(self) -> None:
        """Read the papers anew before the next look."""
        self._size = -1

    def find(self, wanted: Wanted) -> list[Row]:
        """The papers that fit, in order. Raises QuestionError for what is no year."""
        rows = self._current()
        if limit := wanted.limit():
            fitting = set(catalogue_of(self._library).fitting(limit))
            rows = [row for row in rows if row.paper_id in fitting]
        if wanted.query.strip():
            rows = self._with_words(rows, wanted.query)
        return _sorted(rows, wanted.order, wanted.down)

    def facets(self) -> dict[str, list]:
        """What the papers can be limited to: their tags, venues (the most frequent first) and years (newest first)."""
        catalogue = catalogue_of(self._library)
        venues = [venue for venue, _ in catalogue.venues.most_common(MOST_VENUES)]
        return {"tags": sorted(catalogue.tags), "venues": venues, "years": sorted(catalogue.years, reverse=True)}

    def _with_words(self, rows: Sequence[Row], query: str) -> list[Row]:
        """Those with all the words in title, authors or venue first, then those whose abstracts have them best."""
        words = folded(query).split()
        named = [row for row in rows if all(word in row.words for word in words)]
        seen, by_id = {row.paper_id for row in named}, {row.paper_id: row for row in rows}
        found = [paper_id for paper_id, _ in self._library.by_words(query, FOUND)]
        return named + [by_id[paper_id] for paper_id in found if paper_id in by_id and paper_id not in seen]

    def _current(self) -> list[Row]:
        with self._lock:
            size = len(self._library)
            if size != self._size:
                self._take()
            elif time.monotonic() - self._read > FRESH:
                self._read = time.monotonic()
                Thread(target=self._take, daemon=True).start()
            return self._rows

    def _take(self) -> None:
        rows = [_row(paper) for paper in self._library.papers()]
        self._rows, self._size, self._read = rows, len(rows), time.monotonic()


def folded(text: str) -> str:
    """Text without accents and case, by which names are found however they are typed."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold().strip()


def _row(paper: Paper) -> Row:
    shown = ", ".join(split_name(name).surname for name in paper.authors[:3])
    shown += " et al." if len(paper.authors) > 3 else ""
    words = folded(" ".join((paper.title, ", ".join(paper.authors), paper.venue, paper.paper_id)))
    return Row(paper.paper_id, paper.title, shown, paper.year, paper.venue, paper.tags, words)


def _sorted(rows: list[Row], order: Order, down: bool) -> list[Row]:
    if not order:
        return rows[::-1] if down else rows
    if order == "year":
        return sorted(rows, key=lambda row: row.year or 0, reverse=down)
    return sorted(rows, key=lambda row: folded(getattr(row, order)), reverse=down)
