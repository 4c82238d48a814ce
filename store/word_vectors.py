"""How near the words of a question come to the words of papers, each word in its context.

Late interaction as in Khattab and Zaharia 2020, "ColBERT" (arXiv 2004.12832), with the token
vectors that a sentence encoder has before it averages them: on everyday wording they tell
papers apart that the averages do not. Kept by text, 64 bytes a word; safe to delete.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from store.blobs import Blobs, key_of
from store.embeddings import Embedder
from store.encoders.words import Words
from store.keywords import STOP_WORDS
from store.records import Paper
from store.sentences import sentence_spans

_DIMENSIONS = 64  # of the directions in which the words of papers differ most; the rest adds nothing
_PIECE = 400  # characters of an abstract encoded at once, some three sentences: their context is enough
_SAMPLE = 40  # papers from which the directions are taken
_BASIS = "basis"


@dataclass(frozen=True, slots=True)
class WordMatches:
    """Cosines of the content words of a question with the nearest word of each paper, (words, papers).

    `spans` tells where each word stands in the question, (start, end).
    """

    spans: tuple[tuple[int, int], ...]
    cosines: np.ndarray


class WordVectors:
    """Vectors of the content words of papers, for one embedding model."""

    def __init__(self, path: Path, embedder: Embedder):
        self._blobs = Blobs(path)
        self._embedder = embedder
        self._basis: np.ndarray | None = None

    def keep(self, papers: Sequence[Paper]) -> None:
        """Make the vectors of those papers that have none yet."""
        known = self._blobs.get([_key(paper) for paper in papers])
        missing = [paper for paper in papers if _key(paper) not in known]
        if missing:
            vectors = [self._squeeze(found) for found in self._paper_words(missing)]
            self._blobs.put({_key(p): v.tobytes() for p, v in zip(missing, vectors, strict=True)})

    def matches(self, question: str, papers: Sequence[Paper]) -> WordMatches:
        """The nearest word of each paper to each content word of `question`."""
        spans, vectors = self._question_words(question)
        nearest = np.zeros((len(spans), len(papers)), np.float32)
        kept = self._vectors_of(papers) if spans else []
        full = [n for n, rows in enumerate(kept) if len(rows)]
        if full:
            rows = np.concatenate([kept[n] for n in full]).astype(np.float32) / 127
            starts = np.cumsum([0, *(len(kept[n]) for n in full[:-1])])
            nearest[:, full] = np.maximum.reduceat(self._project(vectors) @ rows.T, starts, axis=1)
        return WordMatches(spans, nearest)

    def _vectors_of(self, papers: Sequence[Paper]) -> list[np.ndarray]:
        self.keep(papers)
        kept = self._blobs.get([_key(paper) for paper in papers])
        return [np.frombuffer(kept[_key(paper)], np.int8).reshape(-1, self._width) for paper in papers]

    def _question_words(self, question: str) -> tuple[tuple[tuple[int, int], ...], np.ndarray]:
        ((spans, vectors),) = self._embedder.encode_words([question])
        rows = _content(question, spans) or _wordlike(question, spans)
        return tuple((start, end) for start, end in spans[rows].tolist()), vectors[rows]

    def _paper_words(self, papers: Sequence[Paper]) -> list[np.ndarray]:
        """The vectors of each paper's content words; those of its title come first."""
        texts = [(n, *piece) for n, paper in enumerate(papers) for piece in _pieces(paper)]
        encoded = self._embedder.encode_words([text for _, text, _ in texts])
        found: list[list[np.ndarray]] = [[] for _ in papers]
        for (n, text, skipped), words in zip(texts, encoded, strict=True):
            found[n].append(_content_vectors(text, words, skipped))
        return [np.concatenate(some) for some in found]

    def _squeeze(self, vectors: np.ndarray) -> np.ndarray:
        return np.rint(self._project(vectors) * 127).astype(np.int8)

    def _project(self, vectors: np.ndarray) -> np.ndarray:
        if self._basis is None:
            self._basis = self._load_basis()
        projected = vectors @ self._basis
        return projected / np.linalg.norm(projected, axis=1, keepdims=True).clip(1e-12)

    def _load_basis(self) -> np.ndarray:
        """The directions, shape (d, at most 64): the same for every library of this model."""
        key = key_of(_BASIS)
        kept = self._blobs.get([key]).get(key)
        if kept is None:
            kept = _directions(np.concatenate(self._paper_words(_sample()))).tobytes()
            self._blobs.put({key: kept})
        return np.frombuffer(kept, np.float32).reshape(self._embedder.dimension, self._width)

    @property
    def _width(self) -> int:
        return min(_DIMENSIONS, self._embedder.dimension)

    def close(self) -> None:
        """Close the file."""
        self._blobs.close()


def _sample() -> list[Paper]:
    from store.collection import shipped_papers

    return list(shipped_papers())[:_SAMPLE]


def _directions(vectors: np.ndarray) -> np.ndarray:
    """The axes along which `vectors` are longest: the eigenvectors of their products, largest first."""
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    return np.ascontiguousarray(axes[:, ::-1][:, :_DIMENSIONS], np.float32)


def _pieces(paper: Paper) -> list[tuple[str, int]]:
    """The abstract in pieces of whole sentences with the title in front, and the characters to pass over.

    The title tells what a word means; its own words are taken from the first piece alone.
    """
    spans = sentence_spans(paper.abstract)
    if not spans:
        return [(paper.title, 0)]
    share = len(paper.abstract) / math.ceil(len(paper.abstract) / _PIECE)
    bounds: dict[int, tuple[int, int]] = {}
    for start, end in spans:
        piece = int(start / share)
        bounds[piece] = (bounds.get(piece, (start, end))[0], end)
    front = f"{paper.title}. "
    texts = [front + paper.abstract[start:end] for start, end in bounds.values()]
    return [(text, len(front) if n else 0) for n, text in enumerate(texts)]


def _content_vectors(text: str, words: Words, skipped: int) -> np.ndarray:
    spans, vectors = words
    return vectors[[row for row in _content(text, spans) if spans[row][0] >= skipped]]


def _content(text: str, spans: np.ndarray) -> list[int]:
    return [row for row in _wordlike(text, spans) if text[slice(*spans[row])].lower() not in STOP_WORDS]


def _wordlike(text: str, spans: np.ndarray) -> list[int]:
    return [row for row, (start, end) in enumerate(spans.tolist()) if any(map(str.isalnum, text[start:end]))]


def _key(paper: Paper) -> bytes:
    return key_of(f"{paper.title}\n{paper.abstract}")
