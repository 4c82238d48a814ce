"""Both indexes of a library and the model they are made with, opened when first needed."""

import hashlib
import shutil
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from store.records import ChromaServer

if TYPE_CHECKING:
    import numpy as np

    from store.embeddings import Embedder
    from store.keywords import Keywords
    from store.mean_vectors import MeanVectors
    from store.vector_cache import VectorCache
    from store.vectors import Vectors
    from store.word_vectors import WordVectors


class Indexes:
    """What is made from the place of record and can be made again: all in `home`."""

    def __init__(self, home: Path, model: str, embedder: "Embedder | None", server: ChromaServer | None):
        self._model = model
        self._server = server
        self._given = embedder
        self._lock = threading.RLock()
        self._vectors_folder = home / "vectors"
        self._keywords_folder = home / "keywords"
        self._cache_folder = home / "cache"

    @property
    def vectors_missing(self) -> bool:
        """Whether there is no vector index at all."""
        return not self._server and not self._vectors_folder.exists()

    @property
    def keywords_missing(self) -> bool:
        """Whether there is no keyword index at all."""
        return not self._keywords_folder.exists()

    @cached_property
    def embedder(self) -> "Embedder":
        """The embedding model."""
        with self._lock:
            if self._given is not None:
                return self._given
            from store.embeddings import load_embedder

            return load_embedder(self._model, self._cache_folder)

    @property
    def fingerprint(self) -> str:
        """What the vectors were made with, and where they are: vectors of two never mix."""
        return f"{self.embedder.fingerprint} {self._server.url if self._server else ''}".strip()

    @cached_property
    def vectors(self) -> "Vectors":
        """The vector index of this model."""
        with self._lock:
            from store.vectors import Vectors

            return Vectors(self._vectors_folder, f"passages-{self._mark}", self._server)

    @cached_property
    def keywords(self) -> "Keywords":
        """The keyword index."""
        with self._lock:
            from store.keywords import Keywords

            return Keywords(self._keywords_folder)

    @cached_property
    def cache(self) -> "VectorCache":
        """What this model has embedded before."""
        with self._lock:
            from store.vector_cache import VectorCache

            return VectorCache(self._cache_folder / f"vectors-{self._mark}.db")

    @cached_property
    def words(self) -> "WordVectors | None":
        """The vectors of the papers' words; None for a model that has none."""
        with self._lock:
            if not getattr(self.embedder, "reads_words", False):
                return None
            from store.word_vectors import WordVectors

            return WordVectors(self._cache_folder / f"words-{self._mark}.db", self.embedder)

    def embed(self, texts: Sequence[str]) -> "np.ndarray":
        """Unit rows, float32, shape (len(texts), d); those of a slow model come from a cache where they can."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.embedder.dimension), np.float32)
        return self.cache.embed(texts, self.embedder.encode) if self.embedder.slow else self.embedder.encode(texts)

    @cached_property
    def means(self) -> "MeanVectors":
        """Papers as the means of their sentences' vectors."""
        with self._lock:
            from store.mean_vectors import MeanVectors

            return MeanVectors(self.embed)

    @property
    def _mark(self) -> str:
        return hashlib.sha256(self.embedder.fingerprint.encode()).hexdigest()[:12]

    def vectors_sound(self) -> bool:
        """Whether the vector index is whole, after a process was stopped while writing it."""
        from store.vectors import sound

        if self._server or self.vectors_missing:
            return True  # a server is not stopped with the process that wrote to it
        return sound(self._vectors_folder, f"passages-{self._mark}")

    def reopen(self) -> None:
        """See what another process has written since the indexes were opened."""
        with self._lock:
            if "keywords" in self.__dict__:
                self.keywords.reload()
            self._close_vectors()

    def drop_vectors(self) -> None:
        """Drop the vectors, damaged ones too; a server's may be others' as well, and stay."""
        with self._lock:
            self._close_vectors()
            shutil.rmtree(self._vectors_folder, ignore_errors=True)

    def drop_keywords(self) -> None:
        """Drop the keyword index, a damaged one too."""
        with self._lock:
            self.__dict__.pop("keywords", None)
            shutil.rmtree(self._keywords_folder, ignore_errors=True)

    def _close_vectors(self) -> None:
        if vectors := self.__dict__.pop("vectors", None):
            vectors.close()

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            self._close_vectors()
            self.__dict__.pop("keywords", None)
            for name in ("cache", "words"):
                if kept := self.__dict__.pop(name, None):
                    kept.close()
