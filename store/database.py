"""The file that papers are kept in: its tables, papers as their rows, facts about the library."""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

from store.errors import StoreError
from store.folder import Folder, Known, open_to_read, readable
from store.records import Paper, Passage

SCHEMA_VERSION = "3"
SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS papers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, paper_id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    abstract TEXT NOT NULL, authors TEXT NOT NULL, year INTEGER, venue TEXT NOT NULL, arxiv TEXT NOT NULL,
    doi TEXT NOT NULL, url TEXT NOT NULL, tags TEXT NOT NULL, sources TEXT NOT NULL,
    content TEXT NOT NULL, indexed TEXT NOT NULL DEFAULT '', passages INTEGER NOT NULL DEFAULT 0,
    spans TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS lagging ON papers (seq) WHERE indexed <> content;
CREATE INDEX IF NOT EXISTS passages_of ON papers (passages);
CREATE INDEX IF NOT EXISTS filters ON papers (year, venue, authors, paper_id);
CREATE TABLE IF NOT EXISTS keys (key TEXT, seq INTEGER, PRIMARY KEY (key, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_of ON keys (seq);
CREATE TABLE IF NOT EXISTS removed (paper_id TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
"""
# What brings the tables of an earlier version to the next, which it names.
MIGRATIONS = {
    "2": """
CREATE INDEX IF NOT EXISTS filters ON papers (year, venue, authors, paper_id);
INSERT OR REPLACE INTO facts VALUES ('schema', '3')
""",
}
FIELDS = tuple(field.name for field in fields(Paper))
COLUMNS = ", ".join(FIELDS)
_LISTS = ("authors", "tags", "sources")


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
        db.execute("PRAGMA synchronous = NORMAL")
        return db

    def filled(self) -> bool:
        """Whether the file is there and got its first papers, brought up to this version where that is known how.

        Raises StoreError for the file of another version.
        """
        if not self._path.exists() or not self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
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
            while steps := MIGRATIONS.get(self.fact("schema")):
                for statement in steps.split(";"):
                    self._db.execute(statement)

    def create(self) -> None:
        """Make the tables, if they are not there; the caller is the one writer."""
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(SCHEMA)
        self.set_fact("schema", SCHEMA_VERSION)

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
        return Known(self.value("SELECT count(*) FROM papers"), int(self.fact("generation") or 0))

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

    def set_fact(self, name: str, value: str) -> None:
        """Keep a fact about the library."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def complaints(self) -> list[str]:
        """What SQLite finds wrong with the file itself, with what to do; mostly nothing."""
        found = [row[0] for row in self.rows("PRAGMA quick_check(1)")]
        if found == ["ok"]:
            return []
        return [
            f"{self._path} is damaged ({' '.join(found[0].split())}); put back a copy of it{self._folder.newest()}."
        ]

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()


def row_of(paper: Paper) -> list[Any]:
    """The values of FIELDS for a paper."""
    values = {name: getattr(paper, name) for name in FIELDS}
    return [json.dumps(v, ensure_ascii=False) if name in _LISTS else v for name, v in values.items()]


def paper_of(row: Sequence[Any]) -> Paper:
    """The paper of a row of FIELDS."""
    values: dict[str, Any] = dict(zip(FIELDS, row, strict=True))
    return Paper(**values | {name: _list_of(values[name]) for name in _LISTS})


def _list_of(text: str) -> tuple[str, ...]:
    try:
        return tuple(json.loads(text)) if text != "[]" else ()
    except (ValueError, TypeError):
        raise sqlite3.DatabaseError(f"{str(text)[:60]!r} is no list") from None


def spans_of(passages: Sequence[Passage]) -> str:
    """Where passages stand in their abstract, as kept in a row."""
    return " ".join(f"{passage.start}-{passage.end}" for passage in passages)


def passages_of(paper_id: str, spans: str, abstract: str) -> list[Passage]:
    """The inverse of `spans_of`."""
    bounds = (tuple(map(int, span.split("-"))) for span in spans.split())
    return [Passage(paper_id, start, end, abstract[start:end]) for start, end in bounds]


def digest_of(paper: Paper) -> str:
    """What changes when the text that is indexed changes."""
    return hashlib.sha256(f"{paper.title}\n{paper.abstract}".encode()).hexdigest()[:16]


def matching(year: int | None, venue: str | None, author: str | None) -> tuple[str, list[Any]]:
    """A condition on rows behind a given one, and its further values."""
    wanted = {"year = ?": year, "venue LIKE ? ESCAPE '\\'": _like(venue), "authors LIKE ? ESCAPE '\\'": _like(author)}
    given = {condition: value for condition, value in wanted.items() if value is not None}
    return " AND ".join(("seq > ?", *given)), list(given.values())


def _like(text: str | None) -> str | None:
    """A pattern for LIKE (escaped by a backslash) that finds `text` anywhere."""
    if text is None:
        return None
    return "%" + "".join(f"\\{c}" if c in "%_\\" else c for c in text) + "%"
