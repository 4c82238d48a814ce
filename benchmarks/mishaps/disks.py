"""Disks that are as full as asked: mounts in memory, which root alone may make."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LARGE = 1 << 28  # bytes
_PAGE = 1 << 12


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk of its own."""

    folder: Path

    def leave(self, room: int) -> None:
        """Have so many bytes left on it."""
        stat = os.statvfs(self.folder)
        size = (stat.f_blocks - stat.f_bfree) * stat.f_frsize + room
        _mount("-o", f"remount,size={max(size, _PAGE) // _PAGE * _PAGE}", self.folder)


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """A disk at `folder`, gone at the end of the block."""
    folder.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={_LARGE}", "tmpfs", folder)
    try:
        yield Disk(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["umount", "-l", str(folder)], check=False)


def _mount(*words: object) -> None:
    subprocess.run(["mount", *map(str, words)], check=True)
