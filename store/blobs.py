"""Bytes kept by the text they were made from, in one SQLite file; safe to delete."""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

_PAGE = 500  # keys a look-up


class Blobs:
    """What is cheap to lose and costly to make, by `key_of` the text it was made from.

    What `shipped` reads, when something is missing, counts as kept.
    """

    def __init__(self, path: Path, shipped: Callable[[], Mapping[bytes, bytes]] = dict):
        self._path = path
        self._shipped = cache(shipped)
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
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _PAGE):
            some = keys[start : start + _PAGE]
            query = f"SELECT digest, vector FROM vectors WHERE digest IN ({', '.join('?' * len(some))})"
            with self._connection() as db:
                found.update(db.execute(query, some).fetchall())
        return found

    def put(self, blobs: Mapping[bytes, bytes]) -> None:
        """Keep these."""
        with self._connection() as db, db:
            db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", list(blobs.items()))

    def items(self) -> dict[bytes, bytes]:
        """Everything that is kept."""
        with self._connection() as db:
            return dict(db.execute("SELECT digest, vector FROM vectors"))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db = self._db or self._open()
            yield self._db

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _connect(self._path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            self._path.unlink()  # damaged: what it kept can be made again
            return _connect(self._path)

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None


def key_of(text: str) -> bytes:
    """The key of what was made from `text`."""
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=12).digest()


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=30, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("CREATE TABLE IF NOT EXISTS vectors (digest BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
    return db
