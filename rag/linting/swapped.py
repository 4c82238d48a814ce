"""Numbers that an abstract gives of one named thing and a claim of another: results of two benchmarks exchanged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.names import Name, names, squash
from rag.language.quantities import Quantity, quantities
from rag.language.terms import plain

_BEHIND = re.compile(r"^\)?\s+(?:improvement |gain |accuracy |success )?(?:on|with|for|in|over|against)\s+(?:the\s+)?$")
_NEAR = 90  # characters from a name to its number


@dataclass(frozen=True, slots=True)
class _Given:
    """A number with the name of what it is given of."""

    number: Quantity
    name: str


def swapped_number(claim: str, abstract: str) -> str:
    """Why a number of `claim` is another thing's in `abstract`; "" where none is.

    Told only where the claim names a thing for which the abstract has another number of the same unit, and does not
    name the thing that the abstract gives the claim's number of.
    """
    claim, abstract = plain(claim), plain(abstract)
    named = {squash(name.text): name.start for name in names(claim)}
    told = list(_given(abstract))
    for number in quantities(claim):
        owners = [given.name for given in told if given.number.equals(number)]
        if not owners or len(owners) < sum(q.equals(number) for q in quantities(abstract)):
            continue
        others = [g for g in told if squash(g.name) in named and g.number.unit == number.unit]
        if others and not any(squash(owner) in named for owner in owners):
            other = min(others, key=lambda given: abs(named[squash(given.name)] - number.start))
            right, said = abstract[other.number.start : other.number.end], claim[number.start : number.end]
            return f"the abstract gives {said.strip()} of {owners[0]}, and {right.strip()} of {other.name}"
    return ""


def _given(text: str) -> Iterator[_Given]:
    """Each number of a plain text that stands beside a name."""
    numbers = [number for number in quantities(text) if not number.is_word]
    named = names(text)
    for place, number in enumerate(numbers):
        before = numbers[place - 1].end if place else 0
        if owner := _owner(text, number, named, before):
            yield _Given(number, owner.text)


def _owner(text: str, number: Quantity, named: tuple[Name, ...], before: int) -> Name | None:
    """The name that has a number in brackets or right before its own, else the last before it in its clause."""
    brackets = (name for name in named if text[name.end : number.start] == " (")
    if found := next(brackets, None):
        return found
    behind = (name for name in named if name.start >= number.end and _BEHIND.match(text[number.end : name.start]))
    if found := next(behind, None):
        return found
    ahead = [n for n in named if max(before, number.start - _NEAR) <= n.start and n.end <= number.start]
    clause = re.compile(r"[.;]\s|, (?!where)")
    return next((n for n in reversed(ahead) if not clause.search(text[n.end : number.start])), None)
