"""Sentences without a citation: which of them claim something that wants one."""

import re
from typing import TYPE_CHECKING

from rag.verifying.attribution import bare_claim
from rag.verifying.verify import Verifier
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library

_OWN = re.compile(
    r"\b(?:we|our|ours|us|this (?:paper|work|section|article|thesis|survey)|in this|here,|below|above)\b",
    re.I,
)
_CLAIMS = re.compile(
    r"\d|\b(?:propos|introduc|present|demonstrat|outperform|achiev|improv|reduc|surpass|exceed|show|reveal|find|prove"
    r"|report|develop|design|train|learn|generat|predict|accelerat|enabl|fail|suffer|struggl|rel(?:y|ies)|requir)\w*\b"
    r"|\b(?:better|worse|faster|slower|first|best|state[- ]of[- ]the[- ]art|more|less|than)\b|\bet al\b",
    re.I,
)
_NEAR = 3  # papers that are asked whether they say it


# A sentence that announces what follows: it is cited there.
_SIGNPOST = re.compile(
    r"^(?:(?:a|an|one|another|the|our)\s+)?(?:(?:first|second|third|fourth|further|last|final|other|closely|related|main"
    r"|separate|different|recent)\s+)*(?:line|lines|strand|strands|body|group|family|thread|branch|direction)s?"
    r"(?: of (?:work|works|research|papers|studies|methods))?\b",
    re.I,
)


def states_something(sentence: str) -> bool:
    """Whether an uncited sentence makes a claim about other work: not the writer's own, nor a lead-in."""
    return could_state(sentence) and bool(_CLAIMS.search(sentence))


def could_state(sentence: str) -> bool:
    """Whether a sentence may be about other work at all: long enough, no question, not the writer's own."""
    words, end = sentence.split(), sentence.rstrip()[-1:]
    return len(words) >= 6 and end not in "?:" and not _OWN.search(sentence) and not _SIGNPOST.match(sentence)


def could_cite(sentence: str, library: "Library", verifier: Verifier) -> Paper | None:
    """A paper of the library whose abstract says the sentence, or None."""
    near = library.get_many([hit.passage.paper_id for hit in library.by_meaning(sentence, _NEAR)])
    return next(
        (paper for paper in near if verifier.check(bare_claim(sentence, paper), [paper]).holds),
        None,
    )
