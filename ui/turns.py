"""Texts that are checked at one time take turns, so that a long one does not keep a short one waiting."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from ui.limits import TooMuch, network


class Turns:
    """Whose turn it is among those in the making, of which one address may have `most`; 0 is no limit."""

    def __init__(self, most: int = 0) -> None:
        self._most, self._here = most, Counter[str]()
        self._lock, self._taken, self._waiting = threading.Lock(), False, deque[threading.Event]()

    def enter(self, address: str) -> None:
        """Take a text in, until `leave`. Raises TooMuch."""
        with self._lock:
            if 0 < self._most <= self._here[network(address)]:
                raise TooMuch(f"{self._most} texts of this address are being checked; try again when one is.")
            self._here[network(address)] += 1

    def leave(self, address: str) -> None:
        """Let a text go."""
        with self._lock:
            self._here -= Counter([network(address)])

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and have it for as long as the block takes, but for what `pass_on` gives away."""
        self._take()
        try:
            yield
        finally:
            self._give()

    def pass_on(self) -> None:
        """Let the others go on until it is one's turn again."""
        self._give()
        self._take()

    def _take(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        mine.wait()

    def _give(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
