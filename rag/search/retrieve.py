"""Retrieval: papers found by meaning and by words, ranked together word by word."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from statistics import fmean
from typing import TYPE_CHECKING

from rag.language.naming import where_named
from rag.language.terms import stem, weight
from rag.records import Found
from rag.search.query import Query, read_query, spelled_out
from rag.tuning import Blend, Search, Tuning, tuning_of
from store.records import Hit, Paper, Passage

if TYPE_CHECKING:
    import numpy as np

    from store.library import Library, Part


@dataclass(frozen=True, slots=True)
class Closeness:
    """By paper: closeness to the whole question, and to the clause of it that suits the paper best."""

    whole: Mapping[str, float]
    clauses: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Views:
    """What each index says of the papers that may answer a query; `pieces` are the same for its pieces."""

    query: Query
    hits: Mapping[str, Hit]
    shared: Mapping[str, float]
    near: Closeness
    pieces: tuple[Views, ...] = ()


def retrieve(library: Library | Part, question: str, k: int, tuning: Tuning | None = None) -> list[Found]:
    """The `k` papers of `library` that answer `question` best, best first, each with its best passage.

    `tuning` holds the fitted weights, by default those of the library.
    """
    views = look(library, read_query(spelled_out(question, library)), max(k, Search.POOL))
    scores = rank(library, views, tuning or tuning_of(library))
    # One that is called by name shares that word; the pieces of a list bring hundreds that do neither.
    candidates = dict.fromkeys([*ranked(scores)[: max(k, Search.POOL)], *views.shared])
    papers = library.get_many(list(candidates))
    scores = {p.paper_id: scores[p.paper_id] + Search.NAMED * (where_named(p, question) >= 0) for p in papers}
    return _found(papers, views, scores)[:k]


def rank_found(library: Library | Part, views: Views, tuning: Tuning) -> list[Found]:
    """All papers of `views`, best first, each with its best passage."""
    scores = rank(library, views, tuning)
    return _found(library.get_many(list(scores)), views, scores)


def _found(papers: Sequence[Paper], views: Views, scores: Mapping[str, float]) -> list[Found]:
    order = sorted(papers, key=lambda paper: (-scores[paper.paper_id], paper.paper_id))
    return [Found(paper, _passage(paper, views.hits), scores[paper.paper_id]) for paper in order]


def _passage(paper: Paper, hits: Mapping[str, Hit]) -> Passage:
    """The passage nearest in meaning; the whole abstract of a paper found by its words alone."""
    hit = hits.get(paper.paper_id)
    return hit.passage if hit else whole(paper)


def whole(paper: Paper) -> Passage:
    """The whole abstract of a paper as a passage."""
    return Passage(paper.paper_id, 0, len(paper.abstract), paper.abstract)


def look(library: Library | Part, query: Query, depth: int = Search.POOL) -> Views:
    """The `depth` best papers for `query` of each index, seen from every side; so are its pieces."""
    hits = {hit.passage.paper_id: hit for hit in library.by_meaning(query.text, depth)}
    shared = dict(library.by_words(query.text, depth))
    near = closeness(library, query, list({**hits, **shared}))
    return Views(query, hits, shared, near, tuple(look(library, piece, depth) for piece in query.pieces))


def closeness(library: Library | Part, query: Query, paper_ids: Sequence[str]) -> Closeness:
    """How near the papers' words come to those of the query: its words' best cosines, weighted by rarity.

    Empty when the library's model has no vectors of words.
    """
    if not library.reads_words:
        return Closeness({}, {})
    papers = library.already_read(library.get_many(paper_ids))
    ids = [paper.paper_id for paper in papers]
    matches = library.word_matches(query.text, papers)
    weights = rarity(query.text, matches.spans)
    whole = _mean(weights, matches.cosines)
    rows = [[n for n, (start, _) in enumerate(matches.spans) if a <= start < b] for a, b in query.clauses]
    clauses = [_mean(weights[some], matches.cosines[some]) for some in rows if len(some) >= Search.CLAUSE]
    return Closeness(dict(zip(ids, whole, strict=True)), _best_clause(ids, clauses))


def rarity(text: str, spans: Sequence[tuple[int, int]]) -> np.ndarray:
    """The weights of the words of `text` that stand at `spans`."""
    import numpy as np

    return np.array([min(Search.HEAVIEST, weight(stem(text[start:end]))) for start, end in spans])


def _mean(weights: np.ndarray, cosines: np.ndarray) -> list[float]:
    return (weights @ cosines / max(weights.sum(), 1e-9)).tolist()


def _best_clause(paper_ids: Sequence[str], clauses: Sequence[Sequence[float]]) -> dict[str, float]:
    """Each paper's standing in the clause where it stands best; nothing for fewer than two."""
    if len(clauses) < 2:
        return {}
    standings = [standardise(dict(zip(paper_ids, part, strict=True))) for part in clauses]
    return {paper_id: max(standing[paper_id] for standing in standings) for paper_id in paper_ids}


def rank(library: Library | Part, views: Views, tuning: Tuning) -> dict[str, float]:
    """The score of each paper of `views`, with mean 0 and standard deviation 1."""
    blend = tuning.blends[views.query.kind]
    scores = _rank_whole(views, blend)
    if views.pieces and blend.pieces:
        worth = [blend.purpose if piece.query.purpose else 1.0 for piece in views.pieces]
        parts = [_rank_whole(piece, blend) for piece in views.pieces]
        pieces = _best_two([{i: w * s for i, s in part.items()} for w, part in zip(worth, parts, strict=True)])
        scores = fuse([scores, pieces], [1 - blend.pieces, blend.pieces])
    if blend.likeness:
        scores = fuse([scores, likeness(library, ranked(scores))], [1.0, blend.likeness])
    return standardise(scores)


def _rank_whole(views: Views, blend: Blend) -> dict[str, float]:
    """The scores for the query as a whole, and for its clauses, standardised."""
    meaning = {paper_id: hit.score for paper_id, hit in views.hits.items()}
    near = views.near
    scores = fuse([near.whole, meaning, views.shared], [blend.closeness, blend.meaning, blend.words])
    if near.clauses and blend.clauses:
        scores = fuse([scores, near.clauses], [1 - blend.clauses, blend.clauses])
    return standardise(scores)


def _best_two(pieces: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of the two pieces that suit a paper best; a piece that did not find it gives its lowest score.

    One good piece may be chance; few papers are about all of them.
    """
    floors = [min(scores.values(), default=0.0) for scores in pieces]
    return {
        paper_id: fmean(nlargest(2, (s.get(paper_id, f) for s, f in zip(pieces, floors, strict=True))))
        for paper_id in {paper_id for scores in pieces for paper_id in scores}
    }


def likeness(library: Library | Part, order: Sequence[str]) -> dict[str, float]:
    """How like the best papers, of ids in `order`, each of the next ones is (pseudo-relevance feedback, Rocchio 1971).

    Papers are compared by the means of their passages' vectors; a model paper is not its own model.
    """
    import numpy as np

    read = library.already_read(library.get_many(order[: Search.COMPARED]))
    compared = [paper.paper_id for paper in read]
    if len(compared) < 2:
        return {}
    means = library.mean_vectors(read)
    alike = means @ means.T
    np.fill_diagonal(alike, -1.0)
    np.fill_diagonal(alike, alike.max(axis=1))
    return dict(zip(compared, alike[:, : Search.MODELS].mean(axis=1).tolist(), strict=True))


def standardise(scores: Mapping[str, float]) -> dict[str, float]:
    """`scores` with mean 0 and standard deviation 1; equal scores all become 0."""
    if not scores:
        return {}
    mean = fmean(scores.values())
    spread = math.sqrt(fmean([(score - mean) ** 2 for score in scores.values()]))
    return {key: (score - mean) / spread if spread > 1e-9 else 0.0 for key, score in scores.items()}


def fuse(lists: Sequence[Mapping[str, float]], weights: Sequence[float]) -> dict[str, float]:
    """Weighted sum of standardised scores; a key that a list lacks gets that list's lowest score."""
    fused: dict[str, float] = {}
    keys = {key for scores in lists for key in scores}
    for scores, share in zip(lists, weights, strict=True):
        level = standardise(scores)
        floor = min(level.values(), default=0.0)
        for key in keys:
            fused[key] = fused.get(key, 0.0) + share * level.get(key, floor)
    return fused


def ranked(scores: Mapping[str, float]) -> list[str]:
    """The keys, highest score first; equal scores in the order of the keys."""
    return sorted(scores, key=lambda key: (-scores[key], key))
