"""Comparisons that a text tells, in the active, the passive, with adjectives and with nouns: what comes before what.

"A outperforms B", "B is beaten by A", "B falls behind A", "A's superiority over B", "A is better than B" are one
comparison. In "A is faster than B" the measure is another one than in "A is smaller than B".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.opposites import DENIES, sides
from rag.language.terms import listed, stem, words

GOOD = "good"  # the measure of what is better in general
_BEST = (
    r"outperform(?:s|ed|ing)?|surpass(?:es|ed|ing)?|exceed(?:s|ed|ing)?|beat(?:s|ing|en)?|best(?:s|ed|ing)(?= )"
    r"|out(?:do(?:es|ne|ing)?|scor(?:es?|ed|ing)|class(?:es|ed|ing)?|strip(?:s|ped|ping)?|match(?:es|ed|ing)?)"
    r"|defeat(?:s|ed|ing)?|overt(?:akes?|ook|aken|aking)|eclips(?:es|ed|ing)|topp(?:ed|ing)"
)
_AHEAD = (
    r"(?:wins?|won|winning|prevails?|prevailed|excels?) (?:over|against)|ahead of|(?:superior|preferable) to"
    r"|(?:superiority|advantages?|gains?|lead|edge|victory) (?:\S+ ){0,4}?over"
    r"|improv(?:es?|ed|ing|ements?)(?: \S+){0,4}? (?:over|upon)"
)
_BEHIND = (
    r"underperform(?:s|ed|ing)?|(?:loses?|lost|losing) (?:out )?(?:to|against)|trail(?:s|ed|ing)?(?: behind)?"
    r"|(?:falls?|fell|falling|lags?|lagged|lagging|is|are|was|were|stays?|stayed|comes?|came|remains?|remained)"
    r" (?:\w+ )?behind|(?:falls?|fell|falling) short of|inferior to|inferiority (?:\S+ ){0,4}?to"
)
_VERBS = (
    (re.compile(rf"(?i)\b(?:{_BEST}|{_AHEAD})\b"), True),
    (re.compile(rf"(?i)\b(?:{_BEHIND})\b"), False),
)
_BEING = re.compile(
    r"(?i)(?:^|(?<=\s))(?:is|are|was|were|be|been|being|gets?|got)(?: [a-z]+ly| still| even| also| often){0,2}\s+$"
)
_BY = re.compile(r"(?i)\bby\b(?! \d)")
_MORE = (
    r"(?:more|less|fewer|better|worse|greater|higher|lower|larger|smaller|bigger"
    r"|(?!(?:other|rather|whether|number|after|over|further|under|either|neither|together|however)\b)\w{2,}er)"
)
_THAN = re.compile(
    rf"(?i)\b(?P<more>{_MORE})(?P<what>(?: [\w%+.-]+){{0,7}}?),?"
    r" (?:than|compared (?:to|with)|relative to|over|versus)\b"
)
_COMPARED = re.compile(
    r"(?i)^(?:compared|relative|in comparison)(?: directly)? (?:to|with) (?P<other>[^,]+), (?P<rest>.+?)\.?$"
)
# "83% of towels, against 54% for B": more of a share is better, but of errors.
_SHARES = re.compile(
    r"(?i)(?P<first>\d+(?:\.\d+)?)\s?%[^.;]*?,?\s(?:against|versus|vs\.?|compared (?:to|with))\s(?:only |just |about )?"
    r"(?P<second>\d+(?:\.\d+)?)\s?%(?:\sand \d+(?:\.\d+)?\s?%)?\s(?:for|by|with|of|from|in) "
)
_FAULTS = re.compile(
    r"(?i)\b(?:errors?|loss(?:es)?|fail\w*|[wcem]er|fpr|latency|perplexity|cost|time|overhead|memory)\b"
)
_EDGE = re.compile(
    r"(?i)[;:]\s|,?\s\b(?:while|whereas|but|although|though|yet|however|because|since|despite|unlike)\b|\.\s"
)
_END = re.compile(
    r"(?i)[,;:()]|\s\b(?:by|on|in|at|for|with|across|while|whereas|but|although|though|when|where|which|that"
    r"|and (?:is|are|was|has|its?|can|also)|because|since|under|during|after|before|despite|using|is|are|was|were"
    r"|does|do|did)\b|\.\s"
)
_TOLD = re.compile(
    r"(?i)^.*\b(?:that|reportedly|according to [^,]*,|in (?:the )?(?:experiments?|tests?|evaluations?),?)\s"
)
_QUALITY = frozenset(map(stem, listed("accuracy performance success result score quality rate accurate effective f1")))
_DEGREES = frozenset(listed("more less fewer higher lower greater larger smaller bigger"))
_DOWN = frozenset(listed("less fewer lower smaller worse"))
_BEFORE = 30  # characters in front of a comparison in which it is denied


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a text puts before what: `greater` is better, or has more of what `measure` says."""

    measure: str
    greater: str
    lesser: str


def comparisons(sentence: str) -> list[Comparison]:
    """The comparisons of a plain sentence; one that is denied tells nothing."""
    text = _COMPARED.sub(r"\g<rest> compared to \g<other>.", sentence)
    return [c for c in (*_by_verb(text), *_by_than(text), *_by_shares(text)) if c.greater and c.lesser]


def _by_verb(text: str) -> Iterator[Comparison]:
    for pattern, ahead in _VERBS:
        for found in pattern.finditer(text):
            being, by = _passive(text, found)
            one = _before(text, being.start() if being else found.start())
            other = _behind(text, by.end() if by else found.end())
            if not _is_denied(text, found.start()) and not (being and by is None):
                yield Comparison(GOOD, *((one, other) if ahead == (by is None) else (other, one)))


def _passive(text: str, verb: re.Match[str]) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """The "is" in front of a verb and the "by" behind it, where it is passive."""
    if not verb[0].endswith(("ed", "en", "ne")):
        return None, None
    being = _BEING.search(text[: verb.start()])
    by = _BY.search(text, verb.end())
    direct = re.fullmatch(r"\s(?:\w+ly )?", text[verb.end() : by.start()]) if by else None
    return being, by if being or direct else None


def _by_than(text: str) -> Iterator[Comparison]:
    for found in _THAN.finditer(text):
        one, other = _before(text, found.start()), _behind(text, found.end())
        measure, up = _measure(found["more"].lower(), found["what"])
        if measure and not _is_denied(text, found.start()):
            yield Comparison(measure, *((one, other) if up else (other, one)))


def _by_shares(text: str) -> Iterator[Comparison]:
    for found in _SHARES.finditer(text):
        one, other = _before(text, found.start()), _behind(text, found.end())
        first, second = float(found["first"]), float(found["second"])
        if first != second and not _FAULTS.search(text):
            yield Comparison(GOOD, *((one, other) if first > second else (other, one)))


def _measure(more: str, what: str) -> tuple[str, bool]:
    """What is compared, and whether the first has more of it: ("speed", True) for "faster"."""
    said = [word.stem for word in words(what) if word.is_content]
    up = more not in _DOWN
    if more in ("better", "worse") or (said and said[-1] in _QUALITY):
        return GOOD, up
    if said and more in _DEGREES:
        kind, side = sides().get(said[-1], ("", 0)) if more in ("more", "less") else ("", 0)
        return (kind, up == (side == 0)) if kind else (said[-1], up)
    kind, side = sides().get(stem(more), (stem(more), 0))
    return kind, side == 0


def _before(text: str, place: int) -> str:
    """What stands in front of a comparison in its clause."""
    edges = [match.end() for match in _EDGE.finditer(text, 0, place)]
    return _TOLD.sub("", text[edges[-1] if edges else 0 : place]).strip()


def _behind(text: str, place: int) -> str:
    """What a comparison is with."""
    stop = _END.search(text, place + 1)
    return text[place : stop.start() if stop else len(text)].strip()


def _is_denied(text: str, place: int) -> bool:
    return bool(DENIES.search(text[max(0, place - _BEFORE) : place]))
