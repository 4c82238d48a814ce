"""Both indexes kept in step with the papers, in batches that survive an interruption, and made anew when damaged."""

import secrets
import threading
from contextlib import suppress
from functools import partial

from store.chroma import Writer
from store.errors import BusyError, DamagedIndexError, DamagedKeywordsError
from store.folder import Folder, Known
from store.following import begin_words_anew, damage_of_words, follow_vectors, follow_words
from store.indexes import Indexes
from store.papers import Papers
from store.records import Progress, silent

_FEW = 32  # papers that a slow model reads in a second or two
_WORDS_ANEW = "The keyword index {}: it was made anew."


class Sync:
    """The papers of a library and its indexes; `model` names what the vectors are to be made with.

    In a `hurry` nothing waits for a slow model with many papers to read (see `store.ahead`).
    """

    def __init__(self, folder: Folder, papers: Papers, indexes: Indexes, model: str, hurry: bool = False):
        self._folder, self._papers, self._indexes, self._model, self._hurry = folder, papers, indexes, model, hurry
        self.repairs: list[str] = []
        self.lost: list[str] = []  # what cannot be repaired
        self._progress: Progress = silent
        self._gate = threading.Lock()  # between those who write to the indexes and those who close them
        self.writing = False
        self._renewed = False  # the vectors, that nothing has been written to since
        self._written = ""  # the generation of the indexes that this process wrote last

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

    def _is_behind(self, most: int | None = None) -> bool:
        papers, indexes = self._papers, self._indexes
        if papers.fact("model") != self._model or papers.fact("writing") or papers.removed():
            return True
        if papers.lagging(1, index="worded") or (papers.lagging(1) and self._bound(most) != 0):
            return True
        return bool(indexes.damage_of_vectors() or indexes.damage_of_keywords())

    def _bound(self, most: int | None) -> int | None:
        """How many papers a slow model may read for the first time; of many none in a hurry, unless told so."""
        wait = most is None and self._hurry and self._papers.count_lagging() > _FEW and self._indexes.embedder.slow
        return 0 if wait else most

    def reopen(self) -> None:
        """See what another process has written, unless this one is writing: it is up to date."""
        with self._gate:
            if not self.writing:
                self._indexes.reopen()

    def see_others(self) -> None:
        """Before writing: Chroma would leave out of its graph what another process has written since it was opened."""
        if self._papers.fact("generation") != self._written:
            self._indexes.reopen()

    def follow(self, progress: Progress, damaged: bool = False, most: int | None = None) -> None:
        """Bring the indexes in step with the papers, or make `damaged` ones anew; the caller is the one writer.

        Of papers that a slow model has not read it reads `most`, also in a hurry.
        """
        if not damaged and not self._is_behind(most):
            return
        with self._gate:
            self.writing = True
        self._progress = progress
        try:
            self._catch_up(most)
        finally:
            self._written = self._papers.fact("generation")
            self.writing = False
            self._renewed = False

    def _catch_up(self, most: int | None) -> None:
        papers = self._papers
        if not papers.fact("library"):
            papers.set_fact("library", secrets.token_hex(8))
        self._distrust()
        damage = damage_of_words(papers, self._indexes)  # before writing, when an index is taken as it is
        if damage and len(papers) > papers.count_lagging("worded"):
            self.repairs.append(_WORDS_ANEW.format(damage))
        anew = bool(damage or papers.fact("writing"))
        papers.set_fact("writing", "yes")
        try:
            self._both(anew, most)
        except DamagedIndexError as error:
            self.renew(error)
            self._both(True, most)
        except KeyboardInterrupt:
            self._indexes.seal()
            papers.set_fact("writing", "")  # what was being written is finished, unlike after a kill
            raise
        self._indexes.seal()
        with papers.transaction():
            papers.set_fact("model", self._model)
            papers.set_fact("writing", "")

    def _distrust(self) -> None:
        """Drop vectors that are of another model, lost, or broken by the end of who wrote them."""
        if self._renewed:
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
        renew = self.renew_keywords if isinstance(error, DamagedKeywordsError) else self.renew_vectors
        renew(error.damage)

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
        self._renewed = True

    def renew_keywords(self, damage: str) -> None:
        """Have the next `follow` make the keyword index anew; `damage` says what was wrong."""
        self.repairs.append(_WORDS_ANEW.format(damage))
        begin_words_anew(self._papers, self._indexes)

    def _both(self, anew: bool, most: int | None) -> None:
        """Have both indexes follow the papers: the words, `anew` if need be, then the vectors."""
        with Writer() as writer:
            writer.write(partial(follow_words, self._papers, self._indexes, self._progress, anew))
            writer.finish()
            follow_vectors(self._papers, self._indexes, self._progress, writer, self._bound(most))
