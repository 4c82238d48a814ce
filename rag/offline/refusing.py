"""When the offline model refuses: signs that the sources do not answer a question, and the fitted decision."""

import re
from collections.abc import Mapping

from rag.language.quantities import quantities
from rag.language.terms import content_stems, is_common, plain
from rag.offline.matching import Match, Source, holds, names_in, shared
from rag.question import Asked
from rag.records import Refusal
from rag.tuning import Doubt, Doubting

_UNTOLD = {1.0, 2.0}  # a text lists one thing or two without their number
_INSTEAD = re.compile(r"([\w-]+)(?: [\w-]+)? (?:rather than|instead of) (?:an? |the )?([\w-]+)", re.IGNORECASE)


def doubt_features(match: Match, used: list[Source]) -> dict[str, float]:
    """The signs of doubt that the sources `used` for an answer do answer the question.

    far, foreign: a question that names no source is unlike them, shares few words with them;
    distant, strange: its words are far from theirs in meaning, some of them from all; these four count
    the less, the more words the question has to go by;
    uncovered: it names one, whose abstract lacks its other words; unnumbered: no number stands beside
    what it wants the number of; other, and of a named source amount: the thing asked for by "which" or
    "how many" is not there; premise: a number or name taken for granted is not;
    parts: how many clauses it has, each of which may lack something, which lessens doubt.
    """
    asked, named = match.asked, _is_named(match, used)
    there = frozenset[str]().union(*(s.stems for s in used))
    titles = frozenset[str]().union(*(content_stems(plain(s.title)) for s in used))
    near = max(float((s.vectors @ match.question).max()) for s in used)
    wanted = match.subject - titles if named else match.subject
    missing = 1 - shared(wanted, there, Doubting.TELLING)
    # What a survey is to be written like is no clue to its subject.
    brief = 0.0 if asked.kind == "survey" else max(0.0, 1 - len(asked.text.split()) / Doubting.LONG)
    distant, strange = match.distance(used)
    amount, other = (_missing(match, things, used, there) for things in (asked.counted, asked.sought))
    return {
        "far": 0.0 if named else brief * max(0.0, Doubting.NEAR - near),
        "foreign": 0.0 if named else brief * missing,
        "distant": brief * distant,
        "strange": brief * strange,
        "uncovered": missing if named and brief and wanted else 0.0,
        "unnumbered": brief * _unnumbered(asked, used),
        "other": other,
        "named amount": named * amount,
        "named other": named * other,
        "premise": float(named * broken_premises(asked, used)),
        "parts": float(len(asked.parts)),
    }


def _is_named(match: Match, used: list[Source]) -> bool:
    """Whether the question names a source, or asks for a list of those that hold a name, and one does."""
    if match.asked.kind != "list":
        return any(source.n in match.named for source in used)
    names = names_in(match.asked.text)
    return bool(names) and any(all(holds(source.text, name) for name in names) for source in used)


def _missing(match: Match, things: tuple[str, ...], used: list[Source], there: frozenset[str]) -> float:
    """How much the most absent of `things` is absent from the sources, by word and by meaning: 0 to 1."""
    worst = 0.0
    for thing in things:
        alike = max(float((s.vectors @ match.things[thing]).max()) for s in used)
        by_meaning = min(1.0, max(0.0, (alike - Doubting.UNLIKE) / (Doubting.ALIKE - Doubting.UNLIKE)))
        worst = max(worst, 1 - max(shared(content_stems(plain(thing)), there), by_meaning))
    return worst


def _unnumbered(asked: Asked, used: list[Source]) -> float:
    """How much of what `asked` wants the number of has none beside it in any sentence of the sources: 0 to 1."""
    if not asked.amount:
        return 0.0
    known = {q.value for q in quantities(plain(asked.text))}
    texts = [plain(sentence) for source in used for sentence in source.sentences]
    numbered = [content_stems(text) for text in texts if {q.value for q in quantities(text)} - known]
    wanted = [stems for thing in asked.counted if (stems := content_stems(plain(thing)))]
    return max(
        (1 - max((shared(thing, stems) for stems in numbered), default=0.0) for thing in wanted),
        default=float(not numbered),
    )


def broken_premises(asked: Asked, used: list[Source]) -> int:
    """How many things that a question takes for granted its sources lack: numbers, names, an "instead of"."""
    whole = " ".join(source.text for source in used)
    stems = content_stems(plain(whole))
    known = {q.value for q in quantities(plain(whole))}
    numbers = {q.value for q in quantities(plain(asked.text))} - known - _UNTOLD
    # What is asked for ("how many GPUs") is not taken for granted.
    things = " ".join(asked.counted + asked.sought)
    # A common word in capitals may be a shout.
    names = [
        name
        for name in names_in(asked.text)
        if not is_common(name.lower()) and not holds(whole, name) and not holds(things, name)
    ]
    swapped = [
        m
        for m in _INSTEAD.finditer(plain(asked.text))
        if content_stems(m[2]) & stems and not content_stems(m[1]) & stems
    ]
    return len(numbers) + len(names) + len(swapped)


def doubt_odds(features: Mapping[str, float], doubt: Doubt) -> float:
    """The log odds by which `doubt` holds that a question with these features cannot be answered."""
    return doubt.bias + sum(doubt.weights[name] * value for name, value in features.items())


def refusal_of(match: Match, used: list[Source], doubt: Doubt) -> Refusal | None:
    """Whether, and how, to refuse rather than to answer from the sources `used`."""
    features = doubt_features(match, used)
    if doubt_odds(features, doubt) < doubt.threshold:
        return None
    if features["premise"]:
        return "false premise"
    if features["far"] or features["foreign"] > max(features["unnumbered"], features["other"]):
        return "no paper"
    return "not stated"
