"""A sentence of an abstract told so that it stands alone: what it points to is named, or it is not taken."""

import re

from rag.language.terms import STOP, words
from rag.telling.alone import leans_on_told
from rag.telling.mending import without_fonts
from rag.telling.statements import AVAILABLE, OWN
from rag.telling.thirdperson import name_of, third_person
from rag.telling.trimming import self_contained
from rag.verifying.attribution import bare_claim
from rag.verifying.verify import Verifier
from store.records import Paper

_THING = (
    r"(?:method|approach|framework|model|system|algorithm|technique|network|architecture|policy|agent|dataset|benchmark"
    r"|tool|library|solution|pipeline|strategy)"
)
# What stands for the work itself at the head of a sentence.
_ITSELF = re.compile(
    rf"^(?P<lead>(?:[A-Z][\w-]*ly, |[^,]{{3,80}}, )?)(?:[Oo]ur|[Tt]his|[Tt]he) (?:proposed |new |resulting )?{_THING}"
    r"(?= \w)"
)
_IT = re.compile(r"^It (?=\w+s\b|can\b|has\b)")
_POINTS = re.compile(r"(?i)^(?:it|they|this|these|those|such|both|its|their|he|she)\b|\bthese\b")
_LIST = re.compile(r"^\W*(?:keywords?|index terms|>)", re.IGNORECASE)
_KEPT = 0.6  # share of a sentence's words that it has at least when it is told
_FEWEST = 2  # small words of a sentence: a list of keywords has none


def is_junk(sentence: str) -> bool:
    """Whether a sentence of an abstract answers nothing: where the code lies, or a list of keywords."""
    small = sum(word.text.lower() in STOP for word in words(sentence))
    return bool(AVAILABLE.search(sentence) or _LIST.match(sentence)) or small < _FEWEST or "http" in sentence


def points_away(sentence: str) -> bool:
    """Whether a sentence cannot be understood without the one before it."""
    return bool(_POINTS.search(sentence)) or leans_on_told(sentence) or self_contained(sentence) is None


def told(sentence: str, paper: Paper, verifier: Verifier) -> tuple[str, str]:
    """`sentence` of the abstract of `paper` as it is shown, and as it is checked.

    It stays word for word where it speaks of nobody, or where the abstract would not carry it told otherwise.
    """
    text = named(without_fonts(sentence).replace("_**", "").replace("**_", ""), paper)
    if text == sentence and not (OWN.search(sentence) or points_away(sentence)):
        return sentence, sentence
    shown = text if text != sentence and not OWN.search(text) else third_person(text, paper, "") or ""
    shown = re.sub(r"\s{2,}", " ", shown)
    claim = bare_claim(shown, paper)
    # What is cut may be what answers.
    is_cut = len(shown.split()) < _KEPT * len(sentence.split())
    if is_cut or not verifier.check(claim, [paper]).holds:
        return sentence, sentence
    return shown, claim


def named(sentence: str, paper: Paper) -> str:
    """`sentence` with the system's name for "our method" and "it" at its head, where the title has one."""
    name = name_of(paper)
    if not name:
        return sentence
    return _IT.sub(f"{name} ", _ITSELF.sub(lambda match: f"{match['lead']}{name}", sentence))
