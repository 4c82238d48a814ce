"""Whether code, data or models lie open: the question, and the sentence of an abstract that tells of it."""

import re
from collections.abc import Sequence

from rag.forms import Wanted
from rag.language.terms import content_stems, plain
from rag.offline.telling import is_junk
from rag.question import any_of

_THINGS = r"\b(?:code(?:base)?|implementation|weights|checkpoints?|models?|data(?:sets?)?|benchmarks?|demos?|videos?)\b"
# A claim that something lies open: "the code of X publicly available", "X release its data".
_ASKED = any_of(
    rf"{_THINGS}.*\b(?:available|released|public|published|downloadable|open[- ]?sourced?)(?: online| yet)?\W*$",
    rf"\b(?:release[sd]?|publish(?:e[sd])?|open[- ]?source[sd]?|share[sd]?)\b(?: [\w'’-]+){{0,4}} {_THINGS}\W*$",
)
_OPEN = any_of(r"\b(?:available|releas(?:e[sd]?|ing)|open-?sourc(?:ed?|ing)|publish(?:ed)?|found at|github)\b|https?:")
_PROMISED = any_of(r"\b(?:will|shall|plan|soon|upon)\b")


def asks_release(wanted: Wanted) -> bool:
    """Whether it is asked if code, data or models of something lie open."""
    return wanted.form == "yes or no" and bool(_ASKED.search(plain(wanted.claim)))


def release(claim: str, sentences: Sequence[str]) -> int | None:
    """The number of the sentence that says where what `claim` asks for lies, None where none does."""
    asked = content_stems(" ".join(re.findall(_THINGS, claim, re.IGNORECASE)))
    told = (_OPEN.search(text) and is_junk(text) and asked & content_stems(plain(text)) for text in sentences)
    return next((i for i, found in enumerate(told) if found), None)


def is_promise(sentence: str) -> bool:
    """Whether it only promises so, which is no yes."""
    return bool(_PROMISED.search(sentence))
