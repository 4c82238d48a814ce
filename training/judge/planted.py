"""Planted pairs: sentences of abstracts, put a little otherwise, and the same with one thing made wrong."""

import random
import re
from collections.abc import Callable, Iterator, Sequence

from benchmarks import mutate
from rag.verifying.abstracts import abstract_text
from store.records import Paper
from training.judge.rows import Pair, pair

_PERSON = [
    (r"\bIn this (?:paper|work|article|study|report),? ", ""),
    (r"\bWe\b", "The authors"),
    (r"\bwe\b", "they"),
    (r"\bOur\b", "Their"),
    (r"\bour\b", "their"),
    (r"\bus\b", "them"),
]
_ALIKE = [
    words.split()
    for words in """propose present introduce describe develop|proposes presents introduces describes|proposed presented
introduced|show demonstrate find report|shows demonstrates finds reports|method approach technique|methods approaches
techniques|use employ utilize apply|uses employs applies|using employing applying|improve enhance boost|improves
enhances boosts|existing previous earlier prior|novel new|achieve reach attain obtain|achieves reaches attains obtains|
outperform surpass beat|outperforms surpasses beats|various different diverse|results experiments findings|leverage
exploit|datasets corpora|requires needs|require need|called named|challenging difficult hard|evaluate test assess|
generate produce|humans people|enable allow|enables allows|reduce lower|reduces lowers|important central key|recent
latest|multiple several""".replace("\n", " ").split("|")
]
_OTHERS = {word: [w for w in words if w != word] for words in _ALIKE for word in words}
_FIELD = re.compile(
    r"^(?:However, )?(?:Existing|Previous|Prior|Current|Most|Many|Recent|Traditional|Conventional|State-of-the-art)\s"
    r"(?:[\w-]+\s){0,4}?(?:methods|approaches|works|models|techniques|systems|studies|work|algorithms|solutions)\b"
)
_OWN = ("The proposed method", "The authors' approach", "The method of the paper", "Their model")
_STRONGER = [
    (r"\bcan\b", "always"),
    (r"\bmay\b", "does"),
    (r"\b(?:most|several|many|some)\b", "all"),
    (r"\bcompetitive\b", "state-of-the-art"),
    (r"\bcomparable\b", "superior"),
    (r"\boften\b", "always"),
    (r"\bimproves\b", "substantially improves"),
    (r"\bsimulat(?:ion|ed)\b", "real-world"),
    (r"\ba (?:new|novel)\b", "the first"),
    (r"\bsuggest(s?)\b", r"prove\1"),
]
_NAME = re.compile(r"\b(?:[A-Z]+[a-z]+[A-Z]\w*|[A-Z]{2,}\w*(?:-\w+)?)(?:-\d+)?\b")
_NOUN = re.compile(r"\b[a-z]{5,}(?:s|ion|ing|ment|ity|ness)\b")
OTHER_PAPER, TITLE, NUMBERED, BACKGROUND = 0.12, 0.1, 0.35, 0.35
Change = Callable[[str, random.Random, str], str | None]


def planted_pairs(papers: Sequence[Paper], seed: int = 7) -> Iterator[Pair]:
    """For each abstract a true pair, a false one where one can be made, at times its title and another's sentence."""
    rng = random.Random(seed)
    for place, paper in enumerate(papers):
        told = [s for s in abstract_text(paper).sentences if 8 <= len(s.split()) <= 45]
        if len(told) < 3:
            continue
        sentence = _drawn(told, rng)
        yield pair(varied(sentence, rng), [paper], "supported", "")
        made = [(label, kind, new) for label, kind, change in CHANGES if (new := change(sentence, rng, paper.abstract))]
        made = [row for row in made if row[2] != sentence]
        if made:
            label, kind, false = rng.choice(made)
            yield pair(varied(false, rng), [paper], label, kind)
        if rng.random() < OTHER_PAPER:
            yield pair(varied(rng.choice(told), rng), [papers[place - 1]], "not said", "not said")
        if rng.random() < TITLE:
            yield pair(paper.title, [paper], "supported", "")


def _drawn(told: Sequence[str], rng: random.Random) -> str:
    """A sentence; those with numbers and those about the field more often than they come."""
    chance = rng.random()
    field = [s for s in told if _FIELD.match(s)] if chance < BACKGROUND else []
    numbered = [s for s in told if mutate.NUMBER.search(s)] if chance < BACKGROUND + NUMBERED else []
    return rng.choice(field or numbered or told)


def varied(sentence: str, rng: random.Random) -> str:
    """The sentence in the third person, some words exchanged; at times its front is moved or its tail cut."""
    for old, new in _PERSON:
        sentence = re.sub(old, new, sentence)
    text = " ".join(_exchanged(word, rng) for word in sentence.split())
    chance = rng.random()
    front = re.match(r"^((?:By|With|Using|Based on|In|On|For|To|Through|Unlike|Given) [^,]{8,80}), (.{30,})\.$", text)
    tail = re.match(r"^(.{50,}?), (?:which|while|and|where|thus|thereby|leading|including)\b.{15,}\.$", text)
    if front and chance < 0.25:
        text = f"{front[2]}, {front[1][0].lower()}{front[1][1:]}."
    elif tail and chance < 0.5:
        text = f"{tail[1]}."
    return text[:1].upper() + text[1:]


def _exchanged(word: str, rng: random.Random) -> str:
    bare = word.strip(".,;")
    alike = _OTHERS.get(bare.lower())
    return word.replace(bare, rng.choice(alike)) if alike and rng.random() < 0.6 else word


def _as_own(sentence: str, rng: random.Random, abstract: str) -> str | None:
    """What the field does told as the paper's own."""
    match = _FIELD.match(sentence)
    return rng.choice(_OWN) + sentence[match.end() :] if match else None


def _stronger(sentence: str, rng: random.Random, abstract: str) -> str | None:
    """More than is said."""
    made = [re.sub(old, new, sentence, count=1) for old, new in _STRONGER if re.search(old, sentence)]
    return rng.choice(made) if made else None


def _another_name(sentence: str, rng: random.Random, abstract: str) -> str | None:
    """Another name of the abstract in the place of one."""
    found = list(_NAME.finditer(sentence))
    others = sorted({m[0] for m in _NAME.finditer(abstract)} - {m[0] for m in found})
    if not found or not others:
        return None
    match = rng.choice(found)
    return sentence[: match.start()] + rng.choice(others) + sentence[match.end() :]


def _another_noun(sentence: str, rng: random.Random, abstract: str) -> str | None:
    """Another noun of the abstract, of the same ending, in the place of one."""
    found = list(_NOUN.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    others = [w for w in _NOUN.findall(abstract) if w[-1] == match[0][-1] and w[:4] != match[0][:4]]
    others = [w for w in others if w not in sentence]
    return sentence[: match.start()] + rng.choice(others) + sentence[match.end() :] if others else None


CHANGES: tuple[tuple[str, str, Change], ...] = (
    ("contradicted", "number", mutate.change_number),
    ("contradicted", "number", mutate.borrow_number),
    ("contradicted", "contradicted", mutate.put_negation),
    ("contradicted", "contradicted", mutate.remove_negation),
    ("contradicted", "direction", mutate.flip_direction),
    ("contradicted", "role", mutate.swap_roles),
    ("not said", "name", _another_name),
    ("not said", "not said", _another_noun),
    ("not said", "background", _as_own),
    ("not said", "overclaim", _stronger),
)
