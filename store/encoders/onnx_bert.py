"""The same BERT in ONNX Runtime, for many texts on a processor: dense layers in 8-bit integers, a batch a core.

Chroma brings the runtime. It is ready in half a second, where torch takes two to load.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from store.encoders.bert import AGREEMENT, SAMPLE, BertEncoder, Read, batches_of, padded
from store.encoders.laid import Row
from store.records import Sheet

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_RANK, _STANDS_OUT = 5, 1.5  # inputs this much larger than the fifth largest of a layer are outliers
_UNSEEN = np.float32(-1e4)
_CHARACTERS = 5  # in a token, or some more
T = TypeVar("T")
R = TypeVar("R")


class OnnxBert(BertEncoder):
    """A BERT whose dense layers are rounded where that turns no text."""

    def __init__(self, folder: Path) -> None:
        """Reads `folder`, as BertEncoder does, and tries integers against its float32."""
        super().__init__(folder)
        self._cores = _cores()
        self._session: InferenceSession | None = None
        self._largest: dict[str, np.ndarray] = {}
        exact = self.encode(SAMPLE)
        self._session = self._open(integers=True)
        if (exact * self.encode(SAMPLE)).sum(1).min() < AGREEMENT:
            self._session = self._open(integers=False)

    def _inner(self, name: str, hidden: np.ndarray) -> np.ndarray:
        """What is made of the sample in float32 tells how large the inputs behind the GELU are."""
        inner = super()._inner(name, hidden)
        self._largest[name] = inner.max((0, 1))
        return inner

    def _open(self, integers: bool) -> "InferenceSession":
        import onnxruntime

        from store.encoders.graph import Outliers, bert_graph

        outliers = {}
        for layer, largest in enumerate(self._largest.values()):
            limit = _STANDS_OUT * float(np.sort(largest)[-_RANK])
            if (largest > limit).any():
                outliers[layer] = Outliers(np.flatnonzero(largest > limit), limit)
        model = bert_graph(self._weights, self.layers, self.heads, self.epsilon, outliers, integers)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def encode(self, texts: list[str]) -> np.ndarray:
        """Unit rows, float32, shape (len(texts), dimension)."""
        if self._session is None or len(texts) < 2:
            return super().encode(texts)
        return np.array(self._spread(super().encode, texts, list(map(len, texts))))

    def read(self, sheets: Sequence[Sheet]) -> list[Read]:
        """The passages and the words of papers, from one pass through the model; a piece read twice counts once."""
        return self._spread(super().read, sheets, [sum(map(len, sheet.pieces)) for sheet in sheets])

    def _spread(self, work: Callable[[list[T]], Iterable[R]], items: Sequence[T], lengths: list[int]) -> list[R]:
        """What `work` makes of each item; a batch a core, for threads that share one wait for each other at every step.

        What is not the runtime's is done there too: the other cores are meanwhile in the runtime.
        """
        batches = batches_of([length // _CHARACTERS + 1 for length in lengths], self.row_budget)
        with ThreadPoolExecutor(self._cores) as pool:
            done = pool.map(lambda batch: zip(batch, work([items[n] for n in batch]), strict=True), batches)
            found = dict(chain.from_iterable(done))
        return [found[n] for n in range(len(items))]

    def _forward(self, rows: list[Row]) -> list[np.ndarray]:
        if self._session is None:
            return super()._forward(rows)
        ids, places, sees = padded(rows)
        bias = np.where(np.broadcast_to(sees, (len(rows), 1, ids.shape[1], ids.shape[1])), np.float32(0), _UNSEEN)
        (states,) = self._session.run(None, {"hidden": self._embed(ids, places), "bias": bias})
        return [state[: len(row)] for state, row in zip(states, rows, strict=True)]


def _cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
