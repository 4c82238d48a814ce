"""Does the abstract that a sentence cites carry what the sentence says? Offline, with the place to look.

A claim is supported when some sentence, or two, of what it cites says it; every number and every name
in it is there; and nothing in them says the opposite. What falls short is said in one phrase.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp

from rag.language.names import names
from rag.language.quantities import Quantity
from rag.language.terms import plain
from rag.records import Evidence, Finding, Verdict
from rag.verifying.alignment import altered_number, altered_sense, altered_word, verbatim_span
from rag.verifying.clauses import bare, clauses, without_opening
from rag.verifying.contradiction import contradiction
from rag.verifying.directions import ungrounded_direction
from rag.verifying.entailment import Entailment, Judgement
from rag.verifying.missing import counted_otherwise, missing_name, missing_number, number_astray, written
from rag.verifying.support import AbstractText, Embed, Support, abstract_text, nearest_sentence, support
from store.records import Paper

# Chosen with the features of `benchmarks/fit_verify.py` on dev claims and summaries: the weights of
# Support.alone, .both, .anywhere, .near and .near_both, and the constant; with vectors and without.
WITH_VECTORS = (0.6, 1.6, 7.5, 4.0, 3.0, -9.3)
WITHOUT_VECTORS = (2.2, 1.3, 8.7, 0.0, 0.0, -5.9)
UNSURE = (0.03, 0.85)  # likeness of meaning is looked at only where words alone leave it open
SUPPORTED = 0.6  # of moved citations one in twenty reaches this, of right ones nine in ten
WEAK = 0.1  # below this nothing in the abstract comes near
IDLE = 0.5  # least probability of a clause in each of several cited papers
CLOSE = 0.6  # share of a claim's words in one sentence from which a contradiction is certain
SAYS_NOT, IN_PART = "the abstract does not say this", "the abstract says this only in part"
CERTAIN = 0.8  # from this on the entailment model overrules the words


@dataclass(frozen=True, slots=True)
class _Part:
    """A claim, or a clause of it, against one paper."""

    claim: str
    support: Support
    probability: float


@dataclass(frozen=True, slots=True)
class _Reading:
    """A claim against one cited paper, as a whole and clause by clause."""

    paper: Paper
    text: AbstractText
    parts: tuple[_Part, ...]

    @property
    def best(self) -> _Part:
        """The part that the paper carries best."""
        return max(self.parts, key=lambda part: part.probability)

    def told_of(self, part: int, clauses_too: bool) -> str:
        """The plain sentences that speak of a part, and of the clauses of the claim when asked."""
        parts = self.parts if clauses_too else self.parts[part : part + 1]
        nearest = (nearest_sentence(p.claim, self.text) for p in parts)
        picks = {*self.parts[part].support.picks, *(i for i in nearest if i is not None)}
        return " . ".join(self.text.sentences[i] for i in sorted(picks))


class Verifier:
    """Checks claims against abstracts.

    `embed` maps texts to unit rows of float32 (likeness of meaning; None: words alone). `nli_model`
    names a cross-encoder of sentence-transformers for entailment, loaded at its first use.
    """

    def __init__(self, embed: Embed | None = None, nli_model: str = ""):
        self._embed = embed
        self._sentence_vectors = lru_cache(maxsize=1024)(self._embed_sentences)
        self._claim_vector = lru_cache(maxsize=64)(self._embed_claim)
        self._entailment = Entailment(nli_model) if nli_model else None

    def check(self, claim: str, cited: Sequence[Paper], others: Sequence[Paper] = ()) -> Finding:
        """The verdict on `claim` (a sentence without markers) as a sentence that cites `cited`.

        When they do not carry it, `better` is the evidence in the paper of `others` that does.
        Raises CitewellError when the NLI model cannot be loaded.
        """
        if not cited:
            return Finding("uncited", reason="it cites no paper")
        finding = self._check(claim, cited)
        if finding.verdict != "unsupported":
            return finding
        return Finding(finding.verdict, finding.evidence, finding.reason, self._better(claim, cited, others))

    def _better(self, claim: str, cited: Sequence[Paper], others: Sequence[Paper]) -> Evidence | None:
        known = {paper.paper_id for paper in cited}
        rest = [paper for paper in others if paper.paper_id not in known]
        found = [self._check(claim, [paper], by_meaning=False) for paper in rest]
        carried = [f.evidence[0] for f in found if f.verdict == "supported" and f.evidence]
        return max(carried, key=lambda e: e.score, default=None)

    def _check(self, claim: str, cited: Sequence[Paper], by_meaning: bool = True) -> Finding:
        said = bare(claim)
        spans = ((p, verbatim_span(claim, p.abstract) or verbatim_span(said, p.abstract)) for p in cited)
        exact = {paper.paper_id: span for paper, span in spans if span}
        if len(exact) == len(cited):
            return Finding("supported", tuple(Evidence(i, *span, 1.0) for i, span in exact.items()))
        said = without_opening(plain(said))
        readings = [self._read(said, paper, by_meaning) for paper in cited]
        verdict, reason = self._judge(said, readings)
        evidence = []
        for reading in readings:
            span = exact.get(reading.paper.paper_id)
            part = _share_of(reading, len(readings))
            evidence += [Evidence(reading.paper.paper_id, *span, 1.0)] if span else _evidence(reading, part)
        return Finding(verdict, tuple(evidence), reason)

    def _read(self, claim: str, paper: Paper, by_meaning: bool) -> _Reading:
        text = abstract_text(paper)
        parts = [_part(part, support(part, text)) for part in (claim, *clauses(claim))]
        unsure = UNSURE[0] <= parts[0].probability < UNSURE[1]
        if self._embed is not None and by_meaning and unsure and text.spans:
            whole = support(claim, text, self._claim_vector(claim), self._sentence_vectors(paper))
            parts[0] = _Part(claim, whole, _probability(whole, True))
        return _Reading(paper, text, tuple(parts))

    def _embed_sentences(self, paper: Paper):
        return self._embed([paper.abstract[start:end] for start, end in abstract_text(paper).spans])

    def _embed_claim(self, claim: str):
        return self._embed([claim])[0]

    def _judge(self, claim: str, readings: list[_Reading]) -> tuple[Verdict, str]:
        texts = [r.text for r in readings]
        number = missing_number(claim, texts)
        if number is not None:
            return _without_number(number, claim, texts)
        odds = max(_share_of(r, len(readings)).probability for r in readings)
        if odds < WEAK:
            return "unsupported", SAYS_NOT
        name = missing_name(claim, texts)
        if name is not None:
            return "unsupported" if name.is_strong else "weak", f"{name.text} is not named in the abstract"
        if self._entailment is not None:
            told = " ".join(r.told_of(0, True) for r in readings)
            judged = _overruled(self._entailment.judge(told, claim))
            if judged:
                return judged
        opposite = _opposite(claim, readings)
        return opposite or self._grade(claim, readings, odds)

    def _grade(self, claim: str, readings: list[_Reading], odds: float) -> tuple[Verdict, str]:
        if odds < SUPPORTED:
            return "weak", IN_PART
        for reading in readings:
            idle = _share_of(reading, len(readings)).probability < IDLE
            if idle and not _is_named_alone(reading, claim, readings):
                return "weak", f"nothing in “{reading.paper.title}” speaks of this"
        told = " . ".join(text for r in readings for text in (r.told_of(0, True), r.text.title))
        astray = number_astray(claim, [r.text for r in readings], told)
        if astray:
            return "weak", astray
        words = (altered_word(claim, r.text.sentences, r.text.title) for r in readings)
        word = next(filter(None, words), "") or ungrounded_direction(claim, told)
        return ("weak", f"the abstract does not say “{word}”") if word else ("supported", "")


def _without_number(number: Quantity, claim: str, texts: list[AbstractText]) -> tuple[Verdict, str]:
    """The verdict on a claim with a number that no abstract has: a count in words (`eight kinds`) may be the
    writer's own counting of a list, unless the abstract counts the same things."""
    if not number.is_word or number.unit:
        return "unsupported", f"the number {written(number, claim)} is not in the abstract"
    other = counted_otherwise(number, claim, texts)
    if other:
        return "unsupported", f"the abstract counts {other}, not {written(number, claim)}"
    return "weak", f"the number {written(number, claim)} is not in the abstract"


def _part(claim: str, found: Support) -> _Part:
    return _Part(claim, found, _probability(found, False))


def _probability(found: Support, has_vectors: bool) -> float:
    *weights, constant = WITH_VECTORS if has_vectors else WITHOUT_VECTORS
    values = (found.alone, found.both, found.anywhere, found.near, found.near_both)
    return 1 / (1 + exp(-(sum(w * v for w, v in zip(weights, values, strict=True)) + constant)))


def _share_of(reading: _Reading, papers: int) -> _Part:
    """What one paper carries: the claim, or when several share it the clause that is nearest."""
    return reading.best if papers > 1 else reading.parts[0]


def _is_named_alone(reading: _Reading, claim: str, readings: list[_Reading]) -> bool:
    """Whether the claim names what, of the cited papers, only this one speaks of."""
    others = [r for r in readings if r is not reading]
    return any(
        reading.text.names.has(n) and not any(r.text.names.has(n) for r in others) for n in names(claim) if others
    )


def _overruled(judged: Judgement) -> tuple[Verdict, str] | None:
    """The verdict of an entailment model that is certain."""
    if judged.contradicts >= CERTAIN:
        return "unsupported", "the abstract contradicts this"
    return ("supported", "") if judged.entails >= CERTAIN else None


def _opposite(claim: str, readings: list[_Reading]) -> tuple[Verdict, str] | None:
    """The verdict on a claim of which some cited abstract says the opposite."""
    turned = next((w for r in readings if (w := altered_sense(claim, r.text.sentences))), "")
    if turned:
        return "unsupported", f"the abstract says the opposite (“{turned}”)"
    number = altered_number(claim, readings[0].text.sentences) if len(readings) == 1 else ""
    if number:
        return "unsupported", f"the abstract has another number in place of {number}"
    for part, told, closeness in _pairs(readings):
        opposite = contradiction(part, told)
        if opposite:
            return "unsupported" if closeness >= CLOSE else "weak", opposite
    return None


def _pairs(readings: list[_Reading]) -> list[tuple[str, str, float]]:
    """What to hold against what, and how close their wording is.

    A claim that one paper carries is held whole against the sentences that speak of it; of one that
    several share, each clause against the paper that speaks of it most.
    """
    count = len(readings[0].parts)
    if len(readings) == 1 or count == 1:
        told = " . ".join(r.told_of(0, True) for r in readings)
        return [(readings[0].parts[0].claim, told, max(r.parts[0].support.alone for r in readings))]
    found = []
    for i in range(1, count):
        reading = max(readings, key=lambda r: r.parts[i].probability)
        found.append((reading.parts[i].claim, reading.told_of(i, False), reading.parts[i].support.alone))
    return found


def _evidence(reading: _Reading, part: _Part) -> list[Evidence]:
    """Neighbouring sentences are one piece of evidence; others stand each for itself."""
    picks, score = part.support.picks, round(part.probability, 3)
    spans = [reading.text.spans[i] for i in picks]
    if len(picks) == 2 and picks[1] == picks[0] + 1:
        spans = [(spans[0][0], spans[1][1])]
    return [Evidence(reading.paper.paper_id, start, end, score) for start, end in spans]
