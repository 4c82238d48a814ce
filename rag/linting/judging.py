"""What the check of a claim means to the one who wrote it."""

import re
from collections.abc import Sequence

from rag.language.names import NameIndex, names, squash
from rag.language.naming import where_named
from rag.language.quantities import quantities
from rag.language.terms import plain
from rag.linting.claims import is_own, without_own_numbers
from rag.linting.findings import LintVerdict
from rag.linting.overclaims import overclaim
from rag.records import Finding
from rag.verifying.attribution import bare_claim
from rag.verifying.clauses import clauses
from rag.verifying.rulings import DOUBTS
from rag.verifying.verify import Verifier
from store.records import Paper

_CARRIES = 0.15  # probability from which a paper carries a part of what several are cited for
# A sentence that says no more than that there is such work, or where to read on.
_MANY = (
    r"(?:many|several|some|numerous|various|most|much|other|recent|prior|previous|existing|earlier|related|a lot of"
    r"|significant|considerable|substantial|a (?:large |growing )?(?:number|body|variety|range) of)"
)
_WORK = r"(?:works?|stud(?:y|ies)|methods?|approach(?:es)?|research|progress|efforts?|papers?|literature|surveys?)"
_FINDS = r"(?:shows?|finds?|found|reports?|outperforms?|fails?|suffers?)"
_GENERIC = re.compile(
    r"(?i)^(?:(?:(?:in|over) )?recent(?:ly| years),?\s+|there (?:is|are|exists?|has been|have been)\s+)?"
    rf"(?:{_MANY}\s+)+(?:\w+\s+){{0,2}}{_WORK}\b(?!.*\b{_FINDS}\b)"
    r"|\b(?:has|have) (?:received|attracted|gained|drawn|seen)\b.*\b(?:attention|interest|popularity|progress)\b"
    r"|\bis an? (?:active|important|growing|popular|long-standing)\b.*\b(?:area|field|topic|problem|direction)\b"
    r"|\b(?:has|have) been (?:widely |extensively |actively )?(?:studied|explored|investigated|researched)\b"
    r"|\b(?:we )?refer(?: the reader| readers)? to\b|^(?:see|cf\.|e\.g\.)\s"
    r"|\bfor (?:an? )?(?:overview|survey|review|details)\b"
)


def finding_of(claim: str, paper: Paper, cited: Sequence[Paper], verifier: Verifier) -> Finding:
    """What `paper`, one of `cited`, says to the claim: to all of it, or to the part that names or needs it."""
    claim = without_own_numbers(claim, [each.year for each in cited if each.year])
    for each in cited:
        claim = bare_claim(claim, each)
    finding = verifier.check(claim, [paper])
    if finding.verdict != "unsupported" or len(cited) < 2:
        return finding
    own = " ".join(part for part in clauses(claim) if where_named(paper, part) >= 0)
    if own and (named := verifier.check(own, [paper])).verdict != "unsupported":
        return named
    if not finding.contradicted and where_named(paper, claim) >= 0:
        return Finding("weak", finding.evidence, DOUBTS["not said"], kind="not said")  # named in a list, no more
    shared = verifier.check(claim, cited)
    carries = any(e.paper_id == paper.paper_id and e.score >= _CARRIES for e in shared.evidence)
    return shared if carries and shared.verdict != "unsupported" else finding


def judged(claim: str, finding: Finding, cited: Sequence[Paper], systems: frozenset[str]) -> tuple[LintVerdict, str]:
    """What a finding means to the writer, and why; `systems` are the names of the library's papers, squashed.

    A name that the abstract lacks is a fault when it is another paper's own; a number in what writers say of their
    own work is none of the abstract's.
    """
    if finding.verdict == "unchecked":
        return "not checked", finding.reason
    if finding.kind == "name" and _names_another(claim, cited, systems):
        return "says nothing of this", finding.reason
    disagrees = finding.contradicted and not (finding.kind == "number" and is_own(claim))
    if disagrees and finding.verdict == "unsupported":
        return "disagrees", finding.reason
    if more := overclaim(claim, " ".join(f"{paper.title}. {plain(paper.abstract)}" for paper in cited)):
        return "overclaim", f"“{more}” is more than the abstract says"
    if finding.holds:
        return "supports", "the abstract says this"
    if _GENERIC.search(claim) and not re.search(r"\d", claim):
        return "generic", "the sentence says no more than that there is such work"
    if finding.kind == "number" and not is_own(claim) and _has_other_number(claim, cited):
        return "says nothing of this", finding.reason  # a wrong number is no part of what an abstract says
    if finding.verdict == "weak":
        return "weak", finding.reason
    return ("overclaim" if finding.kind == "overclaim" else "says nothing of this"), finding.reason


def _has_other_number(claim: str, cited: Sequence[Paper]) -> bool:
    """Whether a number of the claim, with its unit, is in none of the abstracts."""
    told = [number for paper in cited for number in quantities(plain(paper.abstract))]
    said = [number for number in quantities(plain(claim)) if number.unit and not number.is_word]
    return any(not any(number.equals(other) and number.unit == other.unit for other in told) for number in said)


def _names_another(claim: str, cited: Sequence[Paper], systems: frozenset[str]) -> bool:
    """Whether the claim names a paper of the library that those it cites do not speak of."""
    told = NameIndex(plain(" ".join(f"{paper.title}. {paper.abstract}" for paper in cited)))
    return any(squash(name.text) in systems and not told.has(name) for name in names(plain(claim)))
