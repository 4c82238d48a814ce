"""What the embedding model makes of papers and of sentences; what a slow one made once is kept by its text."""

from collections.abc import Sequence

import numpy as np

from store.cache import VectorCache
from store.encoders import Embedder
from store.encoders.bert import Read
from store.records import Paper, Passage
from store.sentences import abstract_sentences, embedding_text, passages, sheet
from store.word_vectors import WordVectors


class Texts:
    """Texts as one model reads them, and what of that is `kept`; `words` is None for a model without such vectors."""

    def __init__(self, embedder: Embedder, kept: VectorCache, words: WordVectors | None):
        self._embedder, self._kept, self._words = embedder, kept, words

    def read(self, papers: Sequence[Paper]) -> tuple[list[list[Passage]], np.ndarray]:
        """The passages of each paper, and a row for each; the papers' words are made and kept by the way."""
        both = [self._passages(paper) for paper in papers]
        texts = [text for _, some in both for text in some]
        vectors = self._read_whole(papers, [some for _, some in both]) if self._words else self._encode(texts)
        return [found for found, _ in both], vectors

    def _encode(self, texts: list[str]) -> np.ndarray:
        return self._kept.embed(texts, self._embedder.encode, keep=True)

    def _read_whole(self, papers: Sequence[Paper], texts: Sequence[Sequence[str]]) -> np.ndarray:
        """A row for each passage; papers of which one is missing are read, all passages and words of each at once."""
        place = {text: (number, n) for number, some in enumerate(texts) for n, text in enumerate(some)}
        read: dict[int, Read] = {}

        def encode(missing: list[str]) -> np.ndarray:
            numbers = sorted({place[text][0] for text in missing})
            read.update(zip(numbers, self._embedder.read([sheet(papers[n]) for n in numbers]), strict=True))
            return np.array([read[number].vectors[n] for number, n in (place[text] for text in missing)])

        vectors = self._kept.embed([text for some in texts for text in some], encode, keep=True)
        assert self._words
        self._words.keep(papers, {papers[n]: found.words for n, found in read.items()})
        return vectors

    def unread(self, papers: Sequence[Paper]) -> list[Paper]:
        """Those of these papers that were not read before."""
        texts = [self._passages(paper)[1] for paper in papers]
        kept = self._kept.has([text for some in texts for text in some])
        return [paper for paper, some in zip(papers, texts, strict=True) if not kept.issuperset(some)]

    def _passages(self, paper: Paper) -> tuple[list[Passage], list[str]]:
        """The passages of a paper, and what is embedded for each."""
        found = passages(paper, whole=not self._embedder.slow)
        return found, [embedding_text(paper.title, passage) for passage in found]

    def embed(self, texts: Sequence[str], of: Sequence[Paper] = ()) -> np.ndarray:
        """Unit rows, float32, shape (len(texts), d); sentences of the papers `of` are kept for the next time."""
        if not texts:
            return np.zeros((0, self._embedder.dimension), np.float32)
        encode = self._embedder.encode
        if not self._embedder.slow:
            return encode(texts)
        lasting = {sentence for paper in of for sentence in abstract_sentences(paper)}.intersection(texts)
        self._kept.embed(sorted(lasting), encode, keep=True)
        return self._kept.embed(texts, encode)
