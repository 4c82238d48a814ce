"""Files opened as text, packed or not, and never read whole."""

import gzip
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from store.errors import ReadError

OPENERS = {".gz": gzip.open, ".xz": lzma.open}
BROKEN = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)  # a packed file that is damaged or cut


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """`path` as a stream of UTF-8 text; raises ReadError for what is missing, empty or not text."""
    opener = OPENERS.get(path.suffix.lower(), open)
    try:
        with opener(path, "rb") as raw:
            head = raw.read(4096)
        if not head.strip():
            raise ReadError(f"{path}: the file is empty; give one with papers in it.")
        if b"\0" in head:
            raise ReadError(f"{path}: not a text file; give a listing page or JSON lines.")
        with opener(path, "rt", encoding="utf-8-sig", newline=None) as stream:
            yield stream
    except UnicodeDecodeError:
        raise ReadError(f"{path}: not text in UTF-8; save it as UTF-8 and add it again.") from None
    except BROKEN as error:
        raise ReadError(f"{path}: damaged or not what its name says ({error}); fetch it again.") from None
    except FileNotFoundError:
        raise ReadError(f"{path}: no such file or folder; check the path.") from None
    except OSError as error:
        reason = error.strerror or error
        raise ReadError(f"{path}: cannot be read ({reason}); check its permissions.") from None
