"""Words that deny, and words that say opposite things."""

import re
from functools import cache

from rag.language.terms import Word, bare_prefix, stem

DENIES = re.compile(
    r"(?i)\b(?:not(?! only\b| just\b| merely\b)|cannot|[a-z]+n't|no(?! longer than\b)|never|neither|nor|without|unable"
    r"|fail(?:s|ed|ing)?|hardly|barely|rarely|seldom|little|very few|impossible|lack(?:s|ed|ing)?"
    r"|struggl(?:e|es|ed|ing)|incapable)\b"
)
# Words of one kind, in any inflection; what follows the bar says the opposite.
_KINDS = {
    "good": "help helpful improve improvement benefit beneficial boost enhance increase outperform better superior gain"
    " useful usefulness effective effectiveness facilitate advantage advantageous surpass exceed strengthen succeed"
    " success successful | hurt harm harmful degrade degradation worse worst worsen impair hinder decrease reduce"
    " reduction drop inferior underperform hamper detriment detrimental deteriorate deterioration damage collapse"
    " diminish",
    "need": "need require requirement necessary necessity essential depend dependence rely reliance reliant rest"
    " | unnecessary dispense superfluous redundant",
    "speed": "fast faster fastest quick quicker speed speedup accelerate acceleration | slow slower slowest",
    "size": "large larger largest big bigger biggest great greater greatest size | small smaller smallest",
    "level": "high higher highest | low lower lowest",
    "count": "more | less fewer",
    "ease": "easy easier easiest easily simple simpler simplest | hard harder hardest difficult difficulty challenge",
    "cost": "cheap cheaper cheapest inexpensive affordable | expensive cost costly",
    "safe": "safe safer safety secure security robust robustness reliable reliability | unsafe vulnerable"
    " vulnerability fragile unreliable",
    "can": "able capable capability can could | unable",
    "sure": "guarantee ensure assure | ",
    "enough": "enough suffice sufficient adequate | insufficient",
}


@cache
def sides() -> dict[str, tuple[str, int]]:
    """The kind and the side of each stem."""
    found = [
        (stem(word), (kind, side))
        for kind, listing in _KINDS.items()
        for side, listed_words in enumerate(listing.split("|"))
        for word in listed_words.split()
    ]
    return dict(reversed(found))  # the kind named first counts


def is_denial(word: str) -> bool:
    """Whether a word denies by itself: "not", "without", "lacks"."""
    return DENIES.fullmatch(word) is not None


def opposed(one: Word, other: Word) -> bool:
    """Whether two words say opposite things: "faster" and "slower", "supervised" and "unsupervised"."""
    ours, theirs = sides().get(one.stem), sides().get(other.stem)
    if ours and theirs:
        return ours[0] == theirs[0] and ours[1] != theirs[1]
    return one.stem == bare_prefix(other.stem) or other.stem == bare_prefix(one.stem)
