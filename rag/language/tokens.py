"""A plain text as its content words, words of direction and quantities, in order and by clause."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.language.opposites import has_direction
from rag.language.quantities import quantities
from rag.language.terms import listed, words

_BREAK = re.compile(r"[;:.!?]|\b(?:but|while|whereas|although|though|however)\b", re.IGNORECASE)
# Words that share a stem with a word of direction and point nowhere.
_ASTRAY = frozenset(
    listed(
        "continue continues continued continuing finally underlying overall largely mainly lately "
        "shortly hardly generally uncertain uncertainty"
    )
)
REACH = 7  # tokens on each side that tell what a token is said of
FIGURE = 0.3  # nearness of a figure anywhere in the same clause


@dataclass(frozen=True, slots=True)
class Token:
    """A word (its key is its stem) or a quantity (`#value`), where it starts, and its clause."""

    text: str
    key: str
    start: int
    clause: int


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a plain text."""
    breaks = [m.start() for m in _BREAK.finditer(text)]
    amounts = quantities(text)
    read = [
        (w.start, w.text, w.text.lower() if w.text.lower() in _ASTRAY else w.stem)
        for w in words(text)
        if (w.is_content or has_direction(w.stem)) and not any(q.start <= w.start < q.end for q in amounts)
    ]
    read += [(q.start, text[q.start : q.end], f"#{q.value:g}") for q in amounts]
    return tuple(Token(written, key, start, sum(b < start for b in breaks)) for start, written, key in sorted(read))


def near(read: tuple[Token, ...], i: int) -> dict[str, float]:
    """The keys around position `i` with their nearness: 1, 1/2, 1/3 …, and less in other clauses."""
    found: dict[str, float] = {}
    for j, token in enumerate(read):
        same = token.clause == read[i].clause
        nearness = 1 / max(abs(i - j), 1) * (1 if same else 0.3)
        if same and token.key[0] == "#":
            nearness = max(nearness, FIGURE)
        if j != i and nearness >= 1 / REACH:
            found[token.key] = max(found.get(token.key, 0.0), nearness)
    return found


def tie(ours: dict[str, float], theirs: dict[str, float]) -> float:
    """How far two surroundings are the same: the sum of products of nearness."""
    return sum(nearness * theirs[key] for key, nearness in ours.items() if key in theirs)
