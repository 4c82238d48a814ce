"""Which sources answer a question, how many sentences each gives, and which ones."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.language.phrases import WEAK
from rag.language.terms import content_stems, plain, shared
from rag.offline.called import holds, names_in
from rag.offline.matching import SENTENCE_FEATURES, SOURCE_FEATURES, Match, Source, in_order
from rag.question import Kind
from rag.tuning import Composing, Tuning, Weights


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


def source_chances(match: Match, weights: Weights) -> list[float]:
    """How likely each source is the one that answers; sums to 1, in the order of the sources."""
    import numpy as np

    odds = match.source_features() @ in_order(weights, SOURCE_FEATURES)
    raised = np.exp(odds - odds.max())
    return [float(x) for x in raised / raised.sum()]


# Rows of (paragraph, source, limits of sentences).
_Plan = list[tuple[int, int, tuple[int, int]]]


def share_out(match: Match, chances: Sequence[float]) -> list[Share]:
    """The sources to answer from, best first; none when there are no sources."""
    order = sorted(range(len(chances)), key=lambda i: -chances[i])
    if not order:
        return []
    plans: dict[Kind, Callable[[Match, Sequence[float], list[int]], _Plan]]
    plans = {"fact": _fact, "compare": _compare, "list": _list, "survey": _survey}
    rows = plans[answer_kind(match)](match, chances, order)
    return [Share(match.sources[i], *limits, paragraph) for paragraph, i, limits in rows]


def _fact(match: Match, chances: Sequence[float], order: list[int]) -> _Plan:
    if chances[order[0]] >= Composing.SURE:
        return [(0, order[0], Composing.ALONE)]
    # Where none is sure to answer, the one that the question calls by its title is what it is about.
    called = [i for i in order if match.sources[i].n in match.titled]
    if called or len(order) == 1:
        return [(0, (called or order)[0], Composing.ALONE)]
    return [(0, order[0], Composing.FIRST), (1, order[1], Composing.SECOND)]


def _compare(match: Match, chances: Sequence[float], order: list[int]) -> _Plan:
    # A source that the question names is a side, however little else it shares with the question.
    order = sorted(order, key=lambda i: match.sources[i].n not in match.named)
    sides = match.asked.sides or max(Composing.SIDES, match.asked.enumerated if match.titled else 0)
    return [(place, i, Composing.SIDE) for place, i in enumerate(order[: max(sides, len(match.titled))])]


def _list(match: Match, chances: Sequence[float], order: list[int]) -> _Plan:
    if about := [i for i in order if match.sources[i].paper.paper_id in match.about]:
        return [(place, i, Composing.LINE) for place, i in enumerate(about)]
    # Works that hold every name in the question are the ones asked for, if there are any.
    names = names_in(match.asked.text)
    holders = [i for i in order if all(holds(match.sources[i].text, name) for name in names)] if names else []
    listed = [i for i in holders or order if match.says_so(match.sources[i])]
    if match.deed and not listed:
        listed = (holders or order)[: Composing.NEAREST]
    listed = listed or holders or _about_subject(match, order) or _near_best(chances, order)
    listed = listed[: Composing.LISTED]
    return [(place, i, Composing.LINE) for place, i in enumerate(listed)]


def _about_subject(match: Match, order: list[int]) -> list[int]:
    """The sources that have the words of what a list is about, or of one of the things that it is about."""
    subject = match.asked.wanted.subject
    if len(content_stems(plain(subject))) > Composing.SUBJECT:
        return []  # what is told at length is told in other words than papers use
    things = [stems for part in re.split(r",|\bor\b", subject) if (stems := content_stems(plain(part)) - WEAK)]
    return [i for i in order if _is_about(match.sources[i], things)]


def _is_about(source: Source, things: Sequence[frozenset[str]]) -> bool:
    """Whether one sentence of a source, or its title, has the words of one of the things, and others some of them."""
    texts = [content_stems(plain(text)) for text in (source.title, *source.sentences)]
    return any(
        max(shared(thing, text) for text in texts) >= Composing.ABOUT
        and (
            shared(thing, texts[0]) >= Composing.IN_TITLE
            or sum(shared(thing, text) >= Composing.ABOUT for text in texts) > 1
        )
        for thing in things
    )


def _survey(match: Match, chances: Sequence[float], order: list[int]) -> _Plan:
    """Likest papers together, a paragraph for each theme, the best theme first."""
    import numpy as np

    from rag.search.themes import group

    chosen = order[: min(max(len(_near_best(chances, order)), Composing.LEAST_SURVEYED), Composing.SURVEYED)]
    groups = group(np.stack([match.sources[i].middle for i in chosen]))
    return [(theme, chosen[j], Composing.LINE) for theme, rows in enumerate(sorted(groups, key=min)) for j in rows]


def _near_best(chances: Sequence[float], order: list[int]) -> list[int]:
    best = chances[order[0]]
    return [i for i in order if math.log(best / max(chances[i], 1e-12)) <= Composing.DEPTH]


def choose(match: Match, shares: Sequence[Share], tuning: Tuning) -> list[tuple[Share, int]]:
    """The sentences of the answer, source by source, of each the best and then others in the order of its abstract."""
    kept: list[tuple[Share, int]] = []
    for share in shares:
        for i in _best_sentences(match, share, tuning):
            alike = (float(share.source.vectors[i] @ other.source.vectors[j]) for other, j in kept)
            # Each paper has its line in a list, even if another says the same.
            if share.most == 1 or all(cosine < Composing.REPEAT for cosine in alike):
                kept.append((share, i))
    return kept


def _best_sentences(match: Match, share: Share, tuning: Tuning) -> list[int]:
    import numpy as np

    # What shows that a paper belongs to a topic is another sentence than what answers about it.
    wanted = tuning.line if match.asked.kind in ("list", "survey") else tuning.sentence
    odds = match.sentence_features(share.source) @ in_order(wanted, SENTENCE_FEATURES) + match.fitness(share.source)
    worth = np.exp(odds - odds.max())
    best = np.argsort(-worth, kind="stable")
    count = int(np.searchsorted(np.cumsum(worth[best]) / worth.sum(), Composing.ENOUGH)) + 1
    order = [int(i) for i in best]
    if match.asked.wanted.means and len(order) > 1:
        how = int((odds + Composing.MEANS * match.means(share.source)).argmax())
        order = [how, *(i for i in order if i != how)]
    taken = order[: min(max(count, share.fewest), share.most)]
    # The sentence that answers comes first, what belongs to it as its abstract has it.
    return [taken[0], *sorted(taken[1:])]
