"""Direction: more or less, before or after, cheap or costly; compared near the same things.

A word of one pole (`improves`) is held against the words of the same axis that stand in the evidence
near the words it stands near in the claim; the nearer, the more they count.
"""

from rag.language.opposites import NOWHERE, are_opposite, grounds, needs_ground, places
from rag.language.terms import bare_prefix, is_word
from rag.language.tokens import Token, near, tie, tokens
from rag.verifying.polarity import polarity

_PREPOSITIONS = frozenset({"over", "under", "above", "below"})


def ungrounded_direction(claim: str, evidence: str) -> str:
    """A word of direction in the claim to which no word of the evidence corresponds, or ""."""
    ours, theirs = tokens(claim), {token.key for token in tokens(evidence)}
    denied = polarity(claim).negated, polarity(evidence).negated
    for token in ours:
        bare = bare_prefix(token.key)
        if token.key in theirs or token.key in _PREPOSITIONS or not (needs_ground(token.key) or is_word(bare)):
            continue
        if any(grounds(there, token.key) for there in theirs) or bare in denied[1] or token.key in denied[0]:
            continue
        if not any(are_opposite(token.key, there) and there in denied[1] for there in theirs):
            return token.text
    return ""


def direction_conflict(claim: str, evidence: str) -> tuple[str, str]:
    """The word of the claim and the opposite word that the evidence says of the same things; or ("", "")."""
    ours, theirs = tokens(claim), tokens(evidence)
    said = {(token.key, token.clause) for token in ours}
    denied = polarity(claim).negated, polarity(evidence).negated
    for i, token in enumerate(ours):
        for axis, pole in sorted(places().get(token.key, NOWHERE)):
            opposite = _opposite(near(ours, i), axis, pole ^ (token.key in denied[0]), theirs, denied[1])
            if opposite and (opposite.key, token.clause) not in said:
                return token.text, opposite.text
    return "", ""


def _opposite(
    anchors: dict[str, float], axis: int, pole: int, theirs: tuple[Token, ...], denied: frozenset[str]
) -> Token | None:
    """The nearest word of the other pole in the evidence, unless one of our pole stands as near."""
    ours, other, found = 0.0, 0.0, None
    for j, token in enumerate(theirs):
        poles = {p ^ (token.key in denied) for a, p in places().get(token.key, NOWHERE) if a == axis}
        if not poles:
            continue
        tied = tie(anchors, near(theirs, j))
        if pole in poles:
            ours = max(ours, tied)
        elif tied > other:
            other, found = tied, token
    return found if other >= TIE and other > ours * 1.1 else None


TIE = 0.13  # least likeness of surroundings that ties two words of direction together
