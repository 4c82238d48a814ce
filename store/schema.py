"""The tables that papers are kept in, and what brings those of an earlier version to this one's."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from store.citekeys import base_key, endings
from store.identity import settled
from store.names import Author, Name, parsed
from store.records import Paper
from store.rows import FIELDS, columns_in, digest_of_row, digest_of_text, row_of

SCHEMA_VERSION = "6"
_CITEKEYS = """
CREATE TABLE IF NOT EXISTS citekeys (
    citekey TEXT PRIMARY KEY COLLATE NOCASE, paper_id TEXT NOT NULL, change INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS citekeys_of ON citekeys (paper_id);
CREATE TABLE IF NOT EXISTS changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, what TEXT NOT NULL, last_seq INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS images (
    change INTEGER, seq INTEGER, image TEXT NOT NULL, PRIMARY KEY (change, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS filters ON papers (year, venue, authors, tags, paper_id)
"""
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS papers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, paper_id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    abstract TEXT NOT NULL, authors TEXT NOT NULL, year INTEGER, venue TEXT NOT NULL, arxiv TEXT NOT NULL,
    doi TEXT NOT NULL, url TEXT NOT NULL, tags TEXT NOT NULL, sources TEXT NOT NULL,
    content TEXT NOT NULL, indexed TEXT NOT NULL DEFAULT '', worded TEXT NOT NULL DEFAULT '',
    passages INTEGER NOT NULL DEFAULT 0,
    spans TEXT NOT NULL DEFAULT '', citekey TEXT NOT NULL DEFAULT '', notes TEXT NOT NULL DEFAULT '',
    retracted TEXT NOT NULL DEFAULT '', origins TEXT NOT NULL DEFAULT '', original TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS lagging ON papers (seq) WHERE indexed <> content;
CREATE INDEX IF NOT EXISTS unworded ON papers (seq) WHERE worded <> content;
CREATE INDEX IF NOT EXISTS passages_of ON papers (passages);
CREATE TABLE IF NOT EXISTS keys (key TEXT, seq INTEGER, PRIMARY KEY (key, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_of ON keys (seq);
CREATE TABLE IF NOT EXISTS removed (paper_id TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
{_CITEKEYS}"""
# How names were read for the keys that version 3 gave, which people have in their texts.
_GROUP_3 = re.compile(
    r"\b(Collaboration|Consortium|Team|Group|Project|Community|Initiative|Organization"
    r"|Institute|University|Lab|Labs|Inc|AI|OpenAI|DeepMind|Foundation)\b\.?"
)
_SUFFIX_3 = re.compile(r",?\s+(Jr\.?|Sr\.?|II|III|IV)$")


def _to_4(db: sqlite3.Connection) -> None:
    """Keys are kept with the papers, names are read, and a venue's year is the paper's."""
    for name in ("citekey", "notes", "retracted", "origins"):
        db.execute(f"ALTER TABLE papers ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    db.execute("DROP INDEX IF EXISTS filters")
    for statement in _CITEKEYS.split(";"):
        db.execute(statement)
    rows = db.execute("SELECT seq, paper_id, title, authors, year, venue, tags FROM papers").fetchall()
    papers = {
        seq: Paper(paper_id, title, "", tuple(json.loads(authors)), year, venue, tags=tuple(json.loads(tags)))
        for seq, paper_id, title, authors, year, venue, tags in rows
    }
    given = _keys_3(papers.values())
    db.executemany("INSERT OR IGNORE INTO citekeys VALUES (?, ?, 0)", [(key, i) for i, key in given.items()])
    for seq, paper in papers.items():
        row = dict(zip(FIELDS, row_of(settled(paper)), strict=True))
        values = (row["authors"], row["year"], row["tags"], given[paper.paper_id], seq)
        db.execute("UPDATE papers SET authors = ?, year = ?, tags = ?, citekey = ? WHERE seq = ?", values)


def _to_5(db: sqlite3.Connection) -> None:
    """A digest is kept of every field; a record whose text is not that of its old digest gets none."""
    db.execute("ALTER TABLE papers ADD COLUMN digest TEXT NOT NULL DEFAULT ''")
    for seq, content, *row in db.execute(f"SELECT seq, content, {columns_in(db)} FROM papers").fetchall():
        values = dict(zip(FIELDS, row, strict=True))
        if digest_of_text(values["title"], values["abstract"]) == content:
            db.execute("UPDATE papers SET digest = ? WHERE seq = ?", (digest_of_row(row), seq))


def _to_6(db: sqlite3.Connection) -> None:
    """Each of the two indexes is followed by itself; what sources wrote is kept beside what is read of it."""
    for name in ("worded", "original"):
        db.execute(f"ALTER TABLE papers ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    db.execute("UPDATE papers SET worded = indexed")
    db.execute("CREATE INDEX IF NOT EXISTS unworded ON papers (seq) WHERE worded <> content")


def _keys_3(papers: Iterable[Paper]) -> dict[str, str]:
    """paper_id → the key that version 3 gave it: papers of one base take it in the order of their ids."""
    groups: dict[str, list[str]] = defaultdict(list)
    for paper in papers:
        groups[base_key(replace(paper, authors=tuple(map(_name_3, paper.authors[:1]))))].append(paper.paper_id)
    keys = {min(ids): base for base, ids in groups.items()}
    taken = set(groups)
    for base, ids in sorted(groups.items()):
        free = endings(base)
        for paper_id in sorted(ids)[1:]:
            keys[paper_id] = next(key for key in free if key not in taken)
            taken.add(keys[paper_id])
    return keys


def _name_3(text: str) -> Name:
    text = " ".join(text.split())
    if text.startswith("{") or ("," not in text and _GROUP_3.search(text)):
        return Name(Author(text.strip("{}"), literal=True))
    suffix = _SUFFIX_3.search(text)
    return Name(parsed(text[: suffix.start()] if suffix else text))


# What brings the tables of a version to those of the next one.
MIGRATIONS: dict[str, Callable[[sqlite3.Connection], None]] = {"2": lambda db: None, "3": _to_4, "4": _to_5, "5": _to_6}
