"""Papers and passages as they stand in the rows of the place of record, and back."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

from store.names import Author, Name
from store.records import Outline, Paper, Passage

FIELDS = tuple(field.name for field in fields(Paper))
COLUMNS = ", ".join(FIELDS)
STORED = (*FIELDS, "content", "digest")  # what a row is written with
_PART = "\x1f"
_READ_LAST = 2_048  # papers that are not read anew while their rows are the same; some 15 MB


def row_of(paper: Paper) -> list[Any]:
    """The values of FIELDS for a paper."""
    values = {name: getattr(paper, name) for name in FIELDS}
    values["authors"] = [_parts(author) if isinstance(author, Name) else author for author in paper.authors]
    return [_json(value) if name in _READ else value for name, value in values.items()]


def stored_of(paper: Paper) -> list[Any]:
    """The values of STORED for a paper."""
    row = row_of(paper)
    return [*row, digest_of(paper), digest_of_row(row)]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else "" if isinstance(value, dict) else "[]"


def _parts(name: Name) -> str:
    """A name as it is shown, and its parts behind it."""
    author = name.author
    return _PART.join([name, author.family, author.given, author.particle, author.suffix, "x" * author.literal])


def authors_of(text: str) -> tuple[str, ...]:
    """The names that a row keeps."""
    return tuple(_name(item) if _PART in item else item for item in list_of(text))


def _name(item: str) -> Name:
    try:
        _, family, given, particle, suffix, literal = item.split(_PART)
    except ValueError:
        raise sqlite3.DatabaseError(f"{item[:60]!r} is no name") from None
    return Name(Author(family, given, particle, suffix, bool(literal)))


def paper_of(row: Sequence[Any]) -> Paper:
    """The paper of a row of FIELDS. Raises sqlite3.DatabaseError where a field keeps what nobody wrote."""
    values: dict[str, Any] = dict(zip(FIELDS, row, strict=True))
    return Paper(**values | {name: read(values[name]) for name, read in _READ.items()})


@lru_cache(_READ_LAST)
def whole_of(row: tuple[Any, ...]) -> Paper | None:
    """The paper of a row of its digest and FIELDS; None where they are not those of the digest."""
    return paper_of(row[1:]) if digest_of_row(row[1:]) == row[0] else None


def unreadable(row: Sequence[Any]) -> list[str]:
    """The names of the FIELDS that nothing can be read of."""
    found = []
    for name, read in _READ.items():
        try:
            read(row[FIELDS.index(name)])
        except sqlite3.DatabaseError:
            found.append(name)
    return found


def outline_of(row: Sequence[Any]) -> Outline:
    """The outline in a row of its fields."""
    paper_id, year, venue, authors, tags, title = row
    return Outline(paper_id, year, venue, authors_of(authors), list_of(tags), title)


def list_of(text: str) -> tuple[str, ...]:
    """The list that a row keeps as JSON, empty for "". Raises sqlite3.DatabaseError where it keeps none."""
    try:
        return tuple(json.loads(text)) if text not in ("[]", "") else ()
    except (ValueError, TypeError):
        raise sqlite3.DatabaseError(f"{str(text)[:60]!r} is no list") from None


def _by_field(text: str) -> dict[str, str]:
    try:
        return dict(json.loads(text or "{}"))
    except (ValueError, TypeError):
        raise sqlite3.DatabaseError(f"{str(text)[:60]!r} tells of no fields") from None


# What is kept as JSON, and how it is read.
_READ: dict[str, Callable[[str], Any]] = {
    "authors": authors_of,
    "tags": list_of,
    "sources": list_of,
    "origins": _by_field,
    "original": _by_field,
}


def spans_of(passages: Sequence[Passage]) -> str:
    """Where passages stand in their abstract, as kept in a row."""
    return " ".join(f"{passage.start}-{passage.end}" for passage in passages)


@lru_cache(_READ_LAST)
def passages_of(paper_id: str, spans: str, abstract: str) -> tuple[Passage, ...]:
    """The inverse of `spans_of`."""
    try:
        bounds = [tuple(map(int, span.split("-"))) for span in spans.split()]
        return tuple(Passage(paper_id, start, end, abstract[start:end]) for start, end in bounds)
    except (ValueError, TypeError):
        raise sqlite3.DatabaseError(f"{str(spans)[:60]!r} are no places of passages") from None


def digest_of(paper: Paper) -> str:
    """What changes when the text that is indexed changes."""
    return digest_of_text(paper.title, paper.abstract)


def digest_of_text(title: str, abstract: str) -> str:
    """The digest of a paper of this title and abstract."""
    return hashlib.sha256(f"{title}\n{abstract}".encode()).hexdigest()[:16]


def digest_of_row(row: Sequence[Any]) -> str:
    """What changes when anything does that a row of FIELDS keeps.

    The last, which is younger than the digests, counts where it has something: older copies keep theirs.
    """
    values = row if row[-1] or len(row) < len(FIELDS) else row[:-1]
    return hashlib.sha256("\x1e".join(map(str, values)).encode(errors="replace")).hexdigest()[:16]


def columns_in(db: sqlite3.Connection) -> str:
    """COLUMNS as they are read from a file that may be of an older version: what it lacks is empty."""
    there = {row[1] for row in db.execute("PRAGMA table_info(papers)")}
    return ", ".join(name if name in there else f"'' AS {name}" for name in FIELDS)
