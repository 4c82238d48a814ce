"""The place of record: every paper in one SQLite file, and how far the indexes have followed it.

A row's `indexed` is the digest of the text that both indexes hold for it; where it differs
from `content`, the indexes lag. `passages` is how many passages the vector index holds of it at
most, and `spans` where they stand in the abstract.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.dedup import keys
from store.errors import StoreError
from store.records import Paper, Passage
from store.tables import (
    COLUMNS,
    FIELDS,
    SCHEMA,
    SCHEMA_VERSION,
    digest_of,
    matching,
    paper_of,
    passages_of,
    row_of,
    spans_of,
)

_PAGE = 500  # rows read at once


@dataclass(frozen=True, slots=True)
class Lagging:
    """A paper the indexes have not followed yet, and the most passages they may hold of it."""

    seq: int
    paper: Paper
    content: str
    passages: int


class Papers:
    """The papers of one library folder; each thread has its own connection to the file."""

    def __init__(self, path: Path):
        self._path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []

    @property
    def _db(self) -> sqlite3.Connection:
        if not hasattr(self._local, "db"):
            self._local.db = self._connect()
            self._open.append(self._local.db)
        return self._local.db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA synchronous = NORMAL")
        return db

    def filled(self) -> bool:
        """Whether the file is there and got its first papers; StoreError if another version made it."""
        if not self._path.exists() or not self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            return False
        made_by = self.fact("schema")
        if made_by and made_by != SCHEMA_VERSION:
            raise StoreError(
                f"{self._path} was made by another version of citewell (tables {made_by}, here "
                f"{SCHEMA_VERSION}); upgrade citewell, or set CITEWELL_HOME to a new folder."
            )
        return bool(self.fact("filled"))

    def create(self) -> None:
        """Make the tables, if they are not there; the caller is the one writer."""
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.executescript(SCHEMA)
        self.set_fact("schema", SCHEMA_VERSION)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block's changes, or none of them."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def fact(self, name: str) -> str:
        """A fact about the library, such as the model its index was made with; "" if unknown."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def set_fact(self, name: str, value: str) -> None:
        """Keep a fact about the library."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def sharing_keys(self, paper: Paper) -> list[tuple[int, Paper]]:
        """The papers that share a key with `paper`, oldest first, with their row numbers."""
        known_by = keys(paper)
        marks = ", ".join("?" * len(known_by))
        query = (
            f"SELECT seq, {COLUMNS} FROM papers WHERE seq IN (SELECT seq FROM keys WHERE key IN ({marks})) ORDER BY seq"
        )
        return [(row[0], paper_of(row[1:])) for row in self._db.execute(query, known_by)]

    def insert(self, paper: Paper) -> None:
        """Keep a new paper."""
        marks = ", ".join("?" * (len(FIELDS) + 1))
        query = f"INSERT INTO papers ({COLUMNS}, content) VALUES ({marks})"
        self._add_keys(self._db.execute(query, (*row_of(paper), digest_of(paper))).lastrowid, paper)

    def update(self, seq: int, paper: Paper) -> None:
        """Put `paper` in the place of row `seq`; the indexes lag only if its text changed."""
        assignments = ", ".join(f"{name} = ?" for name in (*FIELDS, "content"))
        values = (*row_of(paper), digest_of(paper), seq)
        self._db.execute(f"UPDATE papers SET {assignments} WHERE seq = ?", values)
        self._add_keys(seq, paper)

    def _add_keys(self, seq: int, paper: Paper) -> None:
        self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", [(key, seq) for key in keys(paper)])

    def delete(self, paper_id: str, heir: int | None = None) -> bool:
        """Forget a paper, remembering that the indexes must too; whether there was one.

        What it is known by goes to the row `heir`, if any: the paper it turned out to be.
        """
        row = self._db.execute("SELECT seq, passages FROM papers WHERE paper_id = ?", (paper_id,)).fetchone()
        if row is None:
            return False
        self._db.execute("INSERT OR REPLACE INTO removed VALUES (?, ?)", (paper_id, row[1]))
        if heir is not None:
            query = "INSERT OR IGNORE INTO keys SELECT key, ? FROM keys WHERE seq = ?"
            self._db.execute(query, (heir, row[0]))
        self._db.execute("DELETE FROM keys WHERE seq = ?", row[:1])
        self._db.execute("DELETE FROM papers WHERE seq = ?", row[:1])
        return True

    def removed(self) -> list[tuple[str, int]]:
        """The ids of papers the indexes still have to forget, with their numbers of passages."""
        return self._db.execute("SELECT paper_id, passages FROM removed ORDER BY paper_id").fetchall()

    def forget_removed(self, paper_ids: Sequence[str]) -> None:
        """The indexes have forgotten these papers."""
        self._db.executemany("DELETE FROM removed WHERE paper_id = ?", [(i,) for i in paper_ids])
        self.bump_generation()

    def lagging(self, limit: int, after: int = 0) -> list[Lagging]:
        """The first `limit` papers behind row `after` that the indexes have not followed yet."""
        query = (
            f"SELECT seq, content, passages, {COLUMNS} FROM papers "
            "WHERE indexed <> content AND seq > ? ORDER BY seq LIMIT ?"
        )
        rows = self._db.execute(query, (after, limit))
        return [Lagging(row[0], paper_of(row[3:]), row[1], row[2]) for row in rows]

    def count_lagging(self) -> int:
        """How many papers the indexes have not followed yet."""
        return self._db.execute("SELECT count(*) FROM papers WHERE indexed <> content").fetchone()[0]

    def count_replaced(self) -> int:
        """How many papers the keyword index holds with a text that is no longer theirs."""
        query = (
            "SELECT (SELECT count(*) FROM papers WHERE indexed <> content AND passages > 0) "
            "+ (SELECT count(*) FROM removed)"
        )
        return self._db.execute(query).fetchone()[0]

    def expect_passages(self, found: Sequence[tuple[int, Sequence[Passage]]]) -> None:
        """Note the passages of each row before the vector index is written."""
        rows = [(len(some), spans_of(some), seq) for seq, some in found]
        self._db.executemany("UPDATE papers SET passages = ?, spans = ?, indexed = '' WHERE seq = ?", rows)

    def mark_indexed(self, followed: Sequence[tuple[int, str]]) -> None:
        """The indexes now hold the text of digest `content` for row `seq`, for each (seq, content)."""
        rows = [(content, seq) for seq, content in followed]
        self._db.executemany("UPDATE papers SET indexed = ? WHERE seq = ?", rows)
        self.bump_generation()

    def bump_generation(self) -> None:
        """Note that the indexes have changed, for other processes that hold them open."""
        self.set_fact("generation", str(int(self.fact("generation") or 0) + 1))

    def mark_all_lagging(self) -> None:
        """Both indexes are to be made anew, from nothing."""
        self._db.execute("UPDATE papers SET indexed = '', passages = 0")
        self._db.execute("DELETE FROM removed")

    def count_passages(self, in_step: bool = False) -> int:
        """How many passages the vector index holds when it is in step; of the papers it has followed at least."""
        where = " WHERE indexed = content" if in_step else ""
        return self._db.execute(f"SELECT coalesce(sum(passages), 0) FROM papers{where}").fetchone()[0]

    def known(self, paper_ids: Sequence[str]) -> set[str]:
        """Those of these ids that there are."""
        return {row[0] for row in self._rows("paper_id", paper_ids)}

    def get_many(self, paper_ids: Sequence[str]) -> dict[str, Paper]:
        """The papers of these ids that are known, by id."""
        return {row[0]: paper_of(row) for row in self._rows(COLUMNS, paper_ids)}

    def passages_of(self, paper_ids: Sequence[str]) -> dict[str, list[Passage]]:
        """The passages that the vector index knows by their numbers, by paper."""
        rows = self._rows("paper_id, spans, abstract", paper_ids)
        return {paper_id: passages_of(paper_id, spans, abstract) for paper_id, spans, abstract in rows}

    def _rows(self, columns: str, paper_ids: Sequence[str]) -> Iterator[Sequence[Any]]:
        for start in range(0, len(paper_ids), _PAGE):
            some = list(paper_ids[start : start + _PAGE])
            query = f"SELECT {columns} FROM papers WHERE paper_id IN ({', '.join('?' * len(some))})"
            yield from self._db.execute(query, some)

    def select(self, year: int | None = None, venue: str | None = None, author: str | None = None) -> Iterator[Paper]:
        """The papers of this year, with these words in venue and authors, as they came, a page at a time."""
        where, values = matching(year, venue, author)
        return self._pages(where, values)

    def matching(self, year: int | None = None, venue: str | None = None, author: str | None = None) -> frozenset[str]:
        """The ids of the papers that `select` gives."""
        where, values = matching(year, venue, author)
        return frozenset(row[0] for row in self._db.execute(f"SELECT paper_id FROM papers WHERE {where}", (0, *values)))

    def years(self) -> list[int]:
        """The years that papers are of, latest first."""
        rows = self._db.execute("SELECT DISTINCT year FROM papers WHERE year IS NOT NULL ORDER BY year DESC")
        return [row[0] for row in rows]

    def in_step(self) -> Iterator[Paper]:
        """The papers that the indexes have followed, a page at a time."""
        return self._pages("seq > ? AND indexed = content", ())

    def _pages(self, where: str, values: Sequence[Any]) -> Iterator[Paper]:
        query, last = f"SELECT seq, {COLUMNS} FROM papers WHERE {where} ORDER BY seq LIMIT {_PAGE}", 0
        while rows := self._db.execute(query, (last, *values)).fetchall():
            yield from (paper_of(row[1:]) for row in rows)
            last = rows[-1][0]

    def __len__(self) -> int:
        """How many papers there are."""
        return self._db.execute("SELECT count(*) FROM papers").fetchone()[0]

    def close(self) -> None:
        """Close the connections of every thread."""
        for db in self._open:
            db.close()
        self._open.clear()
        self._local = threading.local()
