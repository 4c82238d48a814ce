"""What was made of texts before: bytes and vectors by their text in a file that is safe to delete, means in memory."""

import hashlib
import sqlite3
import threading
import zlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from store.folder import open_to_read
from store.records import Paper, Passage

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")
Read = Callable[[Sequence[Paper]], tuple[list[list[Passage]], np.ndarray]]
_SEAL = 4  # bytes of a sum
_PAGE = 500  # keys a look-up
_LATEST = 256  # fresh vectors that are kept in memory
_KEPT = 4_096  # papers whose means are kept in memory; some 6 MB


class Latest(Generic[K, V]):
    """What was used last, kept in memory: at `most` so many."""

    def __init__(self, most: int):
        self._most, self._kept, self._lock = most, dict[K, V](), threading.Lock()

    def get(self, keys: Iterable[K]) -> dict[K, V]:
        """What is kept under these keys."""
        with self._lock:
            return {key: self._kept[key] for key in keys if key in self._kept}

    def keep(self, used: Mapping[K, V]) -> None:
        """Keep these."""
        with self._lock:
            for key, value in used.items():
                self._kept.pop(key, None)  # put in anew, it is among the latest
                self._kept[key] = value
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]


class Cache:
    """What is cheap to lose and costly to make, by `key_of` the text it was made from.

    What `shipped` reads, when something is missing, counts as kept. In a `read_only` folder what is new is
    kept in memory.
    """

    def __init__(self, path: Path, shipped: Callable[[], Mapping[bytes, bytes]] = dict, read_only: bool = False):
        self._path = path
        self._shipped = cache(shipped)
        self._memory: dict[bytes, bytes] | None = {} if read_only else None
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What is kept under these keys."""
        found = self._stored(keys)
        missing = [key for key in keys if key not in found]
        known = self._shipped() if missing else {}
        if taken := {key: known[key] for key in missing if key in known}:
            self.put(taken)
        return found | taken

    def _stored(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found = {key: self._memory[key] for key in keys if key in self._memory} if self._memory else {}
        for start in range(0, len(keys), _PAGE):
            some = keys[start : start + _PAGE]
            query = f"SELECT digest, sealed FROM kept WHERE digest IN ({', '.join('?' * len(some))})"
            found.update(self._rows(query, some))
        return found

    def put(self, blobs: Mapping[bytes, bytes]) -> None:
        """Keep these."""
        if self._memory is not None:
            self._memory.update(blobs)
            return
        rows = [(key, _sealed(key, blob)) for key, blob in blobs.items()]
        self._trying(lambda db: _insert(db, rows))

    def items(self) -> dict[bytes, bytes]:
        """Everything that is kept."""
        return dict(self._rows("SELECT digest, sealed FROM kept"))

    def _rows(self, query: str, values: Sequence[bytes] = ()) -> list[tuple[bytes, bytes]]:
        return _unsealed(self._trying(lambda db: db.execute(query, values).fetchall()))

    def _trying(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` with the file; where that is damaged, with one begun anew: what it kept can be made again."""
        with self._lock:
            try:
                self._db = self._db or self._open()
                return work(self._db)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._db = self._anew()
                return work(self._db)

    def _open(self) -> sqlite3.Connection:
        if self._memory is not None:
            if self._path.exists():
                db = open_to_read(self._path)
                if _has(db, "kept"):
                    return db
                db.close()
            return _connect(Path(":memory:"))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return _connect(self._path)

    def _anew(self) -> sqlite3.Connection:
        self.close()
        if self._memory is not None:
            return _connect(Path(":memory:"))
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(f"{self._path.name}{suffix}").unlink(missing_ok=True)
        return _connect(self._path)

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None


class VectorCache(Cache):
    """Vectors by text, in half precision, of one embedding model; the latest fresh ones stay in memory.

    One question is asked for by its search, by the doubt about it and by the answer.
    """

    def __init__(self, path: Path, shipped: Callable[[], Mapping[bytes, bytes]] = dict, read_only: bool = False):
        super().__init__(path, shipped, read_only)
        self._latest = Latest[bytes, np.ndarray](_LATEST)

    def has(self, texts: Sequence[str]) -> set[str]:
        """Those of these texts whose vectors are kept."""
        keys = {text: key_of(text) for text in texts}
        kept = self.get(list(keys.values()))
        return {text for text, key in keys.items() if key in kept}

    def embed(self, texts: Sequence[str], encode: Callable[[list[str]], np.ndarray], keep: bool = False) -> np.ndarray:
        """Unit rows, float32: those kept, and the rest by `encode`; with `keep` these are kept too.

        A row is the same whether it was kept or is fresh: both are rounded to half precision.
        """
        if not texts:
            return encode([])
        keys = [key_of(text) for text in texts]
        known = self._latest.get(keys) if not keep else {}
        asked = [key for key in keys if key not in known]
        known |= {key: np.frombuffer(blob, np.float16) for key, blob in self.get(asked).items()}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            fresh = encode(list(missing.values())).astype(np.float16)
            found = dict(zip(missing, fresh, strict=True))
            known |= found
            if keep:
                self.put({key: vector.tobytes() for key, vector in found.items()})
            else:
                self._latest.keep(found)
        rows = np.stack([known[key] for key in keys]).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)


class MeanVectors:
    """The mean vectors of papers; the latest ones are kept in memory."""

    def __init__(self, read: Read):
        self._read = read
        self._latest = Latest[Paper, np.ndarray](_KEPT)

    def rows(self, papers: Sequence[Paper]) -> np.ndarray:
        """Unit rows, float32, shape (len(papers), d)."""
        known = self._latest.get(papers)
        missing = [paper for paper in dict.fromkeys(papers) if paper not in known]
        if missing:
            known |= zip(missing, self._means(missing), strict=True)
            self._latest.keep(known)
        return np.stack([known[paper] for paper in papers])

    def _means(self, papers: Sequence[Paper]) -> np.ndarray:
        passages, vectors = self._read(papers)
        means = np.zeros((len(papers), vectors.shape[1]), np.float32)
        np.add.at(means, [n for n, some in enumerate(passages) for _ in some], vectors)
        return means / np.linalg.norm(means, axis=1, keepdims=True).clip(1e-12)


def key_of(text: str) -> bytes:
    """The key of what was made from `text`."""
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=12).digest()


def _sealed(key: bytes, blob: bytes) -> bytes:
    """A blob with a sum behind it: a byte that changes on the disk would turn every vector made of it."""
    return blob + zlib.crc32(blob, zlib.crc32(key)).to_bytes(_SEAL, "little")


def _unsealed(rows: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The rows that are as they were written."""
    return [(key, sealed[:-_SEAL]) for key, sealed in rows if sealed == _sealed(key, sealed[:-_SEAL])]


def _insert(db: sqlite3.Connection, rows: Sequence[tuple[bytes, bytes]]) -> None:
    with db:
        db.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", rows)


def _has(db: sqlite3.Connection, table: str) -> bool:
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchall())


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE IF NOT EXISTS kept (digest BLOB PRIMARY KEY, sealed BLOB) WITHOUT ROWID")
        if _has(db, "vectors"):  # an earlier version's, without sums
            db.create_function("sealed", 2, _sealed, deterministic=True)
            with db:
                db.execute("INSERT OR IGNORE INTO kept SELECT digest, sealed(digest, vector) FROM vectors")
                db.execute("DROP TABLE vectors")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
