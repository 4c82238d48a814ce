"""Does the abstract that a sentence cites carry what the sentence says? The table of judges and their one combination.

Each row of JUDGES may settle a claim, forbid that it counts as supported, or only weigh in the score. Where a claim
is not settled the score, from 0 to 1, decides: thresholds and weights stand in check.json, fitted by
`python -m training.judge.fit`; docs/evaluation.md tells how often what is shown as supported is true.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.language.quantities import quantities
from rag.language.terms import plain
from rag.records import Evidence, Finding, Kind, Verdict
from rag.settings import Settings
from rag.verifying.abstracts import claim_stems, read
from rag.verifying.clauses import bare, without_opening
from rag.verifying.evidence import copy_of, to_finding
from rag.verifying.languages import is_foreign
from rag.verifying.missing import counted_otherwise, missing_name, missing_numbers, tells_absence, written
from rag.verifying.nearcopy import near_copy
from rag.verifying.nli import UserModel
from rag.verifying.owners import exchanged_number
from rag.verifying.roles import own_names, turned_change, turned_comparison
from rag.verifying.rulings import DOUBTS, OPPOSED, REASONS, Case, Ruling
from rag.verifying.scoring import check_numbers, features, opinions, weigh
from store.records import Paper

LIKELY = 0.5  # share of a claim's words from which a paper that is not cited is looked at
OFFERED = 2  # such papers, at most
_NAME = 3  # telling words of a title, at most, that by themselves state nothing
_ENDS = (".", "!", "?", ":", ";", "”", '"')


@dataclass(frozen=True, slots=True)
class Judge:
    """A row of the table: `settles` ends the matter, `forbids` bars "supported" (or grants it
    where no other row bars it), `weighs` gives the score."""

    name: str
    may: Literal["settles", "forbids", "weighs"]
    rule: Callable[[Case, "Verifier"], Ruling | None]


class Verifier:
    """Checks claims against abstracts; `user_model` is a fact checker or NLI cross-encoder of the user's."""

    def __init__(self, user_model: UserModel | None = None) -> None:
        self.user_model = user_model

    @classmethod
    def of(cls, settings: Settings) -> "Verifier":
        """The verifier that the settings ask for."""
        name = settings.nli_model
        return cls(UserModel(name, settings.nli_template, settings.nli_threshold) if name else None)

    def check(self, claim: str, cited: Sequence[Paper], others: Sequence[Paper] = ()) -> Finding:
        """The verdict on `claim` (a sentence without markers) as a sentence that cites `cited`.

        When they do not carry it, `better` is the evidence in the paper of `others` that does.
        Raises SettingsError when the user's model cannot be loaded.
        """
        if not cited:
            return Finding("uncited", reason="it cites no paper", kind="uncited")
        finding = self._check(claim, tuple(cited))
        if finding.holds or finding.verdict == "unchecked":
            return finding
        return replace(finding, better=self._better(claim, cited, others))

    def _better(self, claim: str, cited: Sequence[Paper], others: Sequence[Paper]) -> Evidence | None:
        known = {paper.paper_id for paper in cited}
        rest = [paper for paper in others if paper.paper_id not in known]
        shares = {paper: read(plain(bare(claim)), [paper])[0].share for paper in rest}
        likely = sorted((p for p in rest if shares[p] >= LIKELY), key=lambda p: -shares[p])[:OFFERED]
        found = [self._check(claim, (paper,)) for paper in likely]
        return next((f.evidence[0] for f in found if f.holds and f.evidence), None)

    def _check(self, claim: str, cited: tuple[Paper, ...]) -> Finding:
        said = without_opening(plain(bare(claim))).rstrip()
        said += "" if said.endswith(_ENDS) else "."  # the trained judge has read whole sentences
        case = Case(said, claim, cited, tuple(read(said, cited)))
        return to_finding(case, self._ruling(case))

    def _ruling(self, case: Case) -> Ruling:
        rulings: list[tuple[Judge, Ruling]] = []
        for judge in JUDGES:
            if judge.may == "weighs" and (granted := _granted(rulings)):
                return granted  # the trained judge takes a tenth of a second, and could not change it
            ruling = judge.rule(case, self)
            if ruling and judge.may == "settles":
                return ruling
            rulings += [(judge, ruling)] if ruling else []
        return replace(_combined(rulings), was_read=True)


def _granted(rulings: Sequence[tuple[Judge, Ruling]]) -> Ruling | None:
    """The "supported" that a judge grants where no other forbids it."""
    said = [ruling for judge, ruling in rulings if judge.may == "forbids"]
    return said[0] if said and all(ruling.verdict == "supported" for ruling in said) else None


def _combined(rulings: Sequence[tuple[Judge, Ruling]]) -> Ruling:
    """The verdict that the score gives, lowered where a judge forbids "supported"."""
    scored = next(ruling for judge, ruling in rulings if judge.may == "weighs")
    bars = (ruling for judge, ruling in rulings if judge.may == "forbids" and ruling.verdict != "supported")
    barred = next(bars, None)
    score, numbers = scored.score or 0.0, check_numbers()
    if barred is None:
        if score >= numbers["supported"]:
            return Ruling("supported", score=score)
        if score >= numbers["unsupported"]:
            return replace(scored, verdict="weak", reason=DOUBTS[scored.kind])
        return replace(scored, verdict="unsupported")
    return replace(barred, score=score * numbers["barred"], barred=True)


def _quoted(case: Case, verifier: Verifier) -> Ruling | None:
    return Ruling("quoted", score=1.0) if all(copy_of(case, paper) for paper in case.papers) else None


def _foreign(case: Case, verifier: Verifier) -> Ruling | None:
    if is_foreign(case.claim, " ".join(reading.premise for reading in case.readings)):
        return Ruling("unchecked", "language", "it is in another language than the abstract", 0.5)
    return None


def _user_model(case: Case, verifier: Verifier) -> Ruling | None:
    return verifier.user_model.rule(case.premise, case.claim) if verifier.user_model else None


def _number(case: Case, verifier: Verifier) -> Ruling | None:
    texts = [reading.text for reading in case.readings]
    numbers = () if tells_absence(case.claim) else missing_numbers(case.claim, texts)
    if not numbers:
        return None
    others = [counted_otherwise(number, case.claim, texts) for number in numbers]
    lead = f"the abstract counts {others[0]}, not " if others[0] else "no such number is in the abstract: "
    verdict: Verdict = "weak" if all(n.is_word for n in numbers) and not any(others) else "unsupported"
    told = quantities(" . ".join(r.text.sentences[r.picks[0]] for r in case.readings if r.picks))
    rival = any(q.unit and q.unit == number.unit for q in told for number in numbers)
    said = lead + ", ".join(written(number, case.claim) for number in numbers)
    return Ruling(verdict, "number", said, contradicted=any(others) or rival)


def _name(case: Case, verifier: Verifier) -> Ruling | None:
    if tells_absence(case.claim):
        return None
    name = missing_name(case.claim, [reading.text for reading in case.readings])
    if name is None:
        return None
    return Ruling("unsupported", "name", f"{name.text} is not named in the abstract")


def _no_word(case: Case, verifier: Verifier) -> Ruling | None:
    """A claim of which the abstracts have no telling word beyond their titles, or a lone word, is not what they say."""
    said, texts = claim_stems(case.claim), [reading.text for reading in case.readings]
    named = frozenset[str]().union(*(claim_stems(text.title) for text in texts))
    states = len(case.claim.split()) > 1 and (bool(said - named) or len(said) > _NAME)
    if tells_absence(case.claim) or (states and said & named.union(*(stems for text in texts for stems in text.stems))):
        return None
    return Ruling("weak", "not said", DOUBTS["not said"] if states else "it states nothing")


def _near_copy(case: Case, verifier: Verifier) -> Ruling | None:
    """A claim about one paper that repeats a sentence but for words that change nothing holds; other words forbid."""
    text = case.readings[0].text
    copy = near_copy(case.claim, text.sentences, claim_stems(text.title)) if len(case.readings) == 1 else None
    if copy is None:
        return None
    if not copy.word:
        return Ruling("supported", score=0.95)
    reason = f"the abstract has this sentence, but not with “{copy.word}”"
    return Ruling("unsupported", copy.kind, reason, contradicted=True)


def _turned(case: Case, verifier: Verifier) -> Ruling | None:
    """A comparison or a change of one paper that is told the other way round."""
    if tells_absence(case.claim) or len(case.readings) != 1:
        return None
    reading = case.readings[0]
    kind: Kind = "role"
    place = turned_comparison(case.claim, reading.text.sentences, own_names(case.claim, reading.paper))
    if place is None:
        kind, place = "direction", turned_change(case.claim, reading.text.sentences)
    return None if place is None else Ruling("unsupported", kind, REASONS[kind], contradicted=True, sentence=place)


def _exchanged(case: Case, verifier: Verifier) -> Ruling | None:
    """A number that is given to another of two named things."""
    if tells_absence(case.claim) or len(case.readings) != 1:
        return None
    found = exchanged_number(case.claim, case.readings[0].text.sentences)
    if found is None:
        return None
    return Ruling("unsupported", "number", found.reason, contradicted=True, sentence=found.sentence)


def _trained(case: Case, verifier: Verifier) -> Ruling | None:
    found = opinions(case.claim, case.readings)
    opinion = found[0]
    kind = opinion.fault
    if opinion.contradicts and kind in ("overclaim", "not said"):
        kind = "contradicted"  # the opposite is not too much said
    elif not opinion.contradicts and kind in OPPOSED:
        kind = "not said"
    if tells_absence(case.claim):
        kind = "absence"
    score = weigh(features(case.claim, case.readings, found), check_numbers()["weights"])
    return Ruling(None, kind, REASONS[kind], score, opinion.contradicts)


JUDGES = (
    Judge("word for word", "settles", _quoted),
    Judge("language", "settles", _foreign),
    Judge("the user's model", "settles", _user_model),
    Judge("numbers", "forbids", _number),
    Judge("names", "forbids", _name),
    Judge("no word", "forbids", _no_word),
    Judge("near copy", "forbids", _near_copy),
    Judge("comparisons", "forbids", _turned),
    Judge("owners", "forbids", _exchanged),
    Judge("trained judge", "weighs", _trained),
)


def bars(case: Case) -> bool:
    """Whether a judge that may forbid does."""
    rulings = (judge.rule(case, Verifier()) for judge in JUDGES if judge.may == "forbids")
    return any(ruling and ruling.verdict != "supported" for ruling in rulings)
