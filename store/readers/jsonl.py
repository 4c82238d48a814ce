"""JSON of any service: lines, arrays, or records wrapped in an object; streamed, one record at a time.

Records are told apart by brackets and quotes alone, so that a bad one spoils no other.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, TextIO

from store.readers.fields import paper_or_skipped
from store.readers.opening import Source
from store.readers.unwrapping import unwrapped
from store.records import Paper, Skipped

_BLOCK = 1 << 16
_LONGEST = 1 << 22  # characters of one record; what is longer is no record
_MARK = re.compile(r'\\.|["\[\]{},\n]', re.DOTALL)
# What services wrap their records in.
_LISTS = "data|results|papers|notes|items|records|entries|articles|documents|docs|works|hits?|references|publications"
_LIST = re.compile(rf'"(?:{_LISTS})"\s*:\s*\[$', re.IGNORECASE)
_WRAPPERS = frozenset([*_LISTS.replace("?", "").split("|"), "hit", "response", "message", "result"])
_ONE = frozenset({"response", "message", "result"})  # of which one may be a record
_MOST_TRIED = 20  # places in a damaged line where a whole record may begin
_TAIL = 200  # characters before a bracket that tell what it begins
_DEEPEST = 4  # objects around a list of records
_FIRST_KEY = re.compile(r'\s*(\{\s*"[^"\\]{1,100}"\s*:)')


def read_json(source: Source) -> Iterator[Paper | Skipped]:
    """The records of `source`; one that is no paper is skipped, with its place."""
    for where, text in _records(source):
        yield from _read(_decoded(text), source.name, f"{source.name}, {where}")


def _read(value: Any, name: str, where: str) -> Iterator[Paper | Skipped]:
    wrapped = _wrapped(value)
    if wrapped is not None:
        for number, record in enumerate(wrapped, 1):
            yield _paper(record, name, f"{where}, record {number}")
    else:
        yield _paper(value, name, where)


def _paper(record: Any, name: str, where: str) -> Paper | Skipped:
    return paper_or_skipped(lambda: _named(record), name, where)


def _named(record: Any) -> dict[str, Any]:
    if isinstance(record, ValueError):
        raise record
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    return unwrapped(record)


def _wrapped(value: Any, depth: int = 0) -> list[Any] | None:
    """The records that an object without a title of its own holds as a list, or None."""
    if not isinstance(value, dict) or "title" in value or depth > _DEEPEST:
        return None
    for name, within in value.items():
        if name.lower() in _WRAPPERS:
            alone = isinstance(within, dict) and "title" in within and name.lower() in _ONE
            records = [within] if alone else within if isinstance(within, list) else _wrapped(within, depth + 1)
            if records and all(isinstance(record, dict) for record in records):
                return records
    return None


def _records(source: Source) -> Iterator[tuple[str, str]]:
    """Each record's text with its place in the file."""
    with source.text() as stream:
        in_lines = _in_lines(stream)
    with source.text() as stream:
        if in_lines:
            for number, text in enumerate(_lines(stream), 1):
                yield from ((f"line {number}", part) for part in _apart(text) if part.strip())
        else:
            yield from ((f"record {number}", text) for number, text in enumerate(items(stream), 1))


def _in_lines(stream: TextIO) -> bool:
    """Whether each line is a record: the first one is, or it begins as one and half of those behind it are."""
    first = ""
    while not first.strip() and (first := stream.readline(_LONGEST + 1)):
        pass
    if isinstance(_decoded(first), dict):
        return True
    if not first.lstrip().startswith("{") or len(first) > _LONGEST:
        return False
    lines = [line for line in stream.read(_BLOCK).split("\n")[:100] if line.strip()]
    return 2 * sum(isinstance(_decoded(line), dict) for line in lines) >= max(1, len(lines))


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


def _apart(line: str) -> list[str]:
    """A line; where a record broke off and a whole one stands behind it on the same line, the two of them."""
    begin = _FIRST_KEY.match(line)
    if not begin or line.find(begin[1], begin.end()) < 0 or not isinstance(_decoded(line), ValueError):
        return [line]
    again = islice(re.finditer(re.escape(begin[1]), line), 1, _MOST_TRIED)
    places = (found.start() for found in again)
    place = next((place for place in places if isinstance(_decoded(line[place:]), dict)), 0)
    return [line[:place], line[place:]]


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines; of one that is too long, its beginning."""
    while line := stream.readline(_LONGEST + 1):
        rest = line
        while len(rest) > _LONGEST and not rest.endswith("\n"):
            rest = stream.readline(_LONGEST + 1)
        yield line


def items(stream: TextIO) -> Iterator[str]:
    """The texts of the objects at the top, of the items of an array, or of those of a list that an object wraps.

    Of an item that is too long, its beginning; of the last one of a file that breaks off, what there is.
    """
    scan = _Scan()
    while block := _block(stream):
        yield from scan.read(block)
    if scan.item.strip() and not scan.past:
        yield scan.item


class _Scan:
    """Where in a JSON text the reading stands: how deep, in a string or not, and at which depth items lie."""

    def __init__(self) -> None:
        self.item, self.past = "", False  # `past`: behind the list that was wrapped
        self._depth = self._level = 0
        self._quoted, self._indent = False, ""

    def read(self, block: str) -> Iterator[str]:
        """The items that end within the block."""
        begin = 0
        for mark in _MARK.finditer(block):
            sign = mark[0]
            if sign in '"\n':
                self._quoted = sign == '"' and not self._quoted  # no string goes over a line's end
            if self._quoted or sign in '"\n' or sign[0] == "\\":
                continue
            ended = (self._opened if sign in "[{" else self._closed)(sign, block, begin, mark.start())
            if ended is not None:
                begin = mark.start() if sign == "{" else mark.end()
                if ended.strip():
                    yield ended
        self._take(block[begin:])

    def _take(self, text: str) -> None:
        self.item += text if len(self.item) <= _LONGEST else ""

    def _opened(self, sign: str, block: str, begin: int, end: int) -> str | None:
        """What a bracket ends: nothing, mostly; what stands before a list; an item that was never closed."""
        if sign == "[" and self._level == 0 and not self.past and self._begins_list(block, begin, end):
            self._depth += 1
            self._level, self.item = self._depth, ""
            return ""
        if sign == "{" and self._level and self._is_next(self._tail(block, begin, end)):
            self._depth = self._level + 1
            return self._ended(block[begin:end])
        self._depth += 1
        return None

    def _tail(self, block: str, begin: int, end: int) -> str:
        return self.item[-_TAIL:] + block[max(begin, end - _TAIL) : end]

    def _begins_list(self, block: str, begin: int, end: int) -> bool:
        tail = self._tail(block, begin, end)
        if self._depth == 0:
            return not tail.strip()
        if self._depth > _DEEPEST or not _LIST.search(f"{tail}["):
            return False
        return '"title"' not in self.item and '"title"' not in block[begin:end]

    def _is_next(self, tail: str) -> bool:
        """Whether an object begins as the first item did, on a line of its own, though the last one is still open."""
        _, newline, indent = tail.rpartition("\n")
        if self._depth == self._level:
            self._indent = self._indent or (newline + indent if newline and not indent.strip() else "")
            return False
        return bool(self._indent) and newline + indent == self._indent

    def _closed(self, sign: str, block: str, begin: int, end: int) -> str | None:
        """The item that a closing bracket or a comma ends; None where it ends none."""
        if self._depth > self._level:
            self._depth -= sign in "]}"
            if self._depth:
                return None
            past, self.past = self.past, False
            whole = self._ended(block[begin : end + 1])
            return "" if past else whole
        if sign == "}" and self._level:
            return None
        if sign == "]" and self._level:
            self._depth, self._level = self._depth - 1, 0
            self.past = self._depth > 0
        return self._ended(block[begin:end])

    def _ended(self, text: str) -> str:
        whole, self.item = (self.item + text)[: _LONGEST + 1], ""
        return whole


def _block(stream: TextIO) -> str:
    block = stream.read(_BLOCK)
    while block.endswith("\\") and (more := stream.read(1)):  # what a backslash stands before belongs to it
        block += more
    return block
