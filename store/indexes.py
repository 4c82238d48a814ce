"""Both indexes of a library, the model they are made with and what it made before: opened when first needed."""

import hashlib
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from store.errors import DamagedIndexError, DamagedKeywordsError
from store.folder import Folder
from store.records import ChromaServer
from store.sums import OPEN, Sums

if TYPE_CHECKING:
    from store.cache import Cache, MeanVectors, VectorCache
    from store.encoders import Embedder
    from store.keywords import Keywords
    from store.texts import Texts
    from store.vectors import Vectors
    from store.word_vectors import WordVectors

    C = TypeVar("C", bound=Cache)
T = TypeVar("T")
MISSING = "was missing"


class _Opened(Generic[T]):
    """An attribute that is made when first needed, by one thread, and kept until it is closed."""

    def __init__(self, make: Callable[[Any], T]):
        self.__doc__, self._make, self._name = make.__doc__, make, make.__name__

    def __get__(self, indexes: "Indexes", _: object) -> T:
        with indexes.lock:
            if self._name not in indexes.opened:
                indexes.opened[self._name] = self._make(indexes)
            return indexes.opened[self._name]


class Indexes:
    """What is made from the place of record and can be made again: in its folder, the vectors perhaps on a server."""

    def __init__(
        self,
        folder: Folder,
        model: str,
        embedder: "Embedder | None",
        server: ChromaServer | None,
        fact: Callable[[str], str],
    ):
        """`fact` tells a fact about the library, by its name."""
        self._files, self._model, self._given, self._server, self._fact = folder, model, embedder, server, fact
        self._sums = Sums(folder)
        self.lock = threading.RLock()
        self.opened: dict[str, Any] = {}
        self._retired: list[Vectors] = []  # replaced ones: a search may be under way in them

    @property
    def place(self) -> str:
        """Where the vectors are kept, if not in `home`: vectors of two places never mix."""
        if (server := self._server) is None:
            return ""
        return f"{server.url} {server.tenant} {server.database} {self._files.home.resolve()}"

    @property
    def fingerprint(self) -> str:
        """What the vectors were made with, and where they are: vectors of two never mix."""
        return f"{self.embedder.fingerprint} {self.place}".strip()

    def damage_of_vectors(self, every_byte: bool = False) -> str:
        """What is wrong with the vector index's files, in words behind its name; "" where nothing is."""
        if self._server or (folder := self._folder) is None:
            return "" if self._server else MISSING
        unclosed = (folder / OPEN).exists()  # it may have ended the process that had it open
        return self._sums.damage(self._files.vectors, every_byte or unclosed, folder.with_suffix(".lock"))

    def damage_of_keywords(self, every_byte: bool = False) -> str:
        """What is wrong with the keyword index's files, as `damage_of_vectors` tells it."""
        if not (self._files.keywords / "meta.json").exists():
            return MISSING
        return self._sums.damage(self._files.keywords, every_byte)

    def seal(self) -> None:
        """Take both indexes for whole as they are now; the caller is the one writer, and has finished."""
        self._sums.seal()

    def _refuse(self, index: str, damage: str, error: type[DamagedIndexError]) -> None:
        """Raises `error` for files that are not as they were written, unless somebody writes to them now."""
        if damage and not (damage != MISSING and self._fact("writing")):
            raise error(f"{self._files.home}: the {index} index {damage}; open the library again to mend it.", damage)

    @_Opened
    def embedder(self) -> "Embedder":
        """The embedding model."""
        from store.encoders import load_embedder

        return self._given or load_embedder(self._model, self._files.cache)

    @_Opened
    def fast(self) -> "Embedder":
        """A model that reads thousands of papers a second."""
        from store.encoders import load_embedder, weights

        return load_embedder(weights.STATIC, self._files.cache) if self.embedder.slow else self.embedder

    @_Opened
    def vectors(self) -> "Vectors":
        """The vector index of this model. Raises DamagedIndexError when there is none, or not as it was written."""
        from store.vectors import Vectors

        if self._server:
            return Vectors(self._server, self._shared_name + self._mark)
        self._refuse("vector", self.damage_of_vectors(), DamagedIndexError)
        assert self._folder
        place = self._files.mirror(self._folder, "chroma.sqlite3")
        return Vectors(place, f"passages-{self._mark}", partial(self._sums.follow, self._files.vectors))

    @_Opened
    def keywords(self) -> "Keywords":
        """The keyword index. Raises DamagedKeywordsError when there is none, or not as it was written."""
        from store.keywords import Keywords

        self._refuse("keyword", self.damage_of_keywords(), DamagedKeywordsError)
        return Keywords(self._files.mirror(self._files.keywords))

    @_Opened
    def cache(self) -> "VectorCache":
        """What this model has embedded before."""
        from store.cache import VectorCache

        return self._kept("vectors", VectorCache)

    @_Opened
    def words(self) -> "WordVectors | None":
        """The vectors of the papers' words; None for a model that has none."""
        from store.cache import Cache
        from store.word_vectors import WordVectors

        reads = getattr(self.embedder, "reads_words", False)
        return WordVectors(self._kept("words", Cache), self.embedder) if reads else None

    @_Opened
    def means(self) -> "MeanVectors":
        """Papers as the means of their passages' vectors."""
        from store.cache import MeanVectors

        return MeanVectors(self.texts.read)

    @_Opened
    def texts(self) -> "Texts":
        """What the model makes of papers and sentences."""
        from store.texts import Texts

        return Texts(self.embedder, self.cache, self.words)

    def _kept(self, kind: str, cache: "type[C]") -> "C":
        """What this model has made of `kind`, and what ships of it."""
        from store.collection import embedded

        path, shipped = self._files.cache / f"{kind}-{self._mark}.db", embedded(kind, self.embedder.fingerprint)
        return cache(path, shipped, self._files.read_only)

    @property
    def _mark(self) -> str:
        return hashlib.sha256(self.embedder.fingerprint.encode()).hexdigest()[:12]

    @property
    def _shared_name(self) -> str:
        """What the names of this library's indexes begin with on a server that others use too.

        A copy of the folder elsewhere is another library: what one adds, the other need not have.
        """
        mark = hashlib.sha256(f"{self._fact('library')} {self._files.home.resolve()}".encode()).hexdigest()[:12]
        return f"citewell-{mark}-"

    @property
    def _folder(self) -> Path | None:
        """The newest vector index. Each has a name of its own, for Chroma holds on to a name (see `connect`)."""
        return max(self._files.vectors.glob("made-*[0-9]"), default=None)

    def reopen(self) -> None:
        """See what another process has written since the indexes were opened."""
        with self.lock:
            self.opened.pop("keywords", None)
            self._close("vectors")

    def renew_vectors(self) -> None:
        """An empty vector index in place of what there is, damaged or of another model."""
        with self.lock:
            if self._server:
                self.vectors.drop(self._shared_name)
            if (replaced := self.opened.pop("vectors", None)) is not None:
                self._retired.append(replaced)
            shutil.rmtree(self._files.vectors, ignore_errors=True)
            if not self._server:
                (self._files.vectors / f"made-{time.time_ns()}").mkdir(parents=True)

    def renew_keywords(self) -> None:
        """An empty keyword index in place of what there is, damaged or lost."""
        from store.keywords import Keywords

        with self.lock:
            # Moved away first: a thread of the old index that still writes would keep the folder alive.
            gone = self._files.keywords.with_name(f"keywords-gone-{time.time_ns()}")
            with suppress(FileNotFoundError):
                self._files.keywords.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
            self.opened["keywords"] = Keywords(self._files.keywords, new=True)

    def _close(self, name: str) -> None:
        # Not by its truth: that of an index is its size, which may be 0, or not to be had.
        if (opened := self.opened.pop(name, None)) is not None:
            opened.close()

    def close(self) -> None:
        """Let go of every file."""
        with self.lock:
            self.opened.pop("keywords", None)
            for name in ("vectors", "cache", "words"):
                self._close(name)
            while self._retired:
                self._retired.pop().close()
