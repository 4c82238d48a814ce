"""Signs that the sources do not answer a question: numbers for the fitted decision to refuse."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rag.asking.asks import Ask
from rag.language.quantities import quantities
from rag.language.terms import content_stems, plain
from rag.offline.matching import Match, Source, holds, names_in, shared
from rag.refusal import Refusal
from rag.tuning import Doubt

if TYPE_CHECKING:
    import numpy as np

DOUBT_FEATURES = ("far", "foreign", "distant", "strange", "undecided", "uncovered", "amount", "other",
                  "named amount", "named other", "premise", "parts")

# Below this cosine of its best sentence a source begins to be far from the question.
_NEAR = 0.45
# A question of so many words or more gives clues enough not to need each of them found.
_LONG = 30
# Words of a question that weigh less than this together, such as "how does … work", prove nothing.
_TELLING = 12.0
# Cosines of a few words with a sentence: nothing in common, the same thing.
_UNLIKE, _ALIKE = 0.1, 0.4

_INSTEAD = re.compile(
    r"([\w-]+)(?: [\w-]+)? (?:rather than|instead of) (?:an? |the )?([\w-]+)", re.IGNORECASE)


def doubt_features(match: Match, used: list[Source]) -> "np.ndarray":
    """One number for each of DOUBT_FEATURES, about the sources `used` for the answer.

    far, foreign: a question that names no source is unlike them, shares few words with them;
    distant, strange, undecided: its words are far from theirs in meaning, some of them from all, or
    no nearer to one source than to others;
    uncovered: it names one, whose abstract lacks its other words; amount, other: the thing asked
    for by "how many" or "which" is not there; premise: a number or name taken for granted is not.
    """
    import numpy as np

    named = _is_named(match, used)
    there = frozenset().union(*(s.stems for s in used))
    titles = frozenset().union(*(content_stems(plain(s.title)) for s in used))
    near = max(float((s.vectors @ match.question).max()) for s in used)
    missing = 1 - shared(match.subject - titles if named else match.subject, there, _TELLING)
    # What a survey is to be written like is no clue to its subject.
    brief = 0.0 if match.ask.kind == "survey" else max(0.0, 1 - len(match.ask.text.split()) / _LONG)
    distant, strange, undecided = match.distance(used)
    amount, other = (_missing(match, things, used, there) for things in (match.ask.counted, match.ask.sought))
    return np.array([
        0 if named else max(0.0, _NEAR - near), 0 if named else missing * brief, distant, strange,
        undecided if match.ask.kind == "fact" and not named else 0,
        missing if named and brief and match.subject - titles else 0,
        amount, other, named * amount, named * other,
        named * broken_premises(match.ask, used), len(match.ask.parts)], dtype=float)


def _is_named(match: Match, used: list[Source]) -> bool:
    """Whether the question names a source, or asks for a list of those that hold a name, and one does."""
    if match.ask.kind != "list":
        return any(source.n in match.titled for source in used)
    names = names_in(match.ask.text)
    return bool(names) and any(all(holds(source.text, name) for name in names) for source in used)


def _missing(match: Match, things: tuple[str, ...], used: list[Source], there: frozenset[str]) -> float:
    """How much the most absent of `things` is absent from the sources, by word and by meaning: 0 to 1."""
    worst = 0.0
    for thing in things:
        alike = max(float((s.vectors @ match.things[thing]).max()) for s in used)
        by_meaning = min(1.0, max(0.0, (alike - _UNLIKE) / (_ALIKE - _UNLIKE)))
        worst = max(worst, 1 - max(shared(content_stems(plain(thing)), there), by_meaning))
    return worst


def broken_premises(ask: Ask, used: list[Source]) -> int:
    """How many things that a question takes for granted its sources lack: numbers, names, an "instead of"."""
    whole = " ".join(source.text for source in used)
    stems = content_stems(plain(whole))
    known = {q.value for q in quantities(plain(whole))}
    numbers = {q.value for q in quantities(plain(ask.text))} - known
    # What is asked for ("how many GPUs") is not taken for granted.
    asked = " ".join(ask.counted + ask.sought)
    names = [name for name in names_in(ask.text) if not holds(whole, name) and not holds(asked, name)]
    swapped = [m for m in _INSTEAD.finditer(plain(ask.text))
               if content_stems(m[2]) & stems and not content_stems(m[1]) & stems]
    return len(numbers) + len(names) + len(swapped)


def doubt_odds(features: Mapping[str, float], doubt: Doubt) -> float:
    """The log odds by which `doubt` holds that a question with these features cannot be answered."""
    return doubt.bias + sum(doubt.weights[name] * value for name, value in features.items())


def refusal_of(match: Match, used: list[Source]) -> Refusal | None:
    """Whether, and how, to refuse rather than to answer from the sources `used`."""
    features = dict(zip(DOUBT_FEATURES, doubt_features(match, used), strict=True))
    if doubt_odds(features, match.tuning.doubt) < match.tuning.doubt.threshold:
        return None
    if features["premise"]:
        return "false premise"
    if features["far"] or features["foreign"] > max(features["amount"], features["other"]):
        return "no paper"
    return "not stated"
