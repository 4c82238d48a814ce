"""The indexes made to follow the place of record, in batches that survive an interruption.

What a batch goes through, so that a kill at any moment leaves no passage unaccounted for:
passages beyond the new number are deleted, the new number is noted, both indexes are
written under stable ids, and only then is the batch marked as followed.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np

from store.chunks import embedding_text, passages
from store.embeddings import Embedder
from store.encoders.weights import STATIC
from store.encoders.words import Words
from store.indexes import Indexes
from store.papers import Lagging, Papers
from store.progress import Progress
from store.records import Passage
from store.sentences import sentences

_BATCH = 2_048  # papers; of a slow model fewer, as an interruption loses the batch in hand
_SLOW_BATCH = 256
_LARGE = 5_000  # papers that take a slow model some ten minutes on two cores


@dataclass(frozen=True, slots=True)
class _Encoded:
    batch: Sequence[Lagging]
    passages: Sequence[Sequence[Passage]]
    vectors: np.ndarray


def follow(papers: Papers, indexes: Indexes, progress: Progress) -> None:
    """Bring the indexes in step with `papers`; one batch is embedded while the last is written."""
    _forget(papers, indexes)
    total, done, last = papers.count_lagging(), 0, 0
    size = _SLOW_BATCH if indexes.embedder.slow else _BATCH
    with ThreadPoolExecutor(1) as writer:
        written: Future[None] | None = None
        what = " ".join(filter(None, ["papers indexed.", advice(indexes.embedder, total)])).rstrip(".")
        while batch := papers.lagging(size, last):
            progress(done, total, what)
            encoded = _encode(batch, indexes)
            if written:
                written.result()
            written = writer.submit(_write, papers, indexes, encoded)
            done, last = done + len(batch), batch[-1].seq
        if written:
            written.result()
            progress(done, total, what)


def advice(embedder: Embedder, papers: int) -> str:
    """Which embedding model would index `papers` papers in minutes where this one takes hours; else empty."""
    if not embedder.slow or papers < _LARGE:
        return ""
    return f"For a library so large, set CITEWELL_EMBEDDING_MODEL={STATIC}: it indexes many times as fast."


def _forget(papers: Papers, indexes: Indexes) -> None:
    if removed := papers.removed():
        indexes.vectors.delete([(paper_id, 0, count) for paper_id, count in removed])
        indexes.keywords.put((), gone=[paper_id for paper_id, _ in removed])
        with papers.transaction():
            papers.forget_removed([paper_id for paper_id, _ in removed])


def _encode(batch: Sequence[Lagging], indexes: Indexes) -> _Encoded:
    embedder = indexes.embedder
    found = [passages(item.paper, whole=not embedder.slow) for item in batch]
    papers = zip(batch, found, strict=True)
    texts = [embedding_text(item.paper.title, passage) for item, some in papers for passage in some]
    words: dict[str, Words] = {}

    def encode(texts: list[str]) -> np.ndarray:
        if not indexes.words:
            return embedder.encode(texts)
        vectors, read = embedder.encode_words(texts)
        words.update(zip(texts, read, strict=True))
        return vectors

    vectors = indexes.cache.embed(texts, encode, keep=True)
    if indexes.words:
        indexes.words.keep([item.paper for item in batch], words)
    if embedder.slow:
        alone = [sentence for item in batch for sentence in sentences(item.paper.abstract)]
        indexes.cache.embed(alone, embedder.encode, keep=True)
    return _Encoded(batch, found, vectors)


def _write(papers: Papers, indexes: Indexes, encoded: _Encoded) -> None:
    both = list(zip(encoded.batch, encoded.passages, strict=True))
    indexes.vectors.delete([(item.paper.paper_id, len(found), item.passages) for item, found in both])
    with papers.transaction():
        papers.expect_passages([(item.seq, found) for item, found in both])
    indexes.vectors.upsert(encoded.passages, encoded.vectors)
    indexes.keywords.put([item.paper for item in encoded.batch])
    with papers.transaction():
        papers.mark_indexed([(item.seq, item.content) for item in encoded.batch])


def rebuild_keywords(papers: Papers, indexes: Indexes, progress: Progress) -> None:
    """Make the keyword index of the papers in step anew from the place of record."""
    indexes.drop_keywords()
    total, every = len(papers) - papers.count_lagging(), papers.in_step()
    for done in range(0, total, _BATCH):
        progress(done, total, "papers indexed by words")
        indexes.keywords.put(islice(every, _BATCH))
