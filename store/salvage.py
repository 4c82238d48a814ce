"""The papers of a file that is damaged or gone, put back: its own records that are whole, then those of a copy."""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from store.errors import LostPapersError, StoreError
from store.folder import Folder, open_to_read
from store.papers import Papers
from store.records import Paper
from store.rows import columns_in, digest_of_row, paper_of, row_of
from store.sync import Sync

_FURTHER = 1_000  # rows looked for where the file does not tell how many there were
_MOST = 10_000_000  # rows looked for
_LARGEST = 1 << 36  # bytes


def salvage(folder: Folder, papers: Papers, sync: Sync) -> None:
    """Put what is whole in the place of the papers, for `sync` to follow; the caller is the one writer.

    The damaged file is kept beside the copies. Raises LostPapersError where nothing is whole.
    """
    papers.close()
    known, kept = folder.known().papers, _kept(folder)
    whole = list(_whole(kept, known)) if kept else []
    with tempfile.TemporaryDirectory(dir=folder.home, prefix="mending-") as place:
        new, base = _begun(folder, Path(place))
        with closing(new):
            _take(new, whole, only=bool(known) and len(whole) >= known)
            total = len(new)
            if not total:
                raise LostPapersError(
                    f"{folder.papers} is damaged, nothing of it is whole, and there is no copy; delete {folder.home} "
                    "and put a backup back with `citewell restore FILE`."
                )
            _put_in_place(folder, papers, new)
    said = f"{folder.papers} was damaged or gone: {total:,} papers were put back, {len(whole):,} as they were in it"
    said += f", {total - len(whole):,} from {base.name}" if base and total > len(whole) else ""
    said += f"; {total - known:,} had been removed since" if base and total > known else ""
    said += f". What was changed {f'since {base.name}' if base else 'before'} can no longer be undone"
    sync.repairs.append(f"{said}. The damaged file is kept as {kept}." if kept else f"{said}.")
    if known > total:
        sync.lost.append(f"{known - total:,} of {known:,} papers are lost; add them again.")


def _kept(folder: Folder) -> Path | None:
    """A copy of the damaged file, with what SQLite keeps beside it; None where there is no file."""
    if not folder.papers.exists() or not folder.papers.stat().st_size:
        return None
    kept = folder.copies_place / f"damaged-{time.strftime('%Y%m%d-%H%M%S')}.db"
    kept.parent.mkdir(exist_ok=True)
    for end in ("", "-wal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{folder.papers}{end}", f"{kept}{end}")
    with kept.open("rb") as file:
        head = file.read(32)
    wanted = int.from_bytes(head[16:18]) * int.from_bytes(head[28:32])  # bytes of a page, and pages, says SQLite
    if kept.stat().st_size < wanted < _LARGEST:
        os.truncate(kept, wanted)  # or it would read nothing of a file that was cut
    return kept


def _whole(file: Path, known: int) -> Iterator[Paper]:
    """The papers of a damaged file whose records are those of their digests, looked for row by row."""
    with suppress(sqlite3.DatabaseError), closing(open_to_read(file)) as db:
        columns = columns_in(db)
        for seq in range(1, _last(db, known) + 1):
            with suppress(sqlite3.DatabaseError):
                for digest, *row in db.execute(f"SELECT digest, {columns} FROM papers WHERE seq = ?", (seq,)):
                    if digest_of_row(row) == digest:
                        yield paper_of(row)


def _last(db: sqlite3.Connection, known: int) -> int:
    """The last row that there may be."""
    with suppress(sqlite3.DatabaseError):
        [[last]] = db.execute("SELECT max(seq) FROM papers")
        return min(int(last or 0), _MOST)
    return 2 * known + _FURTHER


def _begun(folder: Folder, place: Path) -> tuple[Papers, Path | None]:
    """The newest copy that is whole, brought up to this version in `place`; without any, an empty library there."""
    new = Papers(Folder(place))
    for copy in folder.copies():
        shutil.copyfile(copy, place / folder.papers.name)
        with suppress(StoreError):
            if new.usable():
                return new, copy
        new.close()
        for file in place.iterdir():
            file.unlink()
    new.create()
    new.set_fact("filled", "yes")
    return new, None


def _take(new: Papers, whole: list[Paper], only: bool) -> None:
    """Put these papers in the place of those of their ids, and with `only` remove all others."""
    with new.change("put back what was whole"), new.transaction():
        there = {paper.paper_id: (seq, paper) for seq, paper in new.with_rows([paper.paper_id for paper in whole])}
        for paper in whole:
            seq, known = there.get(paper.paper_id, (0, None))
            if known is None:
                new.insert(paper)
            elif row_of(known) != row_of(paper):
                new.update(seq, paper)
        if only:
            for paper_id in {paper.paper_id for paper in new.select()} - {paper.paper_id for paper in whole}:
                new.delete(paper_id)


def _put_in_place(folder: Folder, papers: Papers, new: Papers) -> None:
    """In the same file, which another process may have open; one that SQLite takes for none is emptied first."""
    try:
        papers.replace_by(new, new.fact("library"))
        return
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "readonly" not in str(error):  # as for pages of another size
            raise
    papers.close()
    for end in ("-wal", "-shm"):
        Path(f"{folder.papers}{end}").unlink(missing_ok=True)
    os.truncate(folder.papers, 0)
    papers.replace_by(new, new.fact("library"))
