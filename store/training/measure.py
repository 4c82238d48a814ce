"""How well an embedding finds papers: MRR@10 of the authors' own `tldr` against all abstracts."""

from collections.abc import Callable

import numpy as np

from store.training.corpus import Abstract

Encode = Callable[[list[str]], np.ndarray]


def tldr_ranks(papers: list[Abstract], encode: Encode) -> np.ndarray:
    """For each paper with a `tldr`, the rank (from 1) of its abstract when the tldr is asked."""
    held = [i for i, paper in enumerate(papers) if paper.tldr]
    library = encode([paper.whole for paper in papers])
    queries = encode([papers[i].tldr for i in held])
    scores = library @ queries.T
    return 1 + (scores > scores[held, np.arange(len(held))]).sum(0)


def reciprocal(ranks: np.ndarray, most: int = 10) -> float:
    """The mean reciprocal rank, with ranks beyond `most` counting nothing."""
    return float(np.where(ranks <= most, 1 / ranks, 0).mean())
