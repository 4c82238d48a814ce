"""Retrieval: papers found by meaning and by words, ranked together word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from statistics import fmean
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag.language.naming import where_named
from rag.records import Found
from rag.search.acronyms import spelled_out
from rag.search.closeness import Closeness, closeness, likeness
from rag.search.fusion import fuse, ranked, standardise
from rag.search.queries import Query, read_query
from rag.tuning import Blend, Tuning, shipped
from store.records import Hit, Paper, Passage

if TYPE_CHECKING:
    from store.library import Library

# Papers taken from each index before they are ranked together.
POOL = 100
# What a paper gains that the question calls by name, in standard deviations.
NAMED = 3.0


@dataclass(frozen=True, slots=True)
class Views:
    """What each index says of the papers that may answer a query; `pieces` are the same for its pieces."""

    query: Query
    hits: Mapping[str, Hit]
    shared: Mapping[str, float]
    near: Closeness | None
    pieces: tuple[Views, ...] = ()


def retrieve(library: Library, question: str, k: int, tuning: Tuning | None = None) -> list[Found]:
    """The `k` papers of `library` that answer `question` best, best first, each with its best passage.

    `tuning` holds the fitted weights, by default the shipped ones.
    """
    views = look(library, read_query(spelled_out(question, library)), max(k, POOL))
    scores = rank(library, views, tuning or shipped(library.reads_words))
    # One that is called by name shares that word; the pieces of a list bring hundreds that do neither.
    candidates = dict.fromkeys([*ranked(scores)[: max(k, POOL)], *views.shared])
    papers = {paper.paper_id: paper for paper in library.get_many(list(candidates))}
    found = {i: scores[i] + NAMED * (where_named(papers[i], question) >= 0) for i in papers}
    return [Found(papers[i], _passage(papers[i], views.hits), found[i]) for i in ranked(found)[:k]]


def rank_found(library: Library, views: Views, tuning: Tuning) -> list[Found]:
    """All papers of `views`, best first, each with its best passage."""
    scores = rank(library, views, tuning)
    papers = {paper.paper_id: paper for paper in library.get_many(list(scores))}
    return [Found(papers[i], _passage(papers[i], views.hits), scores[i]) for i in ranked(scores) if i in papers]


def look(library: Library, query: Query, depth: int = POOL) -> Views:
    """The `depth` best papers for `query` of each index, seen from every side; so are its pieces."""
    hits = {hit.passage.paper_id: hit for hit in library.by_meaning(query.text, depth)}
    shared = dict(library.by_words(query.text, depth))
    near = closeness(library, query, list({**hits, **shared}))
    pieces = tuple(look(library, piece, depth) for piece in query.pieces)
    return Views(query, hits, shared, near, pieces)


def rank(library: Library, views: Views, tuning: Tuning) -> dict[str, float]:
    """The score of each paper of `views`, with mean 0 and standard deviation 1."""
    blend = tuning.blends[views.query.kind]
    scores = rank_whole(views, blend)
    if views.pieces and blend.pieces:
        pieces = best_two([_rank_piece(piece, blend) for piece in views.pieces])
        scores = fuse([scores, pieces], [1 - blend.pieces, blend.pieces])
    if blend.likeness:
        scores = fuse([scores, likeness(library, ranked(scores))], [1.0, blend.likeness])
    return standardise(scores)


def rank_whole(views: Views, blend: Blend) -> dict[str, float]:
    """The scores for the query as a whole, and for its clauses, standardised."""
    meaning = {paper_id: hit.score for paper_id, hit in views.hits.items()}
    near = views.near or Closeness({}, {})
    scores = fuse([near.whole, meaning, views.shared], [blend.closeness, blend.meaning, blend.words])
    if near.clauses and blend.clauses:
        scores = fuse([scores, near.clauses], [1 - blend.clauses, blend.clauses])
    return standardise(scores)


def _rank_piece(views: Views, blend: Blend) -> dict[str, float]:
    weight = blend.purpose if views.query.purpose else 1.0
    return {paper_id: weight * score for paper_id, score in rank_whole(views, blend).items()}


def best_two(pieces: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of the two pieces that suit a paper best; a piece that did not find it gives its lowest score.

    One good piece may be chance; few papers are about all of them.
    """
    floors = [min(scores.values(), default=0.0) for scores in pieces]
    found = {paper_id for scores in pieces for paper_id in scores}
    return {
        paper_id: fmean(nlargest(2, (s.get(paper_id, f) for s, f in zip(pieces, floors, strict=True))))
        for paper_id in found
    }


def _passage(paper: Paper, hits: Mapping[str, Hit]) -> Passage:
    """The passage nearest in meaning; the whole abstract of a paper found by its words alone."""
    hit = hits.get(paper.paper_id)
    return hit.passage if hit else Passage(paper.paper_id, 0, len(paper.abstract), paper.abstract)


class PaperRetriever(BaseRetriever):
    """`retrieve` as a LangChain retriever: one document a paper, its text the best passage."""

    library: Any
    k: int = 8
    tuning: Any = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return _documents(retrieve(self.library, query, self.k, self.tuning))


def _documents(found: Sequence[Found]) -> list[Document]:
    """Documents whose metadata has paper_id, title, score, and the passage's start and end."""
    return [
        Document(
            page_content=f.passage.text,
            metadata={
                "paper_id": f.paper.paper_id,
                "title": f.paper.title,
                "score": f.score,
                "start": f.passage.start,
                "end": f.passage.end,
            },
        )
        for f in found
    ]
