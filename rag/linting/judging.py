"""What an abstract says to a claim that cites it, in the words of the lint."""

from collections.abc import Sequence
from typing import Literal

from rag.language.names import squash
from rag.language.naming import where_named
from rag.records import Finding
from rag.verifying.attribution import bare_claim
from rag.verifying.clauses import clauses
from rag.verifying.verify import Verifier
from store.records import Paper

LintVerdict = Literal[
    "supports",
    "supports in part",
    "not checked",
    "says nothing of this",
    "disagrees",
    "not in the library",
    "not in the .bib",
    "same paper twice",
    "uncited claim",
    "damaged .bib",
]
_CARRIES = 0.15  # probability from which a paper carries a part of what several are cited for


def finding_of(claim: str, paper: Paper, cited: Sequence[Paper], verifier: Verifier) -> Finding:
    """What `paper`, one of `cited`, says to the claim: to all of it, or to the part that names or needs it."""
    said = claim
    for each in cited:
        said = bare_claim(said, each)
    finding = verifier.check(said, [paper])
    if finding.verdict != "unsupported" or len(cited) < 2:
        return finding
    own = " ".join(part for part in clauses(said) if where_named(paper, part) >= 0)
    if own and (named := verifier.check(own, [paper])).verdict != "unsupported":
        return named
    if finding.kind == "not said" and where_named(paper, said) >= 0:
        return Finding(
            "weak", finding.evidence, "the abstract says this only in part", kind="not said"
        )  # named in a list that says no more of it
    return _share(verifier.check(said, cited), paper) or finding


def _share(finding: Finding, paper: Paper) -> Finding | None:
    """The joint finding for a claim of several papers, where this one carries a part of it."""
    carries = any(e.paper_id == paper.paper_id and e.score >= _CARRIES for e in finding.evidence)
    return finding if carries and finding.verdict != "unsupported" else None


def in_words(finding: Finding, systems: frozenset[str]) -> tuple[LintVerdict, str]:
    """The verdict and its reason; `systems` are the names of the library's papers, squashed.

    A name that the abstract lacks is a fault when it is another paper's own.
    """
    if finding.holds:
        return "supports", "the abstract says this"
    if finding.verdict == "unchecked":
        return "not checked", finding.reason
    name, lacks, _ = finding.reason.partition(" is not named")
    if lacks and squash(name) in systems:
        return "says nothing of this", finding.reason
    if finding.verdict == "weak":
        return "supports in part", finding.reason
    return ("disagrees" if finding.contradicted else "says nothing of this"), finding.reason
