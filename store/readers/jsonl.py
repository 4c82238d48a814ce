"""JSON lines, or one JSON array, of records with named fields: streamed, one record at a time."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from store.errors import ReadError
from store.readers.common import open_text, paper_from, shown
from store.records import Paper, Skipped, unfit

_BLOCK = 1 << 16
_LONGEST = 1 << 22  # characters of one record; what is longer is no record
_MARK = re.compile(r'\\.|["\[\]{},]', re.DOTALL)


def read_json(path: Path) -> Iterator[Paper | Skipped]:
    """The records of the file at `path`; one that is no paper is skipped, with its place.

    A file that breaks off gives what stands before the break. Raises ReadError when the
    file cannot be read, or holds no paper at all.
    """
    read, name = 0, shown(path.name)
    first: Skipped | None = None
    try:
        for where, record in _records(path):
            item = _paper(record, name, f"{name}, {where}")
            read += isinstance(item, Paper)
            first = first or (item if isinstance(item, Skipped) else None)
            yield item
    except ReadError as error:
        if not read:
            raise
        yield Skipped(name, f"the file breaks off after {read} papers: {error}")
    if not read:
        reason = f"{first.where}: {first.reason}" if first else "no records"
        raise ReadError(f"{shown(path)}: no paper in it ({reason}); each record needs a title and an abstract.")


def _paper(record: Any, source: str, where: str) -> Paper | Skipped:
    try:
        if isinstance(record, ValueError):
            raise record
        if not isinstance(record, dict):
            raise ValueError("not a JSON object")
        paper = paper_from(record, source)
        if reason := unfit(paper):
            raise ValueError(reason)
        return paper
    except ValueError as error:
        return Skipped(where, str(error))


def _records(path: Path) -> Iterator[tuple[str, Any]]:
    """Each record with its place in the file; a ValueError in the place of one that cannot be read."""
    with open_text(path) as stream:
        head = stream.read(1)
        while head.isspace():
            head = stream.read(1)
        if head == "[":
            yield from ((f"record {number}", _decoded(text)) for number, text in enumerate(_items(stream), 1))
        else:
            yield from ((f"line {n}", _decoded(text)) for n, text in enumerate(_lines(stream, head), 1) if text.strip())


def _decoded(text: str) -> Any:
    try:
        if len(text) > _LONGEST:
            raise ValueError(f"longer than any record: {_LONGEST:,} characters are the most")
        return json.loads(text)
    except json.JSONDecodeError as error:
        return ValueError(f"not JSON: {error.msg} at column {error.colno}")
    except RecursionError:
        return ValueError("not a record: nested too deeply")
    except ValueError as error:
        return ValueError("a number with too many digits") if "integer string" in str(error) else error


def _lines(stream: TextIO, head: str) -> Iterator[str]:
    """The lines that begin with `head`; of one that is too long, its beginning."""
    while line := stream.readline(_LONGEST + 1):
        rest = line
        while len(rest) > _LONGEST and not rest.endswith("\n"):
            rest = stream.readline(_LONGEST + 1)
        yield head + line
        head = ""


def _items(stream: TextIO) -> Iterator[str]:
    """The items of an array whose `[` has been read, by its brackets and quotes alone: a bad one spoils no other.

    Of an item that is too long, its beginning. An array that breaks off gives what there is of its last item.
    """
    depth, quoted, item = 0, False, ""
    while block := _block(stream):
        begin = 0
        for mark in _MARK.finditer(block):
            sign = mark[0]
            if sign == '"':
                quoted = not quoted
            elif quoted or sign[0] == "\\":
                continue
            elif sign in "[{":
                depth += 1
            elif depth:
                depth -= sign in "]}"
            else:
                item += block[begin : mark.start()][: _LONGEST + 1]
                begin = mark.end()
                if item.strip():
                    yield item
                item = ""
                if sign == "]":
                    return
        item += block[begin:] if len(item) <= _LONGEST else ""
    yield item


def _block(stream: TextIO) -> str:
    block = stream.read(_BLOCK)
    while block.endswith("\\") and (more := stream.read(1)):  # what a backslash stands before belongs to it
        block += more
    return block
