"""The rows of papers, and what they were before each change, so that it can be undone.

A change is one command's: an `add`, an edit, a removal. Before a row is first changed, the fields that are to
change are kept as its image, with what it is known by, in the same transaction; rows behind the change's
`last_seq` are those it added. So a kill at any moment leaves a change that can be undone.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from store.citekeys import base_key, clean_key, endings
from store.database import Database
from store.folder import Folder
from store.identity import keys
from store.records import Paper
from store.rows import COLUMNS, FIELDS, STORED, paper_of, row_of, stored_of

_KEPT = 100  # changes
_STORED, _MARKS = ", ".join(STORED), ", ".join("?" * len(STORED))


@dataclass(frozen=True, slots=True)
class Change:
    """One command's changes: when and what it was, how many papers it added, and how many it changed or removed."""

    number: int
    at: str
    what: str
    added: int
    changed: int


class History(Database):
    """The rows of papers, changed one at a time."""

    def __init__(self, folder: Folder):
        super().__init__(folder)
        self._change = 0  # the number of the one under way; 0 while none is kept
        self.rekeyed: list[tuple[Paper, str]] = []  # of the latest change: whose own key was another's, and theirs

    @contextmanager
    def change(self, what: str) -> Iterator[None]:
        """Keep what the block does as one change; the caller is the one writer."""
        self.rekeyed.clear()
        with self.transaction():
            self._drop_empty()
            at, last = time.strftime("%Y-%m-%d %H:%M:%S"), self._last_seq()
            made = self._db.execute("INSERT INTO changes (at, what, last_seq) VALUES (?, ?, ?)", (at, what, last))
            self._change = made.lastrowid or 0
            self._db.execute("DELETE FROM changes WHERE number <= ?", (self._change - _KEPT,))
            self._db.execute("DELETE FROM images WHERE change <= ?", (self._change - _KEPT,))
        try:
            yield
        finally:
            self._change = 0
        with self.transaction():
            self._drop_empty()

    def _drop_empty(self) -> None:
        query = "DELETE FROM changes WHERE last_seq >= ? AND number = (SELECT max(number) FROM changes) "
        self._db.execute(f"{query} AND number NOT IN (SELECT change FROM images)", (self._last_seq(),))

    def _last_seq(self) -> int:
        return next((row[0] for row in self.rows("SELECT seq FROM sqlite_sequence WHERE name = 'papers'")), 0)

    def changes(self, paper_id: str | None = None) -> list[Change]:
        """What can be undone, the latest first; of one paper, what concerns its rows of now and before."""
        found, after = [], self._last_seq()
        rows = self._rows_of(paper_id) if paper_id is not None else set()
        query = (
            "SELECT number, at, what, last_seq, (SELECT count(*) FROM images WHERE change = number) FROM changes "
            "ORDER BY number DESC"
        )
        for number, at, what, last, changed in self.rows(query):
            is_empty = after == last and not changed  # one that failed
            concerns = paper_id is None or any(last < seq <= after or self._has_image(number, seq) for seq in rows)
            if concerns and not is_empty:
                found.append(Change(number, at, what, after - last, changed))
            after = last
        return found

    def touched(self, since: int) -> tuple[list[str], list[str]]:
        """The ids of the papers that the changes behind number `since` added, and of those that they changed."""
        later = self.rows("SELECT number, last_seq FROM changes WHERE number > ? ORDER BY number", (since,))
        if not later:
            return [], []
        last = later[0][1]
        added = self.rows("SELECT paper_id FROM papers WHERE seq > ? ORDER BY seq", (last,))
        query = (
            "SELECT DISTINCT paper_id FROM papers JOIN images USING (seq) WHERE change > ? AND seq <= ? ORDER BY seq"
        )
        return [row[0] for row in added], [row[0] for row in self.rows(query, (since, last))]

    def _rows_of(self, paper_id: str) -> set[int]:
        now = self.rows("SELECT seq FROM papers WHERE paper_id = ?", (paper_id,))
        begun = f'{{"id": {json.dumps(paper_id)},'
        images = self.rows("SELECT seq FROM images WHERE substr(image, 1, ?) = ?", (len(begun), begun))
        return {row[0] for row in (*now, *images)}

    def _has_image(self, number: int, seq: int) -> bool:
        return bool(self.rows("SELECT 1 FROM images WHERE change = ? AND seq = ?", (number, seq)))

    def insert(self, paper: Paper) -> None:
        """Keep a new paper, under a key of its own."""
        paper = self._with_citekey(paper)
        added = self._db.execute(f"INSERT INTO papers ({_STORED}) VALUES ({_MARKS})", stored_of(paper))
        self._add_keys(added.lastrowid or 0, paper)

    def update(self, seq: int, paper: Paper) -> None:
        """Put `paper` in the place of row `seq`; the indexes lag only if its text changed."""
        paper = self._with_citekey(paper)
        self._keep_image(seq, paper)
        self._put(seq, paper)
        self._add_keys(seq, paper)

    def delete(self, paper_id: str, heir: int | None = None) -> bool:
        """Forget a paper, remembering that the indexes must too; whether there was one.

        What it is known by goes to the row `heir`, if any: the paper it turned out to be. Its key for citing stays
        its own otherwise, should it come back.
        """
        row = self._db.execute("SELECT seq, passages FROM papers WHERE paper_id = ?", (paper_id,)).fetchone()
        if row is None:
            return False
        self._keep_image(row[0])
        if heir is not None:
            self._keep_image(heir, self._at(heir))
            query = "INSERT OR IGNORE INTO keys SELECT key, ? FROM keys WHERE seq = ?"
            self._db.execute(query, (heir, row[0]))
            self._db.execute("UPDATE citekeys SET paper_id = ? WHERE paper_id = ?", (self._at(heir).paper_id, paper_id))
        self._forget(row[0], paper_id, row[1])
        return True

    def undo(self) -> Change | None:
        """Take the latest change back, within one transaction: everything is as before it. None without any."""
        with self.transaction():
            self._drop_empty()
            latest = next(iter(self.changes()), None)
            if latest is None:
                return None
            last = self.value("SELECT last_seq FROM changes WHERE number = ?", (latest.number,))
            for row in self.rows("SELECT seq, paper_id, passages FROM papers WHERE seq > ?", (last,)):
                self._forget(*row)
            self._db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'papers'", (last,))
            self._db.execute("DELETE FROM citekeys WHERE change = ?", (latest.number,))
            for seq, image in self.rows("SELECT seq, image FROM images WHERE change = ?", (latest.number,)):
                self._restore(seq, json.loads(image))
            self._db.execute("DELETE FROM images WHERE change = ?", (latest.number,))
            self._db.execute("DELETE FROM changes WHERE number = ?", (latest.number,))
            # What was read up to a mark may be what was taken back: the next reading begins anew.
            self._db.execute("DELETE FROM facts WHERE name LIKE 'zotero %'")
        return latest

    def _put(self, seq: int, paper: Paper) -> None:
        assignments = ", ".join(f"{name} = ?" for name in STORED)
        self._db.execute(f"UPDATE papers SET {assignments} WHERE seq = ?", (*stored_of(paper), seq))

    def _add_keys(self, seq: int, paper: Paper) -> None:
        self._db.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", [(key, seq) for key in keys(paper)])

    def _forget(self, seq: int, paper_id: str, passages: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO removed VALUES (?, ?)", (paper_id, passages))
        self._db.execute("DELETE FROM keys WHERE seq = ?", (seq,))
        self._db.execute("DELETE FROM papers WHERE seq = ?", (seq,))

    def _at(self, seq: int) -> Paper:
        return paper_of(self.rows(f"SELECT {COLUMNS} FROM papers WHERE seq = ?", (seq,))[0])

    def _keep_image(self, seq: int, new: Paper | None = None) -> None:
        """Keep what row `seq` has now of what `new` changes, without one all of it, if this change has not done so."""
        if not self._change:
            return
        known = self.rows("SELECT image FROM images WHERE change = ? AND seq = ?", (self._change, seq))
        was = self._at(seq)
        if known:
            image = json.loads(known[0][0])
        elif seq > self.value("SELECT last_seq FROM changes WHERE number = ?", (self._change,)):
            return  # this change added it
        else:
            image = {"id": was.paper_id, "fields": {}}
            image["keys"] = [row[0] for row in self.rows("SELECT key FROM keys WHERE seq = ?", (seq,))]
            query = "SELECT citekey FROM citekeys WHERE paper_id = ?"
            image["citekeys"] = [row[0] for row in self.rows(query, (was.paper_id,))]
        now: list[Any] = row_of(new) if new else [None] * len(FIELDS)
        pairs = zip(FIELDS, row_of(was), now, strict=True)
        image["fields"] = {name: old for name, old, value in pairs if not new or old != value} | image["fields"]
        self._db.execute("INSERT OR REPLACE INTO images VALUES (?, ?, ?)", (self._change, seq, json.dumps(image)))

    def _restore(self, seq: int, image: dict[str, Any]) -> None:
        if self.rows("SELECT 1 FROM papers WHERE seq = ?", (seq,)):
            row = dict(zip(FIELDS, row_of(self._at(seq)), strict=True)) | image["fields"]
            self._put(seq, paper_of([row[name] for name in FIELDS]))
        else:
            values = [image["fields"].get(name, "") for name in FIELDS]  # a field may be younger than the image
            query = f"INSERT INTO papers (seq, {_STORED}) VALUES (?, {_MARKS})"
            self._db.execute(query, (seq, *stored_of(paper_of(values))))
        self._db.execute("DELETE FROM keys WHERE seq = ?", (seq,))
        self._db.executemany("INSERT INTO keys VALUES (?, ?)", [(key, seq) for key in image["keys"]])
        mine = [(image["id"], key) for key in image["citekeys"]]
        self._db.executemany("UPDATE citekeys SET paper_id = ? WHERE citekey = ?", mine)

    def _with_citekey(self, paper: Paper) -> Paper:
        """The paper with a key that is its own, and stays so: no other one gets it, not even when it is removed."""
        had = self.citekeys_of(paper.paper_id)
        wanted = clean_key(paper.citekey)
        mine = next((key for key in had if key.lower() == wanted.lower() or not wanted), "")
        if mine:
            return replace(paper, citekey=wanted or mine)
        key = self._free(wanted or base_key(paper))
        self._db.execute("INSERT INTO citekeys VALUES (?, ?, ?)", (key, paper.paper_id, self._change))
        if wanted and key != wanted:
            self.rekeyed.append((paper, key))
        return replace(paper, citekey=key)

    def keep_citekey(self, paper_id: str, citekey: str) -> None:
        """Note that a file calls this paper by a key beside its own, if that is no other paper's."""
        if (key := clean_key(citekey)) and self.owner(key) is None:
            self._db.execute("INSERT INTO citekeys VALUES (?, ?, ?)", (key, paper_id, self._change))

    def citekeys_of(self, paper_id: str) -> list[str]:
        """The keys that a paper was ever given, the latest first."""
        query = "SELECT citekey FROM citekeys WHERE paper_id = ? ORDER BY change DESC"
        return [row[0] for row in self.rows(query, (paper_id,))]

    def owner(self, citekey: str) -> str | None:
        """The id of the paper that this key was given to, which may be removed by now."""
        found = self.rows("SELECT paper_id FROM citekeys WHERE citekey = ?", (citekey,))
        return found[0][0] if found else None

    def _free(self, base: str) -> str:
        if self.owner(base) is None:
            return base
        query = "SELECT citekey FROM citekeys WHERE citekey >= ? AND citekey < ?"  # all that begin so
        taken = {row[0].lower() for row in self.rows(query, (base, base + "\U0010ffff"))}
        return next(key for key in endings(base) if key.lower() not in taken)
