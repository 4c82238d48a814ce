"""Trains the static model that ships: `python -m store.training.static --corpus FILE --out DIR`."""

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

from store.training.contrast import Options, train
from store.training.corpus import Segments, read_corpus
from store.training.measure import reciprocal, tldr_ranks
from store.training.vocabulary import first_vectors, train_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def main(arguments: list[str] | None = None) -> None:
    """Read, cut into tokens, start from MiniLM, train, write, measure."""
    given = _arguments(arguments)
    started = monotonic()

    def report(text: str) -> None:
        print(f"{monotonic() - started:6.0f} s  {text}", file=sys.stderr, flush=True)

    papers = read_corpus(given.corpus)
    seen = [paper for paper in papers if not paper.tldr]
    report(f"{len(papers)} abstracts, {len(papers) - len(seen)} with a tldr held out")
    tokenizer = train_tokenizer((paper.whole for paper in seen), given.tokens)
    segments = Segments(seen, tokenizer)
    report(f"{tokenizer.get_vocab_size()} tokens, {len(segments.tokens)} of them in the text")
    counts = np.bincount(segments.tokens, minlength=tokenizer.get_vocab_size())
    vectors = first_vectors(tokenizer, counts, given.dimension, _teacher())
    report("first vectors made")
    options = Options(**{f.name: getattr(given, f.name) for f in fields(Options)})
    write(given.out, tokenizer, train(vectors, segments, options, given.seed, report))
    report(f"written to {given.out}; MRR@10 of the tldr: {_score(given.out, papers):.4f}")


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


def _score(folder: Path, papers: list) -> float:
    from store.encoders.static import StaticEncoder

    return reciprocal(tldr_ranks(papers, StaticEncoder(folder).encode))


def _teacher() -> Callable[[list[str]], np.ndarray]:
    from store.embeddings import load_embedder

    return load_embedder("all-MiniLM-L6-v2", Path(tempfile.gettempdir())).encode


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="JSONL (.xz, .gz or plain)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=48_000, help="size of the vocabulary")
    parser.add_argument("--dimension", type=int, default=256)
    for option in fields(Options):
        parser.add_argument(f"--{option.name}", type=option.type, default=option.default)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
