"""Formats of one tag a line: RIS, PubMed's NBIB, Web of Science's and Refer (EndNote's .enw)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from store.readers.fields import paper_or_skipped
from store.readers.opening import Source
from store.readers.people import in_parts
from store.records import Paper, Skipped

_LONGEST = 1 << 20  # characters of one record


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How lines carry tags: what a tagged line is, which tag begins a record, and what tags stand for.

    A field named with a star is a list, with one value a tagged line.
    """

    line: re.Pattern[str]
    begins: str
    ends: re.Pattern[str]  # a line behind which a record has ended, whether or not the next begins as it should
    fields: dict[str, str] = field(default_factory=dict)


_ER = re.compile(r"ER\b")
_RIS = _Dialect(re.compile(r"([A-Z][A-Z0-9]) {0,2}- ?(.*)", re.DOTALL), "TY", _ER)
_NBIB = _Dialect(
    re.compile(r"([A-Z]{2,4}) {0,3}- (.*)", re.DOTALL),
    "PMID",
    re.compile(r"\s*$"),
    {
        "PMID": "pmid", "TI": "title", "BTI": "booktitle", "AB": "abstract", "FAU": "authors*", "AU": "short*",
        "CN": "groups*", "DP": "date", "JT": "venue", "LID": "dois*", "AID": "dois*", "OT": "tags*",
        "VI": "journalvolume", "IP": "journalnumber",
    },
)  # fmt: skip
_WOS = _Dialect(
    re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$", re.DOTALL),
    "PT",
    _ER,
    {
        "TI": "title", "AB": "abstract", "AF": "authors+", "AU": "short+", "CA": "groups+", "SO": "venue", "PY": "year",
        "DI": "doi", "DE": "keywords", "VL": "journalvolume", "IS": "journalnumber",
    },
)  # fmt: skip
_REFER = _Dialect(
    re.compile(r"%([0-9A-Z@!+\]\[^&~(>*#$]) (.*)", re.DOTALL),
    "0",
    re.compile(r"(?!)"),  # an abstract may have blank lines
    {
        "T": "title", "X": "abstract", "A": "authors*", "D": "year", "J": "journal", "B": "booktitle", "R": "doi",
        "U": "url", "K": "keywords", "V": "journalvolume", "N": "journalnumber",
        "S": "series", "0": "kind",
    },
)  # fmt: skip


def read_ris(source: Source) -> Iterator[Paper | Skipped]:
    """The records of a RIS file; those that are none are skipped, with their line."""
    return _read(source, _RIS, _ris)


def read_nbib(source: Source) -> Iterator[Paper | Skipped]:
    """The records that PubMed saves as NBIB or MEDLINE."""
    return _read(source, _NBIB, lambda lines: _pubmed(_fields(lines, _NBIB)))


def read_wos(source: Source) -> Iterator[Paper | Skipped]:
    """The records of a plain-text export of Web of Science."""
    return _read(source, _WOS, lambda lines: _fields(lines, _WOS))


def read_refer(source: Source) -> Iterator[Paper | Skipped]:
    """The records of a Refer file, which EndNote and Google Scholar save as .enw."""
    return _read(source, _REFER, lambda lines: _refer(_fields(lines, _REFER)))


def _read(
    source: Source, dialect: _Dialect, named: Callable[[Sequence[str]], dict[str, Any]]
) -> Iterator[Paper | Skipped]:
    for number, lines in _records(source, dialect):
        yield paper_or_skipped(partial(named, lines), source.name, f"{source.name}, line {number}")


def _records(source: Source, dialect: _Dialect) -> Iterator[tuple[int, list[str]]]:
    """The lines of each record with the number of its first; what stands before one is passed over."""
    first, length, ended = 0, 0, False
    lines: list[str] = []
    with source.text() as stream:
        number = 0
        while line := stream.readline(_LONGEST):
            number += 1
            tag = dialect.line.match(line)
            if (tag and tag[1] == dialect.begins) or (ended and _is_record(line)):
                if first:
                    yield first, lines
                first, lines, length = number, [], 0
            ended = bool(first and (dialect.ends.match(line) or (ended and not line.strip())))
            length += len(line)
            if first and length <= _LONGEST:
                lines.append(line.rstrip("\r\n"))
    if first:
        yield first, lines


def _is_record(line: str) -> bool:
    """Whether a line behind a record may begin another, though its first tag is damaged."""
    return bool(line.strip()) and not line[0].isspace() and not re.match(r"EF\s*$", line)


def _ris(lines: Sequence[str]) -> dict[str, Any]:
    import rispy

    tagged = [f"{tag[1]}  - {tag[2]}" if (tag := _RIS.line.match(line)) else line for line in lines]
    if not tagged[0].startswith("TY  -"):
        tagged.insert(0, "TY  - GEN")
    tags = {line[:2] for line in tagged}
    if "T2" not in tags:  # where bibutils and Springer have a chapter's book, a book its title
        book = "T2" if tags & {"TI", "T1"} else "TI"
        tagged = [f"{book}{line[2:]}" if line.startswith("BT  -") else line for line in tagged]
    end = next((number for number, line in enumerate(tagged) if line.startswith("ER  -")), len(tagged))
    try:
        [record] = rispy.loads("\n".join([*tagged[:end], "ER  - "]), skip_unknown_tags=True)
    except (ValueError, KeyError, AttributeError, TypeError, rispy.parser.ParseError):
        raise ValueError(
            "a record that cannot be read; each line is two letters, two spaces, a hyphen, a value"
        ) from None
    journal = record.get("type_of_reference") in ("JOUR", "JFULL", "MGZN", "EJOUR")
    venue = ("secondary_title", "journal_name", "alternate_title3", "alternate_title1", "alternate_title2")
    named = {
        "title": record.get("title") or record.get("primary_title"),
        "abstract": record.get("abstract") or record.get("notes_abstract"),
        "authors": [*record.get("first_authors", []), *record.get("authors", [])],
        "year": record.get("year") or record.get("publication_year") or record.get("date"),
        "venue": next((record[name] for name in venue if record.get(name)), None),
        "journalvolume": record.get("volume") if journal else None,
        "journalnumber": record.get("number") if journal else None,
        "doi": record.get("doi"),
        "url": next(iter(record.get("urls", [])), None),
        "arxiv": " ".join(str(record.get(name, "")) for name in ("accession_number", "number") if record.get(name)),
        "tags": record.get("keywords"),
        "citekey": record.get("label") or record.get("id"),
    }
    if record.get("type_of_reference") == "THES":
        named["venue"] = f"{record.get('type_of_work') or 'PhD thesis'}, {record.get('publisher', '')}".strip(", ")
    return named


def _fields(lines: Sequence[str], dialect: _Dialect) -> dict[str, Any]:
    """The values of a record by the names of fields; what follows a tagged line, indented, belongs to it."""
    found: dict[str, Any] = {}
    name = ""
    for line in lines:
        tag = dialect.line.match(line)
        if tag:
            name, value = dialect.fields.get(tag[1], ""), tag[2] or ""
            if tag[1] == "ER":
                break
        else:
            value = line
        if not name or not value.strip():
            continue
        if name[-1] in "+*":
            values = found.setdefault(name[:-1], [])
            if name[-1] == "*" and not tag and values:
                values[-1] += f" {value.strip()}"
            else:
                values.append(value.strip())
        else:
            found[name] = f"{found[name]} {value.strip()}" if name in found else value.strip()
    people = found.pop("authors", None) or found.get("short", [])
    return found | {"authors": [*people, *(in_parts(group) for group in found.get("groups", []))]}


def _refer(fields: dict[str, Any]) -> dict[str, Any]:
    """A record of Refer: bibutils keeps the name of a conference as that of a series."""
    conference = "conference" in fields.pop("kind", "").lower() and not fields.get("booktitle")
    return fields | {"booktitle": fields["series"]} if conference and fields.get("series") else fields


def _pubmed(fields: dict[str, Any]) -> dict[str, Any]:
    """A record of PubMed: its DOI among other numbers, its page, and a book's chapter."""
    fields["doi"] = next((item.split()[0] for item in fields.get("dois", []) if item.endswith("[doi]")), "")
    fields["url"] = f"https://pubmed.ncbi.nlm.nih.gov/{fields['pmid'].split()[0]}/" if fields.get("pmid") else ""
    fields["title"] = fields.get("title") or fields.get("booktitle", "")
    return {name: value for name, value in fields.items() if name != "pmid"}
