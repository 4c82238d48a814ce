"""Papers that the model has not read yet, found all the same: by their words and the fast model, then by its own eyes.

Of those that a question may be about, a few are read at once; what is made of them is kept, so that nothing is read
twice.
"""

from collections.abc import Callable, Collection
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from store.indexes import Indexes
from store.papers import Papers
from store.records import Hit, Paper

if TYPE_CHECKING:
    import numpy as np

    ByWords = Callable[[str, int, Collection[str]], list[tuple[str, float]]]

_READ = 8  # papers read for one search, of which a question of many parts makes four: some 0.3 s each
_MOST = 10_000  # papers, the newest, that the fast model looks through: some 2 s, once


class Ahead:
    """Searches what the vector index lags behind with."""

    def __init__(self, papers: Papers, indexes: Indexes, by_words: "ByWords"):
        self._papers, self._indexes, self._by_words = papers, indexes, by_words
        self._rows: dict[tuple[str, str], np.ndarray] = {}  # of the fast model, by id and digest

    def hits(self, query: str, vector: "np.ndarray", among: Collection[str] | None) -> list[Hit]:
        """The papers that lag and may answer, each by its best passage, with the cosine that the model gives it."""
        lagging = self._papers.newest_lagging(_MOST)
        wanted = {paper_id: digest for paper_id, digest in lagging if among is None or paper_id in among}
        if not wanted:
            return []
        found, rows = self._indexes.texts.read(self._in_order(self._chosen(query, wanted)))
        cosines = iter((rows @ vector).tolist())
        scored = [[(next(cosines), passage) for passage in some] for some in found]
        best = [max(some, key=lambda pair: pair[0]) for some in scored if some]
        return [Hit(passage, score) for score, passage in best]

    def _chosen(self, query: str, wanted: dict[str, str]) -> list[str]:
        """The ids of the papers that are to be read: the best by words and by the fast model in turns."""
        import numpy as np

        worded = [paper_id for paper_id, _ in self._by_words(query, _READ, wanted)]
        rows = self._fast_rows(wanted)
        scores = np.stack(list(rows.values())) @ self._indexes.fast.encode_query(query)
        meant = [list(rows)[n] for n in np.argsort(-scores, kind="stable")[:_READ]]
        return list(dict.fromkeys(filter(None, chain.from_iterable(zip_longest(worded, meant)))))[:_READ]

    def _fast_rows(self, wanted: dict[str, str]) -> "dict[str, np.ndarray]":
        missing = {paper_id: digest for paper_id, digest in wanted.items() if (paper_id, digest) not in self._rows}
        papers = self._in_order(list(missing))
        made = self._indexes.fast.encode([f"{paper.title}. {paper.abstract}" for paper in papers])
        keys = [(paper.paper_id, missing[paper.paper_id]) for paper in papers]
        known = self._rows = self._rows | dict(zip(keys, made, strict=True))
        return {key[0]: known[key] for key in wanted.items() if key in known}

    def _in_order(self, paper_ids: list[str]) -> list[Paper]:
        found = self._papers.get_many(paper_ids)
        return [found[paper_id] for paper_id in paper_ids if paper_id in found]
