"""How far the two indexes have followed the papers.

A row's `indexed` is the digest of the text that the vector index holds for it, `worded` of that which the keyword
index holds; where it differs from `content`, that index lags. `passages` is how many passages the vector index holds
of it at most, and `spans` where they stand in the abstract.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from store.history import History
from store.records import Paper, Passage
from store.rows import COLUMNS, paper_of, spans_of

PAGE = 500  # rows read at once
Index = Literal["indexed", "worded"]


@dataclass(frozen=True, slots=True)
class Lagging:
    """A paper that an index has not followed yet, and the most passages that the vectors may hold of it."""

    seq: int
    paper: Paper
    content: str
    passages: int


class Followed(History):
    """Papers that two indexes follow."""

    def lagging(self, limit: int, after: int = 0, index: Index = "indexed") -> list[Lagging]:
        """The first `limit` papers behind row `after` that an index has not followed yet."""
        query = f"SELECT seq, content, passages, {COLUMNS} FROM papers WHERE {index} <> content AND seq > ? "
        rows = self.rows(query + "ORDER BY seq LIMIT ?", (after, limit))
        return [Lagging(row[0], paper_of(row[3:]), row[1], row[2]) for row in rows]

    def count_lagging(self, index: Index = "indexed") -> int:
        """How many papers an index has not followed yet."""
        return self.value(f"SELECT count(*) FROM papers WHERE {index} <> content")

    def newest_lagging(self, limit: int) -> list[tuple[str, str]]:
        """Ids and digests of the last `limit` papers that the vectors have not followed yet."""
        query = "SELECT paper_id, content FROM papers WHERE indexed <> content ORDER BY seq DESC LIMIT ?"
        return self.rows(query, (limit,))

    def in_step(self, index: Index = "indexed") -> Iterator[Paper]:
        """The papers that an index has followed, a page at a time."""
        return (paper_of(row[1:]) for row in self._pages(COLUMNS, f"seq > ? AND {index} = content"))

    def mark(self, followed: Sequence[tuple[int, str]], index: Index = "indexed") -> None:
        """An index now holds the text of digest `content` for row `seq`, for each (seq, content)."""
        rows = [(content, seq) for seq, content in followed]
        self._db.executemany(f"UPDATE papers SET {index} = ? WHERE seq = ?", rows)
        self.bump_generation()

    def mark_all_lagging(self) -> None:
        """Both indexes are to be made anew, from nothing."""
        self._db.execute("UPDATE papers SET indexed = '', passages = 0")
        self._db.execute("DELETE FROM removed")
        self.mark_all_unworded()

    def mark_all_unworded(self) -> None:
        """The keyword index is to be made anew, from nothing."""
        self._db.execute("UPDATE papers SET worded = ''")

    def bump_generation(self) -> None:
        """Note that the indexes have changed, for other processes that hold them open."""
        self.set_fact("generation", str(self.number("generation") + 1))

    def count_replaced(self) -> int:
        """How many papers the keyword index holds with a text that is no longer theirs."""
        replaced = self.value("SELECT count(*) FROM papers WHERE worded <> content AND worded <> ''")
        return replaced + self.value("SELECT count(*) FROM removed")

    def removed(self) -> list[tuple[str, int]]:
        """The ids of papers the indexes still have to forget, with their numbers of passages."""
        return self.rows("SELECT paper_id, passages FROM removed ORDER BY paper_id")

    def forget_removed(self, paper_ids: Sequence[str]) -> None:
        """The indexes have forgotten these papers."""
        self._db.executemany("DELETE FROM removed WHERE paper_id = ?", [(i,) for i in paper_ids])
        self.bump_generation()

    def expect_passages(self, found: Sequence[tuple[int, Sequence[Passage]]]) -> None:
        """Note the passages of each row before the vector index is written."""
        rows = [(len(some), spans_of(some), seq) for seq, some in found]
        self._db.executemany("UPDATE papers SET passages = ?, spans = ?, indexed = '' WHERE seq = ?", rows)

    def count_passages(self, in_step: bool = False) -> int:
        """How many passages the vector index holds when it is in step; of the papers it has followed at least."""
        where = " WHERE indexed = content" if in_step else ""
        return self.value(f"SELECT coalesce(sum(passages), 0) FROM papers{where}")

    def _pages(self, columns: str, where: str, values: Sequence[Any] = ()) -> Iterator[Sequence[Any]]:
        query, last = f"SELECT seq, {columns} FROM papers WHERE {where} ORDER BY seq LIMIT {PAGE}", 0
        while rows := self.rows(query, (last, *values)):
            yield from rows
            last = rows[-1][0]
