"""A table of token vectors that is trained a batch at a time, and the order in which texts are seen."""

from collections.abc import Iterator

import numpy as np
import torch
from torch.nn import functional

from training.static.corpus import Bags

MEAN, SQUARE, EPSILON = 0.9, 0.999, 1e-8
LEAST = 0.01  # of the first rate, at the end


class Rows:
    """Token vectors and their state in Adam (Kingma and Ba 2015, arXiv 1412.6980): only rows in use are moved."""

    def __init__(self, vectors: np.ndarray) -> None:
        self._table = torch.tensor(vectors, dtype=torch.float32)
        self._means, self._squares = torch.zeros_like(self._table), torch.zeros_like(self._table)
        self._place = torch.zeros(len(vectors), dtype=torch.long)
        self._steps = 0
        self.take()

    @property
    def vectors(self) -> np.ndarray:
        """The vectors as they are now, float32, shape (tokens, dimension)."""
        return self._table.numpy()

    def take(self, *bags: Bags) -> None:
        """Make the rows of the tokens in these bags the ones that `embed` reads and `step` moves."""
        used = np.zeros(len(self._table), dtype=bool)
        for bag in bags:
            used[bag.tokens] = True
        self._used = torch.from_numpy(np.flatnonzero(used))
        self._place[self._used] = torch.arange(len(self._used))
        self._taken = self._table[self._used].requires_grad_(True)

    def embed(self, bags: Bags) -> torch.Tensor:
        """The unit vectors of texts whose rows were taken, shape (texts, dimension)."""
        starts = torch.from_numpy(np.cumsum(bags.lengths) - bags.lengths)
        places = self._place[torch.from_numpy(bags.tokens.astype(np.int64))]
        return functional.normalize(functional.embedding_bag(places, self._taken, starts, mode="sum"))

    def step(self, rate: float) -> None:
        """Move the rows that were taken against their gradient."""
        slope = self._taken.grad
        assert slope is not None, "backward() comes first"
        self._steps += 1
        means = self._means[self._used].lerp_(slope, 1 - MEAN)
        squares = self._squares[self._used].mul_(SQUARE).addcmul_(slope, slope, value=1 - SQUARE)
        self._means[self._used], self._squares[self._used] = means, squares
        spread = (squares / (1 - SQUARE**self._steps)).sqrt_().add_(EPSILON)
        moved = self._taken.detach().addcdiv(means, spread, value=-rate / (1 - MEAN**self._steps))
        self._table[self._used] = moved


def shuffled(count: int, size: int, epochs: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, float]]:
    """Batches of `size` of the numbers below `count`, each number once an epoch but for a rest.

    With each comes the share of the first rate at which to learn from it, falling evenly.
    """
    size = min(size, count)
    each = count // size
    for epoch in range(epochs):
        for place, batch in enumerate(np.split(rng.permutation(count)[: each * size], each)):
            yield batch, max(LEAST, 1 - (epoch * each + place) / (epochs * each))
