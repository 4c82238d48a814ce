"""Contrastive training of token vectors: a title or a sentence finds the rest of its paper.

The loss is the in-batch softmax of van den Oord et al. 2018, "Representation Learning with
Contrastive Predictive Coding" (arXiv 1807.03748), in both directions; batches are made of
neighbouring papers, so that the negatives are hard ones.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from store.training.corpus import Segments

Rows = list[np.ndarray]  # the tokens of one text each


@dataclass(frozen=True, slots=True)
class Options:
    """How to train; the defaults are those of the model that ships."""

    epochs: int = 4
    batch: int = 1024
    rate: float = 5e-3
    scale: float = 20.0
    dropout: float = 0.2  # share of a query's tokens left out
    doc_tokens: int = 96  # tokens of a paper drawn in a step
    title_share: float = 0.4  # share of queries that are titles
    neighbours: int = 32  # papers in a group of neighbours
    easy_epochs: int = 2  # epochs of random batches before neighbours are looked for


def train(vectors: np.ndarray, segments: Segments, options: Options, seed: int,
          report: Callable[[str], None]) -> np.ndarray:
    """The trained vectors, the shape of `vectors`."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(vectors), freeze=False)
    scale = torch.nn.Parameter(torch.tensor(math.log(options.scale)))
    steps = len(segments) // options.batch * options.epochs
    parameters = [{"params": bag.parameters()}, {"params": [scale], "lr": 1e-2}]
    optimiser = torch.optim.Adam(parameters, lr=options.rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(0.01, 1 - step / steps))
    for epoch in range(options.epochs):
        order = _order(bag, segments, options, epoch, rng)
        losses = []
        for batch in _cut(order, options.batch):
            loss = _loss(bag, scale, *_pairs(batch, segments, options, rng))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        report(f"epoch {epoch + 1}/{options.epochs}  loss {np.mean(losses):.3f}  scale {scale.exp():.1f}")
    return bag.weight.detach().numpy()


def _pairs(batch: np.ndarray, segments: Segments, options: Options,
           rng: np.random.Generator) -> tuple[Rows, Rows]:
    """For each paper a query, thinned, and tokens drawn from the rest of the paper."""
    pairs = [segments.pair(paper, options.title_share, rng) for paper in batch]
    queries = [_thin(query, options.dropout, rng) for query, _ in pairs]
    return queries, [rng.choice(rest, min(len(rest), options.doc_tokens), replace=False) for _, rest in pairs]


def _loss(bag: torch.nn.EmbeddingBag, scale: torch.Tensor, queries: Rows, papers: Rows) -> torch.Tensor:
    left, right = functional.normalize(_embed(bag, queries)), functional.normalize(_embed(bag, papers))
    scores = scale.exp() * left @ right.T
    target = torch.arange(len(queries))
    return (functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)) / 2


def _thin(tokens: np.ndarray, dropout: float, rng: np.random.Generator) -> np.ndarray:
    kept = tokens[rng.random(len(tokens)) >= dropout]
    return kept if len(kept) else tokens


def _embed(bag: torch.nn.EmbeddingBag, rows: Rows) -> torch.Tensor:
    starts = np.cumsum([0] + [len(row) for row in rows[:-1]])
    return bag(torch.from_numpy(np.concatenate(rows).astype(np.int64)), torch.from_numpy(starts))


def _cut(order: np.ndarray, size: int) -> Iterator[np.ndarray]:
    whole = len(order) // size * size
    yield from np.split(order[:whole], whole // size)


def _order(bag: torch.nn.EmbeddingBag, segments: Segments, options: Options, epoch: int,
           rng: np.random.Generator) -> np.ndarray:
    """All papers, shuffled; from the `easy_epochs`th epoch on, neighbours stand together."""
    order = rng.permutation(len(segments))
    if epoch < options.easy_epochs:
        return order
    with torch.no_grad():
        vectors = functional.normalize(_whole(bag, segments))
        middles = vectors[order[: len(order) // options.neighbours]]
        group = torch.cat([(part @ middles.T).argmax(1) for part in vectors.split(4096)]).numpy()
    return order[np.argsort(rng.permutation(len(middles))[group[order]], kind="stable")]


def _whole(bag: torch.nn.EmbeddingBag, segments: Segments) -> torch.Tensor:
    starts = torch.from_numpy(segments.bounds[segments.papers[:-1]].astype(np.int64))
    return bag(torch.from_numpy(segments.tokens.astype(np.int64)), starts)
