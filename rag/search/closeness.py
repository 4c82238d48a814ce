"""Two finer views of papers: how near their words come to a question's, and how alike papers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.language.terms import stem, weight
from rag.search.fusion import standardise
from rag.search.queries import Query

if TYPE_CHECKING:
    import numpy as np

    from store.library import Library

# Most that a word weighs: rarer ones are not more telling.
HEAVIEST = 6.0
# Papers that others are compared with, and the best papers that are compared at all.
MODELS, COMPARED = 3, 50
# Content words that make a clause worth its own score.
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Closeness:
    """By paper: closeness to the whole question, and to the clause of it that suits the paper best."""

    whole: Mapping[str, float]
    clauses: Mapping[str, float]


def closeness(library: Library, query: Query, paper_ids: Sequence[str]) -> Closeness | None:
    """How near the papers' words come to those of the query: its words' best cosines, weighted by rarity.

    None when the library's model has no vectors of words.
    """
    if not library.reads_words:
        return None
    papers = library.get_many(paper_ids)
    ids = [paper.paper_id for paper in papers]
    matches = library.word_matches(query.text, papers)
    weights = rarity(query.text, matches.spans)
    whole = _mean(weights, matches.cosines)
    rows = [[n for n, (start, _) in enumerate(matches.spans) if a <= start < b] for a, b in query.clauses]
    clauses = [_mean(weights[some], matches.cosines[some]) for some in rows if len(some) >= _LEAST]
    return Closeness(dict(zip(ids, whole, strict=True)), _best_clause(ids, clauses))


def rarity(text: str, spans: Sequence[tuple[int, int]]) -> np.ndarray:
    """The weights of the words of `text` that stand at `spans`."""
    import numpy as np

    return np.array([min(HEAVIEST, weight(stem(text[start:end]))) for start, end in spans])


def _mean(weights: np.ndarray, cosines: np.ndarray) -> list[float]:
    return (weights @ cosines / max(weights.sum(), 1e-9)).tolist()


def _best_clause(paper_ids: Sequence[str], clauses: Sequence[Sequence[float]]) -> dict[str, float]:
    """Each paper's standing in the clause where it stands best; nothing for fewer than two."""
    if len(clauses) < 2:
        return {}
    standings = [standardise(dict(zip(paper_ids, part, strict=True))) for part in clauses]
    return {paper_id: max(standing[paper_id] for standing in standings) for paper_id in paper_ids}


def likeness(library: Library, order: Sequence[str]) -> dict[str, float]:
    """How like the best papers, of ids in `order`, each of the next ones is (pseudo-relevance feedback, Rocchio 1971).

    Papers are compared by the means of their sentences' vectors; a model paper is not its own model.
    """
    import numpy as np

    compared = list(order[:COMPARED])
    if len(compared) < 2:
        return {}
    means = library.mean_vectors(compared)
    alike = means @ means.T
    np.fill_diagonal(alike, -1.0)
    np.fill_diagonal(alike, alike.max(axis=1))
    return dict(zip(compared, alike[:, :MODELS].mean(axis=1).tolist(), strict=True))
