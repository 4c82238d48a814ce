"""Fields as files write them, made into those of a Paper."""

import re
from collections.abc import Mapping
from typing import Any

from store.records import Paper

_ARXIV = re.compile(r"(?:^|arxiv[:./]|/(?:abs|pdf)/)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?!\d)", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20|21)\d\d(?!\d)")


def paper_from(record: Mapping[str, Any], source: str) -> Paper:
    """The paper that a record of named fields describes; unknown fields are passed over.

    Raises ValueError, saying what is wrong, for a record without a title or with a field
    of a kind that cannot be read.
    """
    title = one_line(text_of(record, "title", "name"))
    if not title:
        raise ValueError("no title")
    link = text_of(record, "url", "link")
    return Paper(
        paper_id="",
        title=title,
        abstract=text_of(record, "abstract", "summary"),
        authors=names(record.get("authors") or record.get("author")),
        year=year(record.get("year") or record.get("date") or record.get("published")),
        venue=one_line(text_of(record, "venue", "journal", "booktitle", "conference")),
        arxiv=arxiv_id(text_of(record, "arxiv", "arxiv_id", "eprint")) or arxiv_id(link),
        doi=doi(text_of(record, "doi")),
        url=link,
        tags=names(record.get("tags") or record.get("keywords"), r"[;,]"),
        sources=(source,),
    )


def text_of(record: Mapping[str, Any], *names: str) -> str:
    """The first of the fields `names` that holds text, stripped; "" where none does."""
    for name in names:
        value = record.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} is not text")
        if value and (text := storable(value).strip()):
            return text
    return ""


def storable(text: str) -> str:
    """The text without what no file can hold: lone surrogates and NULs."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def one_line(text: str) -> str:
    """The text with every run of white space made one space."""
    return " ".join(text.split())


def names(value: Any, separator: str = r"\s+and\s+|;") -> tuple[str, ...]:
    """Names from a list of strings, a list of objects with a `name`, or one string."""
    if isinstance(value, str):
        value = re.split(separator, value)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError("names are neither a list nor text")
    found = (item.get("name") if isinstance(item, Mapping) else item for item in value)
    lines = (one_line(storable(name)) for name in found if isinstance(name, str))
    return tuple(dict.fromkeys(line for line in lines if line))


def year(value: Any) -> int | None:
    """The first year written in `value`, which may be a number or a date."""
    found = _YEAR.search(str(value or ""))
    return int(found[0]) if found else None


def arxiv_id(text: str) -> str:
    """The arXiv id in an id, `arXiv:` reference or link, without its version; "" where there is none."""
    found = _ARXIV.search(text.strip())
    return found[1] if found else ""


def doi(text: str) -> str:
    """The DOI in a DOI or a link to one; "" where there is none."""
    found = _DOI.search(text)
    return found[0].rstrip(".,;") if found else ""
