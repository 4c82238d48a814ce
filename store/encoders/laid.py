"""A paper laid out as a BERT reads it: each token once, for all passages and all words.

A token sees the title and the sentences of the first passage that holds it, and its place is one that is free among
them. So each passage looks to the model as it would alone; only what two passages share is read in the first of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from store.records import Sheet

LONGEST = 512  # tokens in one row, but for a single passage: what each sees grows with the square
_FRAME, _TITLE = -2, -1  # parts that are no sentences: the marks at both ends, and the title


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens that are read together: their ids and places, and which sees which (None: each sees all).

    `parts` says where each stands: in a sentence, by its number, in the title or in the marks at both ends.
    """

    ids: np.ndarray
    places: np.ndarray
    sees: np.ndarray | None = None
    parts: np.ndarray | None = None
    passages: tuple[tuple[int, int], ...] = ()

    def __len__(self) -> int:
        """How many tokens."""
        return len(self.ids)


def plain(ids: Sequence[int]) -> Row:
    """The row of a text that is read by itself."""
    return Row(np.array(ids), np.arange(len(ids)))


def lay(sheet: Sheet, tokens: Sequence[Sequence[int]], ends: tuple[int, int], most: int, alone: bool) -> list[Row]:
    """The rows of a sheet whose pieces are these `tokens`, between the marks `ends`.

    No passage has more than `most` tokens: those that have no place are left out. With `alone` each passage is read by
    itself.
    """
    return [_row(some, tokens, ends, most) for some in _groups(sheet.passages, tokens, alone)]


def _groups(
    passages: Sequence[tuple[int, int]], tokens: Sequence[Sequence[int]], alone: bool
) -> Iterator[tuple[tuple[int, int], ...]]:
    """Passages that are read together; of a sheet without any, none."""
    some: list[tuple[int, int]] = []
    for first, last in passages:
        length = sum(map(len, tokens[1 + (some[0][0] if some else first) : 1 + last])) + len(tokens[0])
        if some and (alone or length > LONGEST):
            yield tuple(some)
            some = []
        some.append((first, last))
    yield tuple(some)


def _row(
    passages: tuple[tuple[int, int], ...], tokens: Sequence[Sequence[int]], ends: tuple[int, int], most: int
) -> Row:
    title = tokens[0][: most - 2]
    places: dict[int, list[int]] = {}  # of each sentence
    home: dict[int, tuple[int, int]] = {}  # the passage in which it is read
    for passage in passages:
        taken = {place for sentence in range(*passage) for place in places.get(sentence, ())}
        free = (place for place in range(1 + len(title), most - 1) if place not in taken)
        for sentence in range(*passage):
            if sentence not in places:
                places[sentence] = list(islice(free, len(tokens[1 + sentence])))
                home[sentence] = passage
    said = [(sentence, token) for sentence, at in places.items() for token in tokens[1 + sentence][: len(at)]]
    inside = [*range(1 + len(title)), *(place for at in places.values() for place in at)]
    parts = np.array([_FRAME, *([_TITLE] * len(title)), *(sentence for sentence, _ in said), _FRAME])
    return Row(
        np.array([ends[0], *title, *(token for _, token in said), ends[1]]),
        np.array([*inside, max(inside) + 1]),
        _sees(parts, home) if len(passages) > 1 else None,
        parts,
        passages,
    )


def _sees(parts: np.ndarray, home: dict[int, tuple[int, int]]) -> np.ndarray:
    """Which token (row) sees which (column): of another sentence what its passage holds, of title and marks all."""
    everything = (_FRAME, int(parts.max()) + 1)
    first, last = np.array([home.get(part, everything) for part in parts.tolist()]).T
    inside = (parts >= first[:, None]) & (parts < last[:, None])
    return inside | (parts < 0)


def pooled(row: Row, states: np.ndarray, take_first: bool) -> np.ndarray:
    """The sum of the last states of each passage's tokens, or the first token's state, shape (passages, d)."""
    assert row.parts is not None
    ranges = np.array(row.passages, int).reshape(-1, 2)
    if take_first:
        return np.repeat(states[:1], len(ranges), axis=0)
    held = (row.parts >= ranges[:, :1]) & (row.parts < ranges[:, 1:])
    return (held | (row.parts < 0)).astype(np.float32) @ states


def of_pieces(row: Row, states: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The states of each piece that the row holds, with its number among the sheet's pieces."""
    assert row.parts is not None
    for part in sorted(set(row.parts.tolist()) - {_FRAME}):
        yield part + 1, states[row.parts == part]
