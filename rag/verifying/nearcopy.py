"""Claims that repeat a sentence of an abstract but for a few words: whether these few change what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.language.quantities import quantities
from rag.language.terms import Word, listed, stem, words
from rag.records import Kind
from rag.verifying.missing import ROUNDED, rounds

REPEATED = 0.75  # share of the claim's telling words that stand in one sentence in the same order
FEWEST = 4  # words of such a claim
_DENYING = frozenset(listed("not no cannot never without neither nor none hardly barely t free less unable fail"))
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


@dataclass(frozen=True, slots=True)
class Copy:
    """A near copy of a sentence; `kind` and `word` tell what turns its sense, or are empty where nothing does."""

    kind: Kind
    word: str


def near_copy(claim: str, sentences: Sequence[str], known: frozenset[str]) -> Copy | None:
    """The plain `claim` as a near copy of one of the plain `sentences`, or None where it is none, or has other words.

    `known` are the stems of the whole abstract and its title. A near copy without a change of sense comes first.
    """
    ours = _telling_words(claim)
    copies = [copy for s in sentences if (copy := _copy(claim, ours, s, known)) is not None]
    return min(copies, key=lambda copy: bool(copy.word), default=None)


def _copy(claim: str, ours: Sequence[Word], sentence: str, known: frozenset[str]) -> Copy | None:
    theirs = _telling_words(sentence)
    matcher = SequenceMatcher(None, [w.stem for w in ours], [w.stem for w in theirs], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if len(ours) < FEWEST or sum(block.size for block in blocks) < REPEATED * len(ours):
        return None
    first, last = blocks[0].b, blocks[-1].b + blocks[-1].size
    number = _changed_number(claim, sentence)
    if number:
        return Copy("number", number)
    for tag, a, b, c, d in matcher.get_opcodes():
        gone = theirs[max(c, first) : min(d, last)] if tag != "insert" else ()
        if tag != "equal" and (word := _turned(ours[a:b], gone)):
            return Copy("contradicted", word)
    return None if any(_is_new(word, known) for word in ours) else Copy("", "")


def _telling_words(text: str) -> list[Word]:
    """The telling words of a plain text; numbers with their units are compared by themselves."""
    fronts = [ROUNDED.search(text[: q.start]) for q in quantities(text)]
    taken = [(m.start() if m else q.start, q.end) for q, m in zip(quantities(text), fronts, strict=True)]
    told = [w for w in words(text) if w.is_content or w.text.lower() in _TURNING | _HEDGES]
    return [w for w in told if not any(start <= w.start < end for start, end in taken)]


def _changed_number(claim: str, sentence: str) -> str:
    """A number of the claim that the sentence does not have."""
    there = quantities(sentence)
    for quantity in quantities(claim):
        same = (quantity.equals(other) or rounds(quantity, other, claim) for other in there)
        if not quantity.is_word and not any(same):
            return claim[quantity.start : quantity.end].strip()
    return ""


def _turned(put: Sequence[Word], gone: Sequence[Word]) -> str:
    """A small word put in or left out that turns the sense, or ""."""
    ours, theirs = ({w.text.lower() for w in some} for some in (put, gone))
    turned = (ours ^ theirs) & _DENYING or (ours & _TURNING) - theirs or (theirs & (_TURNING | _HEDGES)) - ours
    return min(turned, default="")


def _is_new(word: Word, known: frozenset[str]) -> bool:
    return word.is_content and word.stem not in known and word.stem not in _TELLERS
