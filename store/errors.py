"""The errors whose text is shown to the user: one line, ending with what to do next."""


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
