"""Claims that copy a sentence: the exact place of a verbatim one, the word changed in a near-verbatim one."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from rag.language.opposites import are_opposite, point_alike
from rag.language.quantities import quantities
from rag.language.terms import STOP, Word, listed, stem, weight, words

NEAR_VERBATIM = 0.75  # share of the words in the same order, from which one odd word is suspicious
PLAIN_WORD = 2.5  # a changed word of less weight (`method`, `model`) alters nothing
_DENYING = frozenset(listed("not no cannot never without neither nor none hardly barely t"))
_REPORTING = frozenset(
    map(
        stem,
        listed("""
say report state note find claim argue show observe describe mention author paper abstract study work
researchers article propose present introduce develop explore investigate according"""),
    )
)


def verbatim_span(claim: str, abstract: str) -> tuple[int, int] | None:
    """Where `abstract` has `claim` word for word as one or more whole sentences; white space aside."""
    pieces = claim.split()
    if not pieces:
        return None
    found = re.search(r"\s+".join(map(re.escape, pieces)), abstract)
    if not found:
        return None
    before, after = abstract[: found.start()].rstrip(), abstract[found.end() :].lstrip()
    whole = (not before or before[-1] in ".!?:;") and (not after or pieces[-1][-1] in ".!?\"')”")
    return found.span() if whole else None


def altered_sense(claim: str, sentences: Sequence[str]) -> str:
    """The word by which a near-copy of one of the plain `sentences` says the opposite, or ""."""
    for ours, theirs in _edits(claim, sentences):
        mine = {w.text.lower() for w in ours} & _DENYING
        its = {w.text.lower() for w in theirs} & _DENYING
        if bool(mine) != bool(its):
            return min(mine or its)
        for word in ours:
            if any(are_opposite(word.stem, other.stem) for other in theirs):
                return word.text
    return ""


def altered_number(claim: str, sentences: Sequence[str]) -> str:
    """The number that a near-copy of one of the plain `sentences` has more often than it, or ""."""
    copy = _near_copy(claim, tuple(sentences))
    if not copy:
        return ""
    there = Counter(q.value for q in quantities(copy[1]))
    for quantity in quantities(claim):
        there[quantity.value] -= 1
        if there[quantity.value] < 0:
            return claim[quantity.start : quantity.end].strip()
    return ""


def altered_word(claim: str, sentences: Sequence[str], title: str) -> str:
    """The telling word put into a near-copy of one of the plain `sentences`; "" when there is none."""
    known = frozenset(w.stem for text in (*sentences, title) for w in words(text))
    for ours, theirs in _edits(claim, sentences):
        for word in ours:
            alike = any(point_alike(word.stem, other.stem) or _are_kin(word.stem, other.stem) for other in theirs)
            if _tells(word) and word.stem not in known and not alike:
                return word.text
    return ""


@lru_cache(maxsize=256)
def _near_copy(claim: str, sentences: tuple[str, ...]) -> tuple[SequenceMatcher, str] | None:
    """The sentence that the claim nearly copies, aligned with it."""
    ours = [w.stem for w in words(claim)]
    best, ratio = None, NEAR_VERBATIM
    for sentence in sentences:
        matcher = SequenceMatcher(None, ours, [w.stem for w in words(sentence)], autojunk=False)
        if len(ours) >= 5 and matcher.quick_ratio() >= ratio and matcher.ratio() >= ratio:
            best, ratio = (matcher, sentence), matcher.ratio()
    return best


def _edits(claim: str, sentences: Sequence[str]) -> Iterator[tuple[Sequence[Word], Sequence[Word]]]:
    """What the claim has, and what the sentence has in its place, wherever the two part."""
    copy = _near_copy(claim, tuple(sentences))
    if copy:
        matcher, sentence = copy
        ours, theirs = words(claim), words(sentence)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag != "equal":
                yield ours[a:b], theirs[c:d]


def _tells(word: Word) -> bool:
    return (
        word.text.lower() not in STOP
        and word.stem not in _REPORTING
        and weight(word.stem) >= PLAIN_WORD
        and not word.text[0].isdigit()
    )


@lru_cache(maxsize=65536)
def _are_kin(one: str, other: str) -> bool:
    """Whether one stem begins the other (`accur`, `accuraci`)."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and long.startswith(short)
