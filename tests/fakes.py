"""Stand-ins at our own seams, with values that can be worked out by hand."""

import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.language.terms import content_stems, plain, weight


class WordEmbedder(Embeddings):
    """A vector counts words: word w adds 1 at place crc32(w) mod 64, then the length is made 1.

    So the cosine of two texts without a common word is 0, unless two words share a place.
    `calls` counts the texts that were encoded.
    """

    def __init__(self, fingerprint: str = "words-1", slow: bool = True, dimension: int = 64):
        self.fingerprint, self.slow, self.dimension = fingerprint, slow, dimension
        self.calls, self.note = 0, ""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.calls += len(texts)
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[zlib.crc32(word.encode()) % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)

    def encode_query(self, text: str) -> np.ndarray:
        return self.encode([text])[0]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.encode(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.encode_query(text).tolist()


class StemVectors:
    """Stands in for a library that gives vectors: texts are as alike as the stems that they share weigh."""

    home, reads_words = Path("nowhere"), False

    def by_words(self, query: str, k: int) -> list[tuple[str, float]]:
        """No paper: acronyms stay as they are."""
        return []

    def by_meaning(self, query: str, k: int) -> list:
        return []

    def get_many(self, paper_ids: Sequence[str]) -> list:
        return []

    def embed(self, texts: Sequence[str], of: Sequence = ()) -> np.ndarray:
        stems = [content_stems(plain(text)) for text in texts]
        columns = {stem: i for i, stem in enumerate(sorted(frozenset().union(*stems)))}
        vectors = np.zeros((len(texts), max(len(columns), 1)), dtype=np.float32)
        for row, found in enumerate(stems):
            for stem in found:
                vectors[row, columns[stem]] = weight(stem)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
