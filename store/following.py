"""Each of the two indexes following the papers, a batch at a time; the caller is the one writer.

What a batch of vectors goes through, so that a kill at any moment leaves no passage unaccounted for: passages beyond
the new number are deleted, the new number is noted, the index is written under stable ids, and only then is the batch
marked as followed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from store.chroma import Writer
from store.errors import DamagedIndexError
from store.indexes import Indexes
from store.lagging import Lagging
from store.papers import Papers
from store.records import Passage, Progress

if TYPE_CHECKING:
    import numpy as np

_BATCH = 2_048  # papers; of a slow model fewer, as others wait for the batch in hand, and an interruption loses it
SLOW_BATCH = 128
# A replaced text counts in BM25's statistics until the keyword index is made anew: past this share of the
# papers, and always in a library where that takes a blink.
_STALE, _SMALL = 0.02, 2_000


@dataclass(frozen=True, slots=True)
class _Encoded:
    batch: Sequence[Lagging]
    passages: Sequence[Sequence[Passage]]
    vectors: "np.ndarray"


def follow_words(papers: Papers, indexes: Indexes, progress: Progress, anew: bool) -> None:
    """Have the keyword index hold the words of every paper, and of no other; with `anew` it is made from nothing."""
    gone, replaced = [paper_id for paper_id, _ in papers.removed()], papers.count_replaced() + papers.number("replaced")
    stale = replaced > _STALE * len(papers) or (replaced and len(papers) < _SMALL)
    if anew or stale:
        begin_words_anew(papers, indexes)
        gone, replaced = [], 0
    done, total = 0, papers.count_lagging("worded")
    while (batch := papers.lagging(_BATCH, index="worded")) or gone:
        progress(done, total, "papers indexed by words")
        indexes.keywords.put([item.paper for item in batch], gone)
        with papers.transaction():
            papers.mark([(item.seq, item.content) for item in batch], "worded")
        gone, done = [], done + len(batch)
    papers.set_fact("replaced", str(replaced))


def begin_words_anew(papers: Papers, indexes: Indexes) -> None:
    """An empty keyword index, to be filled by `follow_words`."""
    with papers.transaction():
        papers.mark_all_unworded()
    indexes.renew_keywords()


def damage_of_words(papers: Papers, indexes: Indexes) -> str:
    """What is wrong with the keyword index, in words behind its name; "" where nothing is."""
    try:
        whole = len(indexes.keywords) >= len(papers) - papers.count_lagging("worded")
    except DamagedIndexError as error:
        return error.damage
    return "" if whole else "was incomplete"


def follow_vectors(papers: Papers, indexes: Indexes, progress: Progress, writer: Writer, most: int | None) -> None:
    """Have the vector index hold the papers, and no other; one batch is embedded while the last is written.

    With `most` up to where a slow model would read more papers than that for the first time.
    """
    from store.encoders import advice

    writer.write(partial(_forget, papers, indexes))
    embedder, total, done = indexes.embedder, papers.count_lagging(), 0
    what = " ".join(filter(None, ["papers indexed.", advice(embedder, total)])).rstrip(".")
    for batch in _batches(papers, indexes, most if embedder.slow else None):
        progress(done, total, what)
        encoded = _Encoded(batch, *indexes.texts.read([item.paper for item in batch]))
        writer.write(partial(_write, papers, indexes, encoded))
        done += len(batch)
    writer.finish()
    if done:
        progress(done, total, what)


def _batches(papers: Papers, indexes: Indexes, most: int | None) -> Iterator[Sequence[Lagging]]:
    last, size = 0, SLOW_BATCH if indexes.embedder.slow else _BATCH
    while batch := papers.lagging(size, last):
        last = batch[-1].seq
        unread = [] if most is None else indexes.texts.unread([item.paper for item in batch])
        later = {paper.paper_id for paper in unread[most:]}
        if now := [item for item in batch if item.paper.paper_id not in later]:
            yield now
        if later:
            return
        most = None if most is None else most - len(unread)


def _forget(papers: Papers, indexes: Indexes) -> None:
    if removed := papers.removed():
        indexes.vectors.delete([(paper_id, 0, count) for paper_id, count in removed])
        with papers.transaction():
            papers.forget_removed([paper_id for paper_id, _ in removed])


def _write(papers: Papers, indexes: Indexes, encoded: _Encoded) -> None:
    both = list(zip(encoded.batch, encoded.passages, strict=True))
    indexes.vectors.delete([(item.paper.paper_id, len(found), item.passages) for item, found in both])
    with papers.transaction():
        papers.expect_passages([(item.seq, found) for item, found in both])
    indexes.vectors.upsert(encoded.passages, encoded.vectors)
    with papers.transaction():
        papers.mark([(item.seq, item.content) for item in encoded.batch])
