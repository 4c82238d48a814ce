"""What keeps a library whole: one writer at a time, a first filling, and indexes in step."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import DamagedIndexError, StoreError
from store.indexes import Indexes
from store.papers import Papers
from store.progress import Progress

# A replaced text counts in BM25's statistics until the keyword index is made anew: past this share of the
# papers, and always in a library where that takes a blink.
_STALE, _SMALL = 0.02, 2_000
PATIENCE = 60.0  # seconds to wait for another process that writes


class BusyError(StoreError):
    """Another process is writing to the library."""


def prepare(home: Path, papers: Papers, indexes: Indexes, model: str, seed: bool, progress: Progress) -> None:
    """Make the library in `home` if it is new, and finish what another process left undone.

    Another process that is writing right now is left to it, unless there is nothing to read yet.
    """
    if not papers.filled():
        home.mkdir(parents=True, exist_ok=True)
        with writing(home):
            papers.create()
            _fill(papers, seed)
    if is_behind(papers, indexes, model):
        readable = papers.fact("model") == model
        try:
            with writing(home, 0.0 if readable else None):
                catch_up(papers, indexes, model, progress)
        except BusyError:
            if not readable:
                raise


def _fill(papers: Papers, seed: bool) -> None:
    from store.collection import shipped_papers
    from store.recording import keep_all

    if papers.filled():
        return
    with papers.transaction():
        keep_all(papers, shipped_papers() if seed else ())
        papers.set_fact("filled", "yes")


def is_behind(papers: Papers, indexes: Indexes, model: str) -> bool:
    """Whether the indexes have something to follow, to mend or to make."""
    if papers.fact("model") != model or papers.fact("writing"):
        return True
    return indexes.vectors_missing or indexes.keywords_missing or bool(papers.lagging(1) or papers.removed())


def catch_up(papers: Papers, indexes: Indexes, model: str, progress: Progress) -> None:
    """Bring the indexes in step with the place of record; the caller is the one writer."""
    from store.indexing import follow, rebuild_keywords

    if not papers.fact("library"):
        papers.set_fact("library", secrets.token_hex(8))
    _distrust(papers, indexes)
    if papers.fact("writing") or _lacks_words(papers, indexes):
        rebuild_keywords(papers, indexes, progress)
    papers.set_fact("writing", "yes")
    replaced = papers.count_replaced() + int(papers.fact("replaced") or 0)
    try:
        follow(papers, indexes, progress)
    except DamagedIndexError:
        renew_vectors(papers, indexes)
        follow(papers, indexes, progress)
    except KeyboardInterrupt:
        papers.set_fact("writing", "")  # what was being written is finished, unlike after a kill
        raise
    if replaced > _STALE * len(papers) or (replaced and len(papers) < _SMALL):
        rebuild_keywords(papers, indexes, progress)
        replaced = 0
    with papers.transaction():
        papers.set_fact("model", model)
        papers.set_fact("replaced", str(replaced))
        papers.set_fact("writing", "")


def _lacks_words(papers: Papers, indexes: Indexes) -> bool:
    try:
        return len(indexes.keywords) < len(papers) - papers.count_lagging()
    except DamagedIndexError:
        return True


def _distrust(papers: Papers, indexes: Indexes) -> None:
    """Drop vectors that are of another model, lost, or broken by the end of who wrote them."""
    fingerprint = indexes.fingerprint
    other_model = papers.fact("fingerprint") != fingerprint
    broken = bool(papers.fact("writing")) and _broken(papers, indexes)
    if other_model or indexes.vectors_missing or broken:
        renew_vectors(papers, indexes, fingerprint)


def _broken(papers: Papers, indexes: Indexes) -> bool:
    """Whether the end of their writer may have broken the vectors.

    A graph that a kill left half-written looks whole, may even answer, and then crashes the process that writes to
    it. So none in a folder is trusted: all vectors are kept by their text, and making it anew takes a minute for
    80,000. A server is not killed with the process that wrote to it.
    """
    if not indexes.place:
        return True
    try:
        return len(indexes.vectors) < papers.count_passages(in_step=True)
    except DamagedIndexError:
        return True


def renew_vectors(papers: Papers, indexes: Indexes, fingerprint: str = "") -> None:
    """Have every vector made anew from the place of record."""
    with papers.transaction():
        papers.mark_all_lagging()
        papers.set_fact("writing", "yes")
        papers.set_fact("fingerprint", fingerprint or papers.fact("fingerprint"))
    indexes.renew_vectors()


@contextmanager
def writing(home: Path, patience: float | None = None) -> Iterator[None]:
    """One writer at a time, among processes; BusyError when another is busy for `patience` seconds."""
    from filelock import FileLock, Timeout

    lock = FileLock(home / "lock")
    try:
        lock.acquire(timeout=PATIENCE if patience is None else patience)
    except Timeout:
        raise BusyError(
            f"{home}: another citewell is writing to this library; wait until it is done and try again."
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def telling(home: Path) -> Iterator[None]:
    """Failures of the files below, told in the user's words."""
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
