"""The vector index, in Chroma; the only file that knows Chroma."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from filelock import FileLock

from store.errors import DamagedIndexError, StoreError
from store.records import ChromaServer, Passage

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI, Collection

_BATCH = 2_048  # rows a call: Chroma takes at most 5,461, and who opens the index waits for one call
_PROBES = 100  # passages that `sound` looks for
# With Chroma's own widths (100, 100, 16) a search misses a third of the nearest among clustered
# vectors. It writes the graph to disk every `sync_threshold` rows and replays the rest whenever
# it is opened: by the call, an opened library is ready at once.
_HNSW = {"space": "cosine", "ef_construction": 128, "ef_search": 600, "max_neighbors": 24,
         "batch_size": 2, "sync_threshold": 2}
_DAMAGE = ("hnsw", "compact", "backfill", "corrupt", "malformed", "not a database")


class Vectors:
    """Passages by the direction of their vectors; ids are `paper_id#n`, and all else is on record."""

    def __init__(self, folder: Path, name: str, server: ChromaServer | None = None):
        self._place = server.url if server else str(folder)
        # Chroma writes a folder's graph in place: one process that reads it meanwhile would crash.
        self._files = nullcontext() if server else FileLock(folder.with_suffix(".lock"))
        with self._telling(), self._files:
            self._client = _server_client(server) if server else _folder_client(folder)
            try:
                self._collection = self._load(name)
            except BaseException:  # or Chroma would hand out this client for the index that replaces it
                self._client.close()
                raise

    def _load(self, name: str) -> "Collection":
        collection = self._client.get_or_create_collection(
            name, configuration={"hnsw": _HNSW}, embedding_function=None)
        if collection.count():  # loads the graph; from here on Chroma keeps it in memory
            collection.get(limit=1, include=["embeddings"])
        return collection

    def upsert(self, passages: Sequence[Sequence[Passage]], vectors: "np.ndarray") -> None:
        """Keep the passages of papers, a sequence a paper, with one row of `vectors` each."""
        ids = [f"{passage.paper_id}#{n}" for paper in passages for n, passage in enumerate(paper)]
        for start in range(0, len(ids), _BATCH):
            end = start + _BATCH
            with self._telling(), self._files:
                self._collection.upsert(ids=ids[start:end], embeddings=vectors[start:end])

    def delete(self, passages: Sequence[tuple[str, int, int]]) -> None:
        """Forget the passages `first` to `last` (exclusive) of each (paper_id, first, last)."""
        ids = [f"{paper_id}#{n}" for paper_id, first, last in passages for n in range(first, last)]
        for start in range(0, len(ids), _BATCH):
            with self._telling(), self._files:
                self._collection.delete(ids=ids[start : start + _BATCH])

    def nearest(self, vector: "np.ndarray", k: int) -> list[tuple[str, int, float]]:
        """The `k` nearest passages, best first: (paper_id, number of the passage, cosine)."""
        with self._telling():
            found = self._collection.query(
                query_embeddings=vector[None, :], n_results=k, include=["distances"])
        split = (passage_id.rpartition("#") for passage_id in found["ids"][0])
        return [(paper_id, int(number), 1.0 - distance)
                for (paper_id, _, number), distance in zip(split, found["distances"][0], strict=True)]

    def finds_its_own(self) -> bool:
        """Whether passages picked across the index are found by their own vectors."""
        stored = len(self)
        step = max(1, stored // _PROBES)
        with self._telling():
            probes = [self._collection.get(limit=1, offset=place, include=["embeddings"])
                      for place in range(0, stored, step)]
        scores = [score for probe in probes for *_, score in self.nearest(probe["embeddings"][0], 1)]
        return sum(score > 0.999 for score in scores) >= 0.98 * len(probes)

    def __len__(self) -> int:
        """How many passages the index holds."""
        with self._telling():
            return self._collection.count()

    def close(self) -> None:
        """Let go of the index's files."""
        self._client.close()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Chroma's failures, as ours: damage, which a new index mends, told from the rest."""
        from chromadb.errors import ChromaError
        from httpx import HTTPError

        try:
            yield
        except (ChromaError, HTTPError, ValueError) as error:
            if any(word in str(error).lower() for word in _DAMAGE):
                raise DamagedIndexError(f"{self._place}: the vector index is damaged ({error}); delete this "
                                        "folder, and it is made anew from the papers.") from error
            raise StoreError(f"{self._place}: the vector index cannot be used ({error}); check that it can "
                             "be reached and written to, and that there is space.") from error


def _folder_client(folder: Path) -> "ClientAPI":
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    try:
        return chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    except BaseException:  # Chroma keeps the half-started client, and would hand it out again
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise


def _server_client(server: ChromaServer) -> "ClientAPI":
    import chromadb
    from chromadb.config import Settings

    url = urlsplit(server.url)
    secure = url.scheme == "https"
    return chromadb.HttpClient(
        url.hostname or "", url.port or (443 if secure else 80), secure,
        headers={"x-chroma-token": server.token} if server.token else None,
        settings=Settings(anonymized_telemetry=False), tenant=server.tenant, database=server.database)


def sound(folder: Path, name: str) -> bool:
    """Whether the index survived a kill; tried in a process of its own, which damage may crash."""
    paths = os.pathsep.join(path for path in sys.path if path)
    with subprocess.Popen([sys.executable, "-c", _TRIAL, str(folder), name], stdin=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": paths}) as trial:
        return trial.wait() == 0


# The trial ends with the process that started it: its input is then closed.
_TRIAL = """
import os, pathlib, sys, threading
from store.vectors import Vectors
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(1)), daemon=True).start()
whole = Vectors(pathlib.Path(sys.argv[1]), sys.argv[2]).finds_its_own()
os._exit(not whole)
"""
