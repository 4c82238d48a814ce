"""How long work reports where it stands; drawing it is the caller's."""

from typing import Protocol


class Progress(Protocol):
    """Called with counts as work proceeds; `total` is 0 where it is not known beforehand."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """`done` of `total` units of the work named `what`."""


def silent(done: int, total: int, what: str) -> None:
    """A progress that shows nothing."""
