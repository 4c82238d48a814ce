"""What a judge is given and what it says: the records that all judges share, and each kind of fault in words."""

from dataclasses import dataclass

from rag.records import Kind, Verdict
from rag.verifying.abstracts import Reading
from store.records import Paper

REASONS: dict[str, str] = {
    "number": "the abstract gives another number for this, or says this number of something else",
    "name": "the abstract says this of something else",
    "role": "the abstract tells who does what to whom otherwise",
    "direction": "the abstract tells the direction otherwise",
    "contradicted": "the abstract says otherwise",
    "scope": "the abstract says this of a narrower or another setting",
    "background": "the abstract tells this of others' work, or as what was known",
    "overclaim": "the abstract says less than this",
    "causal": "the abstract does not give this reason",
    "absence": "the abstract does say it, or says something else is missing",
    "not said": "the abstract does not say this",
}
# The same where it is not sure: the reasons of a weak finding.
DOUBTS: dict[str, str] = {
    "number": "the abstract may give another number for this, or say this number of something else",
    "name": "the abstract may say this of something else",
    "role": "the abstract may tell otherwise who does what to whom",
    "direction": "the abstract may tell the direction otherwise",
    "contradicted": "the abstract may say otherwise",
    "scope": "the abstract may say this of a narrower or another setting",
    "background": "the abstract may tell this of others' work, or as what was known",
    "overclaim": "the abstract may say less than this",
    "causal": "the abstract may not give this reason",
    "absence": "the abstract may say it, or say that something else is missing",
    "not said": "the abstract may not say all of this",
}
OPPOSED = frozenset({"number", "name", "role", "direction", "contradicted", "background", "absence"})


@dataclass(frozen=True, slots=True)
class Case:
    """A plain claim as a sentence that cites some papers, and what of them speaks of it."""

    claim: str
    written: str
    papers: tuple[Paper, ...]
    readings: tuple[Reading, ...]

    @property
    def premise(self) -> str:
        """What the trained judge reads."""
        return " | ".join(reading.premise for reading in self.readings)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict, or None where the judge only weighs; why; and how true it takes the claim to be, from 0 to 1.

    `contradicted` tells that the abstract says otherwise, rather than nothing; `barred` that nothing can lift it;
    `sentence` is the number of the abstract's sentence that it rests on, where it is about one paper and rests on one;
    `was_read` that the trained judge has read the claim.
    """

    verdict: Verdict | None
    kind: Kind = ""
    reason: str = ""
    score: float | None = None
    contradicted: bool = False
    barred: bool = False
    sentence: int | None = None
    was_read: bool = False
