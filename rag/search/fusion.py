"""Putting rankings together: plain functions from scores to scores."""

from collections.abc import Mapping, Sequence
from statistics import fmean, pstdev


def standardise(scores: Mapping[str, float]) -> dict[str, float]:
    """`scores` with mean 0 and standard deviation 1; equal scores all become 0."""
    if not scores:
        return {}
    mean, spread = fmean(scores.values()), pstdev(scores.values())
    return {key: (score - mean) / spread if spread > 1e-9 else 0.0 for key, score in scores.items()}


def fuse(lists: Sequence[Mapping[str, float]], weights: Sequence[float]) -> dict[str, float]:
    """Weighted sum of standardised scores; a key that a list lacks gets that list's lowest score."""
    fused: dict[str, float] = {}
    keys = {key for scores in lists for key in scores}
    for scores, weight in zip(lists, weights, strict=True):
        level = standardise(scores)
        floor = min(level.values(), default=0.0)
        for key in keys:
            fused[key] = fused.get(key, 0.0) + weight * level.get(key, floor)
    return fused


def ranked(scores: Mapping[str, float]) -> list[str]:
    """The keys, highest score first; equal scores in the order of the keys."""
    return sorted(scores, key=lambda key: (-scores[key], key))
