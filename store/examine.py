"""A library looked through in depth: records by their digests, counts, both indexes paper by paper.

What can be made again or put back from a copy is; what cannot is said, with what to do.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from store.errors import DamagedIndexError
from store.folder import Folder, open_to_read
from store.indexes import Indexes
from store.papers import Papers, named
from store.records import Paper, Progress
from store.rows import columns_in, digest_of_row, paper_of, spans_of, unreadable
from store.salvage import salvage
from store.sync import Sync

_BATCH = 1_000  # papers looked at together
_SAME = 0.99  # least cosine of a vector with that of its text: another encoder, or half precision, turns it less


@dataclass(frozen=True, slots=True)
class Examination:
    """How many papers were looked at, what was mended, and what is left to do, a line each."""

    papers: int
    mended: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def examine(folder: Folder, papers: Papers, indexes: Indexes, sync: Sync, progress: Progress) -> Examination:
    """Look through the library, and mend what can be; the caller is the one writer."""
    before = len(sync.repairs)
    if papers.complaints():
        salvage(folder, papers, sync)
    left = [*sync.lost, *_records(folder, papers, sync), *_counts(folder, papers)]
    _copies(folder, papers, sync)
    sync.follow(progress)
    vectors = indexes.damage_of_vectors(every_byte=True) or _said(lambda: _vectors_differ(papers, indexes, progress))
    words = indexes.damage_of_keywords(every_byte=True) or _said(lambda: _words_differ(papers, indexes))
    if vectors:
        sync.renew_vectors(vectors)
    if words:
        sync.renew_keywords(words)
    sync.follow(progress, damaged=bool(vectors or words))
    mended, sync.repairs[before:] = tuple(sync.repairs[before:]), ()
    return Examination(len(papers), mended, tuple(left))


def _records(folder: Folder, papers: Papers, sync: Sync) -> list[str]:
    """Put back the records that are not those of their digests; what to do about the ones that no copy has."""
    mended: list[str] = []
    lost: list[str] = []
    for seq, row, digest in papers.changed():
        if whole := _from_copy(folder, seq, row, digest):
            papers.put_back(seq, whole)
        else:
            papers.leave_out(seq, unreadable(row))
        (mended if whole else lost).append(whole.paper_id if whole else str(row[0]))
    if mended:
        sync.repairs.append(f"The record of {named(mended)} was damaged: it was put back from a copy.")
    advice = "remove and add again what is named"
    return [f"The record of {named(lost)} is not what was kept, and no copy has it; {advice}."] if lost else []


def _from_copy(folder: Folder, seq: int, row: list[Any], digest: str) -> Paper | None:
    """The paper as a copy has it that `digest` is of, or that `row` is, where the digest is what was damaged.

    A copy of the damaged record tells nothing: what is in it is not what its own digest is of.
    """
    for path in folder.copies():
        with closing(open_to_read(path)) as copy, suppress(sqlite3.DatabaseError):
            for found in copy.execute(f"SELECT {columns_in(copy)} FROM papers WHERE seq = ?", (seq,)):
                if digest_of_row(found) == digest:
                    return paper_of(found)
                [[kept]] = copy.execute("SELECT digest FROM papers WHERE seq = ?", (seq,))
                if list(found) == row and digest_of_row(found) == kept:
                    return paper_of(found)
    return None


def _copies(folder: Folder, papers: Papers, sync: Sync) -> None:
    """Have no copy that could not be put back."""
    damaged = [path for path in folder.copies() if not _is_whole(path)]
    for path in damaged:
        path.unlink()
    if damaged:
        papers.keep_copy("mend")
        names = ", ".join(path.name for path in damaged)
        sync.repairs.append(f"A copy of the papers was damaged ({names}): one of now took its place.")


def _is_whole(path: Path) -> bool:
    try:
        with closing(open_to_read(path)) as copy:
            return copy.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        return False


def _counts(folder: Folder, papers: Papers) -> list[str]:
    known, there = folder.known().papers, len(papers)
    if there >= known:
        return []
    return [
        f"{known - there:,} of {known:,} papers are gone that were not removed; put back a copy of {folder.papers} "
        f"(copies are in {folder.copies_place}), or delete {folder.beside} to go on without them."
    ]


def _said(look: Callable[[], str]) -> str:
    try:
        return look()
    except DamagedIndexError as error:
        return error.damage


def _vectors_differ(papers: Papers, indexes: Indexes, progress: Progress) -> str:
    """What is wrong with the vector index; "" where nothing is."""
    every, wrong, done, total = papers.in_step(), 0, 0, papers.count_passages()
    while batch := list(islice(every, _BATCH)):
        progress(done, len(papers), "papers looked through")
        found, rows = indexes.texts.read(batch)
        wanted = [(passage.paper_id, n) for some in found for n, passage in enumerate(some)]
        stored = indexes.vectors.get([(paper.paper_id, 0, len(some)) for paper, some in zip(batch, found, strict=True)])
        wrong += sum(key not in stored or stored[key] @ row < _SAME for key, row in zip(wanted, rows, strict=True))
        places = papers.spans([paper.paper_id for paper in batch])
        wrong += sum(places[paper.paper_id] != spans_of(some) for paper, some in zip(batch, found, strict=True))
        done += len(batch)
    if wrong:
        return f"lacked {wrong:,} of {total:,} passages, or had others in their place"
    more = len(indexes.vectors) - total
    return f"had {more:,} passages of papers that are gone" if more > 0 else ""


def _words_differ(papers: Papers, indexes: Indexes) -> str:
    """What is wrong with the keyword index; "" where nothing is."""
    keywords = indexes.keywords
    ids, wanted = keywords.ids(), {paper.paper_id for paper in papers.in_step("worded")}
    if len(ids) != len(wanted) or set(ids) != wanted:
        return f"had {len(set(ids) & wanted):,} of {len(wanted):,} papers, and {len(ids):,} texts"
    return ""
