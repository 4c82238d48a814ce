"""The file that papers are kept in: its tables, papers as their rows, facts about the library."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from store.errors import StoreError
from store.folder import Folder, Known, open_to_read, readable
from store.schema import MIGRATIONS, SCHEMA, SCHEMA_VERSION


class Database:
    """The SQLite file of a library's folder; each thread has its own connection to it."""

    def __init__(self, folder: Folder):
        self._folder, self._path = folder, folder.papers
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, sqlite3.Connection] = {}

    @property
    def _db(self) -> sqlite3.Connection:
        thread = threading.current_thread()
        if thread not in self._open:
            with self._lock:
                for ended in [thread for thread in self._open if not thread.is_alive()]:
                    self._open.pop(ended).close()
                self._open[thread] = self._connect()
        return self._open[thread]

    def _connect(self) -> sqlite3.Connection:
        if self._folder.read_only and self._path == self._folder.papers:
            return open_to_read(self._path)
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        db.text_factory = readable
        try:
            db.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.DatabaseError:
            db.close()  # or what it holds of the file would bar who mends it
            raise
        return db

    def filled(self) -> bool:
        """Whether the file is there and got its first papers, brought up to this version where that is known how.

        Raises StoreError for the file of another version.
        """
        if not self._path.exists() or not self.has_tables():
            return False
        made_by = self.fact("schema")
        if made_by in MIGRATIONS:
            self._migrate()
        elif made_by and made_by != SCHEMA_VERSION:
            raise StoreError(
                f"{self._path} was made by another version of citewell (tables {made_by}, here "
                f"{SCHEMA_VERSION}); upgrade citewell, or set CITEWELL_HOME to a new folder."
            )
        return bool(self.fact("filled"))

    def _migrate(self) -> None:
        """Bring the tables up to this version: of a read-only library, those of a copy for as long as it is open."""
        if self._folder.read_only:
            self.close()
            self._path = self._folder.mirror(self._path, self._path.name)
            self._migrated()
            return
        with self._folder.writing():
            if self.fact("schema") in MIGRATIONS:
                self._folder.copy(self._db, f"version-{SCHEMA_VERSION}")
                self._migrated()

    def _migrated(self) -> None:
        with self.transaction():
            while step := MIGRATIONS.get(made_by := self.fact("schema")):
                step(self._db)
                self.set_fact("schema", str(int(made_by) + 1))

    def create(self) -> None:
        """Make the tables, if they are not there; the caller is the one writer."""
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(SCHEMA)
        self.set_fact("schema", SCHEMA_VERSION)

    def has_tables(self) -> bool:
        """Whether anything was ever made in the file."""
        return bool(self.rows("SELECT 1 FROM sqlite_master LIMIT 1"))

    def take_all_of(self, other: "Database") -> None:
        """Put what `other` holds in the place of everything here."""
        other._db.backup(self._db)

    def copy_to(self, path: Path) -> None:
        """Write a whole copy of the file at `path`, as it is at this moment."""
        with closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)

    def keep_copy(self, before: str) -> None:
        """Keep a copy of the file from `before` what is about to be done; the caller is the one writer."""
        self._folder.copy(self._db, before)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block's changes, or none of them; what is known of the papers outside never tells of more."""
        known = self._folder.known()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            now = self.known()
            if now.papers < known.papers:
                self._folder.note(replace(known, papers=now.papers))
            self._db.execute("COMMIT")
        except BaseException:  # an interrupt may come anywhere
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self._folder.note(now)

    def known(self) -> Known:
        """How many papers there are, and how often the indexes have changed."""
        return Known(self.value("SELECT count(*) FROM papers"), self.number("generation"))

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query: one that is left half read, by an interrupt, bars this connection from writing."""
        return self._db.execute(query, values).fetchall()

    def value(self, query: str, values: Sequence[Any] = ()) -> Any:
        """The one value that a query gives; only of a damaged file it gives none: sqlite3.DatabaseError."""
        found = self.rows(query, values)
        if not found:
            raise sqlite3.DatabaseError("a count has no answer")
        return found[0][0]

    def fact(self, name: str) -> str:
        """A fact about the library, such as the model its index was made with; "" if unknown."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def number(self, name: str) -> int:
        """A fact that is a number; 0 if unknown. Raises sqlite3.DatabaseError where it is none."""
        text = self.fact(name) or "0"
        if not (text.isascii() and text.isdigit()):
            raise sqlite3.DatabaseError(f"{text[:60]!r} is no number")
        return int(text)

    def set_fact(self, name: str, value: str) -> None:
        """Keep a fact about the library."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def complaints(self) -> list[str]:
        """What SQLite finds wrong with the file itself; mostly nothing."""
        found = [row[0] for row in self.rows("PRAGMA integrity_check(1)")]
        return [] if found == ["ok"] else [f"{self._path} is damaged ({' '.join(found[0].split())})."]

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()
