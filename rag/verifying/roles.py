"""What a claim tells the other way round than the abstract: who comes before whom, what rises and what falls."""

import re
from collections.abc import Sequence

from rag.language.comparisons import Comparison, comparisons
from rag.language.directions import changes
from rag.language.names import names, squash
from rag.language.naming import where_named
from rag.language.terms import content_stems, shared
from store.records import Paper

_OURS = re.compile(
    r"(?i)\b(?:we|our|ours|proposed|it|its|their own|(?:the|this) (?:authors?'?|paper|work)"
    r"|(?:the|this|their|its|new|a) (?!baseline|other|standard)(?:[\w-]+ )?"
    r"(?:method|approach|system|framework|algorithm))\b"
)
_OTHERS = re.compile(
    r"(?i)\b(?:existing|previous|prior|earlier|older|baselines?|state[- ]of[- ]the[- ]art|sota|others?|competing"
    r"|competitors?|rivals?|conventional|traditional|strongest|best)\b"
)
_OWN, _OTHER = "@own", "@other"  # whose a side is, beside the names in it (`@openvla`)
_CROSSED, _STRAIGHT = 0.6, 0.25  # shares of two sides in those of another comparison: as much, as little as this


def own_names(claim: str, paper: Paper) -> frozenset[str]:
    """The names in the plain `claim` that are the paper's own, squashed: who speaks as "we" in its abstract."""
    return frozenset(squash(name.text) for name in names(claim) if where_named(paper, name.text) >= 0)


def turned_comparison(claim: str, sentences: Sequence[str], own: frozenset[str]) -> int | None:
    """The number of the plain sentence that tells a comparison of the plain `claim` the other way round, or None.

    None also where another sentence tells it as the claim does.
    """
    told = [(n, other) for n, sentence in enumerate(sentences) for other in comparisons(sentence)]
    for said in comparisons(claim):
        alike = [(n, other) for n, other in told if other.measure == said.measure]
        back = Comparison(said.measure, said.lesser, said.greater)
        turned = [n for n, other in alike if _is_same(back, other, own)]
        if turned and not any(_is_same(said, other, own) for _, other in alike):
            return turned[0]
    return None


def _is_same(said: Comparison, told: Comparison, own: frozenset[str]) -> bool:
    """Whether what comes first in one comparison comes first in the other, and clearly not second."""
    more, less = _known_by(said.greater, own), _known_by(said.lesser, own)
    more, less = more - less, less - more
    first, second = _all_of(told.greater, own), _all_of(told.lesser, own)
    straight = min(_share(more, first), _share(less, second))
    return straight >= _CROSSED and max(_share(more, second), _share(less, first)) <= _STRAIGHT


def _known_by(side: str, own: frozenset[str]) -> frozenset[str]:
    """What a side of a claim is known by: its names, or whose it is, else its words."""
    called = frozenset(squash(name.text) for name in names(side))
    if called:
        return frozenset(f"@{name}" for name in called - own) | ({_OWN} if called & own else frozenset())
    if _OURS.search(side):
        return frozenset({_OWN})
    return frozenset({_OTHER}) if _OTHERS.search(side) else content_stems(side)


def _all_of(side: str, own: frozenset[str]) -> frozenset[str]:
    """All that a side of an abstract's comparison can be known by."""
    whose = [mark for mark, pattern in ((_OWN, _OURS), (_OTHER, _OTHERS)) if pattern.search(side)]
    return _known_by(side, own) | content_stems(side) | frozenset(whose)


def _share(wanted: frozenset[str], there: frozenset[str]) -> float:
    marked = frozenset(term for term in wanted if term[0] == "@")
    if marked or not wanted:
        return len(marked & there) / max(1, len(marked))
    return shared(wanted, there)


def turned_change(claim: str, sentences: Sequence[str]) -> int | None:
    """The number of the plain sentence in which what the plain `claim` lets rise falls, or the reverse, or None.

    None also where another sentence tells it as the claim does.
    """
    told = [(n, other) for n, sentence in enumerate(sentences) for other in changes(sentence)]
    for said in changes(claim):
        alike = [(n, other) for n, other in told if other.noun == said.noun]
        turned = [n for n, other in alike if other.up != said.up]
        turned = [n for n in turned if shared(said.stems, content_stems(sentences[n])) >= _CROSSED]
        if turned and not any(other.up == said.up for _, other in alike):
            return max(turned, key=lambda n: shared(content_stems(claim), content_stems(sentences[n])))
    return None
