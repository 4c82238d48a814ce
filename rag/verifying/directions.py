"""Direction: more or less, before or after, cheap or costly; compared near the same things.

A word of one pole (`improves`) is held against the words of the same axis that stand in the evidence
near the words it stands near in the claim; the nearer, the more they count.
"""

from rag.language.opposites import NOWHERE, are_opposite, grounds, needs_ground, places
from rag.language.terms import bare_prefix, is_word, listed, stem
from rag.language.tokens import Token, near, tie, tokens
from rag.verifying.polarity import polarity

_PREPOSITIONS = frozenset({"over", "under", "above", "below"})
# Words that, right before a noun, say something of it, and how many words behind them may be that noun.
_ADJECTIVES = frozenset(map(stem, listed(
    "high low higher lower large small larger smaller long short fast slow faster slower more less fewer strong weak "
    "rich poor deep shallow early late")))
_NOUN = 2


def ungrounded_direction(claim: str, evidence: str) -> str:
    """A word of direction in the claim to which no word of the evidence corresponds, or ""."""
    ours, theirs = tokens(claim), {token.key for token in tokens(evidence)}
    denied = polarity(claim).negated, polarity(evidence).negated
    for token in ours:
        bare = bare_prefix(token.key)
        if (
            token.key in theirs
            or token.key in _PREPOSITIONS
            or not (needs_ground(token.key) or is_word(bare))
        ):
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
            if opposite is None or (theirs[opposite].key, token.clause) in said:
                continue
            if _may_share_noun(_nouns(claim, ours, i), _nouns(evidence, theirs, opposite)):
                return token.text, theirs[opposite].text
    return "", ""


def _nouns(text: str, read: tuple[Token, ...], i: int) -> frozenset[str]:
    """What an adjective right before its noun may say something of; nothing for other words and places."""
    behind = read[i + 1 : i + 1 + _NOUN]
    attached = behind and text[read[i].start + len(read[i].text) : behind[0].start] in (" ", "-")
    return frozenset(token.key for token in behind) if attached and read[i].key in _ADJECTIVES else frozenset()


def _may_share_noun(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return not (ours and theirs) or bool(ours & theirs)


def _opposite(
    anchors: dict[str, float], axis: int, pole: int, theirs: tuple[Token, ...], denied: frozenset[str]
) -> int | None:
    """Where the nearest word of the other pole in the evidence stands, unless one of our pole stands as near."""
    ours, other, found = 0.0, 0.0, None
    for j, token in enumerate(theirs):
        poles = {p ^ (token.key in denied) for a, p in places().get(token.key, NOWHERE) if a == axis}
        if not poles:
            continue
        tied = tie(anchors, near(theirs, j))
        if pole in poles:
            ours = max(ours, tied)
        elif tied > other:
            other, found = tied, j
    return found if other >= TIE and other > ours * 1.1 else None


TIE = 0.13  # least likeness of surroundings that ties two words of direction together
