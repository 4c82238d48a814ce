"""How sources stand in a prompt: written for the model, read back by the offline one.

A source is two lines, `[n] title (year)` and its abstract, with a blank line after it. Line
breaks inside an abstract become one space each, so offsets hold and no text can pose as
the next source or as the question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.citing.citations import with_round_brackets
from store.records import Paper

_HEAD = re.compile(r"\[(\d+)\] (.*)")
_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class PromptSource:
    """A source as it stands in a prompt: its number, its title and its abstract."""

    n: int
    title: str
    abstract: str


def write_sources(papers: Sequence[Paper]) -> str:
    """The block of sources for a prompt, numbered from 1 in the order given."""
    return "\n\n".join(f"[{n}] {_quotable(p.title)}\n{_quotable(p.abstract)}" for n, p in enumerate(papers, 1))


def read_sources(block: str) -> list[PromptSource]:
    """The inverse of `write_sources`; text that is no such block gives an empty list."""
    lines = block.split("\n")
    heads = zip(lines[::3], lines[1::3], strict=False)
    found = [(match, abstract) for head, abstract in heads if (match := _HEAD.fullmatch(head))]
    return [PromptSource(int(match[1]), match[2], abstract) for match, abstract in found]


def _quotable(text: str) -> str:
    """One line in which an abstract's own `[2]` reads `(2)`: copied into an answer it would cite source 2."""
    return with_round_brackets(one_line(text))


def one_line(text: str) -> str:
    """`text` with each line break replaced by one space: the same length, the same offsets."""
    return _BREAK.sub(" ", text)
