"""Choosing and ordering the sentences of an offline answer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.offline.matching import SENTENCE_FEATURES, SOURCE_FEATURES, Match, Source, holds, names_in
from rag.question import Kind
from rag.tuning import Weights

if TYPE_CHECKING:
    import numpy as np

# A fact comes from one source when it is this likely the right one, else from two.
_SURE = 0.6
# Sentences of one source are taken until they hold this share of what its sentences offer.
_ENOUGH = 0.85
# Fewest and most sentences a source gives: alone, as the likeliest and the next of two, as one side.
_ALONE, _FIRST, _SECOND, _SIDE, _LINE = (2, 5), (2, 3), (1, 2), (1, 3), (1, 1)
_SIDES = 2
# Lists and surveys take the sources at most this far, in log odds, below the best, and at most so many.
_DEPTH, _LISTED, _SURVEYED = 4.0, 10, 12
_LEAST_SURVEYED = 6
# Two sentences more alike than this say the same.
_REPEAT = 0.93


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence of source `n`, titled `title`, that goes into the answer, in the given paragraph."""

    n: int
    title: str
    text: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many sentences, at fewest and at most, a source gives to which paragraph of the answer."""

    source: Source
    fewest: int
    most: int
    paragraph: int


def answer_kind(match: Match) -> Kind:
    """The kind of answer to give: a question that names two of the works compares them."""
    return "compare" if match.asked.kind == "fact" and len(match.titled) > 1 else match.asked.kind


def source_chances(match: Match) -> list[float]:
    """How likely each source is the one that answers; sums to 1, in the order of the sources."""
    import numpy as np

    odds = match.source_features() @ in_order(match.tuning.source, SOURCE_FEATURES)
    raised = np.exp(odds - odds.max())
    return [float(x) for x in raised / raised.sum()]


def share_out(match: Match, chances: Sequence[float]) -> list[Share]:
    """The sources to answer from, best first; none when there are no sources."""
    order = sorted(range(len(chances)), key=lambda i: -chances[i])
    if not order:
        return []
    plans = {"fact": _fact, "compare": _compare, "list": _list, "survey": _survey}
    return [
        Share(match.sources[i], *limits, paragraph)
        for paragraph, i, limits in plans[answer_kind(match)](match, chances, order)
    ]


def shortened(shares: Sequence[Share], most: int) -> list[Share]:
    """The first of `shares` alone, with at most so many sentences."""
    return [replace(shares[0], fewest=1, most=most)] if shares else []


# Rows of (paragraph, source, limits of sentences).
_Plan = list[tuple[int, int, tuple[int, int]]]


def _fact(match: Match, chances: Sequence[float], order: list[int]) -> _Plan:
    if chances[order[0]] >= _SURE:
        return [(0, order[0], _ALONE)]
    # Where none is sure to answer, the one that the question calls by its title is what it is about.
    called = [i for i in order if match.sources[i].n in match.titled]
    if called or len(order) == 1:
        return [(0, (called or order)[0], _ALONE)]
    return [(0, order[0], _FIRST), (1, order[1], _SECOND)]


def _compare(match: Match, chances: Sequence[float], order: list[int]) -> _Plan:
    # A source that the question names is a side, however little else it shares with the question.
    order = sorted(order, key=lambda i: match.sources[i].n not in match.named)
    sides = match.asked.sides or max(_SIDES, match.asked.enumerated if match.titled else 0)
    return [(place, i, _SIDE) for place, i in enumerate(order[: max(sides, len(match.titled))])]


def _list(match: Match, chances: Sequence[float], order: list[int]) -> _Plan:
    # Works that hold every name in the question are the ones asked for, if there are any.
    names = names_in(match.asked.text)
    holders = [i for i in order if all(holds(match.sources[i].text, name) for name in names)] if names else []
    listed = (holders or _near_best(chances, order))[:_LISTED]
    return [(place, i, _LINE) for place, i in enumerate(listed)]


def _survey(match: Match, chances: Sequence[float], order: list[int]) -> _Plan:
    chosen = order[: min(max(len(_near_best(chances, order)), _LEAST_SURVEYED), _SURVEYED)]
    return [(theme, i, _LINE) for theme, i in _by_theme(match, chosen)]


def _by_theme(match: Match, chosen: list[int]) -> list[tuple[int, int]]:
    """The chosen sources with the number of their theme: likest papers together, the best theme first."""
    import numpy as np

    from rag.search.themes import group

    groups = group(np.stack([match.sources[i].middle for i in chosen]))
    return [(theme, chosen[j]) for theme, rows in enumerate(sorted(groups, key=min)) for j in rows]


def _near_best(chances: Sequence[float], order: list[int]) -> list[int]:
    best = chances[order[0]]
    return [i for i in order if math.log(best / max(chances[i], 1e-12)) <= _DEPTH]


def choose(match: Match, shares: Sequence[Share]) -> list[Chosen]:
    """The sentences of the answer, source by source, each source's in the order of its abstract."""
    kept: list[tuple[Share, int]] = []
    for share in shares:
        for i in _best_sentences(match, share):
            # Each paper has its line in a list, even if another says the same.
            if share.most == 1 or not any(_alike(share, i, other, j) for other, j in kept):
                kept.append((share, i))
    return [Chosen(share.source.n, share.source.title, share.source.sentences[i], share.paragraph) for share, i in kept]


def _alike(share: Share, i: int, other: Share, j: int) -> bool:
    return float(share.source.vectors[i] @ other.source.vectors[j]) >= _REPEAT


def _best_sentences(match: Match, share: Share) -> list[int]:
    import numpy as np

    # What shows that a paper belongs to a topic is another sentence than what answers about it.
    wanted = match.tuning.line if match.asked.kind in ("list", "survey") else match.tuning.sentence
    odds = match.sentence_features(share.source) @ in_order(wanted, SENTENCE_FEATURES)
    worth = np.exp(odds - odds.max())
    best = np.argsort(-worth, kind="stable")
    count = int(np.searchsorted(np.cumsum(worth[best]) / worth.sum(), _ENOUGH)) + 1
    return sorted(int(i) for i in best[: min(max(count, share.fewest), share.most)])


def in_order(weights: Weights, features: tuple[str, ...]) -> "np.ndarray":
    """The weights in the order of the features."""
    import numpy as np

    return np.array([weights[feature] for feature in features])
