"""A .bib file that someone wrote, read with its damage."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

from store.identity import arxiv_ids, title_words
from store.readers.bibtex import NO_COMMA
from store.tex import from_latex

# What stands between entries and looks like one, or like the end of one.
_STRAY = re.compile(r"^[ \t]*(?:@\s*\w+|\w+\s*\{\s*[\w:./-]+\s*,|\})", re.M)
_CHECK = "look for a brace or a comma"
_VENUE = ("booktitle", "journal", "journaltitle", "howpublished", "eventtitle")
_FIELDS = {"venue": _VENUE, "year": ("year", "date")}


@dataclass(frozen=True, slots=True)
class BibEntry:
    """One entry, its fields as plain text; it stands at `path:line`, counted from 1."""

    key: str
    path: str
    line: int
    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    arxiv: str = ""
    doi: str = ""
    venue: str = ""
    lines: tuple[tuple[str, int], ...] = ()

    def line_of(self, field: str) -> int:
        """The line of a field; that of the entry where it has none."""
        return next(
            (line for name in _FIELDS.get(field, (field,)) for has, line in self.lines if has == name), self.line
        )

    @property
    def marks(self) -> list[str]:
        """What tells it from other works: two entries that share one are the same paper."""
        names = {"arxiv": self.arxiv, "doi": self.doi.lower(), "title": "".join(title_words(self.title))}
        return [f"{kind}:{value}" for kind, value in names.items() if value]


@dataclass(frozen=True, slots=True)
class Damage:
    """A place of a file that could not be read as it stands."""

    path: str
    line: int
    reason: str


def read_bib(text: str, path: str = "") -> tuple[list[BibEntry], list[Damage]]:
    """The entries of `text` and its damage, each with its line; nothing in it is an error."""
    import bibtexparser
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    missing = list(NO_COMMA.finditer(text))
    library = bibtexparser.parse_string(NO_COMMA.sub(r"\1,\2", text))
    repeated = (DuplicateBlockKeyBlock, DuplicateFieldKeyBlock)
    blocks = [*library.entries, *(b.ignore_error_block for b in library.failed_blocks if isinstance(b, repeated))]
    entries = [_entry(block, path) for block in blocks if hasattr(block, "key")]
    told = [(text.count("\n", 0, m.start(2)), f"a comma is missing before “{m['field']}”") for m in missing]
    reasons = [(b, " ".join(str(b.error).split()).split(" Note:")[0]) for b in library.failed_blocks]
    told += [(b.start_line or 0, reason or f"this entry cannot be read; {_CHECK}") for b, reason in reasons]
    told += [(entry.line - 1, "this entry has no key") for entry in entries if not entry.key]
    for block in library.comments:
        if stray := _STRAY.search(getattr(block, "comment", "")):
            line = (block.start_line or 0) + block.comment.count("\n", 0, stray.start())
            told.append((line, "a brace too many" if stray[0] == "}" else f"this entry is passed over; {_CHECK}"))
    return sorted(entries, key=lambda entry: entry.line), [Damage(path, line + 1, reason) for line, reason in told]


def _entry(block, path: str) -> BibEntry:
    fields = {field.key.lower(): str(field.value) for field in block.fields}
    year = re.search(r"\d{4}", fields.get("year") or fields.get("date", ""))
    return BibEntry(
        block.key,
        path,
        block.start_line + 1,
        _plain(fields.get("title", "")),
        tuple(_plain(name) for name in re.split(r"\s+and\s+", fields.get("author", "")) if name.strip()),
        int(year[0]) if year else None,
        _arxiv(fields),
        re.sub(
            r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", fields.get("doi", "").strip().replace("\\_", "_"), flags=re.I
        ),
        _plain(next((fields[name] for name in _VENUE if fields.get(name)), "")),
        tuple((field.key.lower(), field.start_line + 1) for field in block.fields if field.start_line is not None),
    )


def _plain(value: str) -> str:
    return " ".join(from_latex(value).split())


def _arxiv(fields: dict[str, str]) -> str:
    """The arXiv id, wherever the entry's style keeps it; a DOI of arXiv counts."""
    is_arxiv = "arxiv" in fields.get("archiveprefix", fields.get("eprinttype", "arxiv")).lower()
    places = [fields.get(name, "") for name in ("journal", "howpublished", "note", "url", "doi", "volume")]
    places = [fields.get("eprint", "") if is_arxiv else "", *(place for place in places if "arxiv" in place.lower())]
    return next((found for place in places for found in arxiv_ids(place)), "")


def same_work(entries: Iterable[BibEntry]) -> list[tuple[BibEntry, BibEntry]]:
    """Pairs of entries with different keys that are one paper: same arXiv id, DOI or title."""
    seen: dict[str, BibEntry] = {}
    pairs = []
    for entry in entries:
        twins = (seen[mark] for mark in entry.marks if mark in seen and seen[mark].key != entry.key)
        pairs += [(twin, entry) for twin in [next(twins, None)] if twin]
        for mark in entry.marks:
            seen.setdefault(mark, entry)
    return pairs
