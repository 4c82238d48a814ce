"""The tables of the place of record, and papers as their rows."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from store.records import Paper, Passage

SCHEMA_VERSION = "2"
SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS papers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, paper_id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    abstract TEXT NOT NULL, authors TEXT NOT NULL, year INTEGER, venue TEXT NOT NULL, arxiv TEXT NOT NULL,
    doi TEXT NOT NULL, url TEXT NOT NULL, tags TEXT NOT NULL, sources TEXT NOT NULL,
    content TEXT NOT NULL, indexed TEXT NOT NULL DEFAULT '', passages INTEGER NOT NULL DEFAULT 0,
    spans TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS lagging ON papers (seq) WHERE indexed <> content;
CREATE INDEX IF NOT EXISTS passages_of ON papers (passages);
CREATE INDEX IF NOT EXISTS filters ON papers (year, venue, authors, paper_id);
CREATE TABLE IF NOT EXISTS keys (key TEXT, seq INTEGER, PRIMARY KEY (key, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_of ON keys (seq);
CREATE TABLE IF NOT EXISTS removed (paper_id TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
"""
FIELDS = tuple(field.name for field in fields(Paper))
COLUMNS = ", ".join(FIELDS)
_LISTS = ("authors", "tags", "sources")


def row_of(paper: Paper) -> list[Any]:
    """The values of FIELDS for a paper."""
    values = {name: getattr(paper, name) for name in FIELDS}
    return [json.dumps(v, ensure_ascii=False) if name in _LISTS else v for name, v in values.items()]


def paper_of(row: Sequence[Any]) -> Paper:
    """The paper of a row of FIELDS."""
    values = dict(zip(FIELDS, row, strict=True))
    return Paper(**{name: _list_of(v) if name in _LISTS else v for name, v in values.items()})


def _list_of(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text != "[]" else ()


def spans_of(passages: Sequence[Passage]) -> str:
    """Where passages stand in their abstract, as kept in a row."""
    return " ".join(f"{passage.start}-{passage.end}" for passage in passages)


def passages_of(paper_id: str, spans: str, abstract: str) -> list[Passage]:
    """The inverse of `spans_of`."""
    bounds = (tuple(map(int, span.split("-"))) for span in spans.split())
    return [Passage(paper_id, start, end, abstract[start:end]) for start, end in bounds]


def digest_of(paper: Paper) -> str:
    """What changes when the text that is indexed changes."""
    return hashlib.sha256(f"{paper.title}\n{paper.abstract}".encode()).hexdigest()[:16]


def matching(year: int | None, venue: str | None, author: str | None) -> tuple[str, list[Any]]:
    """A condition on rows behind a given one, and its further values."""
    wanted = {"year = ?": year, "venue LIKE ? ESCAPE '\\'": _like(venue), "authors LIKE ? ESCAPE '\\'": _like(author)}
    given = {condition: value for condition, value in wanted.items() if value is not None}
    return " AND ".join(("seq > ?", *given)), list(given.values())


def _like(text: str | None) -> str | None:
    """A pattern for LIKE (escaped by a backslash) that finds `text` anywhere."""
    if text is None:
        return None
    return "%" + "".join(f"\\{c}" if c in "%_\\" else c for c in text) + "%"
