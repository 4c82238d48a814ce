"""What an abstract says to a claim that cites it, as a verdict for the writer: read off the kind of a finding."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from rag.language.names import squash
from rag.language.naming import where_named
from rag.records import Finding
from rag.verifying.attribution import bare_claim
from rag.verifying.clauses import clauses
from rag.verifying.verify import REASONS, Verifier
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library

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
FINE: tuple[LintVerdict, ...] = ("supports", "supports in part", "not checked")
FAILING: tuple[LintVerdict, ...] = ("disagrees",)  # for which the command ends with 1
_CARRIES = 0.15  # probability from which a paper carries a part of what several are cited for
_NEAR = 3  # papers that are asked whether they say what cites none


def finding_of(claim: str, paper: Paper, cited: Sequence[Paper], verifier: Verifier) -> Finding:
    """What `paper`, one of `cited`, says to the claim: to all of it, or to the part that names or needs it."""
    for each in cited:
        claim = bare_claim(claim, each)
    finding = verifier.check(claim, [paper])
    if finding.verdict != "unsupported" or len(cited) < 2:
        return finding
    own = " ".join(part for part in clauses(claim) if where_named(paper, part) >= 0)
    if own and (named := verifier.check(own, [paper])).verdict != "unsupported":
        return named
    if not finding.contradicted and where_named(paper, claim) >= 0:
        return Finding("weak", finding.evidence, REASONS["not said"], kind="not said")  # named in a list, no more
    shared = verifier.check(claim, cited)
    carries = any(e.paper_id == paper.paper_id and e.score >= _CARRIES for e in shared.evidence)
    return shared if carries and shared.verdict != "unsupported" else finding


def in_words(finding: Finding, systems: frozenset[str]) -> tuple[LintVerdict, str]:
    """The verdict and its reason; `systems` are the names of the library's papers, squashed.

    A name that the abstract lacks is a fault when it is another paper's own.
    """
    if finding.holds:
        return "supports", "the abstract says this"
    if finding.verdict == "unchecked":
        return "not checked", finding.reason
    name, lacks, _ = finding.reason.partition(" is not named")
    if finding.kind == "name" and lacks and squash(name) in systems:
        return "says nothing of this", finding.reason
    if finding.verdict == "weak":
        return "supports in part", finding.reason
    return ("disagrees" if finding.contradicted else "says nothing of this"), finding.reason


def could_cite(sentence: str, library: "Library", verifier: Verifier) -> Paper | None:
    """A paper of the library whose abstract says the sentence, or None."""
    for paper in library.get_many([hit.passage.paper_id for hit in library.by_meaning(sentence, _NEAR)]):
        if verifier.check(bare_claim(sentence, paper), [paper]).holds:
            return paper
    return None
