"""Vectors to start from: those whose sums come nearest to the teacher's vectors of whole texts."""

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional

from training.static.corpus import Segments
from training.static.rows import Rows, shuffled
from training.static.teacher import Lessons

COMMON = 1e-3  # the frequency at which a token's first weight is halved
EPOCHS, BATCH, RATE = 4, 512, 2e-3


def first_vectors(
    alone: np.ndarray, segments: Segments, lessons: Lessons, seed: int, report: Callable[[str], None]
) -> np.ndarray:
    """A vector for each token, the shape of `alone`: fitted by cosine so that their sums imitate the teacher.

    They start as the teacher's vectors of the tokens alone, weighted a / (a + p) at frequency p
    (Arora et al. 2017, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings").
    """
    counts = np.bincount(segments.tokens, minlength=len(alone))
    rows = Rows(alone * (COMMON / (COMMON + counts / counts.sum()))[:, None])
    texts, vectors = lessons.segments.ravel(), lessons.vectors.reshape(-1, lessons.vectors.shape[-1])
    cosines = []
    for batch, share in shuffled(len(texts), BATCH, EPOCHS, np.random.default_rng(seed)):
        bags = segments.bags(texts[batch], texts[batch] + 1)
        rows.take(bags)
        wanted = torch.from_numpy(vectors[batch].astype(np.float32))
        cosine = functional.cosine_similarity(rows.embed(bags), wanted).mean()
        (-cosine).backward()
        rows.step(RATE * share)
        cosines.append(cosine.item())
    report(f"imitation of the teacher: cosine {np.mean(cosines[-len(cosines) // EPOCHS :]):.3f}")
    return rows.vectors


def reduce(vectors: np.ndarray, segments: Segments, dimension: int) -> np.ndarray:
    """The principal components of `vectors` over the papers' titles, scaled to a mean length of 1."""
    rows = Rows(vectors)
    titles = segments.bags(segments.papers[:-1], segments.papers[:-1] + 1)
    rows.take(titles)
    with torch.no_grad():
        texts = rows.embed(titles).numpy()
    spread, axes = np.linalg.eigh(np.cov(texts.T))
    reduced = vectors @ axes[:, np.argsort(-spread)[:dimension]].astype(np.float32)
    used = np.bincount(segments.tokens, minlength=len(vectors)) > 0
    return reduced / np.linalg.norm(reduced[used], axis=1).mean()
