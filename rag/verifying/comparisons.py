"""Comparisons: bounds (`over 80`), courses (`from 37% to 80%`), and who outperforms whom."""

import re
from functools import lru_cache
from itertools import pairwise

from rag.language.names import names, squash
from rag.language.quantities import Quantity, quantities
from rag.language.terms import stem

_OVER = re.compile(
    r"(?:\b(?:over|above|(?:more|greater|larger|higher|better) than|at least|exceed(?:s|ed|ing)?|upwards of"
    r"|beyond|(?:a )?minimum of|no (?:fewer|less) than|surpass(?:es|ed|ing)?)|[>≥])\s*$",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"(?:\b(?:under|below|(?:less|fewer|smaller|lower) than|at most|no more than|nearly|almost|up to"
    r"|(?:a )?maximum of|close to|approaching)|[<≤])\s*$",
    re.IGNORECASE,
)
_FIRM = re.compile(r"\b(?:under|(?:more|less|fewer|greater|smaller) than|at least|at most|below)\s*$", re.IGNORECASE)
_COURSE = re.compile(r"\bfrom\b[^;.]{0,40}$", re.IGNORECASE)
_BEATS = re.compile(
    r"\b(?:outperform|surpass|exceed|beat|outpac|outshin|excel)\w*"
    r"|\b(?:better|higher|faster|stronger|larger|cheaper|ahead|superior"
    r"|improv\w+|advantage|gains?|more [\w-]+)"
    r"(?: [\w%.-]+){0,3}? (?:than|of|over|to|on|upon)\b",
    re.IGNORECASE,
)


def bound_conflict(claim: str, evidence: str) -> str:
    """A bound on a number that the evidence turns round, or does not put."""
    for quantity in quantities(claim):
        ours = _bound(claim, quantity)
        theirs = {_bound(evidence, q) for q in quantities(evidence) if q.equals(quantity)}
        if ours and theirs and ours not in theirs and (-ours in theirs or _is_firm(claim, quantity)):
            return f"the abstract puts another bound on {claim[quantity.start : quantity.end].strip()}"
    return ""


def _bound(text: str, quantity: Quantity) -> int:
    before = re.sub(r"\b(?:an?|the|just|only|about|around|roughly)\s*$", "", text[: quantity.start])[-30:]
    return 1 if _OVER.search(before) else -1 if _UNDER.search(before) else 0


def _is_firm(text: str, quantity: Quantity) -> bool:
    return bool(_FIRM.search(text[: quantity.start]))


def order_conflict(claim: str, evidence: str) -> str:
    """Two numbers of a course (`from A to B`) in the other order, or against the claim's own verb."""
    for first, second in _courses(claim):
        rises, falls = _verb_signs(claim, first)
        if (first.value < second.value and falls and not rises) or (first.value > second.value and rises and not falls):
            return f"the course from {_text(claim, first)} to {_text(claim, second)} goes the other way"
        if any(a.equals(second) and b.equals(first) for a, b in _courses(evidence)):
            return f"the abstract has {_text(claim, second)} before {_text(claim, first)}"
    return ""


@lru_cache(maxsize=1024)
def _courses(text: str) -> tuple[tuple[Quantity, Quantity], ...]:
    read = quantities(text)
    return tuple(
        (a, b)
        for a, b in pairwise(read)
        if re.fullmatch(r"[^;.]{0,30}?\s*\b(?:to|into)\b[^;.]{0,20}", text[a.end : b.start])
        and _COURSE.search(text[: a.start])
    )


_RISE, _FALL = (
    re.compile(r"\b(?:ris|rais|rose|increas|improv|grow|climb|lift|boost|jump)\w*", re.I),
    re.compile(r"\b(?:fall|fell|drop|decreas|reduc|declin|sink|lower|degrad)\w*", re.I),
)


def _verb_signs(text: str, first: Quantity) -> tuple[bool, bool]:
    before = re.split(r"[;,.]", text[: first.start])[-1]
    return bool(_RISE.search(before)), bool(_FALL.search(before))


def _text(claim: str, quantity: Quantity) -> str:
    return claim[quantity.start : quantity.end].strip()


def course_conflict(claim: str, evidence: str) -> str:
    """`coarse-to-fine` where the evidence has `fine-to-coarse`."""
    there = {(m[1].lower(), m[2].lower()) for m in _WORD_COURSE.finditer(evidence)}
    ours = [(m[1].lower(), m[2].lower()) for m in _WORD_COURSE.finditer(claim)]
    turned = next((f"{a}-to-{b}" for a, b in ours if (b, a) in there and (a, b) not in there), "")
    return f"the abstract has the reverse of {turned}" if turned else ""


def suffix_conflict(claim: str, evidence: str) -> str:
    """`skeleton-free` where the evidence has only `skeleton-based`, or the other way round."""
    ours, theirs = _suffixed(claim), _suffixed(evidence)
    for thing, (needs, written) in ours.items():
        there = theirs.get(thing)
        if there and there[0] != needs:
            return f"the abstract says “{there[1]}”, not “{written}”"
    return ""


def _suffixed(text: str) -> dict[str, tuple[bool, str]]:
    """Stem → whether the thing is used, and as what it is written; things that a text has both ways are left out."""
    found: dict[str, tuple[bool, str]] = {}
    both = set()
    for match in _SUFFIXED.finditer(text):
        key, needs = stem(match["thing"]), bool(match["uses"])
        both |= {key} if key in found and found[key][0] != needs else set()
        found.setdefault(key, (needs, match[0]))
    return {key: value for key, value in found.items() if key not in both}


_SUFFIXED = re.compile(
    r"(?P<thing>[A-Za-z]{3,})-(?:(?P<uses>based|driven|guided|dependent|reliant|aware)|free|less|agnostic|independent)\b",
    re.IGNORECASE,
)
_WORD_COURSE = re.compile(r"\b([A-Za-z]{3,})-to-([A-Za-z]{3,})\b")


def role_conflict(claim: str, evidence: str) -> str:
    """A claim that puts one thing ahead of another where the evidence has it behind."""
    there = _wins(evidence)
    for ahead, behind in _wins(claim):
        for winner, losers in there:
            if ahead & losers and not ahead & winner and (behind & winner or not behind & losers):
                return f"the abstract has {min(ahead & losers)} behind"
    return ""


@lru_cache(maxsize=1024)
def _wins(text: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """For each comparison the names said to be ahead, and those they are ahead of."""
    found = []
    for match in _BEATS.finditer(text):
        start = max((m.end() for m in _END.finditer(text, 0, match.start())), default=0)
        stop = _END.search(text, match.end())
        end = stop.start() if stop else len(text)
        before = frozenset(squash(n.text) for n in names(text) if start <= n.start and n.end <= match.start())
        after = frozenset(squash(n.text) for n in names(text) if match.end() <= n.start and n.end <= end)
        if after:
            found.append((before, after))
    return tuple(found)


_END = re.compile(r"[;:]|\.\s|\b(?:while|whereas|although|but|on|in|across|with|for|when|using)\b")
