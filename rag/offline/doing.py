"""What a list asks its papers to do, "speed up X", "reduce X", "make X safer", and the sentences that say so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.language.directions import RISING, changes
from rag.language.opposites import DENIES, sides
from rag.language.polarity import is_no_finding
from rag.language.terms import content_stems, plain, shared, words
from rag.telling.statements import OWN
from rag.tuning import Composing

_LOWER = (
    r"reduc(?:e[sd]?|ing)|lower(?:s|ed|ing)?|decreas(?:e[sd]?|ing)|cut(?:s|ting)?|sav(?:e[sd]?|ing)|shr[iu]nk(?:s|ing)?"
    r"|minimi[sz](?:e[sd]?|ing)|mitigat(?:e[sd]?|ing)|alleviat(?:e[sd]?|ing)|lessen(?:s|ed|ing)?|prevent(?:s|ed|ing)?"
    r"|suppress(?:es|ed|ing)?|reliev(?:e[sd]?|ing)"
)
_FEW = r"less|fewer|little|few|limited|scarce|a small (?:amount|number|set) of|small amounts of|minimal"
_FAST = re.compile(
    r"(?i)\b(?:speed(?:s|ing|ed)?[ -]?up|speedups?|accelerat(?:e[sd]?|ing|ions?)|real-time speed"
    r"|(?:fewer|reduc\w+ (?:in |the )?)(?:[\w-]+ ){0,2}(?:steps|latency|run ?time))"
)
_CAN = r"(?i)^(?:that |which )?(?:can |could )?"
_VERBS = (
    (re.compile(rf"{_CAN}(?:{RISING}) (?P<what>.+)"), True),
    (re.compile(rf"{_CAN}(?:{_LOWER}|(?:need|require|use)s? (?:less|fewer)) (?P<what>.+)"), False),
)
_SPEEDING = re.compile(rf"{_CAN}(?:speed up|accelerate) (?P<what>.+)")
_CLAUSES = re.compile(r"[,;:]\s|\b(?:while|but|although|whereas|however)\b")
_GRADED = frozenset({"speed", "ease", "cost", "safe"})  # of the kinds of opposites, what papers are asked for to be
_NO_DIRECTION = frozenset({"speed", "cost"})  # stems that name what is graded, and not which way
_REACH = 6  # words behind a verb in which what it changes stands
_PATTERNS = {
    up: re.compile(rf"(?i)\b(?:{verbs})\b(?P<what>(?:\W+[\w-]+){{1,{_REACH}}})")
    for up, verbs in ((True, RISING), (False, _LOWER))
}
_NEEDING = re.compile(rf"(?i)\b(?:{_FEW})\b(?P<what>(?:\W+[\w-]+){{1,3}})|(?P<thing>[\w-]+)[ -]efficien(?:t|cy)\b")


@dataclass(frozen=True, slots=True)
class Deed:
    """What papers are asked for to do to `what`: to make it of a `kind`, on one `side`, or without one to change it.

    `up` tells which way it changes; kinds and sides are those of rag/language/opposites.py.
    """

    what: frozenset[str]
    kind: str = ""
    side: int = 0
    up: bool = True


@lru_cache(maxsize=64)
def deed_of(claim: str) -> Deed | None:
    """The deed that the claim of a list asks for, or None."""
    text = plain(claim)
    if found := _SPEEDING.match(text):
        return Deed(content_stems(found["what"]), "speed")
    if graded := [(sides()[w.stem], w) for w in words(text) if sides().get(w.stem, ("", 0))[0] in _GRADED]:
        (kind, side), word = graded[0]
        if word.stem not in _NO_DIRECTION:
            return Deed(content_stems(text[: word.start]) | content_stems(text[word.end :]), kind, side)
    for pattern, up in _VERBS:
        if found := pattern.match(text):
            return Deed(content_stems(found["what"]), up=up)
    return None


def says_so(deed: Deed, title: str, told: Sequence[str]) -> bool:
    """Whether a paper says that it does so, in its title or in a sentence."""
    return _says_so(deed, plain(title), frozenset()) or bool(sayers(deed, title, told))


def sayers(deed: Deed, title: str, told: Sequence[str]) -> list[int]:
    """The numbers of the sentences by which a paper says that it does so, from the first on its own work on."""
    own = next((i for i, text in enumerate(told) if OWN.search(text)), 0)
    known = content_stems(plain(title))
    return [i for i, text in enumerate(told) if i >= own and _says_so(deed, plain(text), known)]


def _says_so(deed: Deed, text: str, known: frozenset[str]) -> bool:
    if is_no_finding(text):
        return False
    if deed.kind and shared(deed.what, content_stems(text) | known) < Composing.NAMES_IT:
        return False
    return any(_does(deed, part) for part in _CLAUSES.split(text) if part)


def _does(deed: Deed, clause: str) -> bool:
    if deed.kind:
        return _is_made(deed, clause)
    if any(one.up == deed.up and shared(deed.what, one.stems) >= Composing.DONE_TO for one in changes(clause)):
        return True
    patterns = [_PATTERNS[deed.up], *([] if deed.up else [_NEEDING])]
    spans = (found for pattern in patterns for found in pattern.finditer(clause))
    return any(
        shared(deed.what, content_stems(found["what"] or found.groupdict().get("thing") or "")) >= Composing.DONE_TO
        and not DENIES.search(clause[: found.start()])
        for found in spans
    )


def _is_made(deed: Deed, clause: str) -> bool:
    """Whether a clause says of something that it is, or gets, as the deed makes it; and not also the opposite."""
    graded = [word for word in words(clause) if word.stem in sides() and word.stem not in _NO_DIRECTION]
    graded = [word for word in graded if deed.kind == "ease" or not word.text.endswith("ly")]  # "reliably finds"
    told = {sides()[word.stem]: word.start for word in graded}
    if deed.kind == "speed" and (fast := _FAST.search(clause)):
        told[("speed", 0)] = fast.start()
    way = (deed.kind, deed.side)
    return way in told and (deed.kind, 1 - deed.side) not in told and not DENIES.search(clause[: told[way]])
