"""Files into papers: one file a format, and the table of formats."""

from collections.abc import Iterator
from pathlib import Path

from store.errors import ReadError
from store.readers.common import OPENERS, shown
from store.readers.jsonl import read_json
from store.readers.listing import read_listing
from store.records import Paper, Skipped

READERS = {".txt": read_listing, ".jsonl": read_json, ".ndjson": read_json, ".json": read_json}


def read_papers(path: Path) -> tuple[Iterator[Paper], list[Skipped]]:
    """The papers of a file, or of every file of a known format in a folder, as a stream.

    The list holds what was passed over and fills as the stream is read. A file that cannot
    be read raises ReadError; within a folder it is passed over. Raises ReadError at once for
    a path that is missing or of no known format.
    """
    path = Path(path)
    skipped: list[Skipped] = []
    try:
        items = _folder(path) if path.is_dir() else _reader(path)(path)
    except OSError as error:  # a name that no file can have
        raise ReadError(f"{shown(path)}: cannot be looked up ({error.strerror}); check the path.") from None
    return _papers(items, skipped), skipped


def _papers(items: Iterator[Paper | Skipped], skipped: list[Skipped]) -> Iterator[Paper]:
    for item in items:
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            yield item


def _folder(folder: Path) -> Iterator[Paper | Skipped]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and _format(path) in READERS]
    if not files:
        raise ReadError(f"{shown(folder)}: no file of a known format in it ({_known()}).")
    for path in files:
        try:
            yield from _reader(path)(path)
        except ReadError as error:
            yield Skipped(shown(path), str(error).removeprefix(f"{shown(path)}: "))


def _reader(path: Path):
    if not path.exists():
        raise ReadError(f"{shown(path)}: no such file or folder; check the path.")
    if _format(path) not in READERS:
        raise ReadError(f"{shown(path)}: not a format that is read here; give one of {_known()}.")
    return READERS[_format(path)]


def _format(path: Path) -> str:
    return Path(path.stem if path.suffix.lower() in OPENERS else path.name).suffix.lower()


def _known() -> str:
    return f"{', '.join(READERS)}, plain or packed as {' or '.join(OPENERS)}"
