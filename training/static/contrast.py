"""Training of token vectors: a title or a sentence finds the rest of its paper, as the teacher would.

Two losses are added. Contrast: the softmax over the papers of a batch, of van den Oord et al. 2018,
"Representation Learning with Contrastive Predictive Coding" (arXiv 1807.03748), in both
directions. Imitation: which texts are near which, as the teacher has it (relational distillation,
Park et al. 2019, arXiv 1904.05068, with softmax and Kullback-Leibler divergence over a batch).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from training.static.corpus import Segments
from training.static.rows import Rows, shuffled
from training.static.teacher import Lessons


@dataclass(frozen=True, slots=True)
class Options:
    """How to train; the defaults are those of the model that ships."""

    epochs: int = 4
    batch: int = 2048
    rate: float = 7e-3
    scale: float = 20.0  # what cosines are multiplied by in a softmax: where the learnt one starts, and the teacher's
    dropped: float = 0.2  # share of a query's tokens left out
    kept: float = 0.5  # share of a paper's tokens drawn in a step
    title_share: float = 0.4  # share of queries that are titles, and of lessons
    imitation: float = 1.0  # weight of the teacher
    compared: int = 1024  # texts of a batch whose neighbours are compared with the teacher's


def train(
    vectors: np.ndarray,
    segments: Segments,
    lessons: Lessons,
    options: Options,
    seed: int,
    report: Callable[[str], None],
) -> np.ndarray:
    """The trained vectors, the shape of `vectors`."""
    rng = np.random.default_rng(seed)
    rows = Rows(vectors)
    scale = torch.nn.Parameter(torch.tensor(math.log(options.scale)))
    scaling = torch.optim.Adam([scale], lr=0.01)
    losses = []
    for papers, share in shuffled(len(segments), options.batch, options.epochs, rng):
        queries, rests = segments.pairs(papers, options.title_share, rng)
        queries, rests = queries.thinned(1 - options.dropped, rng), rests.thinned(options.kept, rng)
        known, wanted = lessons.draw(papers, options.title_share, rng)
        texts = segments.bags(known, known + 1)
        rows.take(queries, rests, texts)
        contrast = _contrast(rows.embed(queries), rows.embed(rests), scale.exp())
        imitation = _imitation(rows.embed(texts), torch.from_numpy(wanted), options)
        loss = contrast + options.imitation * imitation
        scaling.zero_grad()
        loss.backward()
        scaling.step()
        rows.step(options.rate * share)
        losses.append([contrast.item(), imitation.item()])
    contrast, imitation = np.mean(losses[-len(losses) // options.epochs :], axis=0)
    report(f"seed {seed}  contrast {contrast:.3f}  imitation {imitation:.3f}  scale {scale.exp():.1f}")
    return rows.vectors


def _contrast(queries: torch.Tensor, papers: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    scores = scale * queries @ papers.T
    own = torch.arange(len(queries))
    return (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2


def _imitation(texts: torch.Tensor, teacher: torch.Tensor, options: Options) -> torch.Tensor:
    """How far the neighbours of the first `compared` texts are from those they have in the teacher's vectors."""
    first = min(options.compared, len(texts))
    itself = torch.eye(first, len(texts), dtype=torch.bool)
    near, wanted = (
        functional.log_softmax((options.scale * some[:first] @ some.T).masked_fill(itself, -1e9), 1)
        for some in (texts, teacher)
    )
    return functional.kl_div(near, wanted, reduction="batchmean", log_target=True)
