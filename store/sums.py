"""The sums of the files that the indexes are made of.

Chroma ends the process that walks a graph in which a bit has changed, and tantivy writes of it on stderr: neither is to
open a file that is not as it was written.
"""

import json
import zlib
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from store.folder import Folder

_PART = 1 << 20  # bytes read at once
OPEN = "open"  # the name of a file that is there while the vectors beside it are open
_OTHERS = (".lock", ".sqlite3", "-wal", "-shm", "-journal", OPEN)  # what changes by being opened
_Sum = tuple[int, int, int]  # of a file: bytes, when they were changed (ns), CRC-32


class Sums:
    """What the files of both indexes were when they were last written."""

    def __init__(self, folder: Folder):
        self._folder, self._path = folder, folder.home / "sums.json"
        self._read: set[tuple[str, int, int]] = set()  # files that were read to their end, as they were then

    def seal(self) -> None:
        """Take the files as they are now for whole; the caller is the one writer, and has finished."""
        known = self._known()
        self._write({name: self._sum(path, known.get(name)) for name, path in self._files().items()})

    def follow(self, place: Path) -> None:
        """Take the files of the index in `place` as who loads it leaves them: Chroma writes anew a graph that it reads
        where rows of it are only in its log."""
        if not self._path.exists() or self._folder.read_only:
            return
        known, files = self._known(), self._files()
        now = {n: self._sum(path, known.get(n)) for n, path in files.items() if n.startswith(f"{place.name}/")}
        with suppress(OSError):  # a full disk
            self._write(known | now)

    def damage(self, place: Path, every_byte: bool = False, loading: Path | None = None) -> str:
        """What is wrong with the files of an index in `place`, in words behind its name; "" where nothing is.

        A file that looks as it did, by its size and time, is read only for `every_byte`. `loading` is the lock of who
        loads the index, and may be writing it: what looks damaged then is looked at again behind it.
        """
        found = self._damage(place, every_byte)
        if not found or loading is None or self._folder.read_only:
            return found
        with FileLock(loading):
            return self._damage(place, every_byte)

    def _damage(self, place: Path, every_byte: bool) -> str:
        if not self._path.exists() and not self._folder.read_only:
            return "lacked the sums of its files, as with earlier versions"
        known = {name: one for name, one in self._known().items() if name.startswith(f"{place.name}/")}
        now = {name: self._look(self._folder.home / name, name, one, every_byte) for name, one in known.items()}
        spoilt = [name.rpartition("/")[2] for name, one in known.items() if now[name][::2] != one[::2]]
        if spoilt:
            return f"was damaged ({', '.join(spoilt)})"
        if now != known and not self._folder.read_only:
            self._write(self._known() | now)
        return ""

    def _look(self, path: Path, name: str, known: _Sum, every_byte: bool) -> _Sum:
        try:
            stat = path.stat()
            looks = (name, stat.st_size, stat.st_mtime_ns)
            if stat.st_size != known[0] or looks in self._read:
                return stat.st_size, stat.st_mtime_ns, known[2]
            found = self._sum(path, None if every_byte else known)
        except OSError:  # it is gone, or the disk does not give it any more
            return -1, 0, 0
        if every_byte and found == known:
            self._read.add(looks)
        return found

    def _sum(self, path: Path, known: _Sum | None) -> _Sum:
        stat = path.stat()
        if known and known[:2] == (stat.st_size, stat.st_mtime_ns):
            return known
        crc = 0
        with path.open("rb") as file:
            while part := file.read(_PART):
                crc = zlib.crc32(part, crc)
        return stat.st_size, stat.st_mtime_ns, crc

    def _files(self) -> dict[str, Path]:
        home = self._folder.home
        paths = [path for place in (self._folder.keywords, self._folder.vectors) for path in place.rglob("*")]
        files = [path for path in paths if path.is_file() and not path.name.endswith(_OTHERS)]
        return {path.relative_to(home).as_posix(): path for path in sorted(files)}

    def _known(self) -> dict[str, _Sum]:
        try:
            said = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(name): (int(size), int(at), int(crc)) for name, (size, at, crc) in said.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _write(self, sums: dict[str, _Sum]) -> None:
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(sums), encoding="utf-8")
        part.replace(self._path)
