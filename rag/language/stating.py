"""A yes/no question as a statement and as its denial: "Does A help B?" is "A does help B" and "A does not help B".

Where the predicate begins is read off how often papers use a word as one (`predicates.tsv`, counted over conference
abstracts by `python -m benchmarks.fit_predicates`).
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from rag.language.terms import listed

_BEING = frozenset(listed("is are was were"))
_FIXED = frozenset(listed("the a an this that these those its their our of in on at for from with by as to and or"))
_COMPARING = frozenset(listed("more less better worse fewer too as not"))
# Shares of its uses from which the first, or the likeliest, such word begins the predicate, and "-er" compares.
FIRST, LEAST, GRADED = 0.08, 0.015, 0.03


def statements_of(auxiliary: str, claim: str) -> tuple[str, str] | None:
    """The statement that a question asks for and its denial; None where no predicate is found."""
    words = claim.strip(" ?.").split()
    place = _place(words, auxiliary.lower())
    if place is None:
        return None
    subject, rest = " ".join(words[:place]), " ".join(words[place:])
    subject = subject[:1].upper() + subject[1:]
    denied = "cannot" if auxiliary.lower() == "can" else f"{auxiliary.lower()} not"
    return f"{subject} {auxiliary.lower()} {rest}.", f"{subject} {denied} {rest}."


def _place(words: Sequence[str], auxiliary: str) -> int | None:
    """Where the predicate begins: behind the subject."""
    being = auxiliary in _BEING
    free = [i for i in range(1, len(words)) if words[i - 1].lower() not in _FIXED and words[i].lower() not in _FIXED]
    if being:
        compared = [i for i in range(1, len(words)) if _compares(words[i]) and words[i - 1].lower() not in _FIXED]
        if compared:
            return compared[0]
    elif verbs := [i for i in range(1, len(words)) if words[i] in ("have", "be")]:
        return verbs[0]
    shares = {i: _shares().get(words[i].lower().strip(",;"), (0.0, 0.0))[being] for i in free}
    first = next((i for i in free if shares[i] >= FIRST), None)
    likeliest = max(free, key=lambda i: (shares[i], -i), default=None)
    if being:
        first = likeliest
    if first is not None and shares[first] >= LEAST:
        return first
    return likeliest if likeliest is not None and shares[likeliest] >= LEAST else None


def _compares(word: str) -> bool:
    word = word.lower()
    return word in _COMPARING or (word.endswith("er") and _shares().get(word, (0.0, 0.0))[True] >= GRADED)


@cache
def _shares() -> dict[str, tuple[float, float]]:
    lines = files(__package__).joinpath("predicates.tsv").read_text(encoding="utf-8").splitlines()
    return {word: (float(verb), float(being)) for word, verb, being in (line.split("\t") for line in lines)}
