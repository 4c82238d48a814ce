"""Changes that a text tells: what goes up or gets better, and what goes down or gets worse.

"Improves generalization", "generalization is improved", "a gain in generalization" and "better generalization" are one
change; "makes generalization worse", "reduces generalization" and "generalization drops" are its opposite.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.terms import content_stems, words

RISING = (
    r"improv(?:e[sd]?|ing)|enhanc(?:e[sd]?|ing)|boost(?:s|ed|ing)?|increas(?:e[sd]?|ing)|rais(?:e[sd]?|ing)"
    r"|strengthen(?:s|ed|ing)?|elevat(?:e[sd]?|ing)|heighten(?:s|ed|ing)?|amplif(?:y|ies|ied|ying)"
)
_FALLING = (
    r"reduc(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|lower(?:s|ed|ing)|worsen(?:s|ed|ing)?|degrad(?:e[sd]?|ing)"
    r"|hurt(?:s|ing)?|harm(?:s|ed|ing)?|impair(?:s|ed|ing)?|weaken(?:s|ed|ing)?|diminish(?:es|ed|ing)?"
    r"|undermin(?:e[sd]?|ing)|hamper(?:s|ed|ing)?|hinder(?:s|ed|ing)?|sacrific(?:e[sd]?|ing)"
)
_RISES = r"improves?|increases?|increased|improved|rises?|rose|grows?|grew|climbs?|climbed|soars?"
_FALLS = (
    r"drops?|dropped|decreases?|decreased|falls?|fell|declines?|declined|deteriorates?"
    r"|deteriorated|suffers?|suffered"
)
_RISE = r"(?:improvement|increase|gain|rise|boost|growth)s?"
_FALL = r"(?:drop|decrease|reduction|decline|loss|fall|deterioration|degradation)(?:s|es)?"
_BETTER = r"better|higher|greater|stronger|larger|improved|enhanced|increased"
_WORSE = r"worse|lower|poorer|weaker|smaller|degraded|reduced|decreased"
_THING = r"(?P<thing>(?:[\w-]+ ){0,7}?[\w-]+)"
_STOP = (
    r"(?=[.,;:()]|$| (?:by|on|in|at|for|with|across|while|whereas|but|when|where|which|that|than|and|or|from|over|as|is"
    r"|are|was|were|to|of|compared|through|via|using|without|during|under|up)\b)"
)
_ENDS = r"(?= (?:by|on|in|when|as|with|for|to|from)\b|[.,;]|$)"
_PATTERNS = tuple(
    (re.compile(rf"(?i)\b{pattern}"), up)
    for rising, falling, frame in (
        (RISING, _FALLING, rf"(?:%s) (?:the |its |their |both |an? |his )?{_THING}{_STOP}"),
        (_BETTER, _WORSE, rf"(?:mak(?:es?|ing)|made|renders?) (?:the |its |their )?{_THING} (?:\w+ly )?(?:%s)\b"),
        (_BETTER, _WORSE, rf"(?<!than )(?:%s) {_THING}{_STOP}"),
        (_RISE, _FALL, rf"(?:%s) (?:in|of) (?:the |its |their )?{_THING}{_STOP}"),
        (RISING, _FALLING, r"(?P<thing>(?:[\w-]+ ){0,3}?[\w-]+) (?:is|are|was|were|be|been) (?:\w+ly )?(?:%s)\b"),
        (_RISES, _FALLS, rf"(?P<thing>(?:[\w-]+ ){{0,3}}?[\w-]+) (?:%s){_ENDS}"),
    )
    for pattern, up in ((frame % rising, True), (frame % falling, False))
)
_PLACED = re.compile(r"(?i)(?:lower|higher|larger|smaller) (?:layer|bound|level|limb|bod|order|dimension|half)")
_OF = re.compile(r"(?i)\s(?:of|to|in|on|for|with|from|across|at)\s")  # what stands before it is the noun
_LACKING = re.compile(
    r"(?i)\b(?:without|remov\w+|ablat\w+|absen\w+|lack\w*|no|not|cannot|never|neither|nor|avoid\w*|prevent\w*|mitigat\w*"
    r"|alleviat\w*|fail\w*|unable|rather than|instead of|tackl\w*|overcom\w*|address\w*|counter\w*|less|fewer|too"
    r"|whether|if|than|compared|relative|but|although|though|despite|while|whereas)\b"
)
# An error that improves falls.
_FAULTS = re.compile(r"(?i)\b(?:error|loss|cost|time|latenc|bound|rate|collision|fail|overhead|variance|complexit)")
_JUDGING = re.compile(r"(?i)\b(?:improv|enhanc|better|worse|degrad|strengthen|strong|weak)")


@dataclass(frozen=True, slots=True)
class Change:
    """What goes up or gets better (`up`), or down or worse: the stem of its noun, and all stems of its name."""

    up: bool
    noun: str
    stems: frozenset[str]


def changes(sentence: str) -> list[Change]:
    """The changes of a plain sentence; where something is denied, lacking or granted it tells none."""
    return [] if _LACKING.search(sentence) else list(_changes(sentence))


def _changes(text: str) -> Iterator[Change]:
    for pattern, up in _PATTERNS:
        for found in pattern.finditer(text):
            told = [word for word in words(_OF.split(found["thing"])[0]) if word.is_content]
            if (
                told
                and not _PLACED.match(found[0])
                and not (_FAULTS.search(found["thing"]) and _JUDGING.search(found[0]))
            ):
                yield Change(up, told[-1].stem, content_stems(found["thing"]))
