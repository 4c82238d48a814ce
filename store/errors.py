"""The errors whose text is shown to the user: one line, ending with what to do next."""

from pathlib import Path


class CitewellError(Exception):
    """Something the user can act on; `str(error)` is the whole message."""


class ReadError(CitewellError):
    """A file could not be read as papers."""


class StoreError(CitewellError):
    """The library folder could not be opened or written."""


class BusyError(StoreError):
    """Another process is writing to the library."""


class LostPapersError(StoreError):
    """The papers are damaged or gone; what is whole of them, and of a copy, can be put back."""


class EmbeddingError(CitewellError):
    """The embedding model could not be loaded, or is not the one the index was made with."""


class DamagedIndexError(StoreError):
    """An index cannot be read; it can be made anew from the place of record."""

    def __init__(self, text: str, damage: str = "was damaged"):
        """`damage` says what is wrong with it, in words behind its name."""
        super().__init__(text)
        self.damage = damage


class DamagedKeywordsError(DamagedIndexError):
    """The keyword index is the one that cannot be read."""


# What a folder's failure says when its files are whole: the rest is damage, which a new index mends.
_CIRCUMSTANCES = ("readonly", "read-only", "permission", "disk is full", "no space", "unable to open", "locked")


def index_failure(
    folder: Path, name: str, error: BaseException, damaged: type[DamagedIndexError] = DamagedIndexError
) -> StoreError:
    """What a failure in the library behind an index means: its folder cannot be used, or what is in it is damaged."""
    said = first_line(error)
    if any(word in said.lower() for word in _CIRCUMSTANCES):
        return StoreError(f"{folder}: the {name} cannot be used ({said}); check its permissions and the free space.")
    return damaged(
        f"{folder}: the {name} is damaged ({said}); delete this folder, and it is made anew from the papers."
    )


def is_panic(error: BaseException) -> bool:
    """Whether an error is the end of code in Rust, which is no Exception."""
    return type(error).__name__ == "PanicException"


def first_line(error: BaseException) -> str:
    """The first line of what an error says, else its name."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]
