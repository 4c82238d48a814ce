"""The sentence that tells how something is done: the means, not what came of it."""

import re

from rag.telling.statements import PROPOSES, Statement
from rag.telling.trimming import WORKS

_WORKING = (
    r"learn|train|adapt|use|combine|build|construct|model|encode|fuse|represent|optimi[sz]e|formulate|decompose|map|align"
    r"|distill|fine-?tune|co-?train|predict|generate|sample|retrieve|select|extract|convert|condition|initiali[sz]e"
    r"|augment|replace|cast|treat|express|guide|apply|leverage|employ|exploit|query|compute|decouple|inject"
)
_CUES = tuple(
    (re.compile(rf"(?i)\b(?:{cue})\b"), credit)
    for cue, credit in (
        (rf"(?:we|they|this (?:{WORKS})) (?:\w+ ){{0,2}}?(?:propos\w*(?! that)|introduce|present|develop|design)", 0.3),
        (rf"(?:we|they|this (?:{WORKS})) (?:\w+ ){{0,2}}?(?:{_WORKING})|(?:{_WORKING})s(?! of)", 0.5),
        (r"(?:is|are) (?:\w+ )?(?:re-?|pre-?)?trained (?:to|on|with)", 0.5),
        (r"by (?:\w+ly )?(?:first |jointly )?(?!using|doing)[a-z]+ing|by means of|with the help of", 0.6),
        (r"via|through|using(?! \d)|utiliz\w+|leveraging|exploiting|employing|build(?:s|ing) (?:up)?on", 0.45),
        (r"consists? of|comprises?|integrat\w+|combining|incorporat\w+", 0.3),
        (rf"(?:which|that|to|then|and) (?:\w+ly )?(?:{_WORKING})s?", 0.3),
        (r"first|then|next|subsequently|finally|thereby|in order to|the (?:key )?idea is", 0.2),
    )
)
_OTHERS = re.compile(
    r"(?:However|Despite|Although|Nevertheless|Unfortunately|Recent|Existing|Current|Traditional|Previous|Prior)\b"
)
_OUTCOME = re.compile(
    r"(?i)\b(?:outperform|surpass|achiev)\w*|\b(?:experiments?|evaluations?|results)\b|\d\s?\\?%"
    r"|^by doing (?:so|this)\b"
)
_BEFORE, _RESULT = 0.6, 0.5  # what a sentence about earlier work, and about what came of this, loses


def tells_means(statement: Statement) -> float:
    """How well a sentence tells how something is done, from about -2 to 2: low where it tells what came of it."""
    cues = sum(credit for pattern, credit in _CUES if pattern.search(statement.text))
    proposes = PROPOSES.search(statement.text)
    result = 0.0 if proposes else statement.plays("result") + _RESULT * bool(_OUTCOME.search(statement.text))
    return cues - result - _BEFORE * bool(_OTHERS.match(statement.text))
