"""What readers share: files opened as text, packed or not, and named fields made into those of a Paper."""

import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from store.errors import ReadError
from store.identity import arxiv_id, doi
from store.records import Paper

OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
_BROKEN = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)  # a packed file that is damaged or cut
_PACKING, _UNPACKED = 100, 1 << 27  # text packs to a tenth; a small file of the same words over and over to less
_SHOWN = 300  # characters of a path
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20|21)\d\d(?!\d)")


def shown(path: Path | str) -> str:
    """A path or a name as text that any file or terminal can hold, cut where it is absurdly long."""
    text = str(path).encode("utf-8", "replace").decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class _Unpacked(io.RawIOBase):
    """The bytes of a packed file, up to the most that text packs."""

    def __init__(self, path: Path, opener: Callable[..., Any]):
        self._path, self._stream, self._read = path, opener(path, "rb"), 0
        self._most = max(_UNPACKED, _PACKING * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._stream.readinto(buffer)
        self._read += count
        if self._read > self._most:
            raise ReadError(
                f"{shown(self._path)}: unpacks to more than {_PACKING} times its size, as no text does; "
                "unpack it and look at it before it is added."
            )
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """`path` as a stream of UTF-8 text, never read whole; raises ReadError for what is missing, empty or not text."""
    opener, name = OPENERS.get(path.suffix.lower()), shown(path)
    try:
        with (opener or open)(path, "rb") as raw:
            head = raw.read(4096)
        if not head.strip():
            raise ReadError(f"{name}: the file is empty; give one with papers in it.")
        if b"\0" in head:
            raise ReadError(f"{name}: not a text file; give a listing page or JSON lines.")
        raw = io.BufferedReader(_Unpacked(path, opener)) if opener else path.open("rb")
        with io.TextIOWrapper(raw, encoding="utf-8-sig") as stream:
            yield stream
    except UnicodeDecodeError:
        raise ReadError(f"{name}: not text in UTF-8; save it as UTF-8 and add it again.") from None
    except _BROKEN as error:
        raise ReadError(f"{name}: damaged or not what its name says ({error}); fetch it again.") from None
    except FileNotFoundError:
        raise ReadError(f"{name}: no such file or folder; check the path.") from None
    except OSError as error:
        reason = error.strerror or error
        raise ReadError(f"{name}: cannot be read ({reason}); check its permissions.") from None


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
        citekey=text_of(record, "citekey"),
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
