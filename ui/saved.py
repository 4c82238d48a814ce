"""Conversations kept beside the library, each question with its answer: a tree, which an edited question branches."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from threading import RLock

from store.errors import CitewellError
from store.readers.values import storable
from ui.conversation import Conversation, Exchange
from ui.exchange_text import read_exchange, written

NAME = "conversations.db"
LONGEST_TITLE = 120  # characters
UNDO = 86_400.0  # seconds that a deleted conversation can be brought back
LISTED = 200  # conversations in the rail; the search reaches the others
_TABLES = """
CREATE TABLE IF NOT EXISTS talk (
  id TEXT PRIMARY KEY, person TEXT NOT NULL, title TEXT NOT NULL, touched REAL NOT NULL, head INTEGER, deleted REAL,
  scope TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS turn (
  id INTEGER PRIMARY KEY AUTOINCREMENT, talk TEXT NOT NULL, parent INTEGER, words TEXT NOT NULL,
  exchange TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cited (paper_id TEXT NOT NULL, turn INTEGER NOT NULL, PRIMARY KEY (paper_id, turn));
CREATE TABLE IF NOT EXISTS draft (person TEXT, name TEXT, text TEXT NOT NULL, PRIMARY KEY (person, name));
CREATE INDEX IF NOT EXISTS turn_talk ON turn (talk);
"""


class NoConversation(CitewellError):
    """There is no such conversation, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as it is listed; `touched` is when it was last asked, in seconds since 1970."""

    id: str
    title: str
    touched: float


@dataclass(frozen=True, slots=True)
class TurnOf:
    """A question of a conversation with its answer. `branches` are the turns asked in its place, itself among them."""

    id: int
    exchange: Exchange
    branches: tuple[int, ...]


class Saved:
    """The conversations in the folder `home`; where that cannot be written to, they last as long as this process.

    Each belongs to a person, by a name that only that person's browser knows; on a machine of one's own that is "".
    """

    def __init__(self, home: Path) -> None:
        self._lock = RLock()
        with suppress(OSError):  # before it is opened: what SQLite puts beside it gets the same rights
            (home / NAME).touch(0o600)
            (home / NAME).chmod(0o600)
        try:
            self._db = _open(str(home / NAME))
            self.kept = True
        except sqlite3.Error:
            self._db, self.kept = _open(":memory:"), False

    def begin(self, person: str, question: str) -> str:
        """A new conversation, named by its first question; its id."""
        talk = token_urlsafe(9)
        title = " ".join(question.split())[:LONGEST_TITLE]
        self._do("INSERT INTO talk (id, person, title, touched) VALUES (?, ?, ?, ?)", talk, person, title, time.time())
        return talk

    def ask(self, person: str, talk: str, parent: int | None, question: str) -> int:
        """A new turn of a conversation behind turn `parent`; its id. Raises NoConversation."""
        self.talk(person, talk)
        if parent is not None and not self._rows("SELECT 1 FROM turn WHERE id = ? AND talk = ?", parent, talk):
            raise NoConversation("That answer is not part of this conversation; open it anew.")
        with self._lock:
            turn = self._do(
                "INSERT INTO turn (talk, parent, words, exchange) VALUES (?, ?, '', '')", talk, parent
            ).lastrowid
            assert turn is not None
            self.keep(turn, Exchange(question))
            self._do("UPDATE talk SET head = ?, touched = ? WHERE id = ?", turn, time.time(), talk)
        return turn

    def keep(self, turn: int, exchange: Exchange) -> None:
        """Keep what a turn has come to."""
        words = storable(f"{exchange.question}\n{exchange.text}".casefold())
        with self._lock:
            self._do("UPDATE turn SET words = ?, exchange = ? WHERE id = ?", words, written(exchange), turn)
            for paper_id in exchange.cited:
                self._do("INSERT OR IGNORE INTO cited VALUES (?, ?)", paper_id, turn)

    def spent(self, person: str) -> tuple[int, int, float]:
        """Tokens of prompts and of answers, and US dollars, of the conversations that are kept."""
        used = ", ".join(
            f"coalesce(sum(json_extract(exchange, '$.answer.usage.{name}')), 0)"
            for name in ("prompt_tokens", "completion_tokens", "cost_usd")
        )
        [row] = self._rows(
            f"SELECT {used} FROM turn JOIN talk ON turn.talk = talk.id WHERE person = ? AND json_valid(exchange)",
            person,
        )
        return row

    def talk(self, person: str, talk: str) -> Talk:
        """The conversation of this id. Raises NoConversation."""
        rows = self._rows("SELECT id, title, touched FROM talk WHERE id = ? AND person = ?", talk, person)
        if not rows:
            raise NoConversation("There is no such conversation here; it may have been deleted.")
        return Talk(*rows[0])

    def scope(self, person: str, talk: str) -> str:
        """What a conversation is limited to, as it was given to `limit`; "" for nothing. Raises NoConversation."""
        self.talk(person, talk)
        [(scope,)] = self._rows("SELECT scope FROM talk WHERE id = ?", talk)
        return scope

    def limit(self, person: str, talk: str, scope: str) -> None:
        """Keep what a conversation is limited to. Raises NoConversation."""
        self.talk(person, talk)
        self._do("UPDATE talk SET scope = ? WHERE id = ?", scope, talk)

    def path(self, person: str, talk: str, through: int | None = None) -> list[TurnOf]:
        """The turns shown of a conversation: up to the one last asked, or the newest that goes through a turn.

        Raises NoConversation.
        """
        self.talk(person, talk)
        parents = dict(self._rows("SELECT id, parent FROM turn WHERE talk = ? ORDER BY id", talk))
        if through in parents:
            while after := [turn for turn, parent in parents.items() if parent == through]:
                through = after[-1]
            self._do("UPDATE talk SET head = ? WHERE id = ?", through, talk)
        [(head,)] = self._rows("SELECT head FROM talk WHERE id = ?", talk)
        ids = _up_from(head, parents)
        found = dict(self._rows(f"SELECT id, exchange FROM turn WHERE id IN ({_marks(ids)})", *ids))
        return [
            TurnOf(
                turn, read_exchange(found[turn]), tuple(t for t, parent in parents.items() if parent == parents[turn])
            )
            for turn in ids
        ]

    def before(self, turn: int) -> Conversation:
        """The exchanges that lead up to a turn, the oldest first."""
        [(talk,)] = self._rows("SELECT talk FROM turn WHERE id = ?", turn)
        parents = dict(self._rows("SELECT id, parent FROM turn WHERE talk = ?", talk))
        ids = _up_from(parents[turn], parents)
        found = dict(self._rows(f"SELECT id, exchange FROM turn WHERE id IN ({_marks(ids)})", *ids))
        return tuple(read_exchange(found[turn]) for turn in ids)

    def listed(self, person: str, query: str = "") -> list[Talk]:
        """The conversations with these words in them, the last asked first."""
        rows = self._rows(
            "SELECT id, title, touched FROM talk WHERE person = ? AND deleted IS NULL ORDER BY touched DESC", person
        )
        words = query.casefold().split()
        if words:
            having = " AND ".join("instr(all_words, ?)" for _ in words)
            own = "SELECT id FROM talk WHERE person = ? AND deleted IS NULL"
            each = (
                f"SELECT talk, group_concat(words, char(10)) AS all_words FROM turn WHERE talk IN ({own}) GROUP BY talk"
            )
            fit = self._rows(f"SELECT talk FROM ({each}) WHERE {having}", person, *words)
            ids = {talk for (talk,) in fit}
            rows = [row for row in rows if row[0] in ids or all(word in row[1].casefold() for word in words)]
        return [Talk(*row) for row in rows[:LISTED]]

    def rename(self, person: str, talk: str, title: str) -> None:
        """Give a conversation another name. Raises NoConversation."""
        old = self.talk(person, talk).title
        self._do("UPDATE talk SET title = ? WHERE id = ?", " ".join(title.split())[:LONGEST_TITLE] or old, talk)

    def delete(self, person: str, talk: str, deleted: bool = True) -> None:
        """Delete a conversation, or bring a deleted one back. Raises NoConversation."""
        self.talk(person, talk)
        self._do("UPDATE talk SET deleted = ? WHERE id = ?", time.time() if deleted else None, talk)

    def deleted(self, person: str) -> list[Talk]:
        """The conversations that were deleted and can be brought back, the last one first."""
        query = "SELECT id, title, touched FROM talk WHERE person = ? AND deleted > ? ORDER BY deleted DESC"
        return [Talk(*row) for row in self._rows(query, person, time.time() - UNDO)]

    def citing(self, person: str, paper_id: str) -> list[Talk]:
        """The conversations in which an answer cites a paper, the last asked first."""
        rows = self._rows(
            "SELECT DISTINCT talk.id, title, touched FROM cited JOIN turn ON turn.id = turn "
            "JOIN talk ON talk.id = talk WHERE paper_id = ? AND person = ? AND deleted IS NULL ORDER BY touched DESC",
            paper_id,
            person,
        )
        return [Talk(*row) for row in rows]

    def keep_draft(self, person: str, name: str, text: str) -> None:
        """Keep the draft that a person calls so."""
        self._do("INSERT OR REPLACE INTO draft VALUES (?, ?, ?)", person, name, text)

    def draft(self, person: str, name: str) -> str:
        """The draft that was kept; "" for none."""
        rows = self._rows("SELECT text FROM draft WHERE person = ? AND name = ?", person, name)
        return rows[0][0] if rows else ""

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def _do(self, order: str, *values: object) -> sqlite3.Cursor:
        with self._lock:
            return self._db.execute(order, values)

    def _rows(self, order: str, *values: object) -> list[tuple]:
        with self._lock:
            return self._db.execute(order, values).fetchall()


def _open(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
    db.execute("PRAGMA journal_mode = WAL")
    db.executescript(_TABLES)
    if "scope" not in {row[1] for row in db.execute("PRAGMA table_info(talk)")}:  # a file of version 0.2
        db.execute("ALTER TABLE talk ADD COLUMN scope TEXT NOT NULL DEFAULT ''")
    gone = "SELECT id FROM talk WHERE deleted < ?"
    for table, of in (("cited", "turn IN (SELECT id FROM turn WHERE talk IN ({}))"), ("turn", "talk IN ({})")):
        db.execute(f"DELETE FROM {table} WHERE {of.format(gone)}", (time.time() - UNDO,))
    db.execute("DELETE FROM talk WHERE deleted < ?", (time.time() - UNDO,))
    return db


def _up_from(turn: int | None, parents: dict[int, int | None]) -> list[int]:
    ids = []
    while turn is not None:
        ids.append(turn)
        turn = parents.get(turn)
    return ids[::-1]


def _marks(ids: Sequence[int]) -> str:
    return ", ".join("?" for _ in ids)
