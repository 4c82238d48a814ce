"""The library: papers added, found and read."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from store.changes import Changes
from store.errors import LostPapersError
from store.folder import Folder
from store.following import SLOW_BATCH
from store.indexes import Indexes
from store.papers import Papers
from store.part import Part
from store.records import AddReport, ChromaServer, Hit, Outline, Paper, Progress, silent
from store.search import Searcher
from store.sync import Sync

if TYPE_CHECKING:
    import numpy as np

    from store.encoders import Embedder
    from store.examine import Examination
    from store.word_vectors import WordMatches


class Library:
    """A folder of papers with a vector and a keyword index, kept in step with each other."""

    def __init__(
        self, home: Path, model: str, embedder: "Embedder | None", server: ChromaServer | None, hurry: bool = False
    ):
        self.home, self._folder = home, Folder(home)
        self._papers = Papers(self._folder)
        self._indexes = Indexes(self._folder, model, embedder, server, self._papers.fact)
        self._sync = Sync(self._folder, self._papers, self._indexes, f"{model} {self._indexes.place}".strip(), hurry)
        self._search = Searcher(self._folder, self._papers, self._indexes, self._sync)
        self.changes = Changes(self._folder, self._papers, lambda: self._search.follow(silent))

    @classmethod
    def open(
        cls,
        home: Path,
        embedding_model: str,
        progress: Progress | None = None,
        *,
        embedder: "Embedder | None" = None,
        seed: bool = True,
        server: ChromaServer | None = None,
        mend: bool = False,
        hurry: bool = False,
    ) -> "Library":
        """Open the library in folder `home`, made and filled with the shipped papers if new.

        Finishes an interrupted `add`; another model makes the vectors anew, `embedder` stands in for it; `seed=False`
        leaves a new library empty; `server` keeps the vectors; `mend` puts damaged or lost papers back, else
        LostPapersError. In a `hurry` many papers are left unread by a slow model until `catch_up`, and found all the
        same. Raises StoreError for a folder or server that cannot be used.
        """
        library = cls(Path(home), embedding_model, embedder, server, hurry)
        try:
            library._begin(seed, progress or silent, mend)
        except BaseException:
            library.close()  # or Chroma would keep the folder's files open for this process
            raise
        return library

    def _begin(self, seed: bool, progress: Progress, mend: bool) -> None:
        try:
            with self._folder.telling():
                return self._sync.begin(seed, progress)
        except LostPapersError:
            if not mend:
                raise
        from store.salvage import salvage

        with self._folder.telling(), self._folder.writing():  # not while the error is kept, and with it what was open
            salvage(self._folder, self._papers, self._sync)
        self._begin(seed, progress, mend=False)

    def add(self, papers: Iterable[Paper], progress: Progress | None = None, what: str = "papers") -> AddReport:
        """Take `papers` in, streamed and named `what`; records of one paper become one, known ones change nothing."""
        with self._folder.telling(), self._folder.writing():
            report = self._papers.take(papers, progress or silent, f"add {what}")
            self._search.follow(progress or silent)
        return report

    @property
    def behind(self) -> int:
        """How many papers the embedding model has not read yet."""
        with self._folder.telling():
            return self._papers.count_lagging()

    def catch_up(self, progress: Progress | None = None, going_on: Callable[[], bool] = lambda: True) -> None:
        """Have the model read what it has not read yet, for as long as `going_on`; others may write in between."""
        total = self.behind
        with self._folder.telling():
            while going_on() and (left := self.behind):
                (progress or silent)(total - left, total, "papers read by the model")
                with self._folder.writing():
                    self._search.follow(silent, most=SLOW_BATCH)

    def add_paths(self, paths: Sequence[Path | str], progress: Progress | None = None) -> AddReport:
        """Take in the papers of files and folders, streamed.

        A file that cannot be read is passed over; where nothing else could be read, its ReadError is raised.
        """
        from store.files import add_paths

        return add_paths(self.add, paths, progress or silent)

    def remove(self, paper_ids: Iterable[str]) -> int:
        """Forget these papers; how many of them there were."""
        return self.changes.remove(list(paper_ids))

    def get(self, paper_id: str) -> Paper | None:
        """The paper of this id, or None. Raises LostPapersError where its record is damaged."""
        found = next(iter(self.get_many([paper_id])), None)
        if found is None and paper_id in self._papers.damaged:
            raise LostPapersError(self._papers.left_out)
        return found

    def get_many(self, paper_ids: Sequence[str]) -> list[Paper]:
        """The papers of these ids that there are, in the order of the ids; what is damaged is left out."""
        with self._folder.telling():
            found = self._papers.whole(paper_ids)
            return [found[paper_id] for paper_id in paper_ids if paper_id in found]

    def papers(self) -> Iterator[Paper]:
        """The papers in the order they came, streamed."""
        with self._folder.telling():
            yield from self._papers.select()

    def __len__(self) -> int:
        """How many papers there are."""
        with self._folder.telling():
            return len(self._papers)

    def count_without_abstract(self) -> int:
        """How many papers are known by their titles alone."""
        with self._folder.telling():
            return self._papers.count_without_abstract()

    def among(self, paper_ids: Iterable[str]) -> Part:
        """The part of the library that these papers are, searched as the library is."""
        return Part(self, frozenset(paper_ids))

    def outline(self) -> list[Outline]:
        """What is known of every paper beside its abstract, in the order they came."""
        with self._folder.telling():
            return self._papers.outline()

    @property
    def stamp(self) -> tuple[int, ...]:
        """What is another one once papers were written, here or by another process."""
        with self._folder.telling():
            return self._folder.stamp()

    def by_meaning(self, query: str, k: int, among: Collection[str] | None = None) -> list[Hit]:
        """The `k` papers nearest in meaning, each by its best passage, with their cosines.

        `among` limits them to the papers of these ids; without any there is nothing to find.
        """
        with self._folder.telling():
            return self._search.by_meaning(query, k, among)

    def by_words(self, query: str, k: int, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """The `k` best papers by keywords: (paper_id, BM25 score > 0), best first, ties by id; `among` as above."""
        with self._folder.telling():
            return self._search.by_words(query, k, among)

    @property
    def reads_words(self) -> bool:
        """Whether the embedding model has vectors of words in context, which `word_matches` needs."""
        return self._indexes.words is not None

    def already_read(self, papers: Sequence[Paper]) -> list[Paper]:
        """Those of `papers` that the embedding model has read."""
        with self._folder.telling():
            unread = self._indexes.texts.unread(papers) if self._papers.lagging(1) else ()
        return [paper for paper in papers if paper not in unread]

    def word_matches(self, question: str, papers: Sequence[Paper]) -> "WordMatches":
        """How near the words of `question` come to those of each of `papers`, a column each.

        They need not be in the library. Only for a model that `reads_words`.
        """
        words = self._indexes.words
        assert words is not None, "the model has no vectors of words"
        with self._folder.telling():
            return words.matches(question, papers)

    def examine(self, progress: Progress | None = None) -> "Examination":
        """Look through every stored text and both indexes, and mend what can be."""
        from store.examine import examine

        with self._folder.telling(), self._folder.writing():
            self._search.see_others()
            found = examine(self._folder, self._papers, self._indexes, self._sync, progress or silent)
            self._search.forget()
        return found

    @property
    def note(self) -> str:
        """What the user should know of the embedding model: that another one stands in; else empty."""
        return self._indexes.embedder.note

    @property
    def advice(self) -> str:
        """Which embedding model would suit so many papers better, and how to choose it; else empty."""
        from store.encoders import advice

        return advice(self._indexes.embedder, len(self))

    @property
    def repairs(self) -> tuple[str, ...]:
        """What was found damaged or lost since the library was opened, and what was done about it, a line each."""
        return (*self._sync.repairs, *filter(None, [self._papers.left_out]))

    def embed(self, texts: Sequence[str], of: Sequence[Paper] = ()) -> "np.ndarray":
        """Unit rows, float32, shape (len(texts), d); sentences of the papers `of` are kept for the next time."""
        with self._folder.telling():
            return self._indexes.texts.embed(texts, of)

    def mean_vectors(self, papers: Sequence[Paper]) -> "np.ndarray":
        """The papers as unit rows, float32, shape (n, d): the means of their passages' vectors."""
        return self._indexes.means.rows(papers)

    def held_vectors(self, paper_ids: Sequence[str]) -> "dict[str, np.ndarray]":
        """The vectors that the index holds of these papers, one unit row a paper, float32, shape (d,); none is made."""
        with self._folder.telling():
            return self._search.vectors_of(paper_ids)

    def embed_query(self, text: str) -> "np.ndarray":
        """The unit vector of a query, float32, shape (d,)."""
        return self._indexes.embedder.encode_query(text)

    def close(self) -> None:
        """Let go of the library's files."""
        self._indexes.close()
        self._papers.close()
        self._folder.close()

    def __enter__(self) -> "Library":
        """The library, closed at the end of a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the library."""
        self.close()
