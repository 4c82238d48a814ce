"""The offline model: an answer composed of sentences of the abstracts, or a refusal.

It follows no instruction, neither of the question nor of an abstract: all it can write are sentences of abstracts
and the fixed refusals.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.offline.matching import SENTENCE_FEATURES, SOURCE_FEATURES, Match, Source, holds, in_order, names_in
from rag.offline.refusing import refusal_of
from rag.question import Kind, read_question
from rag.records import NO_PAPER, PHRASES
from rag.tuning import Composing, Tuning, Weights
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library, Part

MODEL_NAME = "offline-extractive"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer: the white space in front of it, its text, and the number of its source (0: none).

    `bullet` stands before the text in a list.
    """

    gap: str
    text: str
    n: int = 0
    bullet: str = ""

    def marked(self, marker: str) -> str:
        """The text with `marker` in front of the closing punctuation."""
        body = self.text.rstrip(".!?")
        return self.bullet + (f"{body} {marker}{self.text[len(body) :]}" if marker else self.text)


@dataclass(frozen=True, slots=True)
class Share:
    """How many sentences, at fewest and at most, a source gives to which paragraph of the answer."""

    source: Source
    fewest: int
    most: int
    paragraph: int


def compose(question: str, papers: Sequence[Paper], library: "Library | Part", tuning: Tuning) -> Iterator[Said]:
    """The sentences of an answer to `question` from `papers`, best first, whose texts are as a model reads them."""
    asked = read_question(question)
    match = Match(asked, papers, library) if asked.text else None
    if match is None or not match.sources:
        yield Said("", NO_PAPER)
        return
    shares = share_out(match, source_chances(match, tuning.source))
    refusal = refusal_of(match, [share.source for share in shares], tuning.doubt)
    if refusal:
        yield Said("", PHRASES[refusal])
        shares = [replace(shares[0], fewest=1, most=Composing.AFTER_REFUSAL)]
    if refusal != "no paper":
        yield from _laid_out(match, shares, tuning, bool(refusal))


def _laid_out(match: Match, shares: Sequence[Share], tuning: Tuning, refused: bool) -> Iterator[Said]:
    """The sentences of `shares`; a list has one line a sentence, with the head of the paper's title in front."""
    listed = match.asked.kind == "list" and not refused
    before = shares[0].paragraph if refused else None
    for share, i in choose(match, shares, tuning):
        same = before == share.paragraph
        gap = "" if before is None else " " if same else "\n" if listed else "\n\n"
        head = f"{share.source.title.split(':')[0]}: " if listed else ""
        yield Said(gap, head + uncited(share.source.sentences[i]), share.source.n, "- " if listed else "")
        before = share.paragraph


def uncited(sentence: str) -> str:
    """The sentence, closed, without the brackets with a number that stand in the abstract: here they would cite."""
    text = re.sub(r"\s?(?:\[\d[\d,;\s–-]*\]|【\d[^】]*】)", "", sentence).rstrip()
    body = text.rstrip(".!?")
    return f"{body.rstrip()}{text[len(body) :] or '.'}"


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
    # Works that hold every name in the question are the ones asked for, if there are any.
    names = names_in(match.asked.text)
    holders = [i for i in order if all(holds(match.sources[i].text, name) for name in names)] if names else []
    listed = (holders or _near_best(chances, order))[: Composing.LISTED]
    return [(place, i, Composing.LINE) for place, i in enumerate(listed)]


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
    """The sentences of the answer, source by source, each source's in the order of its abstract."""
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
    odds = match.sentence_features(share.source) @ in_order(wanted, SENTENCE_FEATURES)
    worth = np.exp(odds - odds.max())
    best = np.argsort(-worth, kind="stable")
    count = int(np.searchsorted(np.cumsum(worth[best]) / worth.sum(), Composing.ENOUGH)) + 1
    return sorted(int(i) for i in best[: min(max(count, share.fewest), share.most)])
