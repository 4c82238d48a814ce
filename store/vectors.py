"""The vector index, in Chroma: passages by the direction of their vectors."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from store.chroma import connect, failures
from store.errors import DamagedIndexError
from store.records import ChromaServer, Passage
from store.sums import OPEN

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import Collection
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

# Rows a call, for Chroma takes at most 5,461, a server perhaps fewer, and who opens the index waits for one call.
_BATCH = 2_048
# With Chroma's own widths (100, 100, 16) a search misses a third of the nearest among clustered
# vectors; with these it finds .998 of the ten nearest among 81,162. It writes the graph to disk every
# `sync_threshold` rows and replays the rest whenever it is opened: by the call, an opened library is ready
# at once. A distributed server keeps to the space alone: its own index (SPANN) has no such widths.
_HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "ef_construction": 128,
    "ef_search": 600,
    "max_neighbors": 24,
    "batch_size": 2,
    "sync_threshold": 2,
}


class Vectors:
    """Passages by the direction of their vectors; ids are `paper_id#n`, and all else is on record."""

    def __init__(self, place: Path | ChromaServer, name: str, loaded: Callable[[], None] = lambda: None):
        """The index called `name` in a folder or on a server, made if it is not there.

        `loaded` is called once Chroma has written what it writes of a graph that it loads, before another process can
        load it. Raises DamagedIndexError, or StoreError for what cannot be used.
        """
        self._place = place
        self._name = name
        # Chroma writes a folder's graph in place: one process that reads it meanwhile would crash.
        self._lock = FileLock(place.with_suffix(".lock")) if isinstance(place, Path) else None
        with self._calling():
            self._client = connect(place)
            self._batch = min(_BATCH, self._client.get_max_batch_size())
            try:
                self._collection = self._load()
                loaded()
            except BaseException:
                self._client.close()
                raise
        self._note(open=True)

    def _load(self) -> "Collection":
        with _surviving(self._place / "loading.lock") if isinstance(self._place, Path) else nullcontext():
            collection = self._client.get_or_create_collection(
                self._name, configuration={"hnsw": _HNSW}, embedding_function=None
            )
            if isinstance(self._place, Path) and collection.count():
                collection.get(limit=1, include=["embeddings"])  # from here on Chroma keeps the graph in memory
        return collection

    def upsert(self, passages: Sequence[Sequence[Passage]], vectors: "np.ndarray") -> None:
        """Keep the passages of papers, a sequence a paper, with one row of `vectors` each."""
        ids = [f"{passage.paper_id}#{n}" for paper in passages for n, passage in enumerate(paper)]
        for start in range(0, len(ids), self._batch):
            end = start + self._batch
            with self._calling():
                self._collection.upsert(ids=ids[start:end], embeddings=vectors[start:end])

    def delete(self, passages: Sequence[tuple[str, int, int]]) -> None:
        """Forget the passages `first` to `last` (exclusive) of each (paper_id, first, last)."""
        ids = _ids(passages)
        for start in range(0, len(ids), self._batch):
            with self._calling():
                self._collection.delete(ids=ids[start : start + self._batch])

    def nearest(self, vector: "np.ndarray", k: int) -> list[tuple[str, int, float]]:
        """The `k` nearest passages, best first: (paper_id, number of the passage, cosine)."""
        with self._calling(lock=False):
            found = self._collection.query(query_embeddings=vector[None, :], n_results=k, include=["distances"])
        distances = zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
        return [(*_split(passage_id), 1.0 - distance) for passage_id, distance in distances]

    def get(self, passages: Sequence[tuple[str, int, int]]) -> "dict[tuple[str, int], np.ndarray]":
        """The vectors of these passages, given as for `delete`, by paper and number; those not here are left out."""
        import numpy as np

        found: dict[tuple[str, int], np.ndarray] = {}
        ids = _ids(passages)
        for start in range(0, len(ids), self._batch):
            with self._calling(lock=False):
                some = self._collection.get(ids=ids[start : start + self._batch], include=["embeddings"])
            rows = np.asarray(some["embeddings"], np.float32)
            found |= {_split(passage_id): row for passage_id, row in zip(some["ids"], rows, strict=True)}
        return found

    def compare(self, vector: "np.ndarray", passages: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, float]]:
        """These passages, given as for `delete`, as `nearest` gives them; those not here are left out."""
        import numpy as np

        found = self.get(passages)
        cosines = np.array(list(found.values()), np.float32).reshape(-1, len(vector)) @ vector
        hits = [(paper_id, n, cosine) for (paper_id, n), cosine in zip(found, cosines.tolist(), strict=True)]
        return sorted(hits, key=lambda hit: -hit[2])

    def __len__(self) -> int:
        """How many passages the index holds."""
        with self._calling(lock=False):
            return self._collection.count()

    def drop(self, prefix: str) -> None:
        """Delete every index whose name begins with `prefix`, this one too."""
        with self._calling():
            names = [collection.name for collection in self._client.list_collections()]
            for name in names:
                if name.startswith(prefix):
                    self._client.delete_collection(name)

    def close(self) -> None:
        """Let go of the index's files."""
        self._client.close()
        self._note(open=False)

    def _note(self, open: bool) -> None:
        """A mark in the folder while the index is open: a process that a damaged graph ends leaves it there."""
        if isinstance(self._place, Path):
            with suppress(OSError):
                mark = self._place / OPEN
                mark.touch() if open else mark.unlink(missing_ok=True)

    @contextmanager
    def _calling(self, lock: bool = True) -> Iterator[None]:
        with failures(self._place), self._lock if lock and self._lock else nullcontext():
            yield


@contextmanager
def _surviving(mark: Path) -> Iterator[None]:
    """DamagedIndexError where the last process that came so far did not get on: a damaged graph may end it."""
    if mark.exists():
        raise DamagedIndexError(f"{mark.parent}: the vector index ended what read it; open the library to mend it.")
    with suppress(OSError):  # a full disk
        mark.touch()
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def _ids(passages: Sequence[tuple[str, int, int]]) -> list[str]:
    return [f"{paper_id}#{n}" for paper_id, first, last in passages for n in range(first, last)]


def _split(passage_id: str) -> tuple[str, int]:
    paper_id, _, number = passage_id.rpartition("#")
    return paper_id, int(number)
