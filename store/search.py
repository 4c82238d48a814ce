"""Search in both indexes, also while papers are added, here or by another process; damage is mended on the way."""

import math
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from store.ahead import Ahead
from store.errors import DamagedIndexError, DamagedKeywordsError
from store.folder import Folder
from store.indexes import Indexes
from store.papers import Papers
from store.records import Hit, Progress, silent
from store.sync import Sync

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
_REOPEN_EVERY = 5.0  # seconds at least between two looks at what another process writes
_SPARE = 1.5  # passages looked up for each one needed when papers have as many as the average
_FETCH = 7  # a passage fetched by its id costs as much as this many looked through in search


class Searcher:
    """Finds papers by meaning and by words: all of them, or `among` a few given by their ids."""

    def __init__(self, folder: Folder, papers: Papers, indexes: Indexes, sync: Sync):
        self._folder, self._papers, self._indexes, self._sync = folder, papers, indexes, sync
        self._lock = threading.RLock()  # one search at a time: they share what was seen
        self._seen: tuple[str, float] | None = None  # generation of the opened indexes, and when
        self._counted: tuple[int, int] | None = None
        self._worded: int | None = None
        self._ahead = Ahead(papers, indexes, self.by_words)

    def follow(self, progress: Progress, damaged: bool = False, most: int | None = None) -> None:
        """Have the indexes follow the papers, as `Sync.follow` does, and the next search see it."""
        self.see_others()
        try:
            self._sync.follow(progress, damaged, most)
        finally:
            self.forget()

    def see_others(self) -> None:
        """Before writing, see what other processes wrote."""
        with self._lock:  # not while a search looks into what is opened again
            self._sync.see_others()

    def forget(self) -> None:
        """What was seen of the indexes may be so no more."""
        self._seen = None

    def by_meaning(self, query: str, k: int, among: Collection[str] | None = None) -> list[Hit]:
        """The `k` papers nearest in meaning, each by its best passage, with their cosines."""
        vector, lags = self._indexes.embedder.encode_query(query), bool(self._papers.lagging(1))
        early = self._ahead.hits(query, vector, among) if lags else []
        if lags and not any(True for _ in self._papers.in_step()):
            return _best(early)[:k]  # the index is empty, and takes half a second to open
        return _best([*early, *self._steadily(lambda: self._nearest(vector, k, among))])[:k]

    def by_words(self, query: str, k: int, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """The `k` best papers by keywords: (paper_id, score above 0), best first, ties by id."""
        found = self._steadily(lambda: self._by_words(query, k, among))
        known = self._papers.there([paper_id for paper_id, _ in found])
        return [(paper_id, score) for paper_id, score in found if paper_id in known]

    def vectors_of(self, paper_ids: Sequence[str]) -> "dict[str, np.ndarray]":
        """The middle of the vectors that are held of each paper, of length 1; papers without any are left out."""
        wanted = [(paper_id, 0, len(spans.split())) for paper_id, spans in self._papers.spans(paper_ids).items()]
        found = self._steadily(lambda: self._indexes.vectors.get(wanted))
        sums: dict[str, np.ndarray] = {}
        for (paper_id, _), row in found.items():
            sums[paper_id] = sums[paper_id] + row if paper_id in sums else row
        return {paper_id: row / max(float((row @ row) ** 0.5), 1e-12) for paper_id, row in sums.items()}

    def _steadily(self, look: Callable[[], T]) -> T:
        """`look()`, in indexes that are opened again, and if need be made anew, when it finds them damaged."""
        with self._lock:
            try:
                self._look_again()
                return look()
            except DamagedIndexError:
                self._reopen()  # another process may have replaced them
            with suppress(DamagedIndexError):
                return look()
        with self._folder.writing(), self._lock:  # in this order, as with who writes
            return self._mended(look)

    def _mended(self, look: Callable[[], T]) -> T:
        self._reopen()
        try:
            return look()  # whoever wrote before has mended it
        except DamagedIndexError as error:
            self._sync.renew(error)
            self.follow(silent, damaged=True)
        return look()

    def _reopen(self) -> None:
        self._counted = self._worded = None
        self._sync.reopen()

    def _look_again(self) -> None:
        """See what another process has written, and that no vectors are lost."""
        generation = self._papers.fact("generation")
        if self._sync.writing or (self._seen and self._seen[0] == generation):
            return
        if self._seen and time.monotonic() - self._seen[1] < _REOPEN_EVERY:
            return
        if self._seen:
            self._reopen()
        self._seen, self._counted, self._worded = (generation, time.monotonic()), None, None

    def _nearest(self, vector: "np.ndarray", k: int, among: Collection[str] | None) -> list[Hit]:
        stored, papers = self._sizes()
        pool = papers if among is None else len(among)
        if k < 1 or not pool or not stored:
            return []
        wanted = k if stored <= pool else math.ceil(_SPARE * k * stored / pool)
        if among is not None and _FETCH * pool * stored / papers < wanted:
            return self._compared(vector, among)[:k]
        while True:
            wanted = min(stored, wanted)
            hits = self._hits(self._indexes.vectors.nearest(vector, wanted), among)
            if len(hits) >= min(k, pool) or wanted >= stored:
                return hits[:k]
            wanted *= 4

    def _compared(self, vector: "np.ndarray", among: Collection[str]) -> list[Hit]:
        known = self._papers.passages_of(list(among))
        return self._hits(self._indexes.vectors.compare(vector, [(i, 0, len(some)) for i, some in known.items()]))

    def _hits(self, found: list[tuple[str, int, float]], among: Collection[str] | None = None) -> list[Hit]:
        best: dict[str, tuple[int, float]] = {}
        for paper_id, number, score in found:
            if among is None or paper_id in among:
                best.setdefault(paper_id, (number, score))
        known = self._papers.passages_of(list(best))
        hits = [
            Hit(known[paper_id][number], score)
            for paper_id, (number, score) in best.items()
            if number < len(known.get(paper_id, ()))
        ]
        return _best(hits)

    def _by_words(self, query: str, k: int, among: Collection[str] | None) -> list[tuple[str, float]]:
        keywords, stored, wanted = self._indexes.keywords, self._stored(), k
        if among is None:
            return keywords.best(query, k)
        if not among or not stored:
            return []
        while True:
            wanted = min(stored, math.ceil(_SPARE * wanted * stored / min(stored, len(among))))
            if _FETCH * len(among) < wanted:
                return keywords.best(query, k, among)
            found = keywords.best(query, wanted)
            inside = [(paper_id, score) for paper_id, score in found if paper_id in among]
            if len(inside) >= k or len(found) < wanted or wanted >= stored:
                return inside[:k]

    def _stored(self) -> int:
        """How many papers the keyword index holds. Raises DamagedIndexError for fewer than there should be."""
        if self._seen is None or self._worded is None:
            followed = len(self._papers) - self._papers.count_lagging("worded")
            self._worded = len(self._indexes.keywords)
            if self._worded < followed:
                raise DamagedKeywordsError(f"{self._folder.home}: the keyword index has lost papers; open it again.")
        return self._worded

    def _sizes(self) -> tuple[int, int]:
        """How many passages and papers the indexes hold; counting takes milliseconds in a large library.

        Raises DamagedIndexError for fewer passages than there should be.
        """
        if self._seen is None or self._counted is None:
            passages = len(self._indexes.vectors)
            if not self._papers.lagging(1) and passages < self._papers.count_passages():
                raise DamagedIndexError(f"{self._folder.home}: vectors are lost; open the library again to mend it.")
            self._counted = passages, max(1, len(self._papers))
        return self._counted


def _best(hits: list[Hit]) -> list[Hit]:
    """The hits, best first, the first one of each paper alone."""
    first = {hit.passage.paper_id: hit for hit in reversed(hits)}
    return sorted(first.values(), key=lambda hit: (-hit.score, hit.passage.paper_id))
