"""When the offline model refuses: signs that the sources do not answer a question, and the fitted decision."""

import re
from collections.abc import Mapping

from rag.events import Searched
from rag.language.quantities import Quantity, quantities
from rag.language.terms import content_stems, is_common, plain, shared, words
from rag.offline.called import holds, names_in, titled
from rag.offline.matching import Match, Source
from rag.offline.releasing import asks_release, release
from rag.question import Asked
from rag.records import PHRASES, Refusal
from rag.telling.statements import OWN
from rag.tuning import Composing, Doubt, Doubting, Tuning
from rag.verifying.languages import is_foreign

_UNTOLD = {1.0, 2.0}  # a text lists one thing or two without their number
_METRIC = re.compile(r"(?i)(?:(?:accurac|performance|score|result|success rate|success|quality)(?:y|ies|s)?)")
_PLAIN = re.compile(r"[^\W\d_][^\WA-Z\d_]*")
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
    measured = any(quantities(plain(text)) and OWN.search(text) for source in used for text in source.sentences)
    for thing in things:
        if measured and _METRIC.fullmatch(thing):
            continue
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
    return len(_strange_numbers(asked, used)) + len(unmentioned(asked, used)) + len(_swapped(asked, used))


def _strange_numbers(asked: Asked, used: list[Source]) -> list[Quantity]:
    known = {q.value for q in quantities(plain(_whole(used)))}
    return [q for q in quantities(plain(asked.text)) if q.value not in known | _UNTOLD]


def unmentioned(asked: Asked, used: list[Source]) -> list[str]:
    """The names of a question that its sources lack; what is asked for ("how many GPUs") is not taken for granted."""
    whole, things = _whole(used), " ".join(asked.counted + asked.sought)
    # A common word in capitals may be a shout; other languages write more than names with a capital.
    foreign = is_foreign(plain(asked.text), plain(whole))
    found = (n for n in names_in(asked.text) if not is_common(n.lower()) and not (foreign and _PLAIN.fullmatch(n)))
    return sorted(name for name in found if not holds(whole, name) and not holds(things, name))


def _swapped(asked: Asked, used: list[Source]) -> list[re.Match]:
    stems = content_stems(plain(_whole(used)))
    found = _INSTEAD.finditer(plain(asked.text))
    return [m for m in found if content_stems(m[2]) & stems and not content_stems(m[1]) & stems]


def _whole(used: list[Source]) -> str:
    return " ".join(source.text for source in used)


def _says_otherwise(asked: Asked, used: list[Source]) -> bool:
    """Whether a source says otherwise: it has the thing, but instead of another or with another number."""
    text = plain(asked.text)
    behind = ([w.stem for w in words(text[q.end :]) if w.is_content][:1] for q in _strange_numbers(asked, used))
    counted = {stem for stems in behind for stem in stems}
    sentences = (plain(sentence) for source in used for sentence in source.sentences)
    numbered = (content_stems(sentence) for sentence in sentences if quantities(sentence))
    return bool(_swapped(asked, used)) or any(counted & there for there in numbered)


def doubt_odds(features: Mapping[str, float], doubt: Doubt) -> float:
    """The log odds by which `doubt` holds that a question with these features cannot be answered."""
    return doubt.bias + sum(doubt.weights[name] * value for name, value in features.items())


def refusal_of(match: Match, used: list[Source], doubt: Doubt) -> Refusal | None:
    """Whether, and how, to refuse rather than to answer from the sources `used`."""
    if asks_release(match.asked.wanted):
        asked_of = [source for source in used if source.n in match.titled]
        if asked_of and all(release(match.asked.wanted.claim, source.sentences) is None for source in asked_of):
            return "not stated"
    features = doubt_features(match, used)
    if doubt_odds(features, doubt) < doubt.threshold:
        return None
    if features["premise"] and unmentioned(match.asked, used):
        return "not mentioned"
    if features["premise"] and _says_otherwise(match.asked, used):
        return "false premise"
    if features["far"] or features["foreign"] > max(features["unnumbered"], features["other"]):
        return "no paper"
    return "not stated"


def is_unsure(match: Match, used: list[Source], chance: float, tuning: Tuning) -> bool:
    """Whether what answers is not surely an answer: nearly refused, or from what is not surely the right source.

    `chance` is that of the likeliest source.
    """
    if chance < Composing.SURE and not any(source.n in match.titled for source in used):
        return True
    return doubt_odds(doubt_features(match, used), tuning.doubt) > tuning.doubt.threshold - Doubting.NEARLY


def refusal_words(refusal: Refusal, match: Match, used: list[Source]) -> str:
    """How a refusal opens; names that no abstract has are named."""
    names = ", ".join(unmentioned(match.asked, used))
    return f"{PHRASES[refusal]} {names}." if refusal == "not mentioned" else PHRASES[refusal]


def without_abstract(searched: Searched) -> str:
    """How a refusal opens where the question calls a paper by its title that is here without its abstract; else ""."""
    bare = [found.paper for found in searched.found if not found.paper.abstract]
    called = [bare[n - 1].title for n in sorted(titled(searched.standalone_question, bare))]
    return f"“{called[0]}” is in this library without its abstract: there is nothing of it to quote." if called else ""
