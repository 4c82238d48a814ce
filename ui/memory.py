"""What a process that stays open gives back of its memory while nobody waits for it."""

import ctypes
import gc
import time
from contextlib import suppress

_EVERY = 30.0  # seconds between two times: while it lasts nothing else is computed


class Tidier:
    """Collects what is in circles and hands free memory back to the system, now and then."""

    def __init__(self, every: float = _EVERY) -> None:
        self._every, self._last = every, time.monotonic()

    def tidy(self) -> bool:
        """Do so, unless it was done a moment ago; whether it was."""
        if time.monotonic() - self._last < self._every:
            return False
        self._last = time.monotonic()
        gc.collect()
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)  # glibc keeps what threads have left of their heaps
        return True
