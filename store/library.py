"""The library: papers added, found and read."""

import math
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import DamagedIndexError, ReadError
from store.indexes import Indexes
from store.papers import Papers
from store.progress import Progress, silent
from store.records import AddReport, ChromaServer, Hit, Paper, Skipped
from store.upkeep import catch_up, is_behind, prepare, renew_vectors, telling, writing

if TYPE_CHECKING:
    import numpy as np

    from store.embeddings import Embedder
    from store.word_vectors import WordMatches

_REOPEN_EVERY = 5.0  # seconds at least between two looks at what another process writes
_SPARE = 1.5  # passages looked up for each one needed when papers have as many as the average


class Library:
    """A folder of papers with a vector and a keyword index, kept in step with each other."""

    def __init__(self, home: Path, embedding_model: str, embedder: "Embedder | None" = None,
                 server: ChromaServer | None = None):
        self._home = home
        self._model = f"{embedding_model} {server.url if server else ''}".strip()
        self._papers = Papers(home / "papers.db")
        self._indexes = Indexes(home, embedding_model, embedder, server)
        self._lock = threading.RLock()
        self._writing = False
        self._seen: tuple[str, float] | None = None  # generation of the opened indexes, and when
        self._counted: tuple[int, int] | None = None

    @classmethod
    def open(cls, home: Path, embedding_model: str, progress: Progress | None = None, *,
             embedder: "Embedder | None" = None, seed: bool = True,
             server: ChromaServer | None = None) -> "Library":
        """Open the library in folder `home`, made and filled with the shipped papers if new.

        What an interrupted `add` left undone is done now; another `embedding_model` than the
        last one makes the vectors anew. `embedder` stands in for the named model; `seed=False`
        leaves a new library empty; with `server` the vectors are kept there. Raises StoreError for
        a folder or server that cannot be used.
        """
        library = cls(Path(home), embedding_model, embedder, server)
        try:
            with telling(library._home):
                prepare(library._home, library._papers, library._indexes, library._model, seed,
                        progress or silent)
        except BaseException:
            library.close()  # or Chroma would keep the folder's files open for this process
            raise
        return library

    def add(self, papers: Iterable[Paper], progress: Progress | None = None) -> AddReport:
        """Take `papers` in, streamed; records of one paper become one, known papers change nothing."""
        from store.recording import record

        with telling(self._home), writing(self._home):
            report = record(self._papers, papers, progress or silent)
            self._follow(progress or silent)
        return report

    def add_paths(self, paths: Sequence[Path], progress: Progress | None = None) -> AddReport:
        """Take in the papers of files and folders, streamed.

        A file that cannot be read is passed over, unless nothing else could be read either:
        then its ReadError is raised.
        """
        from store.readers import read_papers

        streams = [(path, *read_papers(path)) for path in map(Path, paths)]
        unread: list[tuple[Path, ReadError]] = []
        report = self.add(_chained(streams, unread), progress)
        if unread and not report.read:
            raise unread[0][1]
        skipped = [item for *_, some in streams for item in some]
        skipped += [Skipped(str(path), str(error).removeprefix(f"{path}: ")) for path, error in unread]
        return replace(report, skipped=(*skipped, *report.skipped))

    def remove(self, paper_ids: Iterable[str]) -> int:
        """Forget these papers; how many of them there were."""
        with telling(self._home), writing(self._home):
            with self._papers.transaction():
                removed = sum([self._papers.delete(paper_id) for paper_id in paper_ids])
            self._follow(silent)
        return removed

    def _follow(self, progress: Progress, mend: bool = False) -> None:
        if mend or is_behind(self._papers, self._indexes, self._model):
            self._writing = True
            try:
                catch_up(self._papers, self._indexes, self._model, progress)
            finally:
                self._writing = False
                self._seen = None

    def get(self, paper_id: str) -> Paper | None:
        """The paper of this id, or None."""
        return next(iter(self.get_many([paper_id])), None)

    def get_many(self, paper_ids: Sequence[str]) -> list[Paper]:
        """The papers of these ids that there are, in the order of the ids."""
        with telling(self._home):
            found = self._papers.get_many(paper_ids)
        return [found[paper_id] for paper_id in paper_ids if paper_id in found]

    def papers(self, year: int | None = None, venue: str | None = None,
               author: str | None = None) -> Iterator[Paper]:
        """The papers in the order they came, streamed; of this year, with this in venue and authors."""
        with telling(self._home):
            yield from self._papers.select(year, venue, author)

    def __len__(self) -> int:
        """How many papers there are."""
        with telling(self._home):
            return len(self._papers)

    def by_meaning(self, query: str, k: int) -> list[Hit]:
        """The `k` papers nearest in meaning, each by its best passage, with their cosines."""
        with telling(self._home):
            vector = self._indexes.embedder.encode_query(query)
            try:
                return self._nearest(vector, k)
            except DamagedIndexError:
                self._mend(vectors=True)
                return self._nearest(vector, k)

    def _nearest(self, vector: "np.ndarray", k: int) -> list[Hit]:
        with self._lock:
            self._look_again()
            stored, papers = self._sizes()
            wanted = k if stored <= papers else math.ceil(_SPARE * k * stored / papers)
            while True:
                wanted = min(stored, wanted)
                hits = self._best_passages(vector, wanted) if wanted > 0 else []
                if len(hits) >= k or wanted >= stored:
                    return hits[: max(0, k)]
                wanted *= 4

    def _best_passages(self, vector: "np.ndarray", wanted: int) -> list[Hit]:
        best: dict[str, tuple[int, float]] = {}
        for paper_id, number, score in self._indexes.vectors.nearest(vector, wanted):
            best.setdefault(paper_id, (number, score))
        known = self._papers.passages_of(list(best))
        hits = [Hit(known[paper_id][number], score) for paper_id, (number, score) in best.items()
                if number < len(known.get(paper_id, ()))]
        return sorted(hits, key=lambda hit: (-hit.score, hit.passage.paper_id))

    def by_words(self, query: str, k: int) -> list[tuple[str, float]]:
        """The `k` best papers by keywords: (paper_id, BM25 score above 0), best first, ties by id."""
        with telling(self._home):
            try:
                found = self._indexes.keywords.best(query, k)
            except DamagedIndexError:
                self._mend()
                found = self._indexes.keywords.best(query, k)
            known = self._papers.get_many([paper_id for paper_id, _ in found])
            return [(paper_id, score) for paper_id, score in found if paper_id in known]

    @property
    def reads_words(self) -> bool:
        """Whether the embedding model has vectors of words in context, which `word_matches` needs."""
        return self._indexes.words is not None

    def word_matches(self, question: str, papers: Sequence[Paper]) -> "WordMatches":
        """How near the words of `question` come to those of each of `papers`, a column each.

        They need not be in the library. Only for a model that `reads_words`.
        """
        with telling(self._home):
            return self._indexes.words.matches(question, papers)

    def embed(self, texts: Sequence[str]) -> "np.ndarray":
        """Unit rows, float32, shape (len(texts), d); sentences of the library come from a cache."""
        with telling(self._home):
            return self._indexes.embed(texts)

    def mean_vectors(self, paper_ids: Sequence[str]) -> "np.ndarray":
        """The papers of these ids as unit rows, float32, shape (n, d): the means of their sentences' vectors.

        Ids that there are not are left out.
        """
        return self._indexes.means.rows(self.get_many(paper_ids))

    def embed_query(self, text: str) -> "np.ndarray":
        """The unit vector of a query, float32, shape (d,)."""
        return self._indexes.embedder.encode_query(text)

    def close(self) -> None:
        """Let go of the library's files."""
        with self._lock:
            self._indexes.close()
            self._papers.close()

    def __enter__(self) -> "Library":
        """The library, closed at the end of a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the library."""
        self.close()

    def _sizes(self) -> tuple[int, int]:
        """How many passages and papers the indexes hold; counting takes milliseconds in a large library."""
        if self._seen is None or self._counted is None:
            self._counted = len(self._indexes.vectors), max(1, len(self._papers))
        return self._counted

    def _look_again(self) -> None:
        """See what another process has written, and that no vectors are lost."""
        generation = self._papers.fact("generation")
        if self._writing or (self._seen and self._seen[0] == generation):
            return
        if self._seen and time.monotonic() - self._seen[1] < _REOPEN_EVERY:
            return
        if self._seen:
            self._indexes.reopen()
        self._seen, self._counted = (generation, time.monotonic()), None
        if not self._papers.lagging(1) and len(self._indexes.vectors) < self._papers.count_passages():
            raise DamagedIndexError(f"{self._home}: vectors are lost; open the library again to mend it.")

    def _mend(self, vectors: bool = False) -> None:
        with writing(self._home):
            if vectors:
                renew_vectors(self._papers, self._indexes)
            self._follow(silent, mend=True)


def _chained(streams: Sequence[tuple[Path, Iterator[Paper], list[Skipped]]],
             unread: list[tuple[Path, ReadError]]) -> Iterator[Paper]:
    for path, papers, _ in streams:
        try:
            yield from papers
        except ReadError as error:
            unread.append((path, error))
