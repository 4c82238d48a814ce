"""The place of record: every paper, and what it is known by."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from store.identity import identify, keys
from store.lagging import PAGE, Followed
from store.merging import join
from store.records import AddReport, Outline, Paper, Passage, Progress, Skipped, unfit
from store.rows import COLUMNS, digest_of_row, outline_of, paper_of, passages_of, whole_of

_BATCH = 1_000  # papers a transaction
_NAMED = 5  # papers that are named
_SHOWN = 200  # characters of a title that stands for its paper


def named(ids: Sequence[str]) -> str:
    """The first of these ids, and how many more there are."""
    first = ", ".join(ids[:_NAMED])
    return f"{first} and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else first


class Papers(Followed):
    """The papers of one library; `damaged` are the ids of those last read whose records are not what was kept."""

    damaged: frozenset[str] = frozenset()

    def take(self, new: Iterable[Paper], progress: Progress, what: str = "add") -> AddReport:
        """Keep the `new` papers as one change, a batch a transaction; what is kept survives an interruption.

        Records of one paper become one.
        """
        counts: Counter[str] = Counter()
        skipped: list[Skipped] = []
        bare = self.count_without_abstract()
        fit = _fit(new, skipped)
        with self.change(what):
            while batch := list(islice(fit, _BATCH)):
                with self.transaction():
                    counts.update(map(self.keep, batch))
                progress(counts.total(), 0, "papers read")
        notes = tuple(_rekeyed(*one) for one in self.rekeyed)
        done = (counts["added"], counts["merged"], counts["unchanged"])
        bare = max(0, self.count_without_abstract() - bare)
        return AddReport(counts.total() + len(skipped), *done, tuple(skipped), notes, bare)

    def count_without_abstract(self) -> int:
        """How many papers are known by their titles alone."""
        return self.value("SELECT count(*) FROM papers WHERE abstract = ''")

    def keep(self, paper: Paper) -> str:
        """Keep one paper within the caller's transaction: "added", "merged" with what is known, or "unchanged"."""
        paper = identify(paper)
        known = dict(self.sharing_keys(paper))
        found, whole = join(list(known.items()), paper)
        if not found:
            self.insert(identify(whole))
            return "added"
        first, *others = found
        self.keep_citekey(known[first].paper_id, paper.citekey if whole.citekey == known[first].citekey else "")
        if whole == known[first] and not others:
            return "unchanged"
        for other in others:
            self.delete(known[other].paper_id, heir=first)
        self.update(first, whole)
        return "merged"

    def sharing_keys(self, paper: Paper) -> list[tuple[int, Paper]]:
        """The papers that share a key with `paper`, oldest first, with their row numbers."""
        known_by = keys(paper)
        marks = ", ".join("?" * len(known_by))
        query = (
            f"SELECT seq, {COLUMNS} FROM papers WHERE seq IN (SELECT seq FROM keys WHERE key IN ({marks})) ORDER BY seq"
        )
        return [(row[0], paper_of(row[1:])) for row in self.rows(query, known_by)]

    def with_rows(self, paper_ids: Sequence[str]) -> list[tuple[int, Paper]]:
        """Those of these papers that there are, with their row numbers."""
        return [(row[0], paper_of(row[1:])) for row in self._rows(f"seq, {COLUMNS}", paper_ids)]

    def there(self, paper_ids: Sequence[str]) -> set[str]:
        """Those of these ids that there are."""
        return {row[0] for row in self._rows("paper_id", paper_ids)}

    def get_many(self, paper_ids: Sequence[str]) -> dict[str, Paper]:
        """The papers of these ids that are known, by id."""
        return {row[0]: paper_of(row) for row in self._rows(COLUMNS, paper_ids)}

    def whole(self, paper_ids: Sequence[str]) -> dict[str, Paper]:
        """The papers of these ids whose records are those of their digests, by id; the others are `damaged`."""
        rows = {row[1]: whole_of(row) for row in self._rows(f"digest, {COLUMNS}", paper_ids)}
        found = {paper_id: paper for paper_id, paper in rows.items() if paper}
        self.damaged = (self.damaged - set(paper_ids)) | (rows.keys() - found.keys())
        return found

    @property
    def left_out(self) -> str:
        """What is said of those that are `damaged`; else empty."""
        told = f"The record of {named(sorted(self.damaged))} is damaged and left out; run `citewell doctor --deep`."
        return told if self.damaged else ""

    def passages_of(self, paper_ids: Sequence[str]) -> dict[str, tuple[Passage, ...]]:
        """The passages that the vector index knows by their numbers, by paper."""
        rows = self._rows("paper_id, spans, abstract", paper_ids)
        return {paper_id: passages_of(paper_id, spans, abstract) for paper_id, spans, abstract in rows}

    def spans(self, paper_ids: Sequence[str]) -> dict[str, str]:
        """Where the passages of these papers are said to stand, as `spans_of` gives it."""
        return {row[0]: row[1] for row in self._rows("paper_id, spans", paper_ids)}

    def _rows(self, columns: str, paper_ids: Sequence[str]) -> Iterator[Sequence[Any]]:
        for start in range(0, len(paper_ids), PAGE):
            some = list(paper_ids[start : start + PAGE])
            query = f"SELECT {columns} FROM papers WHERE paper_id IN ({', '.join('?' * len(some))})"
            yield from self.rows(query, some)

    def select(self) -> Iterator[Paper]:
        """The papers as they came, a page at a time."""
        return (paper_of(row[1:]) for row in self._pages(COLUMNS, "seq > ?"))

    def outline(self) -> list[Outline]:
        """What is known of every paper beside its abstract, in the order they came."""
        rows = self.rows("SELECT paper_id, year, venue, authors, tags, title FROM papers ORDER BY seq")
        return [outline_of(row) for row in rows]

    def changed(self) -> Iterator[tuple[int, list[Any], str]]:
        """The records that are not those of the digest that was kept with them: row number, FIELDS, digest."""
        for seq, digest, *row in self._pages(f"digest, {COLUMNS}", "seq > ?"):
            if digest_of_row(row) != digest:
                yield seq, row, digest

    def put_back(self, seq: int, whole: Paper) -> None:
        """Put `whole` back in its row; the indexes are to follow it."""
        with self.transaction():
            self._put(seq, whole)
            self._db.execute("UPDATE papers SET indexed = '', worded = 'another' WHERE seq = ?", (seq,))

    def leave_out(self, seq: int, names: Sequence[str]) -> None:
        """Blank the fields of these names, which nothing can be read of; the digest tells what they were not."""
        with self.transaction():
            for name in names:
                self._db.execute(f"UPDATE papers SET {name} = '' WHERE seq = ?", (seq,))

    def usable(self) -> bool:
        """Whether the file is whole, all that it does is kept records, which can be read, of a version known here."""
        acts = "SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view')"
        try:
            return not self.rows(acts) and self.filled() and not self.complaints() and all(True for _ in self.select())
        except sqlite3.DatabaseError:
            return False

    def replace_by(self, other: "Papers", library: str) -> None:
        """Put what `other` holds in the place of everything here, in one transaction; `library` is its name.

        Both indexes are to be made anew. The caller is the one writer.
        """
        known = self._folder.known()
        with other.transaction():
            other.mark_all_lagging()
            facts = {"generation": str(known.generation + 1), "library": library, "fingerprint": "", "writing": "yes"}
            for name, value in facts.items():
                other.set_fact(name, value)
        if (papers := other.known().papers) < known.papers:  # what is known beside never tells of more than there are
            self._folder.note(replace(known, papers=papers))
        self.take_all_of(other)
        self._folder.note(self.known())

    def __len__(self) -> int:
        """How many papers there are."""
        return self.known().papers


def _rekeyed(paper: Paper, key: str) -> str:
    title = paper.title[:_SHOWN]
    return f"The key {paper.citekey} is another's here, so “{title}” has {key}; `citewell papers edit` sets another."


def _skipped(paper: Paper, reason: str) -> Skipped:
    return Skipped(", ".join((*paper.sources, paper.title[:_SHOWN])), reason)


def _fit(papers: Iterable[Paper], skipped: list[Skipped]) -> Iterator[Paper]:
    for paper in papers:
        if reason := unfit(paper):
            skipped.append(_skipped(paper, reason))
        else:
            yield paper
