"""What speaks against a claim in its evidence: a denial, a direction, a bound, swapped places."""

from rag.language.terms import words
from rag.verifying.comparisons import (
    bound_conflict,
    course_conflict,
    order_conflict,
    role_conflict,
    suffix_conflict,
)
from rag.verifying.directions import direction_conflict
from rag.verifying.polarity import denied_by_claim, denied_by_evidence, lost_prefix


def contradiction(claim: str, evidence: str) -> str:
    """A phrase that says how the plain `evidence` contradicts the plain `claim`; "" when it does not."""
    return next((found for check in _CHECKS if (found := check(claim, evidence))), "")


def _denials(claim: str, evidence: str) -> str:
    word = denied_by_claim(claim, evidence)
    if word:
        return f"the abstract does not deny “{_written(word, claim)}”"
    word = denied_by_evidence(claim, evidence)
    if word:
        return f"the abstract denies “{_written(word, claim)}”"
    word = lost_prefix(claim, evidence)
    return f"the abstract says the opposite of “{_written(word, claim)}”" if word else ""


def _directions(claim: str, evidence: str) -> str:
    ours, theirs = direction_conflict(claim, evidence)
    return f"the abstract says “{theirs}”, not “{ours}”" if ours else ""


def _written(word_stem: str, claim: str) -> str:
    """The word of the claim that has a stem."""
    return next((w.text for w in words(claim) if w.stem == word_stem), word_stem.lstrip("#"))


_CHECKS = (_denials, _directions, bound_conflict, order_conflict, course_conflict, role_conflict, suffix_conflict)
