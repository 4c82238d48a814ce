"""`citewell eval --fit`: how papers are ranked and what the offline model makes of them, fitted on known answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from math import exp
from statistics import fmean
from typing import TYPE_CHECKING

from rag.evaluating.measures import Progress, average_precision, followed, plain_text, recall_at, title_key
from rag.evaluating.questions import MADE, Question, generated_questions
from rag.evaluating.solvers import fit_choice, fit_signs
from rag.followup import standalone
from rag.models import quotable
from rag.offline.matching import SENTENCE_FEATURES, SOURCE_FEATURES, Match
from rag.offline.refusing import doubt_features
from rag.offline.sharing import share_out, source_chances
from rag.question import read_question, sources_for
from rag.search.query import read_query, spelled_out
from rag.search.retrieve import Views, look, rank, ranked, retrieve
from rag.tuning import Blend, Doubt, Tuning, Weights

if TYPE_CHECKING:
    import numpy as np

    from store.library import Library

Grid = Mapping[str, tuple[float, ...]]
# Kinds of question that share a blend, and the values tried for it; the closeness of words weighs 1.
GRIDS: dict[tuple[str, ...], Grid] = {
    ("fact",): {"meaning": (0.0, 0.2, 0.4, 0.6), "words": (0.0, 0.05, 0.1, 0.15)},
    ("compare",): {"meaning": (0.3, 0.6, 1.0, 1.5), "words": (0.2, 0.4, 0.6, 0.8), "clauses": (0.0, 0.2, 0.3, 0.4)},
    ("list", "survey"): {
        **{"meaning": (0.6, 1.0, 1.5, 2.0), "words": (0.4, 0.8), "pieces": (0.3, 0.4, 0.5, 0.6, 0.7)},
        **{"purpose": (0.25, 0.5, 0.75, 1.0), "likeness": (0.0, 0.1, 0.2)},
    },
}
# Without closeness the words shared weigh near as much as the meaning. The few papers of the shipped collection would
# do with a fifth of it, but among tens of thousands both would then find less than words do alone
# (docs/static-model.md).
PLAIN_GRIDS = GRIDS | {("fact",): {"meaning": (1.0,), "words": (0.7, 0.85, 1.0)}}
CUT = 10
# A blend worse by this much weighs 1/e, by whether the model has words in context. The grids lie around what suits
# those that have: there a broad mean finds more for questions not fitted on; others have to move from the middle.
_SHARPNESS = {True: 0.05, False: 0.003}
FEWEST = 10  # questions behind a number that is fitted: with fewer the one before stays
_SOURCES, _REFUSED = 8, 0.05  # sources of an answer; the share of answerable questions that may be refused
_STRICT, _USUAL, _SOFT = 0.05, 0.02, 0.01  # the penalty where there are few examples, and where there are most
# How much a question of a file weighs against a generated one; unanswerable ones are few.
_UNANSWERABLE, _ANSWERABLE, _GENERATED = 3.0, 1.0, 0.25


@dataclass(frozen=True, slots=True)
class Fitted:
    """The numbers after a fit, and what of them was `kept` as it was, for want of questions."""

    tuning: Tuning
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A question as it is searched for, and the ids of its right papers."""

    views: Views
    gold: frozenset[str]


@dataclass(frozen=True)
class Example:
    """A question matched with the sources it retrieves, which of them are right, and how much it weighs."""

    question: Question
    match: Match
    right: "np.ndarray"
    weight: float


def fit(
    library: "Library",
    questions: Sequence[Question],
    tuning: Tuning,
    progress: Progress | None = None,
    fewest: int = FEWEST,
) -> Fitted:
    """`tuning` fitted anew: first how papers are ranked, then what the offline model makes of them.

    `progress` hears of questions done, of the number in each of the two steps. What fewer than `fewest`
    questions tell of is kept.
    """
    ranking = fit_judged(library, list(_judged(library, questions, progress)), tuning, fewest)
    asked = [*questions, *generated_questions(library)]
    answering = fit_examples(examples_of(library, asked, ranking.tuning, progress), ranking.tuning, fewest)
    return Fitted(answering.tuning, ranking.kept + answering.kept)


def _judged(library: "Library", questions: Sequence[Question], progress: Progress | None) -> Iterator[Judged]:
    ids = {title_key(paper.title): paper.paper_id for paper in library.papers()}
    for question in followed(questions, progress):
        gold = frozenset(ids[key] for title in question.gold if (key := title_key(title)) in ids)
        if gold:
            text = standalone(question.question, question.history, library)
            yield Judged(look(library, read_query(spelled_out(text, library))), gold)


def fit_judged(library: "Library", judged: Sequence[Judged], tuning: Tuning, fewest: int = FEWEST) -> Fitted:
    """`tuning` with the blends fitted that a library with this one's embedding model uses.

    Every blend of a small grid is tried, and the fitted one is their mean, each weighing exponentially more
    the better it did (exponentially weighted aggregation, Dalalyan & Tsybakov 2008): with few questions the
    single best blend is mostly luck, and does worse on others.
    """
    blends, kept = dict(tuning.blends), list[str]()
    for kinds, grid in (GRIDS if library.reads_words else PLAIN_GRIDS).items():
        ours = [one for one in judged if one.views.query.kind in kinds]
        if len(ours) < fewest:
            kept += [f"search, {kind}" for kind in kinds]
            continue
        closeness = float(library.reads_words)
        tried = [Blend(closeness, **dict(zip(grid, values, strict=True))) for values in product(*grid.values())]
        worth = {blend: fmean(_worth(library, one, tuning, blend) for one in ours) for blend in tried}
        blends |= dict.fromkeys(kinds, mean_blend(worth, _SHARPNESS[library.reads_words]))
    return Fitted(replace(tuning, blends=blends), tuple(kept))


def _worth(library: "Library", judged: Judged, tuning: Tuning, blend: Blend) -> float:
    """Recall@10 and average precision: how many are found, and how high they stand."""
    found = ranked(rank(library, judged.views, replace(tuning, blends=dict.fromkeys(tuning.blends, blend))))
    return (recall_at(found, judged.gold, CUT) + average_precision(found, judged.gold)) / 2


def mean_blend(worth: Mapping[Blend, float], sharpness: float) -> Blend:
    """The mean of blends, each weighing by its worth, rounded to hundredths; worse by `sharpness` weighs 1/e."""
    best = max(worth.values())
    shares = {blend: exp((value - best) / sharpness) for blend, value in worth.items()}
    total = sum(shares.values())
    means = {f.name: sum(share * getattr(b, f.name) for b, share in shares.items()) / total for f in fields(Blend)}
    return Blend(**{name: round(mean, 2) for name, mean in means.items()})


def examples_of(
    library: "Library", asked: Sequence[Question], tuning: Tuning, progress: Progress | None = None
) -> list[Example]:
    """An example for each question, with what is retrieved for it from `library`."""
    return [_example(library, question, tuning) for question in followed(asked, progress)]


def _example(library: "Library", question: Question, tuning: Tuning) -> Example:
    """`question`, made to stand alone, with what is retrieved for it."""
    import numpy as np

    asked = standalone(question.question, question.history, library)
    count = sources_for(asked, _SOURCES)
    found = [f.paper for f in retrieve(library, asked, count + 1, tuning) if f.paper.paper_id != question.left_out]
    match = Match(read_question(asked), [quotable(paper) for paper in found[:count]], library)
    gold = {title_key(title) for title in question.gold}
    right = np.array([title_key(source.title) in gold for source in match.sources], dtype=bool)
    weight = _UNANSWERABLE if question.type == "unanswerable" else _ANSWERABLE
    return Example(question, match, right, _GENERATED if question.id == MADE else weight)


def fit_examples(examples: Sequence[Example], tuning: Tuning, fewest: int = FEWEST) -> Fitted:
    """`tuning` with the offline model's weights fitted on `examples`, made by one run of retrieval."""
    facts = [e for e in examples if e.question.type in ("fact", "compare") and e.right.any()]
    groups = {
        "source": (SOURCE_FEATURES, [(e.match.source_features(), e.right) for e in facts], _USUAL),
        "sentence": (SENTENCE_FEATURES, _sentence_groups(examples, ("fact", "compare", "followup")), _USUAL),
        "line": (SENTENCE_FEATURES, _sentence_groups(examples, ("topic", "survey")), _STRICT),
    }
    weights: dict[str, Weights] = {
        name: _named(features, fit_choice(some, penalty)) if len(some) >= fewest else getattr(tuning, name)
        for name, (features, some, penalty) in groups.items()
    }
    tuning = Tuning(tuning.blends, **weights, doubt=tuning.doubt)
    kept = [name for name, (_, some, _) in groups.items() if len(some) < fewest]
    own = [e for e in examples if e.question.id != MADE and e.question.type != "adversarial"]
    unanswerable = sum(e.question.type == "unanswerable" for e in own)
    if min(unanswerable, len(own) - unanswerable) < fewest:
        return Fitted(tuning, (*kept, "doubt"))
    return Fitted(fit_doubt(examples, tuning), tuple(kept))


def _sentence_groups(examples: Sequence[Example], types: Sequence[str]) -> list[tuple["np.ndarray", "np.ndarray"]]:
    """The sentences of each right source, and which of them the questions' evidence is."""
    import numpy as np

    groups = []
    for example in (e for e in examples if e.question.type in types):
        wanted = [plain_text(text) for text in example.question.evidence]
        for source in (s for s, right in zip(example.match.sources, example.right, strict=True) if right):
            texts = [plain_text(text) for text in source.sentences]
            holds = np.array([any(w in t or t in w for w in wanted) for t in texts], dtype=bool)
            if holds.any():
                groups.append((example.match.sentence_features(source), holds))
    return groups


def fit_doubt(examples: Sequence[Example], tuning: Tuning) -> Tuning:
    """`tuning` with the decision to refuse fitted on `examples`, of one library or of several."""
    import numpy as np

    used = [e for e in examples if e.match.asked.text and e.question.type != "adversarial"]
    signs = [doubts(e, tuning) for e in used]
    rows, names = np.array([list(one.values()) for one in signs]), list(signs[0])
    doubtful = np.array([e.question.type == "unanswerable" for e in used])
    lessens = np.array([name == "parts" for name in names])
    weights, bias = fit_signs(rows, doubtful, lessens, _SOFT, np.array([e.weight for e in used]))
    asked = np.array([e.question.id != MADE for e in used])
    threshold = float(np.quantile((rows @ weights + bias)[asked & ~doubtful], 1 - _REFUSED))
    return replace(tuning, doubt=Doubt(_named(names, weights), round(bias, 4), round(threshold, 4)))


def doubts(example: Example, tuning: Tuning) -> dict[str, float]:
    """The signs of doubt of an example when its sources are chosen with `tuning`."""
    match = example.match
    return doubt_features(match, [share.source for share in share_out(match, source_chances(match, tuning.source))])


def _named(features: Sequence[str], weights: "np.ndarray") -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in zip(features, weights, strict=True)}
