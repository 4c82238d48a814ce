"""Files opened by what is in them: packed or not, in whatever encoding, never read whole and never without bound."""

import codecs
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO

from store.errors import ReadError

_PACKERS: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"\xfd7zXZ\0": lzma.open}
_ZIP = b"PK\x03\x04"
_MAGIC = 8  # bytes that tell a packed file
# What reading a packed file raises that is damaged, or packed in a way unknown here.
BROKEN = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zipfile.BadZipFile, NotImplementedError)
_PACKING, _UNPACKED = 100, 1 << 22  # text packs to a tenth; a small file of the same words over and over to less
_MEMBERS = 10_000  # files of a zip
_HEAD = 1 << 16  # bytes by which a format is told
_SHOWN = 300  # characters of a path
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([\w.:-]+)""")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def shown(path: Path | str) -> str:
    """A path or a name as text that any file or terminal can hold, cut where it is absurdly long."""
    text = str(path).encode("utf-8", "replace").decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 as Windows-1252, which has Latin-1's letters: an error handler of codecs."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in wrong), error.end


codecs.register_error("citewell-windows", _as_windows)


@dataclass(frozen=True)
class Source:
    """Something to read: a file, or a file within a zip; `open` gives its bytes, unpacked, as often as it is asked."""

    path: str  # for messages about the whole
    name: str  # for the places in it, and what a paper is said to come from
    open: Callable[[], BinaryIO]

    @cached_property
    def head(self) -> bytes:
        """The first bytes; raises ReadError where there are none."""
        with self.told(), self.open() as stream:
            head = stream.read(_HEAD)
        if not head.strip():
            raise ReadError(f"{self.path}: the file is empty; give one with papers in it.")
        return head

    @contextmanager
    def text(self) -> Iterator[TextIO]:
        """It as a stream of text: UTF-8 or UTF-16, and what is neither as Windows-1252; ReadError for other data."""
        encoding = encoding_of(self.head)
        if not encoding.startswith("utf-16") and len(_BINARY.findall(self.head)) > len(self.head) // 1_000:
            raise ReadError(f"{self.path}: not a text file, nor any other format that is read here; give {KNOWN}.")
        with self.told(), io.TextIOWrapper(self.open(), encoding, "citewell-windows") as stream:
            yield stream

    @contextmanager
    def told(self) -> Iterator[None]:
        """What can go wrong while it is read, as a ReadError."""
        try:
            yield
        except UnicodeError as error:
            raise ReadError(f"{self.path}: not text in {error.args[0]}; save it as UTF-8 and add it again.") from None
        except BROKEN as error:
            raise ReadError(f"{self.path}: damaged or not what it says it is ({error}); fetch it again.") from None
        except FileNotFoundError:
            raise ReadError(f"{self.path}: no such file or folder; check the path.") from None
        except OSError as error:
            reason = error.strerror or error
            raise ReadError(f"{self.path}: cannot be read ({reason}); check its permissions.") from None


def in_memory(text: str, name: str) -> Source:
    """Text that lies in no file, such as the answer of a service."""
    return Source(name, name, lambda: io.BytesIO(codecs.BOM_UTF8 + text.encode("utf-8", "replace")))


def sources(path: Path) -> Iterator[Source]:
    """The file at `path`, or those within it where it is a zip. Raises ReadError for what cannot be opened."""
    whole = Source(shown(path), shown(path.name), lambda: path.open("rb"))
    if is_zip(path):
        yield from _members(path, whole)
        return
    yield Source(whole.path, whole.name, lambda: _unpacked(path.open("rb"), _most(path), whole.path))


def is_zip(path: Path) -> bool:
    """Whether the file at `path` is a zip. Raises ReadError for what cannot be opened."""
    with Source(shown(path), shown(path.name), lambda: path.open("rb")).told(), path.open("rb") as stream:
        return stream.read(_MAGIC).startswith(_ZIP)


def _members(path: Path, whole: Source) -> Iterator[Source]:
    with whole.told():
        packed = zipfile.ZipFile(path)
    with packed:
        members = [info for info in packed.infolist() if not info.is_dir() and not _is_clutter(info.filename)]
        if len(members) > _MEMBERS or sum(info.file_size for info in members) > _most(path):
            raise ReadError(
                f"{whole.path}: unpacks to more than {_PACKING} times its size or {_MEMBERS:,} files, as no papers "
                "do; unpack it and look at it before it is added."
            )
        if any(info.filename == "[Content_Types].xml" for info in members):
            raise ReadError(f"{whole.path}: a document of an office program; save it as CSV or text and add that.")
        for info in members:
            member = f"{whole.path}: {shown(info.filename)}"
            yield Source(member, f"{whole.name}: {shown(info.filename)}", _opener(packed, info, _most(path), member))


def _opener(packed: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, name: str) -> Callable[[], BinaryIO]:
    """Opens a file of a zip; one that is packed itself is unpacked, once."""

    def opened() -> BinaryIO:
        if info.flag_bits & 1:
            raise ReadError(f"{name}: locked with a password; unpack it and add what is in it.")
        return _unpacked(packed.open(info), most, name)

    return opened


def _unpacked(stream: IO[bytes], most: int, name: str) -> BinaryIO:
    """The bytes of a stream, unpacked, once, where they are packed."""
    magic = stream.read(_MAGIC)
    stream.seek(0)
    opener = next((opener for mark, opener in _PACKERS.items() if magic.startswith(mark)), None)
    return io.BufferedReader(_Bounded(stream, opener(stream) if opener else stream, most, name))


def _most(path: Path) -> int:
    return max(_UNPACKED, _PACKING * path.stat().st_size)


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or Path(name).name.startswith(".")


def encoding_of(head: bytes) -> str:
    """How text that begins so is written: as its first bytes mark it, as every other byte is 0, as XML declares it."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    zeros = [head[:512:2].count(0), head[1:512:2].count(0)]
    if max(zeros) > len(head[:512]) // 4 and min(zeros) == 0:
        return "utf-16-be" if zeros[0] else "utf-16-le"
    declared = _DECLARED.search(head[:200])
    try:
        name = codecs.lookup(declared[1].decode()).name if declared else "utf-8"
        return name if codecs.lookup(name)._is_text_encoding and name != "utf-16" else "utf-8"
    except LookupError:
        return "utf-8"


KNOWN = "BibTeX, RIS, CSL-JSON, EndNote or PubMed files, JSON, CSV, PDF or plain text, also packed"


class _Bounded(io.RawIOBase):
    """The bytes `unpacked` of a stream, up to the most that text packs."""

    def __init__(self, stream: IO[bytes], unpacked: Any, most: int, name: str):
        self._stream, self._unpacked, self._most, self._name, self._read = stream, unpacked, most, name, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._unpacked.readinto(buffer)
        self._read += count
        if self._read > self._most:
            raise ReadError(
                f"{self._name}: unpacks to more than {_PACKING} times its size, as no text does; "
                "unpack it and look at it before it is added."
            )
        return count

    def close(self) -> None:
        self._unpacked.close()
        self._stream.close()
        super().close()


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """The text of one file, unpacked, as a stream; raises ReadError for what is missing, empty or no text."""
    with next(sources(path)).text() as stream:
        yield stream
