"""JSON lines, or one JSON array, of records with named fields: streamed, one record at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from store.errors import ReadError
from store.readers.common import open_text, paper_from
from store.records import Paper, Skipped

_BLOCK = 1 << 16
_LONGEST = 1 << 24  # characters of one record; what is longer is no record
_DECODER = json.JSONDecoder()


def read_json(path: Path) -> Iterator[Paper | Skipped]:
    """The records of the file at `path`; one that is no paper is skipped, with its place.

    A file that breaks off gives what stands before the break. Raises ReadError when the
    file cannot be read, or holds no paper at all.
    """
    read = 0
    first: Skipped | None = None
    try:
        for where, record in _records(path):
            item = _paper(record, path.name, f"{path.name}, {where}")
            read += isinstance(item, Paper)
            first = first or (item if isinstance(item, Skipped) else None)
            yield item
    except ReadError as error:
        if not read:
            raise
        yield Skipped(path.name, f"the file breaks off after {read} papers: {error}")
    if not read:
        reason = f"{first.where}: {first.reason}" if first else "no records"
        raise ReadError(f"{path}: no paper in it ({reason}); each record needs a title and an abstract.")


def _paper(record: Any, source: str, where: str) -> Paper | Skipped:
    try:
        if isinstance(record, ValueError):
            raise record
        if not isinstance(record, dict):
            raise ValueError("not a JSON object")
        return paper_from(record, source)
    except ValueError as error:
        return Skipped(where, str(error))


def _records(path: Path) -> Iterator[tuple[str, Any]]:
    """Each record with its place in the file; a ValueError in the place of one that is not JSON."""
    with open_text(path) as stream:
        head = stream.read(1)
        while head.isspace():
            head = stream.read(1)
        yield from _array(stream) if head == "[" else _lines(stream, head)


def _lines(stream: TextIO, head: str) -> Iterator[tuple[str, Any]]:
    number = 0
    while line := stream.readline(_LONGEST):
        number, line, head = number + 1, head + line, ""
        if line.strip():
            yield f"line {number}", _decoded(line)


def _decoded(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        return ValueError(f"not JSON: {error.msg} at column {error.colno}")
    except RecursionError:
        return ValueError("not a record: nested too deeply")


def _array(stream: TextIO) -> Iterator[tuple[str, Any]]:
    """The items of an array whose `[` has been read; holds one item and one block at most."""
    rest, number, ended = "", 1, False
    while not (rest := rest.lstrip(", \t\r\n")).startswith("]"):
        try:
            item, end = _DECODER.raw_decode(rest)
        except (json.JSONDecodeError, RecursionError):
            if ended or len(rest) > _LONGEST:
                yield f"record {number}", ValueError("not JSON, or the file breaks off here")
                return
            block = stream.read(max(_BLOCK, len(rest)))
            rest, ended = rest + block, not block
        else:
            yield f"record {number}", item
            rest, number = rest[end:], number + 1
