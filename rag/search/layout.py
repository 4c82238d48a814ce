"""Papers as points of a plane in which near ones lie near: laid out once, and later ones placed among them."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_PERPLEXITY = 20.0  # neighbours that a point keeps to
_STEPS, _EARLY, _EXAGGERATED = 400, 120, 8.0  # steps in all; first ones, in which likeness counts so many times
_NEIGHBOURS, _SHARPNESS = 6, 12.0  # points that a later one is placed among; how much more the nearest of them counts
_NUDGE = 0.35  # of the distance to the next point, by which a later one stands beside the middle of its neighbours
_TINY = 1e-12


def arrange(rows: "np.ndarray") -> "np.ndarray":
    """Places, float32, shape (n, 2), between 0 and 1, of unit rows, shape (n, d); the same for the same rows.

    t-SNE (van der Maaten and Hinton 2008) in full, begun at the first two principal components (Kobak and Berens
    2019), so that also what is far apart keeps its order; n is some hundreds.
    """
    import numpy as np

    start = _principal(rows.astype(np.float64))
    places = _descended(_likeness(rows.astype(np.float64)), start) if len(rows) > 4 else start
    return _within(places).astype(np.float32)


def place(
    ids: Sequence[str], rows: "np.ndarray", known: "np.ndarray", places: "np.ndarray", block: int = 4_096
) -> "np.ndarray":
    """Places, float32, shape (n, 2), for papers `ids` with unit `rows`, among those `known` with their `places`.

    Each goes to the middle of its nearest neighbours, the nearest counting most, and a little to the side, which its id
    decides: no two stand on one another.
    """
    import numpy as np

    k, found = min(_NEIGHBOURS, len(known)), []
    gap = _NUDGE * _next(places)
    for start in range(0, len(rows), block):
        cosines = rows[start : start + block] @ known.T
        near = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        some = np.take_along_axis(cosines, near, axis=1)
        weights = np.exp(_SHARPNESS * (some - some.max(axis=1, keepdims=True)))
        middle = (places[near] * weights[..., None]).sum(axis=1) / weights.sum(axis=1)[:, None]
        found.append(middle + gap * np.array([_aside(i) for i in ids[start : start + block]]))
    return np.clip(np.concatenate(found), 0.0, 1.0).astype(np.float32)


def clusters(places: "np.ndarray", count: int) -> list[list[int]]:
    """The rows of `places` in at most `count` heaps (k-means), begun with points far from each other."""
    import numpy as np

    middles = [places[np.argmin(((places - places.mean(axis=0)) ** 2).sum(axis=1))]]
    while len(middles) < min(count, len(places)):
        apart = np.min([((places - middle) ** 2).sum(axis=1) for middle in middles], axis=0)
        middles.append(places[int(apart.argmax())])
    centres = np.array(middles)
    for _ in range(30):
        held = ((places[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        centres = np.array([places[held == n].mean(axis=0) if (held == n).any() else c for n, c in enumerate(centres)])
    return [found for n in range(len(centres)) if (found := np.flatnonzero(held == n).tolist())]


def _principal(rows: "np.ndarray") -> "np.ndarray":
    """The first two principal components, the sign of each so that its largest entry is positive."""
    import numpy as np

    if len(rows) < 3:
        return np.arange(2.0 * len(rows)).reshape(-1, 2)
    left, sizes, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    found = left[:, :2] * sizes[:2]
    return found * np.sign(found[np.abs(found).argmax(axis=0), [0, 1]] + _TINY)


def _likeness(rows: "np.ndarray") -> "np.ndarray":
    """How much each pair of rows, (n, n), belongs together, 1 in sum: each row keeps to about _PERPLEXITY others."""
    import numpy as np

    n = len(rows)
    apart = np.clip(2.0 - 2.0 * rows @ rows.T, 0.0, None)
    np.fill_diagonal(apart, np.inf)
    wanted = np.log(min(_PERPLEXITY, (n - 1) / 3))
    low, high, beta = np.zeros(n), np.full(n, np.inf), np.full(n, 4.0)
    for _ in range(40):
        likely = np.exp(-(apart - apart.min(axis=1, keepdims=True)) * beta[:, None])
        likely /= likely.sum(axis=1, keepdims=True)
        broad = -(likely * np.log(likely + _TINY)).sum(axis=1) > wanted
        low, high = np.where(broad, beta, low), np.where(broad, high, beta)
        beta = np.where(np.isinf(high), beta * 2, (low + np.minimum(high, 1e9)) / 2)
    return (likely + likely.T) / (2 * n)


def _descended(likely: "np.ndarray", start: "np.ndarray") -> "np.ndarray":
    """`start` moved until the places are as near as the likeness says."""
    import numpy as np

    places = start / max(float(start[:, 0].std()), _TINY) * 1e-4
    speed, gains = np.zeros_like(places), np.ones_like(places)
    for step in range(_STEPS):
        squares = (places**2).sum(axis=1)
        near = 1.0 / (1.0 + squares[:, None] + squares[None] - 2.0 * places @ places.T)
        np.fill_diagonal(near, 0.0)
        pull = (likely * (_EXAGGERATED if step < _EARLY else 1.0) - near / near.sum()) * near
        slope = 4.0 * (pull.sum(axis=1)[:, None] * places - pull @ places)
        gains = np.where((slope > 0) != (speed > 0), gains + 0.2, gains * 0.8).clip(0.01)
        speed = (0.5 if step < _EARLY else 0.8) * speed - max(len(places) / 12, 50.0) * gains * slope
        places = places + speed
        places -= places.mean(axis=0)
    return places


def _within(places: "np.ndarray") -> "np.ndarray":
    """The same between 0 and 1, with room at the edges for what comes later."""
    import numpy as np

    if not len(places):
        return places.reshape(0, 2)
    low, high = places.min(axis=0), places.max(axis=0)
    return 0.06 + 0.88 * (places - low) / np.maximum(high - low, _TINY)


def _next(places: "np.ndarray") -> float:
    """How far the next point is, for most points of a sample."""
    import numpy as np

    some = places[:: max(1, len(places) // 500)].astype(np.float64)
    if len(some) < 2:
        return 0.02
    apart = ((some[:, None] - some[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.median(np.sqrt(apart.min(axis=1))))


def _aside(paper_id: str) -> tuple[float, float]:
    """A step to the side, between -1 and 1 both ways, that an id alone decides."""
    digest = blake2b(paper_id.encode("utf-8", "replace"), digest_size=8).digest()
    x, y = int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:], "big")
    return x / 2**31 - 1.0, y / 2**31 - 1.0
