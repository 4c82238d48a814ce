"""Files into papers: one file a format, and what tells the formats apart, which is what is in a file."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from store.errors import ReadError
from store.readers.bibtex import read_bibtex
from store.readers.jsonl import read_json
from store.readers.listing import read_listing
from store.readers.markup import read_atom, read_endnote, read_pubmed
from store.readers.opening import KNOWN, Source, encoding_of, is_zip, shown, sources
from store.readers.pdf import read_pdf
from store.readers.tables import read_table, sign_of
from store.readers.tagged import read_nbib, read_refer, read_ris, read_wos
from store.records import Noted, Paper, Skipped

Reader = Callable[[Source], Iterator[Paper | Skipped | Noted]]

# What the text of a format has in it, first come first served.
_SIGNS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(r"\A\s*(?:\{\s*(?:[\"}]|\Z)|\[\s*(?:[{\[\"\]]|\Z))"), read_json),
    (re.compile(r"(?:^|\n)TY {0,2}- ?\w"), read_ris),
    (re.compile(r"(?:^|\n)PMID ?- ?\d"), read_nbib),
    (re.compile(r"(?:^|\n)PT \w+\s*\n[A-Z]\w "), read_wos),
    (re.compile(r"(?:^|\n)%0 \w"), read_refer),
    (re.compile(r"(?:^|\n)[ \t]*@(?:(?i:string|preamble|comment)\b|\w+[ \t]*[{(]\s*[^\s,{}()=]*\s*,)"), read_bibtex),
)
# The element that holds the rest of an XML file.
_ROOTS: dict[str, Reader] = {
    "feed": read_atom,
    "entry": read_atom,
    "xml": read_endnote,
    "records": read_endnote,
    "record": read_endnote,
    "pubmedarticleset": read_pubmed,
    "pubmedarticle": read_pubmed,
    "pubmedbookarticle": read_pubmed,
}
_ROOT = re.compile(r"<(?:\w+:)?([A-Za-z_][\w.-]*)")
# What a file is by its name where its text does not tell.
_BY_NAME: dict[str, Reader] = {
    ".txt": read_listing,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".bib": read_bibtex,
    ".ris": read_ris,
    ".nbib": read_nbib,
    ".csv": read_table,
    ".tsv": read_table,
}
_PACKED = (".gz", ".xz", ".zip")
_FIRST = 200  # characters, of which the first tell JSON


@dataclass(frozen=True, slots=True)
class Reading:
    """The papers of what is read, as a stream; the lists fill as it is read."""

    papers: Iterator[Paper]
    skipped: list[Skipped] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)


def read_papers(path: Path) -> Reading:
    """The papers of a file, of the files within a packed one, or of those in a folder that hold papers.

    What is wrong with a record costs that record; a file in a folder or a zip that cannot be read is passed over.
    Raises ReadError at once for a path that is missing, and while it is read for a file without any paper in it.
    """
    path = Path(path)
    try:
        if not path.exists():
            raise ReadError(f"{shown(path)}: no such file or folder; check the path.")
        if not path.is_dir() and not path.is_file():
            raise ReadError(f"{shown(path)}: a pipe or a device, no file; save what it gives, and add that.")
        items = _folder(path) if path.is_dir() else _file(path)
    except (OSError, ValueError) as error:  # a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise ReadError(f"{shown(path)}: cannot be looked up ({reason}); check the path.") from None
    skipped: list[Skipped] = []
    noted: list[Noted] = []
    return Reading(_papers(items, skipped, noted), skipped, noted)


def _papers(items: Iterator[Paper | Skipped | Noted], skipped: list[Skipped], noted: list[Noted]) -> Iterator[Paper]:
    for item in items:
        if isinstance(item, Paper):
            yield item
        elif isinstance(item, Skipped):
            skipped.append(item)
        else:
            noted.append(item)


def _folder(folder: Path) -> Iterator[Paper | Skipped | Noted]:
    """What the files of a folder hold, in order; those of no format and with no name of one are passed over."""
    found = False
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if not any(part.startswith(".") for part in inside) and path.is_file():
            for item in _several(path, told=lambda source: _is_named(source) or _recognised(source)):
                found = True
                yield item
    if not found:
        raise ReadError(f"{shown(folder)}: no file in it that is read here; give {KNOWN}.")


def _file(path: Path) -> Iterator[Paper | Skipped | Noted]:
    """What a file holds. Of a zip's files one that cannot be read costs itself alone."""
    if not is_zip(path):
        yield from (item for source in sources(path) for item in _read(source))
        return
    found, first = False, ""
    for item in _several(path, told=lambda source: True):
        found = found or isinstance(item, Paper)
        first = first or (f" ({item.where}: {item.reason})" if isinstance(item, Skipped) else "")
        yield item
    if not found:
        raise ReadError(f"{shown(path)}: no paper in it{first}; give {KNOWN}.")


def _several(path: Path, told: Callable[[Source], bool]) -> Iterator[Paper | Skipped | Noted]:
    try:
        for source in sources(path):
            try:
                if told(source):
                    yield from _read(source)
            except ReadError as error:
                yield Skipped(source.path, str(error).removeprefix(f"{source.path}: "))
    except ReadError as error:
        yield Skipped(shown(path), str(error).removeprefix(f"{shown(path)}: "))


def _read(source: Source) -> Iterator[Paper | Skipped | Noted]:
    """What a file holds; where it breaks off, what stands before."""
    read = 0
    first: Skipped | None = None
    try:
        for item in _reader(source)(source):
            read += isinstance(item, Paper)
            first = first or (item if isinstance(item, Skipped) else None)
            yield item
    except ReadError as error:
        if not read:
            raise
        yield Skipped(source.name, f"the file breaks off after {read} papers: {error}")
    if not read:
        reason = f" ({first.where}: {first.reason})" if first else ""
        raise ReadError(f"{source.path}: no paper in it{reason}; give {KNOWN}.")


def _reader(source: Source) -> Reader:
    """The reader of a file, told by its first bytes, then by its name; of any other text the one of plain text."""
    found = _told(source.head)
    if found:
        return found
    text = _text(source.head)
    root = _ROOT.search(text) if text.lstrip().startswith("<") else None
    if root:
        what = "a web page" if root[1].lower() == "html" else f"XML of a kind that is not read here (<{root[1][:40]}>)"
        raise ReadError(f"{source.path}: {what}; give {KNOWN}.")
    return _BY_NAME.get(_suffix(source.name), read_listing)


def _told(head: bytes) -> Reader | None:
    """The reader that the first bytes of a file ask for, if any."""
    if b"%PDF-" in head[:1024]:
        return read_pdf
    text = _text(head)
    if text.lstrip().startswith("<"):
        root = _ROOT.search(text)
        return (
            read_pubmed
            if "<PubmedArticle" in text or "<PubmedBookArticle" in text
            else _ROOTS.get(root[1].lower())
            if root
            else None
        )
    if found := next(
        (reader for sign, reader in _SIGNS if sign.search(text[:_FIRST] if reader is read_json else text)), None
    ):
        return found
    first = next((line for line in text.splitlines()[:3] if line.strip() and not line.startswith("sep=")), "")
    return read_table if sign_of(first) else None


def _text(head: bytes) -> str:
    """The beginning of a file as text, as far as its format is told by it."""
    try:
        text = head.decode(encoding_of(head), "replace")
    except UnicodeError:  # an encoding that cannot do without what it cannot read
        text = head.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _recognised(source: Source) -> bool:
    return _told(source.head) is not None


def _is_named(source: Source) -> bool:
    return _suffix(source.name) in _BY_NAME


def _suffix(name: str) -> str:
    path = Path(name)
    return (Path(path.stem) if path.suffix.lower() in _PACKED else path).suffix.lower()
