"""A part of a library: the papers that a question is limited to."""

from typing import TYPE_CHECKING

from store.records import Hit

if TYPE_CHECKING:
    from store.library import Library


class Part:
    """Some papers of a library, searched as the whole is; a part without papers finds none."""

    def __init__(self, library: "Library", paper_ids: frozenset[str]):
        self._library, self._ids = library, paper_ids
        self.get_many, self.already_read, self.word_matches = (
            library.get_many,
            library.already_read,
            library.word_matches,
        )
        self.embed, self.embed_query, self.mean_vectors = library.embed, library.embed_query, library.mean_vectors
        self.reads_words, self.home = library.reads_words, library.home

    def by_meaning(self, query: str, k: int) -> list[Hit]:
        """The `k` papers nearest in meaning, each by its best passage, with their cosines."""
        return self._library.by_meaning(query, k, self._ids)

    def by_words(self, query: str, k: int) -> list[tuple[str, float]]:
        """The `k` best papers by keywords: (paper_id, BM25 score above 0), best first, ties by id."""
        return self._library.by_words(query, k, self._ids)

    def __len__(self) -> int:
        """How many papers there are."""
        return len(self._ids)
