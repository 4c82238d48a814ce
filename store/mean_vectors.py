"""Papers as the means of their sentences' vectors: what papers are compared with one another by."""

from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from store.records import Paper
from store.sentences import sentences

_KEPT = 4_096  # papers kept in memory; some 6 MB


class MeanVectors:
    """The mean vectors of papers; the latest ones are kept in memory."""

    def __init__(self, embed: Callable[[Sequence[str]], np.ndarray]):
        self._embed = embed
        self._kept: dict[Paper, np.ndarray] = {}
        self._lock = Lock()

    def rows(self, papers: Sequence[Paper]) -> np.ndarray:
        """Unit rows, float32, shape (len(papers), d)."""
        with self._lock:
            known = {paper: self._kept[paper] for paper in papers if paper in self._kept}
        missing = [paper for paper in dict.fromkeys(papers) if paper not in known]
        if missing:
            known |= zip(missing, self._means(missing), strict=True)
            self._keep(known)
        return np.stack([known[paper] for paper in papers])

    def _means(self, papers: Sequence[Paper]) -> np.ndarray:
        split = [sentences(paper.abstract) or [paper.title] for paper in papers]
        vectors = self._embed([text for texts in split for text in texts])
        means = np.zeros((len(papers), vectors.shape[1]), np.float32)
        np.add.at(means, [n for n, texts in enumerate(split) for _ in texts], vectors)
        return means / np.linalg.norm(means, axis=1, keepdims=True).clip(1e-12)

    def _keep(self, known: dict[Paper, np.ndarray]) -> None:
        with self._lock:
            for paper, row in known.items():
                self._kept.pop(paper, None)  # put in anew, it is among the latest
                self._kept[paper] = row
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
