"""Papers read by a slow model after they came in: behind everything else that a person may be waiting for."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from store.errors import CitewellError
from store.library import Library
from store.records import Progress

log = logging.getLogger(__name__)

_LOOK = 1.0  # seconds between two looks for papers to read
_LATER = 60.0  # seconds until what failed is tried again
_NICE = 10  # how far other work goes first


def read_on(library: Library, progress: Progress) -> None:
    """Have the model read what it has not read yet. Where that is interrupted, the next one goes on."""
    _give_way()
    library.catch_up(progress)


def left_in_words(left: int) -> str:
    """What is to be known of so many papers that the model has not read yet."""
    return (
        f"{left:,} papers are still to be read by the embedding model: until then they are found by their words and "
        "by the fast model. The next `citewell add`, or the page while it is open, reads on."
    )


@contextmanager
def reading(library: Library) -> Iterator[None]:
    """Papers are read in the background of the block, whoever adds them."""
    ended = threading.Event()
    thread = threading.Thread(target=_read, args=(library, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _read(library: Library, ended: threading.Event) -> None:
    _give_way()
    pause = 0.0
    while not ended.wait(pause):
        pause = _LOOK
        try:
            library.catch_up(going_on=lambda: not ended.is_set())
        except CitewellError as error:  # another process is writing for long, or the disk is full
            log.warning("Papers are read later: %s", error)
            pause = _LATER


def _give_way() -> None:
    """Let this thread, and those that it starts, wait for others; only Linux knows that of single threads."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
