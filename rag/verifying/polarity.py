"""Negation: does a sentence affirm what the evidence affirms, and deny what it denies?

Compared by cue and scope, as in NegEx (Chapman et al. 2001): a cue governs the few content words
behind it. Cues come in three strengths, since `not` has to be answered by a denial, whereas `replaces`
may well be told without one.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.language.opposites import are_opposite, point_alike
from rag.language.terms import bare_prefix, listed, stem
from rag.language.tokens import Token, near, tie, tokens

SCOPE = 4  # content words a cue governs
Strength = Literal["hard", "medium", "soft"]

_HARD = re.compile(
    r"\b(?:not(?! (?:only|just|merely|simply|solely|necessarily)\b| to mention\b)"
    r"|no(?! (?:less|fewer|more) than\b| matter\b| doubt\b)|cannot|\w+n't|never|neither|nor"
    # "without a loss in success" affirms success
    r"|without(?! (?:[\w-]+ ){0,2}?(?:loss|losing|sacrific|compromis|degrad|hurt|harm|drop|deteriorat)\w*)"
    r"|none|nothing"
    r"|nowhere|hardly|barely|scarcely|no longer)\b",
    re.IGNORECASE,
)
_MEDIUM = re.compile(
    r"\b(?:rarely|seldom|lack(?:s|ed|ing)?|fail(?:s|ed|ing|ure)? to|unable|incapable|impossible|instead of"
    r"|rather than"
    r"|as opposed to|devoid of|free (?:of|from)|except|anything but|far from|refus(?:e|es|ed|ing) to)\b",
    re.IGNORECASE,
)
_SOFT = re.compile(
    r"\b(?:avoid|eliminat|prevent|remov|discard|exclud|omit|neglect|ignor|circumvent|bypass|obviat|dispens|replac|absen"
    r"|unlike|freez|frozen|rid|skip|forgo|suppress|overcom|substitut|alleviat|mitigat|hinder|imped|struggl)\w*\b",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r"\b([A-Za-z]{3,})[- ](?:free|less|agnostic)\b", re.IGNORECASE)
_BREAK = re.compile(
    r"[;:.!?()]| - |, and\b|\b(?:but|while|whereas|although|though|because|which|yet|however)\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:for|by|when|with|without|not|no|instead|rather|during|after|before|as|if|and|from|through|via)\b|,",
    re.IGNORECASE,
)
# `without segmenting, labeling, or resetting` denies all three.
_LIST = re.compile(r"(?:\s[\w-]+){1,3}(?:,\s[\w-]+(?:\s[\w-]+){0,2})*,?\s(?:or|nor)\s[\w-]+", re.IGNORECASE)
# Who learns unsupervised learns without these.
_LABELS = frozenset(map(stem, listed("labels annotations supervision labelling annotating")))
# Words that a denial passes through to reach what it denies: `without the need for labels`.
_LIGHT = frozenset(
    map(
        stem,
        listed(
            "need require use using access rely reliance depend additional additionally extra further "
            "explicit prior have has having do does any able"
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Denial:
    """A cue and the stems of the content words that it governs, nearest first."""

    strength: Strength
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Polarity:
    """What a plain text denies, and the stems that it uses outside hard and medium denials.

    `places` are the offsets of the words inside those.
    """

    denials: tuple[Denial, ...]
    affirmed: frozenset[str]
    stems: frozenset[str]
    places: frozenset[int]

    @property
    def negated(self) -> frozenset[str]:
        """The stems in the scope of a plain denial."""
        return frozenset(s for d in self.denials for s in d.scope if d.strength != "soft")

    @property
    def denied(self) -> frozenset[str]:
        """The stems in the scope of any cue."""
        return frozenset(s for d in self.denials for s in d.scope)


@lru_cache(maxsize=4096)
def polarity(text: str) -> Polarity:
    """Read the denials of a plain text."""
    content = [t for t in tokens(text) if t.key not in _LIGHT]
    denials, denied = [], set()
    for strength, cue in (("hard", _HARD), ("medium", _MEDIUM), ("soft", _SOFT)):
        for match in cue.finditer(text):
            governed = _governed(match.end(), content, text)
            denials.append(Denial(strength, tuple(t.key for t in governed)))
            if strength != "soft":
                denied.update(t.start for t in governed)
    for match in _COMPOUND.finditer(text):
        denials.append(Denial("soft", tuple(t.key for t in content if t.start == match.start())))
    affirmed = frozenset(t.key for t in content if t.start not in denied)
    return Polarity(tuple(denials), affirmed, frozenset(t.key for t in content), frozenset(denied))


def _governed(end: int, content: list[Token], text: str) -> list[Token]:
    """The content words that a cue ending at `end` governs: the next few of its phrase or list, one at least."""
    found = _LIST.match(text, end)
    if found:
        return [t for t in content if end <= t.start < found.end()]
    stop = _BREAK.search(text, end)
    limit = stop.start() if stop else len(text)
    inside = [t for t in content if end <= t.start < limit][:SCOPE]
    turn = _TURN.search(text, inside[0].start + len(inside[0].text)) if inside else None
    return [t for t in inside if not turn or t.start < turn.start()]


def denied_by_claim(claim: str, evidence: str) -> str:
    """A word that the claim denies and the evidence does not; "" when there is none."""
    ours, theirs = polarity(claim), polarity(evidence)
    for denial in ours.denials:
        known = [s for s in denial.scope if s in theirs.stems]
        if denial.strength == "hard" and denial.scope and not _answered(denial, known, theirs):
            return (known or denial.scope)[0]
    return ""


def denied_by_evidence(claim: str, evidence: str) -> str:
    """A word that the evidence denies and the claim affirms; "" when there is none."""
    ours, theirs = polarity(claim), polarity(evidence)
    for denial in theirs.denials:
        told = [s for s in denial.scope if s in ours.affirmed]
        if not told or _answered(denial, told, ours):
            continue
        if denial.strength == "soft":
            if told[0] in denial.scope[:2] and told[0] not in theirs.affirmed - theirs.denied and _has(told[0], claim):
                return told[0]
            continue
        # The head of what is denied comes first (`does not need`) or last (`without task labels`).
        enough = len(told) >= 2 or told[0] in (denial.scope[0], denial.scope[-1])
        if enough and (not theirs.affirmed.issuperset(told) or _is_the_denied_one(told[0], claim, evidence, theirs)):
            return told[0]
    return ""


def _has(key: str, claim: str) -> bool:
    """Whether the claim says that something comes with a thing, or has or needs it."""
    return any(_HAVING.search(claim[: t.start]) for t in tokens(claim) if t.key == key)


_HAVING = re.compile(r"\b(?:with|has|have|having|needs?|requires?|uses?|using)(?:\s+[\w-]+)?\s+$", re.IGNORECASE)


def _is_the_denied_one(key: str, claim: str, evidence: str, theirs: Polarity) -> bool:
    """Whether the claim means the place where the evidence denies a word that it also affirms."""
    ours = [near(tokens(claim), i) for i, t in enumerate(tokens(claim)) if t.key == key]
    denied, affirmed = 0.0, 0.0
    for j, token in enumerate(tokens(evidence)):
        if token.key == key:
            tied = max(tie(around, near(tokens(evidence), j)) for around in ours)
            if token.start in theirs.places:
                denied = max(denied, tied)
            else:
                affirmed = max(affirmed, tied)
    return denied > max(2 * affirmed, 0.2)


def lost_prefix(claim: str, evidence: str) -> str:
    """A word used in one text and with a denying prefix in the other (`labeled`, `unlabeled`)."""
    ours, theirs = polarity(claim), polarity(evidence)
    for one, other in ((ours, theirs), (theirs, ours)):
        for word_stem in sorted(one.stems - other.stems):
            bare = bare_prefix(word_stem)
            if bare and bare in other.stems - one.stems and bare not in other.denied and word_stem not in one.denied:
                return bare if one is theirs else word_stem
    return ""


def _answered(denial: Denial, known: list[str], other: Polarity) -> bool:
    """Whether the other text denies the same thing, or says the opposite of what is denied."""
    heads = {*denial.scope[:1], *known[:1]}
    if heads & _LABELS and (stem("unsupervised") in other.stems or {"self", stem("supervised")} <= other.stems):
        return True
    for answer in other.denials:
        reach = answer.scope if answer.strength != "soft" else answer.scope[:2]
        if heads.intersection(reach):
            return True
    head = denial.scope[0]
    return not any(point_alike(head, s) for s in other.stems) and any(are_opposite(head, s) for s in other.stems)
