"""Retrieval: papers found by meaning and by words, ranked together word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag.language.naming import where_named
from rag.records import Found
from rag.search.closeness import Closeness, closeness, likeness
from rag.search.fusion import fuse, ranked, standardise
from rag.search.queries import Query, read_query
from store.records import Hit, Paper, Passage

if TYPE_CHECKING:
    from store.library import Library

# Papers taken from each index before they are ranked together.
POOL = 100
# What a paper gains that the question calls by name, in standard deviations.
NAMED = 3.0


@dataclass(frozen=True, slots=True)
class Blend:
    """Weights of the views of a paper: closeness of words, of passages, shared words, and two additions.

    `parts` is the share of the part of the question that suits a paper best, `likeness` the weight
    of being like the best papers.
    """

    closeness: float
    meaning: float
    words: float
    parts: float = 0.0
    likeness: float = 0.0


# Chosen on the dev questions (`python -m benchmarks.retrieval` measures them): one paper is told by its
# words in context; a list of papers wants all the evidence there is.
BLENDS = {
    "fact": Blend(1.0, 0.3, 0.05),
    "compare": Blend(1.0, 0.3, 0.05, parts=0.4),
    "list": Blend(1.0, 1.0, 0.5, parts=0.4, likeness=0.3),
    "survey": Blend(1.0, 1.0, 0.3, likeness=0.3),
}
# For models without vectors of words.
WITHOUT_WORDS = Blend(0.0, 1.0, 0.7)


@dataclass(frozen=True, slots=True)
class Views:
    """The papers that may answer a question, and what each index says of them."""

    query: Query
    papers: Mapping[str, Paper]
    hits: Mapping[str, Hit]
    shared: Mapping[str, float]
    near: Closeness | None


def retrieve(library: Library, question: str, k: int) -> list[Found]:
    """The `k` papers of `library` that answer `question` best, best first, each with its best passage."""
    views = look(library, question, max(k, POOL))
    scores = rank(library, views, BLENDS[views.query.kind] if views.near else WITHOUT_WORDS)
    for paper_id, paper in views.papers.items():
        scores[paper_id] += NAMED * (where_named(paper.title, question) >= 0)
    papers, hits = views.papers, views.hits
    return [Found(papers[i], _passage(papers[i], hits), scores[i]) for i in ranked(scores)[:k]]


def look(library: Library, question: str, depth: int = POOL) -> Views:
    """The `depth` best papers for `question` of each index, seen from every side."""
    query = read_query(question)
    hits = {hit.passage.paper_id: hit for hit in library.by_meaning(query.text, depth)}
    shared = dict(library.by_words(query.text, depth))
    papers = {paper.paper_id: paper for paper in library.get_many(list({**hits, **shared}))}
    return Views(query, papers, hits, shared, closeness(library, query, list(papers)))


def rank(library: Library, views: Views, blend: Blend) -> dict[str, float]:
    """The score of each paper of `views`, with mean 0 and standard deviation 1."""
    meaning = {paper_id: hit.score for paper_id, hit in views.hits.items()}
    near = views.near or Closeness({}, {})
    scores = fuse([near.whole, meaning, views.shared], [blend.closeness, blend.meaning, blend.words])
    scores = {paper_id: scores[paper_id] for paper_id in views.papers}
    if near.parts and blend.parts:
        scores = fuse([scores, near.parts], [1 - blend.parts, blend.parts])
    if blend.likeness:
        alike = likeness(library, views.papers, ranked(scores))
        scores = fuse([scores, alike], [1.0, blend.likeness])
    return standardise(scores)


def _passage(paper: Paper, hits: Mapping[str, Hit]) -> Passage:
    """The passage nearest in meaning; the whole abstract of a paper found by its words alone."""
    hit = hits.get(paper.paper_id)
    return hit.passage if hit else Passage(paper.paper_id, 0, len(paper.abstract), paper.abstract)


class PaperRetriever(BaseRetriever):
    """`retrieve` as a LangChain retriever: one document a paper, its text the best passage."""

    library: Any
    k: int = 8

    def _get_relevant_documents(self, query: str, *,
                                run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return _documents(retrieve(self.library, query, self.k))


def _documents(found: Sequence[Found]) -> list[Document]:
    """Documents whose metadata has paper_id, title, score, and the passage's start and end."""
    return [Document(page_content=f.passage.text,
                     metadata={"paper_id": f.paper.paper_id, "title": f.paper.title, "score": f.score,
                               "start": f.passage.start, "end": f.passage.end}) for f in found]
