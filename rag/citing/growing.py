"""A text that may still be growing, read so that what is decided holds whatever comes next."""

import re
from collections.abc import Collection
from dataclasses import dataclass

LINE = re.compile(r"\n")


class Unfinished(Exception):
    """More text is needed to tell what stands here."""


@dataclass(frozen=True, slots=True)
class Growing:
    """A text as far as it is known; `final` when nothing follows. `valid` holds the ids of the sources.

    What stands before `origin` has been dealt with, and decides nothing any more.
    """

    text: str
    final: bool
    valid: Collection[int] = ()
    origin: int = 0

    def at(self, index: int) -> str:
        """The character at `index`, empty behind the end. Raises Unfinished if it is still to come."""
        if index >= len(self.text) and not self.final:
            raise Unfinished
        return self.text[index : index + 1]

    def before(self, index: int, length: int) -> str:
        """Up to `length` characters in front of `index`."""
        return self.text[max(self.origin, index - length) : index]

    def need_line(self, start: int, reach: int) -> None:
        """Raises Unfinished unless the line, or `reach` characters of it, are known from `start` on."""
        if not self.final and len(self.text) <= start + reach and "\n" not in self.text[start:]:
            raise Unfinished

    def find(self, closing: re.Pattern, start: int, reach: int, barrier: re.Pattern) -> re.Match | None:
        """The first match of `closing` from `start` on, before `barrier` and within `reach` characters.

        Raises Unfinished when text still to come could decide otherwise.
        """
        limit = min(len(self.text), start + reach)
        wall = barrier.search(self.text, start, limit)
        match = closing.search(self.text, start, wall.start() if wall else limit)
        open_ended = not self.final and not wall and len(self.text) <= start + reach
        if open_ended and (match is None or match.end() == len(self.text)):
            raise Unfinished
        return match
