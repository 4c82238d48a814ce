"""How near the words of a question come to the words of papers, each word in its context.

Late interaction as in Khattab and Zaharia 2020, "ColBERT" (arXiv 2004.12832), with the token
vectors that a sentence encoder has before it averages them: on everyday wording they tell
papers apart that the averages do not. Kept by text, 64 bytes a word; safe to delete.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from store.cache import Cache, Latest, key_of
from store.encoders import Embedder
from store.encoders.bert import Words
from store.keywords import STOP_WORDS
from store.records import Paper, Sheet
from store.sentences import sheet

_DIMENSIONS = 64  # of the directions in which the words of papers differ most; the rest adds nothing
_SAMPLE = 40  # papers from which the directions are taken
_BASIS = "basis"
_KEPT = 2_048  # papers whose words are kept in memory; some 13 MB


@dataclass(frozen=True, slots=True)
class WordMatches:
    """Cosines of the content words of a question with the nearest word of each paper, (words, papers).

    `spans` tells where each word stands in the question, (start, end).
    """

    spans: tuple[tuple[int, int], ...]
    cosines: np.ndarray


class WordVectors:
    """Vectors of the content words of papers, for one embedding model, as they are `kept`."""

    def __init__(self, kept: Cache, embedder: Embedder):
        self._kept = kept
        self._embedder = embedder
        self._basis: np.ndarray | None = None
        self._latest = Latest[bytes, np.ndarray](_KEPT)

    def keep(self, papers: Sequence[Paper], read: Mapping[Paper, Sequence[Words]] | None = None) -> None:
        """Make the vectors of those papers that have none yet; `read` holds the words of papers read before."""
        kept = self._kept.get([_key(paper) for paper in papers])
        missing = [paper for paper in papers if _key(paper) not in kept]
        if missing:
            basis = self._directions(read or {})
            vectors = [_squeeze(found, basis) for found in self._paper_words(missing, read or {})]
            self._kept.put({_key(p): v.tobytes() for p, v in zip(missing, vectors, strict=True)})

    def matches(self, question: str, papers: Sequence[Paper]) -> WordMatches:
        """The nearest word of each paper to each content word of `question`."""
        spans, vectors = self._question_words(question)
        nearest = np.zeros((len(spans), len(papers)), np.float32)
        kept = self._vectors_of(papers) if spans else []
        full = [n for n, rows in enumerate(kept) if len(rows)]
        if full:
            rows = np.concatenate([kept[n] for n in full]).astype(np.float32) / 127
            starts = np.cumsum([0, *(len(kept[n]) for n in full[:-1])])
            nearest[:, full] = np.maximum.reduceat(_project(vectors, self._directions({})) @ rows.T, starts, axis=1)
        return WordMatches(spans, nearest)

    def _vectors_of(self, papers: Sequence[Paper]) -> list[np.ndarray]:
        keys = [_key(paper) for paper in papers]
        known = self._latest.get(keys)
        fresh = {key: paper for key, paper in zip(keys, papers, strict=True) if key not in known}
        if fresh:
            self.keep(list(fresh.values()))
            kept = self._kept.get(list(fresh))
            known |= {key: np.frombuffer(blob, np.int8).reshape(-1, self._width) for key, blob in kept.items()}
            self._latest.keep(known)
        return [known[key] for key in keys]

    def _question_words(self, question: str) -> tuple[tuple[tuple[int, int], ...], np.ndarray]:
        spans, vectors = self._embedder.encode_words(question)
        rows = _content(question, spans) or _wordlike(question, spans)
        return tuple((start, end) for start, end in spans[rows].tolist()), vectors[rows]

    def _paper_words(self, papers: Sequence[Paper], read: Mapping[Paper, Sequence[Words]]) -> list[np.ndarray]:
        """The vectors of each paper's content words; those of its title come first."""
        sheets = {paper: sheet(paper) for paper in papers}
        unread = [paper for paper in sheets if paper not in read]
        made = self._embedder.read([sheets[paper] for paper in unread])
        known = {**read, **{paper: found.words for paper, found in zip(unread, made, strict=True)}}
        return [_content_vectors(sheets[paper], known[paper]) for paper in papers]

    def _directions(self, read: Mapping[Paper, Sequence[Words]]) -> np.ndarray:
        """The axes that words are squeezed to, shape (d, at most 64): the same for every library of this model."""
        if self._basis is None:
            key = key_of(_BASIS)
            kept = self._kept.get([key]).get(key)
            if kept is None:
                kept = _axes(np.concatenate(self._paper_words(_sample(), read))).tobytes()
                self._kept.put({key: kept})
            self._basis = np.frombuffer(kept, np.float32).reshape(self._embedder.dimension, self._width)
        return self._basis

    @property
    def _width(self) -> int:
        return min(_DIMENSIONS, self._embedder.dimension)

    def close(self) -> None:
        """Close the file."""
        self._kept.close()


def _sample() -> list[Paper]:
    from store.collection import shipped_papers

    return list(shipped_papers())[:_SAMPLE]


def _axes(vectors: np.ndarray) -> np.ndarray:
    """The axes along which `vectors` are longest: the eigenvectors of their products, largest first."""
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    return np.ascontiguousarray(axes[:, ::-1][:, :_DIMENSIONS], np.float32)


def _squeeze(vectors: np.ndarray, basis: np.ndarray) -> np.ndarray:
    return np.rint(_project(vectors, basis) * 127).astype(np.int8)


def _project(vectors: np.ndarray, basis: np.ndarray) -> np.ndarray:
    projected = vectors @ basis
    return projected / np.linalg.norm(projected, axis=1, keepdims=True).clip(1e-12)


def _content_vectors(sheet: Sheet, words: Sequence[Words]) -> np.ndarray:
    found = zip(sheet.pieces, words, strict=True)
    return np.concatenate([vectors[_content(text, spans)] for text, (spans, vectors) in found])


def _content(text: str, spans: np.ndarray) -> list[int]:
    return [row for row in _wordlike(text, spans) if text[slice(*spans[row])].lower() not in STOP_WORDS]


def _wordlike(text: str, spans: np.ndarray) -> list[int]:
    return [row for row, (start, end) in enumerate(spans.tolist()) if any(map(str.isalnum, text[start:end]))]


def _key(paper: Paper) -> bytes:
    return key_of(f"{paper.title}\n{paper.abstract}")
