"""BibTeX and biblatex: an entry at a time, so that a damaged one spoils no other and a file may be of any length."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from store.readers.fields import paper_or_skipped
from store.readers.opening import Source
from store.readers.readable import from_tex, unescaped
from store.records import Paper, Skipped

if TYPE_CHECKING:
    from bibtexparser.model import Block, Entry

_LONGEST = 1 << 20  # characters of one entry
_SHOWN_KEY = 60  # characters
_MOST = 100_000  # entries that others refer to
_MARKS, _MOST_MARKS = '{}",=@', 50_000  # that the parser stops at, each a while
_BEGIN = re.compile(r"\s*@\s*(?P<kind>\w+)\s*[{(]\s*(?P<key>[^\s,{}()=\"]*)")
_PARENT = re.compile(r"\b(?:crossref|xdata)\s*=\s*[{\"]([^{}\"]+)[}\"]", re.IGNORECASE)
# Between a value, or the key, and a field that begins a line of its own.
NO_COMMA = re.compile(r"([}\"]|=\s*\d+|@\w+\s*[{(]\s*[^\s,{}()=]+)([ \t]*\n\s*(?P<field>[A-Za-z][\w-]*)\s*=\s*[{\"\d])")
_NO_PAPERS = frozenset({"string", "comment", "preamble", "xdata", "set", "control"})
_PIECE = re.compile(r'"(?:[^"{}]|\{(?:[^{}]|\{[^{}]*\})*\})*"|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|[^\s#"{}]+')
_INHERITED = {"title": "booktitle", "booktitle": "booktitle", "subtitle": ""}  # a parent's title is no child's
_COLLECTIONS = frozenset({"proceedings", "mvproceedings", "collection", "mvcollection"})
_JOINED_LENGTH = 10_000  # characters of a value that is made of pieces


@dataclass(slots=True)
class _Known:
    """What stands elsewhere in the file and entries refer to."""

    strings: dict[str, str] = field(default_factory=dict)
    parents: dict[str, dict[str, str]] = field(default_factory=dict)


def read_bibtex(source: Source) -> Iterator[Paper | Skipped]:
    """The entries of `source`; those that are damaged are skipped, with their key and line."""
    known = _known(source)
    for place, kind, key, text in _blocks(source):
        if kind in _NO_PAPERS or (kind in _COLLECTIONS and key.lower() in known.parents):
            continue
        where = f"{source.name}, line {place}" + (f" ({key[:_SHOWN_KEY]})" if key else "")
        named = partial(_record, text, kind, key, known)
        yield paper_or_skipped(named, source.name, where, latex=True)


def _record(text: str, kind: str, key: str, known: _Known) -> dict[str, str]:
    return _named(_whole(_fields(text, known.strings), known), kind, key)


def _blocks(source: Source) -> Iterator[tuple[int, str, str, str]]:
    """What begins with an `@` on a line of its own, up to the next: line, kind in lower case, key, text."""
    begun: tuple[int, re.Match[str]] | None = None
    lines: list[str] = []
    length = 0
    with source.text() as stream:
        for number, line in enumerate(_bounded(stream), 1):
            begin = _BEGIN.match(line) if "@" in line else None
            if begin:
                if begun:
                    yield _block(begun, lines)
                begun, lines, length = (number, begin), [], 0
            if begun and length <= _LONGEST:
                lines.append(line)
                length += len(line)
    if begun:
        yield _block(begun, lines)


def _bounded(stream: Any) -> Iterator[str]:
    """The lines, of a file in one line what stands between its entries."""
    while line := stream.readline(_LONGEST):
        yield from re.split(r"(?<=\})(?=\s*@\w+\s*\{)", line) if line.count("@") > 1 else [line]


def _block(begun: tuple[int, re.Match[str]], lines: Iterable[str]) -> tuple[int, str, str, str]:
    number, begin = begun
    return number, begin["kind"].lower(), begin["key"], "".join(lines)


def _known(source: Source) -> _Known:
    """The strings of the file and the entries that others refer to, wherever they stand."""
    known = _Known()
    wanted: set[str] = set()
    room = _LONGEST
    for _, kind, _, text in _blocks(source):
        if kind == "string" and room > 0:
            known.strings |= (made := _strings(text, known.strings))
            room -= sum(map(len, made.values()))
        elif len(wanted) < _MOST:
            wanted |= {key.strip().lower() for keys in _PARENT.findall(text) for key in keys.split(",")}
    for _, _, key, text in _blocks(source) if wanted else ():
        if key.lower() in wanted:
            try:
                known.parents.setdefault(key.lower(), _fields(text, known.strings))
            except ValueError:
                continue  # told where it stands
    return known


def _parsed(text: str) -> list["Block"]:
    import bibtexparser

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    return bibtexparser.parse_string(text, parse_stack=[]).blocks


def _strings(text: str, known: Mapping[str, str]) -> dict[str, str]:
    from bibtexparser.model import String

    try:
        return {block.key.lower(): _value(block.value, known) for block in _parsed(text) if isinstance(block, String)}
    except ValueError:
        return {}  # its name stands for it


def _fields(text: str, strings: Mapping[str, str]) -> dict[str, str]:
    """The fields of an entry by their names in lower case; the first counts of those that it has twice."""
    _check_length(len(text))
    if sum(map(text.count, _MARKS)) > _MOST_MARKS:
        raise ValueError("more braces, quotes and commas than any entry has")
    for repaired in (text, NO_COMMA.sub(r"\1,\2", text)):
        blocks = _parsed(repaired)
        entry = next((found for block in blocks if (found := _entry(block))), None)
        if entry is not None:
            fields, length = dict[str, str](), 0
            for item in reversed(entry.fields):
                fields[item.key.lower()] = value = _value(str(item.value), strings)
                _check_length(length := length + len(value))
            return fields
    raise ValueError("cannot be read; look for a brace, a quote or a comma that is missing")


def _entry(block: "Block") -> "Entry | None":
    block = getattr(block, "ignore_error_block", None) or block
    return block if hasattr(block, "fields") else None  # type: ignore[return-value]


def _value(text: str, strings: Mapping[str, str]) -> str:
    """A value without what encloses it; strings are put in, and what `#` joins is one."""
    text = text.strip()
    if text[:1] + text[-1:] in ("{}", '""') and ("#" not in text or len(text) > _JOINED_LENGTH):
        return text[1:-1]
    pieces = (_PIECE.findall(text) if "#" in text else None) or [text]
    if len(pieces) > 1 and re.sub(r"[\s#]", "", text) != re.sub(r"[\s#]", "", "".join(pieces)):
        pieces = [text]
    values = [piece[1:-1] if piece[:1] in '"{' else strings.get(piece.lower(), piece) for piece in pieces]
    _check_length(sum(map(len, values)))
    return "".join(values)


def _check_length(length: int) -> None:
    """Raises ValueError for more text than an entry has: strings made of strings grow without end."""
    if length > _LONGEST:
        raise ValueError(f"longer than any entry: {_LONGEST:,} characters are the most")


def _whole(fields: Mapping[str, str], known: _Known) -> dict[str, str]:
    """The fields with those that come from the entries it refers to."""
    whole = dict(fields)
    for kind in ("xdata", "crossref"):
        for key in fields.get(kind, "").split(","):
            for name, value in known.parents.get(key.strip().lower(), {}).items():
                name = _INHERITED.get(name, name) if kind == "crossref" else name
                if name and not whole.get(name):
                    whole[name] = value
    return whole


def _named(fields: Mapping[str, str], kind: str, key: str) -> dict[str, str]:
    """The fields as `paper_from` knows them: biblatex's subtitle, a thesis's school, an arXiv id wherever it stands."""
    named = dict(fields) | {"citekey": key}
    if subtitle := named.get("subtitle"):
        named["title"] = f"{named.get('title', '')}: {subtitle}"
    school = named.get("school") or (named.get("institution") if "thesis" in kind else "")
    if school:
        degree = "Master's" if "master" in (kind + named.get("type", "")).lower() else "PhD"
        named["venue"] = f"{degree} thesis, {school}"
    elif journal := named.get("journal") or named.get("journaltitle"):
        named |= {"venue": journal, "journalvolume": named.get("volume", ""), "journalnumber": named.get("number", "")}
    named["arxiv"] = _arxiv(fields)
    named["doi"] = _unescaped(named.get("doi", ""))
    named["url"] = re.sub(r"\\(?=[_%&#~])|[{}<>]|\\url", "", named.get("url", ""))
    return {name: value for name, value in named.items() if value and name not in ("eprint", "archiveprefix")}


def _unescaped(doi: str) -> str:
    """A DOI without LaTeX's escapes; a line of several hyphens is no dash in it."""
    if "\\" not in doi:
        return re.sub("[{}]", "", doi)
    return from_tex(unescaped(doi, latex=True)).replace("\u2014", "---").replace("\u2013", "--")


def _arxiv(fields: Mapping[str, str]) -> str:
    """The places that may name an arXiv id, wherever the file's style keeps it; a DOI of arXiv counts."""
    archive = fields.get("archiveprefix", fields.get("eprinttype", "arxiv")).lower()
    places = [
        fields.get(name, "") for name in ("journal", "journaltitle", "howpublished", "note", "url", "doi", "volume")
    ]
    said = [place for place in places if "arxiv" in place.lower()]
    return " ".join([fields.get("eprint", "") if archive == "arxiv" else "", *said]).strip()
