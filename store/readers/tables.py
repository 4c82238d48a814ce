"""CSV and TSV with a line of headings, in any order, as Scopus, Web of Science, Zotero and spreadsheets save them."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TextIO

from store.readers.fields import paper_or_skipped
from store.readers.opening import Source
from store.readers.values import letters
from store.records import Paper, Skipped

_SIGNS = "\t,;|"
_MOST_LINES, _LONGEST = 400, 1 << 18  # lines and characters of one row
_TITLES = frozenset({"title", "articletitle", "documenttitle", "papertitle", "ti"})
# The two letters by which Web of Science heads its columns.
_WOS = {
    "TI": "title", "AB": "abstract", "AF": "authorfullnames", "AU": "authors", "SO": "sourcetitle", "PY": "year",
    "CA": "groupauthors", "DI": "doi", "DE": "keywords", "UT": "number", "VL": "volume", "IS": "issue",
}  # fmt: skip
_FORMULA = re.compile(r"'(?=\s*[=+\-@])")  # before what a spreadsheet would take for a formula


def read_table(source: Source) -> Iterator[Paper | Skipped]:
    """The rows of `source`; one with more or fewer cells than headings is skipped, with its line."""
    with source.text() as stream:
        lines = _Lines(stream)
        headings, sign = _head(lines)
        for number, row in _rows(lines, sign, len(headings)):
            where = f"{source.name}, line {number}"
            yield paper_or_skipped(lambda row=row: _named(headings, row), source.name, where)  # type: ignore[misc]


def sign_of(line: str) -> str:
    """What separates the cells of a line of headings; "" where it is none."""
    for sign in _SIGNS:
        cells = _headings(line, sign)
        if len(cells) > 1 and _TITLES & {re.sub(r"[\W_]+", "", cell).lower() for cell in cells}:
            return sign
    return ""


def _headings(line: str, sign: str) -> list[str]:
    """The cells of a line of headings; of one with a cell longer than any is, none."""
    try:
        return next(csv.reader([line], delimiter=sign), [])
    except csv.Error:
        return []


class _Lines:
    """The lines of a stream with their numbers; those that were taken can be put back."""

    def __init__(self, stream: TextIO):
        self._stream, self._back = stream, deque[tuple[int, str]]()
        self._number = 0

    def next(self) -> tuple[int, str] | None:
        """The next line with its number, None at the end."""
        if self._back:
            return self._back.popleft()
        line = rest = self._stream.readline(_LONGEST)
        while len(rest) == _LONGEST and not rest.endswith("\n"):  # the rest of a line that is no row
            rest = self._stream.readline(_LONGEST)
        self._number += 1
        return (self._number, line) if line else None

    def put_back(self, lines: Sequence[tuple[int, str]]) -> None:
        """Have these lines come again."""
        self._back.extendleft(reversed(lines))


def _head(lines: _Lines) -> tuple[list[str], str]:
    """The headings and the sign between cells, from the first line that is not blank or names the sign."""
    while taken := lines.next():
        line = taken[1].strip("\r\n")
        if line.strip() and not re.fullmatch(r"sep=.", line):
            sign = sign_of(line) or ","
            cells = [cell.strip() for cell in _headings(line, sign)]
            return [_WOS.get(cell, cell) if "TI" in cells else cell for cell in cells], sign
    return [], ","


def _rows(lines: _Lines, sign: str, width: int) -> Iterator[tuple[int, list[str] | ValueError]]:
    """Each row with the number of its first line. A quote that is never closed spoils its own line alone."""
    while begun := _row(lines):
        number, text = begun[0][0], "".join(line for _, line in begun)
        if not text.strip():
            continue
        row = _cells(text, sign, width)
        if isinstance(row, ValueError) and len(begun) > 1:
            lines.put_back(begun[1:])
        yield number, row


def _row(lines: _Lines) -> list[tuple[int, str]]:
    """The lines of one row: on, while a quote is open; the first alone where it stays so."""
    begun: list[tuple[int, str]] = []
    quotes = length = 0
    while taken := lines.next():
        begun.append(taken)
        quotes += taken[1].count('"')
        length += len(taken[1])
        if quotes % 2 == 0:
            return begun
        if len(begun) > _MOST_LINES or length > _LONGEST:
            break
    lines.put_back(begun[1:])
    return begun[:1]


def _cells(text: str, sign: str, width: int) -> list[str] | ValueError:
    try:
        row = next(csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True), [])
    except csv.Error as error:
        most = csv.field_size_limit()
        told = f"a cell has more than {most:,} characters" if "field limit" in str(error) else error
        return ValueError(f"no row of a table: {told}")
    while len(row) > width and not row[-1].strip():
        row.pop()
    if len(row) != width:
        return ValueError(f"{len(row)} cells, where the headings are {width}")
    return row


def _named(headings: Sequence[str], row: Sequence[str] | ValueError) -> dict[str, str]:
    if isinstance(row, ValueError):
        raise row
    record = {name: _FORMULA.sub("", cell, count=1) for name, cell in zip(headings, row, strict=True) if cell.strip()}
    if groups := next((record.pop(name) for name in ("groupauthors", "Group Authors") if name in record), ""):
        columns = {letters(name): name for name in record}
        people = columns.get("authorfullnames") or columns.get("authors") or "authors"
        named = "; ".join(f"{{{group.strip()}}}" for group in groups.split(";"))
        record[people] = "; ".join(filter(None, (record.get(people), named)))
    if "PMID" in record and "Authors" in record:
        record["Authors"] = record["Authors"].rstrip(".")
    if "paper_id" in headings:  # as `papers export` writes it
        record["citekey"] = record.pop("key", "")
    return record
