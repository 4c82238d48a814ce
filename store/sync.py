"""Both indexes kept in step with the papers, in batches that survive an interruption, and made anew when damaged.

What a batch goes through, so that a kill at any moment leaves no passage unaccounted for:
passages beyond the new number are deleted, the new number is noted, both indexes are
written under stable ids, and only then is the batch marked as followed.
"""

import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from store.chroma import Writer
from store.errors import BusyError, DamagedIndexError, DamagedKeywordsError
from store.folder import Folder, Known
from store.indexes import Indexes
from store.papers import Lagging, Papers
from store.records import Passage, Progress, silent

if TYPE_CHECKING:
    import numpy as np

_BATCH = 2_048  # papers; of a slow model fewer, as an interruption loses the batch in hand
_SLOW_BATCH = 256
# A replaced text counts in BM25's statistics until the keyword index is made anew: past this share of the
# papers, and always in a library where that takes a blink.
_STALE, _SMALL = 0.02, 2_000


@dataclass(frozen=True, slots=True)
class _Encoded:
    batch: Sequence[Lagging]
    passages: Sequence[Sequence[Passage]]
    vectors: "np.ndarray"


class Sync:
    """The papers of a library and its indexes; `model` names what the vectors are to be made with."""

    def __init__(self, folder: Folder, papers: Papers, indexes: Indexes, model: str):
        self._folder, self._papers, self._indexes, self._model = folder, papers, indexes, model
        self.repairs: list[str] = []
        self.lost: list[str] = []  # what cannot be repaired
        self._progress: Progress = silent
        self._gate = threading.Lock()  # between those who write to the indexes and those who close them
        self.writing = False
        self._renewed: set[str] = set()  # which indexes, that nothing has been written to since

    def begin(self, seed: bool, progress: Progress) -> None:
        """Make the library if it is new, and finish what another process left undone.

        Another process that is writing right now is left to it, unless there is nothing to read yet. Raises
        StoreError where papers are gone.
        """
        known = self._folder.known()  # before the papers, that are never fewer
        if not self._papers.filled():
            with self._folder.writing():
                self._fill(seed)
        if known.papers and not len(self._papers):
            self._folder.miss_no_papers()
        put_back = self._papers.known().generation < known.generation
        readable = self._papers.fact("model") == self._model
        if self._folder.read_only or not (put_back or self._is_behind()):
            return
        try:
            with self._folder.writing(0.0 if readable else None):
                if put_back:
                    self._take_back(known)
                self.follow(progress)
        except BusyError:
            if not readable:
                raise

    def _fill(self, seed: bool) -> None:
        from store.collection import shipped_papers

        if self._papers.filled():
            return
        self._folder.miss_no_papers()
        self._papers.create()
        with self._papers.transaction():
            for paper in shipped_papers() if seed else ():
                self._papers.keep(paper)
            self._papers.set_fact("filled", "yes")

    def _take_back(self, known: Known) -> None:
        """The papers are those of an earlier day, put back in place of what the indexes followed."""
        self.repairs.append(
            f"The papers are those of an earlier day ({len(self._papers):,}, where {known.papers:,} were kept last): "
            "both indexes were made anew from them."
        )
        self._papers.set_fact("generation", str(known.generation))
        self.renew_vectors()

    def _is_behind(self) -> bool:
        papers, indexes = self._papers, self._indexes
        if papers.fact("model") != self._model or papers.fact("writing") or papers.lagging(1) or papers.removed():
            return True
        return bool(indexes.damage_of_vectors() or indexes.damage_of_keywords())

    def reopen(self) -> None:
        """See what another process has written, unless this one is writing: it is up to date."""
        with self._gate:
            if not self.writing:
                self._indexes.reopen()

    def follow(self, progress: Progress, damaged: bool = False) -> None:
        """Bring the indexes in step with the papers, or make `damaged` ones anew; the caller is the one writer."""
        if not damaged and not self._is_behind():
            return
        with self._gate:
            self.writing = True
        self._progress = progress
        try:
            self._catch_up()
        finally:
            self.writing = False
            self._renewed.clear()

    def _catch_up(self) -> None:
        papers = self._papers
        if not papers.fact("library"):
            papers.set_fact("library", secrets.token_hex(8))
        self._distrust()
        lacking = self._lacks_words()
        if lacking and len(papers) > papers.count_lagging() and "keywords" not in self._renewed:
            self.repairs.append(f"The keyword index {lacking}: it was made anew.")
        if lacking or papers.fact("writing"):
            self._rebuild_keywords()
        papers.set_fact("writing", "yes")
        replaced = papers.count_replaced() + papers.number("replaced")
        try:
            self._index()
        except DamagedIndexError as error:
            self.renew(error)
            self._index()
        except KeyboardInterrupt:
            self._indexes.seal()
            papers.set_fact("writing", "")  # what was being written is finished, unlike after a kill
            raise
        if replaced > _STALE * len(papers) or (replaced and len(papers) < _SMALL):
            self._rebuild_keywords()
            replaced = 0
        self._indexes.seal()
        with papers.transaction():
            papers.set_fact("model", self._model)
            papers.set_fact("replaced", str(replaced))
            papers.set_fact("writing", "")

    def _lacks_words(self) -> str:
        try:
            whole = len(self._indexes.keywords) >= len(self._papers) - self._papers.count_lagging()
        except DamagedIndexError as error:
            return error.damage
        return "" if whole else "was incomplete"

    def _distrust(self) -> None:
        """Drop vectors that are of another model, lost, or broken by the end of who wrote them."""
        if "vectors" in self._renewed:
            return
        if self._papers.fact("fingerprint") != self._indexes.fingerprint:
            self.renew_vectors()
        elif self._papers.fact("writing") and self._is_broken():
            self.renew_vectors("may have been damaged by the end of what wrote to it")
        elif damage := self._indexes.damage_of_vectors():
            self.renew_vectors(damage)

    def _is_broken(self) -> bool:
        """Whether the end of its writer may have broken the index.

        A graph that a kill left half-written looks whole, may even answer, and then ends who writes to it. So none in
        a folder is trusted: all vectors are kept by their text, and making it anew takes a minute for 80,000. A server
        is not killed with the process that wrote to it.
        """
        with suppress(DamagedIndexError):
            if self._indexes.place:
                return len(self._indexes.vectors) < self._papers.count_passages(in_step=True)
        return True

    def renew(self, error: DamagedIndexError) -> None:
        """Have the index that was found damaged made anew."""
        if not isinstance(error, DamagedKeywordsError):
            return self.renew_vectors(error.damage)
        self.renew_keywords(error.damage)
        self._rebuild_keywords()

    def renew_vectors(self, damage: str = "") -> None:
        """Have the next `follow` make every vector anew from the place of record; `damage` says what was wrong."""
        if damage:
            self.repairs.append(f"The vector index {damage}: it was made anew.")
        if self._papers.fact("model"):
            self._papers.keep_copy("rebuild")
        with self._papers.transaction():
            self._papers.mark_all_lagging()
            self._papers.set_fact("writing", "yes")
            self._papers.set_fact("fingerprint", self._indexes.fingerprint)
        self._indexes.renew_vectors()
        self._renewed.add("vectors")

    def renew_keywords(self, damage: str) -> None:
        """Have the next `follow` make the keyword index anew; `damage` says what was wrong."""
        self.repairs.append(f"The keyword index {damage}: it was made anew.")
        self._indexes.renew_keywords()
        self._renewed.add("keywords")

    def _rebuild_keywords(self) -> None:
        """Make the keyword index of the papers in step anew from the place of record."""
        self._indexes.renew_keywords()
        total, every = len(self._papers) - self._papers.count_lagging(), self._papers.in_step()
        for done in range(0, total, _BATCH):
            self._progress(done, total, "papers indexed by words")
            self._indexes.keywords.put(islice(every, _BATCH))

    def _index(self) -> None:
        """Follow every paper that lags; one batch is embedded while the last is written."""
        from store.encoders import advice

        self._forget()
        embedder, total, done, last = self._indexes.embedder, self._papers.count_lagging(), 0, 0
        what = " ".join(filter(None, ["papers indexed.", advice(embedder, total)])).rstrip(".")
        with Writer() as writer:
            while batch := self._papers.lagging(_SLOW_BATCH if embedder.slow else _BATCH, last):
                self._progress(done, total, what)
                encoded = _Encoded(batch, *self._indexes.encode([item.paper for item in batch]))
                writer.write(partial(self._write, encoded))
                done, last = done + len(batch), batch[-1].seq
            writer.finish()
        if done:
            self._progress(done, total, what)

    def _forget(self) -> None:
        if removed := self._papers.removed():
            self._indexes.vectors.delete([(paper_id, 0, count) for paper_id, count in removed])
            self._indexes.keywords.put((), gone=[paper_id for paper_id, _ in removed])
            with self._papers.transaction():
                self._papers.forget_removed([paper_id for paper_id, _ in removed])

    def _write(self, encoded: _Encoded) -> None:
        papers, both = self._papers, list(zip(encoded.batch, encoded.passages, strict=True))
        self._indexes.vectors.delete([(item.paper.paper_id, len(found), item.passages) for item, found in both])
        with papers.transaction():
            papers.expect_passages([(item.seq, found) for item, found in both])
        self._indexes.vectors.upsert(encoded.passages, encoded.vectors)
        self._indexes.keywords.put([item.paper for item in encoded.batch])
        with papers.transaction():
            papers.mark_indexed([(item.seq, item.content) for item in encoded.batch])
