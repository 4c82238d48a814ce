"""What a judge says of a claim: the record that all judges share."""

from dataclasses import dataclass

from rag.records import Kind, Verdict


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict, or None where the judge only weighs; why; and how true it takes the claim to be, from 0 to 1.

    `contradicted` tells that the abstract says otherwise, rather than nothing; `barred` that nothing can lift it.
    """

    verdict: Verdict | None
    kind: Kind = ""
    reason: str = ""
    score: float | None = None
    contradicted: bool = False
    barred: bool = False
