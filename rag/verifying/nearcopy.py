"""Claims that repeat a sentence of an abstract but for a few words: whether these few change what it says.

Only two things can be told from the words alone. Words were left out, but no hedge or denial, and nothing but framing
was put in ("we propose" for "Kang et al. propose"): the claim says what the sentence says. A denial came or went, a
word gave way to its opposite, or a number is another: it does not. Of claims with other words in place of the
sentence's a third is false: those are the judge's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.language.opposites import is_denial, opposed
from rag.language.quantities import quantities
from rag.language.terms import Word, bare_prefix, is_word, listed, stem, words
from rag.records import Kind
from rag.verifying.missing import BOUND, ROUNDED, rounds

REPEATED = 0.75  # share of the claim's telling words that stand in one sentence in the same order
FEWEST = 4  # words of such a claim
_DENYING = frozenset(listed("not no cannot never without neither nor none hardly barely t free unable inability fail"))
# Small words that turn a statement; other function words come and go.
_TURNING = _DENYING | frozenset(
    listed(
        "more less most least fewer few many all every always only before after over under above below with up down "
        "both"
    )
)
_HEDGES = frozenset(listed("can could may might should nearly almost some several most up partly potentially often"))
_TELLERS = frozenset(
    map(
        stem,
        listed("""author paper abstract study work article researcher they method approach model say report state find
show propose present introduce develop describe explore investigate demonstrate observe argue claim according their
them we our system framework"""),
    )
)


Change = tuple[Sequence[Word], Sequence[Word]]  # the words that were put in, and those that are gone for them


@dataclass(frozen=True, slots=True)
class Copy:
    """A near copy of a sentence; `kind` and `word` tell what turns its sense, or are empty where nothing does."""

    kind: Kind
    word: str


def near_copy(claim: str, sentences: Sequence[str], title: frozenset[str]) -> Copy | None:
    """The plain `claim` as a near copy of one of the plain `sentences`, or None where its words do not tell.

    `title` are the stems of the paper's title: its name stands for "we". A near copy without a change of sense comes
    first.
    """
    ours = _telling_words(claim)
    copies = [copy for s in sentences if (copy := _copy(claim, ours, s, title)) is not None]
    return min(copies, key=lambda copy: bool(copy.word), default=None)


def _copy(claim: str, ours: Sequence[Word], sentence: str, title: frozenset[str]) -> Copy | None:
    theirs = _telling_words(sentence)
    matcher = SequenceMatcher(None, [w.stem for w in ours], [w.stem for w in theirs], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if len(ours) < FEWEST or sum(block.size for block in blocks) < REPEATED * len(ours):
        return None
    if number := _changed_number(claim, sentence):
        return Copy("number", number)
    first, last = blocks[0].b, blocks[-1].b + blocks[-1].size
    spans = [(a, b, max(c, first), min(d, last)) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    changes = [(ours[a:b], theirs[c:d]) for a, b, c, d in spans]
    if denied := _turned(changes) or _denied(changes, [(ours[b : b + 1], theirs[d : d + 1]) for _, b, _, d in spans]):
        return Copy("contradicted", denied)
    put = (word for change in changes for word in change[0] if word.stem not in title)
    gone = (word.text.lower() for change in changes for word in change[1])
    turned = any(word in (_TURNING | _HEDGES) - {"both"} for word in gone)  # of two things, one
    return None if turned or any(map(_tells, put)) or not _numbers_in_order(claim, sentence) else Copy("", "")


def _telling_words(text: str) -> list[Word]:
    """The telling words of a plain text; numbers with their units are compared by themselves."""
    fronts = [ROUNDED.search(text[: q.start]) for q in quantities(text)]
    taken = [(m.start() if m else q.start, q.end) for q, m in zip(quantities(text), fronts, strict=True)]
    told = [w for w in words(text) if w.is_content or w.text.lower() in _TURNING | _HEDGES]
    return [w for w in told if not any(start <= w.start < end for start, end in taken)]


def _changed_number(claim: str, sentence: str) -> str:
    """A number of the claim that the sentence does not have, or has as it is and not as a bound ("less than 24%")."""
    there = quantities(sentence)
    for quantity in quantities(claim):
        same = (quantity.equals(other) or rounds(quantity, other, claim) for other in there)
        if not quantity.is_word and not any(same):
            return claim[quantity.start : quantity.end].strip()
        bound = BOUND.search(claim[: quantity.start]) if quantity.unit else None  # "over 21 tasks" may be no bound
        if bound and any(quantity.equals(o) and not ROUNDED.search(sentence[: o.start]) for o in there):
            return claim[bound.start() : quantity.end].strip()
    return ""


def _numbers_in_order(claim: str, sentence: str) -> bool:
    """Whether the sentence has the numbers of the claim, also those in words, in the claim's order."""
    there = iter(quantities(sentence))
    return all(any(q.equals(other) or rounds(q, other, claim) for other in there) for q in quantities(claim))


def _turned(changes: Sequence[Change]) -> str:
    """A word in the place of its opposite, or ""."""
    return next((word.text for put, gone in changes for word in put if any(opposed(word, other) for other in gone)), "")


def _denied(changes: Sequence[Change], behind: Sequence[Change]) -> str:
    """A denial that only one side has, of something that both have or that gave way to other words, or "".

    `behind` are the words that follow each change. What came or went together with its denial is another matter.
    """
    sides = [[word for change in changes for word in change[side]] for side in (0, 1)]
    for side in (0, 1):
        if any(map(_denies, sides[1 - side])):
            continue
        for change, after in zip(changes, behind, strict=True):
            denied = next((n for n, word in enumerate(change[side]) if word.text.lower() in _DENYING), None)
            if denied is None:
                continue
            alone = denied == len(change[side]) - 1 and bool(after[side])
            if alone or change[1 - side]:
                return change[side][denied].text
    return ""


def _denies(word: Word) -> bool:
    """Whether a word may be another way to say no: "lacks" for "does not have", "unknown" for "not known"."""
    text = word.text.lower()
    return text in _DENYING or is_denial(text) or is_word(bare_prefix(word.stem))


def _tells(word: Word) -> bool:
    """Whether a word that came or went may change what is said."""
    return word.text.lower() in _TURNING | _HEDGES or (word.is_content and word.stem not in _TELLERS)
