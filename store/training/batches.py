"""The order in which texts are seen, and how the step size falls."""

from collections.abc import Iterator

import numpy as np

LEAST = 0.01  # of the first rate, at the end


def shuffled(count: int, size: int, epochs: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, float]]:
    """Batches of `size` of the numbers below `count`, each number once an epoch but for a rest.

    With each comes the share of the first rate at which to learn from it, falling evenly.
    """
    size = min(size, count)
    each = count // size
    for epoch in range(epochs):
        for place, batch in enumerate(np.split(rng.permutation(count)[: each * size], each)):
            yield batch, max(LEAST, 1 - (epoch * each + place) / (epochs * each))
