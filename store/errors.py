"""The errors whose text is shown to the user: one line, ending with what to do next."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class CitewellError(Exception):
    """Something the user can act on; `str(error)` is the whole message."""


class ReadError(CitewellError):
    """A file could not be read as papers."""


class StoreError(CitewellError):
    """The library folder could not be opened or written."""


class BusyError(StoreError):
    """Another process is writing to the library."""


class EmbeddingError(CitewellError):
    """The embedding model could not be loaded, or is not the one the index was made with."""


class DamagedIndexError(StoreError):
    """An index cannot be read; it can be made anew from the place of record."""


@contextmanager
def telling(home: Path) -> Iterator[None]:
    """Failures of the library's files in `home`, told in the user's words: StoreError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise _unusable(home, error) from error
        raise StoreError(
            f"{home / 'papers.db'} is damaged ({error}); put back a copy of it, or set CITEWELL_HOME to a new folder."
        ) from error
    except OSError as error:
        raise _unusable(home, error) from error


def _unusable(home: Path, error: Exception) -> StoreError:
    return StoreError(
        f"{home}: the library folder cannot be used ({error}); check its permissions and the "
        "free space, or set CITEWELL_HOME to another."
    )
