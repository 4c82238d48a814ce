"""Trains the judge that ships: `python -m training.judge.train CORPUS.jsonl.xz [--out FILE]`.

The stages are those that the shipped one went through: it was trained while its claims were still being written.
"""

import argparse
import random
import time
from dataclasses import dataclass
from pathlib import Path

from rag.verifying.judge import FILE
from training.judge.model import TorchJudge, train
from training.judge.planted import planted_pairs
from training.judge.rows import Pair, corpus_papers, natural_claims, natural_pairs, title_key

SEED = 7


@dataclass(frozen=True, slots=True)
class Stage:
    """Planted pairs beside the natural claims of some writers, how often they are gone through, and the rate."""

    planted: int
    writers: range
    epochs: float
    rate: float


STAGES = (
    Stage(16_000, range(1, 8), 0.19, 6e-5),
    Stage(3_000, range(1, 13), 2, 7e-5),
    Stage(2_000, range(1, 17), 2, 5e-5),
)


def main() -> None:
    """Make the pairs, train stage by stage, write the layers."""
    parser = argparse.ArgumentParser(prog="python -m training.judge.train", description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path, help="a jsonl.xz of papers that the claims' ids name")
    parser.add_argument("--out", type=Path, default=FILE)
    args = parser.parse_args()
    claims = natural_claims()
    papers = corpus_papers(args.corpus)
    free = _free_papers(papers, {i for claim in claims for i in claim.paper_ids})
    judge, drawn, started = TorchJudge(), 0, time.monotonic()
    for stage in STAGES:
        own = [c for c in claims if c.part == "train" and c.writer in stage.writers]
        planted = _planted(free[drawn:], stage.planted)
        drawn += stage.planted
        pairs = [*planted, *natural_pairs(own, papers)]
        print(f"{time.monotonic() - started:6.0f} s  {len(planted)} planted, {len(own)} natural", flush=True)
        train(judge, pairs, stage.epochs, stage.rate, report=_tell)
        judge.save(args.out)


def _free_papers(papers: dict, taken: set[str]) -> list:
    """The papers that no claim cites, in an order of their own; none twice by its title."""
    first = {title_key(paper.title): paper for paper in papers.values() if paper.paper_id not in taken}
    free = list(first.values())
    random.Random(SEED).shuffle(free)
    return free


def _planted(papers: list, count: int) -> list[Pair]:
    return [pair for pair, _ in zip(planted_pairs(papers, SEED), range(count), strict=False)]


def _tell(step: int, steps: int, loss: float) -> None:
    if step % 50 == 0:
        print(f"  {step}/{steps}  {loss:.3f}", flush=True)


if __name__ == "__main__":
    main()
