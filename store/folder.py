"""The folder of a library: its one writer, its failures in the user's words, and what guards the papers in it.

How many papers there were is kept beside them, and a copy of them from before each rebuild and migration: papers
that are gone while the rest is there are an alarm, never a new library.
"""

import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from store.errors import BusyError, LostPapersError, StoreError

PATIENCE = 60.0  # seconds to wait for another process that writes
_COPIES = 2  # that are kept
_ROOM = 1 << 18  # bytes that must be free for SQLite to open a file as one that is written to


@dataclass(frozen=True, slots=True)
class Known:
    """What was last known of the papers: how many, and how often the indexes had changed. Never more than is true."""

    papers: int = 0
    generation: int = 0


class Folder:
    """Where a library is kept; nothing is made in it before it is written to."""

    def __init__(self, home: Path):
        self.home = home
        self.papers, self.cache = home / "papers.db", home / "cache"
        self.keywords, self.vectors = home / "keywords", home / "vectors"
        self.beside = home / "library.json"
        self.copies_place = home / "copies"
        self._mirrors: list[tempfile.TemporaryDirectory[str]] = []
        self._full = _is_full(home)  # when it is opened: what is written to must not change its ways

    @property
    def read_only(self) -> bool:
        """Whether the library is there and must or can not be written to."""
        return self._full or any(path.exists() and not os.access(path, os.W_OK) for path in (self.home, self.papers))

    def require_room(self) -> None:
        """Raise StoreError where the disk was full when the folder was opened."""
        if self._full:
            raise StoreError(
                f"{self.home}: the disk is full: nothing can be added, removed or mended there; make room, or set "
                "CITEWELL_HOME to another folder."
            )

    @contextmanager
    def writing(self, patience: float | None = None) -> Iterator[None]:
        """One writer at a time, among processes.

        BusyError when another is busy for `patience` seconds, StoreError for a folder that cannot be written to.
        """
        from filelock import FileLock, Timeout

        self.require_room()
        if self.read_only:
            raise StoreError(
                f"{self.home} is read-only: nothing can be added, removed or mended there; change its permissions, "
                "or set CITEWELL_HOME to another folder."
            )
        self.home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.home / "lock")
        try:
            lock.acquire(timeout=PATIENCE if patience is None else patience)
        except Timeout:
            raise BusyError(
                f"{self.home}: another citewell is writing to this library; wait until it is done and try again."
            ) from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Failures of the library's files, told in the user's words: StoreError."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not str(error).startswith("no such"):
                raise self._unusable(error) from error
            raise LostPapersError(f"{self.papers} is damaged ({error}); {self.remedy()}.") from error
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"{self.home}: the library folder cannot be used ({error}); check its permissions and the "
            "free space, or set CITEWELL_HOME to another."
        )

    def known(self) -> Known:
        """What was last known of the papers."""
        try:
            said = json.loads(self.beside.read_text(encoding="utf-8"))
            return Known(int(said["papers"]), int(said["generation"]))
        except (OSError, ValueError, TypeError, KeyError):
            return Known()

    def note(self, now: Known) -> None:
        """Keep what is known of the papers now."""
        if now != self.known() and not self.read_only:
            partial = self.beside.with_suffix(".part")
            partial.write_text(json.dumps(asdict(now)), encoding="utf-8")
            partial.replace(self.beside)

    def miss_no_papers(self) -> None:
        """Raises StoreError where papers are gone that there must have been."""
        lost, there = self.known().papers, self.papers.exists()
        indexed = (self.keywords / "meta.json").exists() or any(self.vectors.glob("made-*"))
        if not lost and not (indexed and not (there and self.papers.stat().st_size)):
            return
        state = "is empty" if there else "is missing"
        held = f"{lost:,} papers were kept in it" if lost else "its indexes are there"
        raise LostPapersError(
            f"{self.papers} {state}, though {held}; {self.remedy()}, or delete the folder {self.home} to begin a new "
            "library."
        )

    def copies(self) -> list[Path]:
        """The copies of the papers, the newest first."""
        return sorted(self.copies_place.glob("papers-*.db"), reverse=True)

    def remedy(self) -> str:
        """What to do about papers that are damaged or gone, for a message."""
        copy = next((f" and of the copy {path}" for path in self.copies()), "")
        return f"`citewell doctor --deep` puts back what is whole of it{copy}"

    def copy(self, db: sqlite3.Connection, before: str) -> None:
        """Keep a copy of the papers in `db` from `before` what is about to be done to them.

        One of a damaged file is not kept: it would take the place of a good one.
        """
        self.copies_place.mkdir(exist_ok=True)
        partial = self.copies_place / "copy.part"
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(partial)) as copy:
            db.backup(copy)
            if copy.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                return
        partial.replace(self.copies_place / f"papers-{time.strftime('%Y%m%d-%H%M%S')}-before-{before}.db")
        for old in self.copies()[_COPIES:]:
            old.unlink()

    def mirror(self, path: Path, *copied: str) -> Path:
        """`path`, which is in this folder; of a read-only one a stand-in that what must write can open.

        It links to the files, but for those of the names `copied`.
        """
        if not self.read_only:
            return path
        self._mirrors.append(tempfile.TemporaryDirectory(prefix="citewell-"))
        stand_in = Path(self._mirrors[-1].name) / path.name
        for file in [path] if path.is_file() else path.rglob("*"):
            place = stand_in / file.relative_to(path)
            if file.is_dir() or file.suffix == ".lock":
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            if file.name in copied:
                shutil.copyfile(file, place)
            else:
                place.symlink_to(file.resolve())
        return stand_in

    def stamp(self) -> tuple[int, ...]:
        """What changes when papers are written, here or by another process; two are compared for equality only."""
        files = (self.papers, self.papers.with_name(f"{self.papers.name}-wal"))
        found = [path.stat() for path in files if path.exists()]
        return tuple(number for stat in found for number in (stat.st_mtime_ns, stat.st_size))

    def close(self) -> None:
        """Remove the stand-ins."""
        while self._mirrors:
            self._mirrors.pop().cleanup()


def _is_full(home: Path) -> bool:
    try:
        disk = shutil.disk_usage(home)
    except OSError:  # not there yet, or nobody knows
        return False
    return disk.total > 0 and disk.free < _ROOM


# Text of a file that may be damaged: a changed byte is found by the digest, and stops nothing else.
readable = partial(str, encoding="utf-8", errors="replace")


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection to a file in a folder where SQLite can make no files beside it."""
    written = path.with_name(f"{path.name}-wal").exists()  # perhaps right now, by who may
    for how in ("mode=ro", "immutable=1")[not written :]:
        where = f"{path.resolve().as_uri()}?{how}"
        db = sqlite3.connect(where, uri=True, isolation_level=None, check_same_thread=False)
        db.text_factory = readable
        try:
            db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            return db
        except sqlite3.DatabaseError as error:
            db.close()
            if not isinstance(error, sqlite3.OperationalError):
                raise
    raise sqlite3.OperationalError(f"unable to read {path}")
