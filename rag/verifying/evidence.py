"""From a ruling to a finding: which sentences of the abstracts are shown as what it rests on, in one place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rag.language.quantities import Quantity, quantities
from rag.language.terms import words
from rag.records import Evidence, Finding
from rag.verifying.abstracts import Reading, claim_stems, claim_weights
from rag.verifying.clauses import bare
from rag.verifying.judge import TrainedJudge, trained_judge
from rag.verifying.missing import missing_numbers
from rag.verifying.roles import own_names
from rag.verifying.rulings import Case, Ruling
from rag.verifying.verbatim import verbatim_span
from store.records import Paper

_MEANING = 0.5  # weight of likeness beside the share of the claim's words
_OWN = 0.1  # weight of a paper's own name: all of its abstract is about it
_SECOND = 0.12  # share of the claim that a second sentence must add to be shown
_ASKED, _NEAR = 3, 0.3  # sentences that the judge is asked of, and how much less worthy than the best they are
_COUNTED = 3  # words behind a number that tell what it counts


def to_finding(case: Case, ruling: Ruling) -> Finding:
    """The finding that a ruling makes, with its evidence."""
    verdict = ruling.verdict or "weak"
    score = ruling.score if ruling.score is not None else float(verdict in ("supported", "quoted"))
    evidence = () if verdict == "unchecked" else tuple(e for r in case.readings for e in _evidence(case, r, ruling))
    return Finding(
        verdict, evidence, ruling.reason, None, ruling.kind, round(score, 4), ruling.contradicted, ruling.barred
    )


def copy_of(case: Case, paper: Paper) -> tuple[int, int] | None:
    """Where the abstract has the claim word for word, its Markdown aside."""
    return verbatim_span(case.written, paper.abstract) or verbatim_span(bare(case.written), paper.abstract)


def _evidence(case: Case, reading: Reading, ruling: Ruling) -> Iterator[Evidence]:
    """The exact copy, or the telling sentences; neighbours are one piece of evidence."""
    exact = copy_of(case, reading.paper)
    if exact:
        yield Evidence(reading.paper.paper_id, *exact, 1.0)
        return
    shown = (
        [ruling.sentence]
        if ruling.sentence is not None
        else telling(case.claim, reading, trained_judge() if ruling.was_read else None)
    )
    spans = [reading.text.spans[i] for i in shown]
    if len(spans) == 2 and shown[1] == shown[0] + 1:
        spans = [(spans[0][0], spans[1][1])]
    for start, end in spans:
        yield Evidence(reading.paper.paper_id, start, end, round(reading.share, 3))


def telling(claim: str, reading: Reading, judge: TrainedJudge | None = None) -> list[int]:
    """The one or two sentences that speak of what the plain `claim` is about, in the order of the text.

    A sentence that counts or measures what a number of the claim does, and has another, comes first; where several
    are near, the one on which the `judge` is least silent.
    """
    stems, weights = reading.text.stems, _weights(claim, reading)
    if not stems:
        return []
    whole, rivals = sum(weights.values()) or 1.0, _rivals(claim, reading)

    def gain(place: int, left: Mapping[str, float]) -> float:
        return sum(left.get(stem, 0.0) for stem in stems[place]) / whole

    worth = [gain(i, weights) + _MEANING * reading.likenesses[i] + (i in rivals) for i in range(len(stems))]
    first = _surest(claim, reading, worth, judge)
    left = {stem: weight for stem, weight in weights.items() if stem not in stems[first]}
    others = [i for i in range(len(stems)) if i != first]
    second = max(others, key=lambda i: (gain(i, left) + _MEANING * reading.likenesses[i], -i), default=first)
    return sorted({first, second}) if gain(second, left) >= _SECOND else [first]


def _surest(claim: str, reading: Reading, worth: Sequence[float], judge: TrainedJudge | None) -> int:
    """The worthiest sentence; of those nearly as worthy, the one that the judge finds to speak of the claim most."""
    best = sorted(range(len(worth)), key=lambda i: -worth[i])[:_ASKED]
    near = [i for i in best if worth[i] >= worth[best[0]] - _NEAR]
    if judge is None or len(near) == 1:
        return best[0]
    opinions = judge.judge([(claim, replace(reading, picks=(i,)).premise) for i in near])
    return max(zip(near, opinions, strict=True), key=lambda pair: worth[pair[0]] + 1 - pair[1].silent)[0]


def _weights(claim: str, reading: Reading) -> dict[str, float]:
    own = claim_stems(" ".join(own_names(claim, reading.paper)))
    return {stem: weight * (_OWN if stem in own else 1) for stem, weight in claim_weights(claim).items()}


def _rivals(claim: str, reading: Reading) -> frozenset[int]:
    """The sentences that give another number of what a number of the claim, which they lack, measures or counts."""
    asked = [_counted(number, claim) for number in missing_numbers(claim, [reading.text])]
    told = {i: [_counted(q, text) for q in quantities(text)] for i, text in enumerate(reading.text.sentences)}
    return frozenset(i for i, counted in told.items() if any(one & other for one in asked for other in counted))


def _counted(number: Quantity, text: str) -> frozenset[str]:
    """What a number counts or measures: its unit, and the telling words right behind it."""
    behind = [word.stem for word in words(text[number.end :])[:_COUNTED] if word.is_content]
    return frozenset([*behind, f"unit {number.unit}"] if number.unit else behind)
