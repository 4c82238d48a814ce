"""What a claim states and no cited abstract has: a number with its unit, a named thing."""

import re
from collections import Counter
from collections.abc import Sequence

from rag.language.names import Name, names
from rag.language.quantities import Quantity, counts_off, quantities
from rag.language.terms import words
from rag.language.tokens import near, tie, tokens
from rag.verifying.support import AbstractText

_ONE = re.compile(r"\b(?:one|single)\b", re.IGNORECASE)


def missing_number(claim: str, texts: Sequence[AbstractText]) -> Quantity | None:
    """The first number of the plain claim that no cited abstract has."""
    there = [q for text in texts for q in text.quantities]
    return _first_absent(claim, there, any(_ONE.search(text.plain) for text in texts))


def number_astray(claim: str, texts: Sequence[AbstractText], told: str) -> str:
    """How a number of the claim, though in the abstracts, is not said of this; or "".

    `told` are the plain sentences that speak of the claim.
    """
    number = _first_absent(claim, quantities(told), True)
    if number is not None and not _stands_alike(number, claim, texts):
        return f"the abstract says {written(number, claim)} of something else"
    ours, theirs = _swapped_number(claim, told)
    if ours:
        return f"the abstract says {theirs} there, not {ours}"
    again = _repeated_number(claim, texts)
    return f"the abstract does not have {again} so often" if again else ""


def _stands_alike(number: Quantity, claim: str, texts: Sequence[AbstractText]) -> bool:
    """Whether another sentence has the number among the words that the claim has it among."""
    ours = tokens(claim)
    place = next((near(ours, i) for i, token in enumerate(ours) if token.start == number.start), {})
    read = [tokens(sentence) for text in texts for sentence in text.sentences]
    return any(
        tie(place, near(there, j)) >= ALIKE
        for there in read
        for j, t in enumerate(there)
        if t.key == f"#{number.value:g}"
    )


def counted_otherwise(number: Quantity, claim: str, texts: Sequence[AbstractText]) -> str:
    """The count that an abstract gives of what the claim counts `number` of (`two key properties`), or ""."""
    thing = [word.stem for word in words(claim[number.end :])[:_COUNTED] if word.is_content]
    for text in texts:
        for other in quantities(text.plain) if thing else ():
            there = [word.stem for word in words(text.plain[other.end :])[:_COUNTED] if word.is_content]
            if there == thing and not other.unit and not other.equals(number):
                return written(other, text.plain)
    return ""


_COUNTED = 2  # words behind a number that tell what it counts


def written(number: Quantity, claim: str) -> str:
    """A number as the claim writes it."""
    return claim[number.start : number.end].strip()


def _swapped_number(claim: str, told: str) -> tuple[str, str]:
    """A number of the claim and the one that stands in its place in `told`; or ("", "").

    The place of a number is what it stands near; another number that the claim does not have, of
    the same unit, fits there far better.
    """
    ours, theirs = tokens(claim), tokens(told)
    said = {t.key for t in ours}
    units = {f"#{q.value:g}": q for text in (told, claim) for q in quantities(text)}
    for i, token in enumerate(ours):
        if token.key not in units or token.key not in {t.key for t in theirs}:
            continue
        place = {key: nearness for key, nearness in near(ours, i).items() if key not in units}
        fits = [(tie(place, near(theirs, j)), t) for j, t in enumerate(theirs) if t.key in units]
        own = max(fit for fit, t in fits if t.key == token.key)
        rest = [(fit, t) for fit, t in fits if t.key not in said and _may_share(units[t.key], units[token.key])]
        best, other = max(rest, key=lambda pair: pair[0], default=(0.0, token))
        if best >= FITS and best > 2 * own:
            return token.text, other.text
    return "", ""


def _told(claim: str) -> list[Quantity]:
    return [q for q in quantities(claim) if not counts_off(q, claim)]


def _may_share(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities may be of one kind; a share in percent is no number above a hundred."""
    if one.unit and other.unit:
        return one.unit == other.unit
    return "%" not in (one.unit, other.unit) or max(one.value, other.value) <= 100


def _repeated_number(claim: str, texts: Sequence[AbstractText]) -> str:
    """A number in digits that the claim has more often than the cited abstracts together; or ""."""
    left = Counter(q.value for text in texts for q in text.quantities)
    for quantity in _told(claim):
        left[quantity.value] -= not quantity.is_word
        if left[quantity.value] < 0 and quantity.value != 1:
            return written(quantity, claim)
    return ""


FITS = 0.4  # likeness of surroundings from which a number belongs in a place
ALIKE = 0.3  # and from which two places of one number are the same


def _first_absent(claim: str, there: Sequence[Quantity], has_one: bool) -> Quantity | None:
    for quantity in _told(claim):
        if not any(quantity.equals(other) for other in there) and not (has_one and quantity.value == 1):
            return quantity
    return None


def missing_name(claim: str, texts: Sequence[AbstractText]) -> Name | None:
    """The first name of the plain claim that no cited title or abstract has, unmistakable ones before."""
    absent = [n for n in names(claim) if not any(text.names.has(n) for text in texts)]
    return next((n for n in absent if n.is_strong), absent[0] if absent else None)
