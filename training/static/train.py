"""Trains the static model that ships: `python -m training.static.train --corpus FILE --out DIR`."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from store.errors import CitewellError
from training.static.contrast import Options, train
from training.static.corpus import Abstract, Segments, read_corpus, reciprocal, tldr_ranks
from training.static.start import first_vectors, reduce
from training.static.teacher import Teacher, encode, learn, load_teacher
from training.static.vocabulary import make_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TEACHER = "all-MiniLM-L6-v2"


def main(arguments: list[str] | None = None) -> None:
    """Read, learn from MiniLM, train, write, measure."""
    given = _arguments(arguments)
    started = monotonic()

    def report(text: str) -> None:
        print(f"{monotonic() - started:6.0f} s  {text}", file=sys.stderr, flush=True)

    try:
        papers = read_corpus(given.corpus)
        teacher = _teacher(given.cache)
    except (OSError, ValueError, CitewellError) as error:
        sys.exit(f"The training cannot begin: {error}")
    seen = [paper for paper in papers if not paper.tldr]
    report(f"{len(papers)} abstracts, {len(papers) - len(seen)} with a tldr held out")
    tokenizer, vectors = make(seen, teacher, given, report)
    write(given.out, tokenizer, vectors)
    report(f"written to {given.out}; MRR@10 of the tldr: {_score(given.out, papers):.4f}")


def make(
    papers: list[Abstract], teacher: Teacher, given: argparse.Namespace, report: Callable[[str], None]
) -> tuple["Tokenizer", np.ndarray]:
    """A tokenizer, and a vector for each of its tokens, float32, shape (tokens, given.dimension).

    Trainings from several seeds are averaged: "Model soups", Wortsman et al. 2022 (arXiv 2203.05482).
    """
    texts = [paper.segments for paper in papers]
    tokenizer = make_tokenizer((paper.whole for paper in papers), teacher.pieces, given.tokens)
    segments = Segments(texts, tokenizer)
    report(f"{tokenizer.get_vocab_size()} tokens, {len(segments.tokens)} of them in the text")
    numbers = tokenizer.get_vocab()
    tokens = [token.removeprefix("##") for token in sorted(numbers, key=numbers.__getitem__)]
    alone = encode(tokens, teacher, given.cache, report).astype(np.float32)
    lessons = learn(texts, segments, teacher, given.sentences, given.seed, given.cache, report)
    start = reduce(first_vectors(alone, segments, lessons, given.seed, report), segments, given.dimension)
    options = Options(**{field.name: getattr(given, field.name) for field in fields(Options)})
    seeds = range(given.seed, given.seed + given.trainings)
    return tokenizer, np.mean([train(start, segments, lessons, options, seed, report) for seed in seeds], axis=0)


def write(folder: Path, tokenizer: "Tokenizer", vectors: np.ndarray) -> None:
    """The model in sentence-transformers' layout: int8 rows and a float32 weight for each."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    weights = np.abs(vectors).max(1) / 127
    rows = np.round(vectors / np.maximum(weights, 1e-12)[:, None]).astype(np.int8)
    save_file({"embeddings": rows, "weights": weights.astype(np.float32)}, folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    kind = "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"
    modules = [{"idx": 0, "name": "0", "path": "", "type": kind}]
    (folder / "modules.json").write_text(json.dumps(modules, indent=1) + "\n", encoding="utf-8")


def _score(folder: Path, papers: list[Abstract]) -> float:
    from store.encoders.static import StaticEncoder

    return reciprocal(tldr_ranks(papers, StaticEncoder(folder).encode))


def _teacher(cache: Path | None) -> Teacher:
    return load_teacher(TEACHER, cache or Path(tempfile.gettempdir()))


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="JSONL (.xz, .gz or plain)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--cache", type=Path, help="folder where the teacher's vectors stay for the next training")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=55_000, help="most tokens of the vocabulary")
    parser.add_argument("--dimension", type=int, default=256)
    parser.add_argument("--sentences", type=int, default=1, help="sentences a paper that the teacher encodes")
    parser.add_argument("--trainings", type=int, default=2, help="trainings that are averaged")
    for option in fields(Options):
        parser.add_argument(f"--{option.name}", type=option.type, default=option.default)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
