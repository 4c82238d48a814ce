"""Fits the blends of retrieval on questions whose right papers are known.

Every blend of a small grid is tried, and the fitted one is their mean, each weighing exponentially more
the better it did (exponentially weighted aggregation, Dalalyan & Tsybakov 2008): with few questions the
single best blend is mostly luck, and does worse on others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from math import exp
from statistics import fmean
from typing import TYPE_CHECKING

from rag.evaluating.metrics import average_precision, recall_at, title_key
from rag.evaluating.questions import Question
from rag.followup import standalone
from rag.search.query import read_query, spelled_out
from rag.search.retrieve import Views, look, rank, ranked
from rag.tuning import Blend, Tuning

if TYPE_CHECKING:
    from store.library import Library

Grid = Mapping[str, tuple[float, ...]]
# Kinds of question that share a blend, and the values tried for it; the closeness of words weighs 1.
GRIDS: Mapping[tuple[str, ...], Grid] = {
    ("fact",): {"meaning": (0.0, 0.2, 0.4, 0.6), "words": (0.0, 0.05, 0.1, 0.15)},
    ("compare",): {"meaning": (0.3, 0.6, 1.0, 1.5), "words": (0.2, 0.4, 0.6, 0.8), "clauses": (0.0, 0.2, 0.3, 0.4)},
    ("list", "survey"): {
        "meaning": (0.6, 1.0, 1.5, 2.0),
        "words": (0.4, 0.8),
        "pieces": (0.3, 0.4, 0.5, 0.6, 0.7),
        "purpose": (0.25, 0.5, 0.75, 1.0),
        "likeness": (0.0, 0.1, 0.2),
    },
}
# Without closeness the words shared weigh near as much as the meaning. The few papers of the shipped collection would
# do with a fifth of it, but among tens of thousands both would then find less than words do alone
# (docs/static-model.md).
PLAIN_GRIDS: Mapping[tuple[str, ...], Grid] = GRIDS | {("fact",): {"meaning": (1.0,), "words": (0.7, 0.85, 1.0)}}
CUT = 10
# A blend worse by this much weighs 1/e, by whether the model has words in context. The grids lie around what suits
# those that have: there a broad mean finds more for questions not fitted on; others have to move from the middle.
_SHARPNESS = {True: 0.05, False: 0.003}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is searched for, and the ids of its right papers."""

    views: Views
    gold: frozenset[str]


def fit_blends(
    library: "Library",
    questions: Sequence[Question],
    tuning: Tuning,
    progress: Callable[[int, int], None] | None = None,
) -> Tuning:
    """`tuning` with the blends fitted that a library with this one's embedding model uses."""
    ids = {title_key(paper.title): paper.paper_id for paper in library.papers()}
    asked = []
    for done, question in enumerate(questions, 1):
        gold = frozenset(ids[key] for title in question.gold if (key := title_key(title)) in ids)
        if gold:
            text = standalone(question.question, question.history, library)
            asked.append(Asked(look(library, read_query(spelled_out(text, library))), gold))
        if progress:
            progress(done, len(questions))
    return fit_asked(library, asked, tuning)


def fit_asked(library: "Library", asked: Sequence[Asked], tuning: Tuning) -> Tuning:
    """`tuning` with the blends fitted on questions that were searched for; kinds that none has stay."""
    blends = dict(tuning.blends)
    for kinds, grid in (GRIDS if library.reads_words else PLAIN_GRIDS).items():
        ours = [a for a in asked if a.views.query.kind in kinds]
        tried = [
            Blend(float(library.reads_words), **dict(zip(grid, values, strict=True)))
            for values in product(*grid.values())
        ]
        worth = {
            blend: fmean(_worth(library, a, replace(tuning, blends=dict.fromkeys(blends, blend))) for a in ours)
            for blend in tried
            if ours
        }
        blends |= dict.fromkeys(kinds, mean_blend(worth, _SHARPNESS[library.reads_words])) if worth else {}
    return replace(tuning, blends=blends)


def _worth(library: "Library", asked: Asked, tuning: Tuning) -> float:
    """Recall@10 and average precision: how many are found, and how high they stand."""
    found = ranked(rank(library, asked.views, tuning))
    return (recall_at(found, asked.gold, CUT) + average_precision(found, asked.gold)) / 2


def mean_blend(worth: Mapping[Blend, float], sharpness: float) -> Blend:
    """The mean of blends, each weighing by its worth, rounded to hundredths; worse by `sharpness` weighs 1/e."""
    best = max(worth.values())
    weights = {blend: exp((value - best) / sharpness) for blend, value in worth.items()}
    total = sum(weights.values())
    return Blend(
        **{
            field.name: round(sum(w * getattr(b, field.name) for b, w in weights.items()) / total, 2)
            for field in fields(Blend)
        }
    )
