"""A .bib file that someone wrote, read with its damage: what `lint` compares citations with."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

from store.identity import arxiv_ids, title_words
from store.tex import from_latex


@dataclass(frozen=True, slots=True)
class BibEntry:
    """One entry, its fields as plain text; `line` counts from 1."""

    key: str
    kind: str
    line: int
    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    arxiv: str = ""
    doi: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """A place of the file that could not be read as it stands."""

    line: int
    reason: str


def read_bib(text: str) -> tuple[list[BibEntry], list[Damage]]:
    """The entries of `text` and its damage, each with its line; nothing in it is an error."""
    import bibtexparser
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    logging.disable(logging.WARNING)
    try:
        library = bibtexparser.parse_string(text)
    finally:
        logging.disable(logging.NOTSET)
    repeated = [
        block.ignore_error_block
        for block in library.failed_blocks
        if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock)
    ]
    entries = [_entry(block) for block in [*library.entries, *repeated] if hasattr(block, "key")]
    damage = [Damage(block.start_line + 1, _reason(block.error)) for block in library.failed_blocks]
    return sorted(entries, key=lambda entry: entry.line), damage


def _entry(block) -> BibEntry:
    fields = {field.key.lower(): str(field.value) for field in block.fields}
    year = re.search(r"\d{4}", fields.get("year") or fields.get("date", ""))
    return BibEntry(
        block.key,
        block.entry_type.lower(),
        block.start_line + 1,
        _plain(fields.get("title", "")),
        tuple(_plain(name) for name in re.split(r"\s+and\s+", fields.get("author", "")) if name.strip()),
        int(year[0]) if year else None,
        _arxiv(fields),
        _doi(fields.get("doi", "")),
    )


def _plain(value: str) -> str:
    return " ".join(from_latex(value).split())


def _arxiv(fields: dict[str, str]) -> str:
    """The arXiv id, wherever the entry's style keeps it; a DOI of arXiv counts."""
    is_arxiv = "arxiv" in fields.get("archiveprefix", fields.get("eprinttype", "arxiv")).lower()
    if is_arxiv and (eprint := _find_id(fields.get("eprint", ""))):
        return eprint
    places = (fields.get(name, "") for name in ("journal", "howpublished", "note", "url", "doi", "volume"))
    return next((found for place in places if "arxiv" in place.lower() and (found := _find_id(place))), "")


def _find_id(text: str) -> str:
    return next(iter(arxiv_ids(text)), "")


def _doi(value: str) -> str:
    return re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", value.strip().replace("\\_", "_"), flags=re.I)


def _reason(error: object) -> str:
    return (" ".join(str(error).split()) or "this entry cannot be read").split(" Note:")[0]


def same_work(entries: Iterable[BibEntry]) -> list[tuple[BibEntry, BibEntry]]:
    """Pairs of entries with different keys that are one paper: same arXiv id, DOI or title."""
    seen: dict[str, BibEntry] = {}
    pairs = []
    for entry in entries:
        names = {"arxiv": entry.arxiv, "doi": entry.doi.lower(), "title": "".join(title_words(entry.title))}
        marks = [f"{kind}:{value}" for kind, value in names.items() if value]
        twin = next((seen[mark] for mark in marks if mark in seen and seen[mark].key != entry.key), None)
        pairs += [(twin, entry)] if twin else []
        for mark in marks:
            seen.setdefault(mark, entry)
    return pairs
