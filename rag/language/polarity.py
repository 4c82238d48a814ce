"""Which way a sentence answers a yes/no question: yes, no, or not surely either, read off its words.

A clause answers when it has the telling words of the question, its predicate among them; denials ("does not
guarantee", "fails to", "unnecessary") and opposites ("degrades" for "helps") each turn the answer, in the question as
in the clause.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.acronyms import ACRONYM, explains, long_form, numbered
from rag.language.opposites import DENIES, sides
from rag.language.quantities import quantities
from rag.language.terms import Word, bare_prefix, is_word, listed, plain, weight, words

_OTHERS = re.compile(
    r"(?i)^(?:[\w-]+, |[^,]{3,60}, )?(?:such|these|those|existing|current|most|many|previous|prior|conventional"
    r"|traditional) (?:[\w-]+ ){0,3}?(?:methods?|approach\w*|works?|stud\w+|solutions?|techniques?|systems?)\b"
)
_SPARES = re.compile(
    r"(?i)\b(?:eliminat|obviat|bypass|avoid|remov|circumvent|reliev|dispens)\w* (?:\w+ ){0,3}?"
    r"(?=need|require|relian|depend|necess)"
)
_PREDICATES = ("sure", "need", "good", "safe", "speed", "ease", "cost", "enough", "level", "count", "size")
_HEDGED = re.compile(
    r"(?i)\b(?:whether|hypothes\w+|unclear|unknown|underexplored|unexplored|we ask|open question|previous(?:ly)?|prior"
    r"|(?:commonly|often) (?:argued|believed|assumed)|(?:is|are) (?:argued|believed|assumed|expected|thought)|ideally"
    r"|one might|tempting|aims? to|promis\w+|potential(?:ly)?|cases where|in (?:some|certain) \w+|sometimes"
    r"|to (?:evaluate|assess|investigate|study|examine|test|explore|understand))\b|\?"
)
_CLAUSE = re.compile(
    r"(?:[,;:]\s+|\s+)(?=(?:but|although|though|while|whereas|however|yet|despite|even if|because|since|suggesting"
    r"|indicating|demonstrating|highlighting|which|we (?:find|show|observe|found|conclude))\b)|[;:]\s+|\s\(?\d\)\s|--|—"
    r"|,\s+(?=(?:they|it|we|this|these|and (?:that|the))\b)"
)
_PART_DENIED = re.compile(rf"(?i)\b(?:that|which|who)\b.*?(?:{DENIES.pattern.removeprefix('(?i)')})")
_LEAD_IN = re.compile(
    r"(?i)^(?:(?:even )?more|most) (?:specifically|precisely|importantly|generally|concretely|notably),?\s+"
)
_OBLIGED = re.compile(r"(?i)\b(?:ha(?:ve|s|d) to|must)\b")
_DONE_WITHOUT = re.compile(r"(?i)\b(?:without|no|never)\s+([\w-]+)")
_GRANTED = re.compile(r"(?i)(?:although|though|while|whereas|despite|even if|even though|unlike)\b")
_COMPARED = re.compile(r"(?i)\b(?:more|less|fewer|better|worse|[a-z]{3,}er)\b.*\bthan\b")
_EQUAL = re.compile(r"(?i)\b(?:the same|equal(?:ly)?|identical(?:ly)?|no (?:\w+ )?difference|indistinguishable)\b")
_POWERLESS = re.compile(r"(?i)\b(?:ineffective|powerless|(?:is|are) (?:not necessary|unnecessary))\b")
_EMPTY = frozenset(
    listed(
        "really actually indeed truly generally usually typically always ever still once again much any good well"
        " possible"
    )
)
SOON = 2  # telling words within which a subject is followed by what is said of it
_JOINED = re.compile(r",|\b(?:and|or|of|in|with)\b")
# Shares of the question's words that a clause has: with its predicate; without one; with that and its whole subject.
LEAST, WHOLE, PART = 0.55, 0.72, 0.4


@dataclass(frozen=True, slots=True)
class Carried:
    """How a sentence answers: yes or no, and the share of the question's telling words that it has."""

    yes: bool
    share: float


@dataclass(frozen=True, slots=True)
class _Term:
    """A telling word: its stem, the kind it belongs to and on which side of it, and whether a prefix denies it."""

    stem: str
    kind: str
    side: int
    denied: bool

    def matches(self, other: "_Term") -> bool:
        return self.stem == other.stem or bool(self.kind and self.kind == other.kind)


def answers(claim: str, sentence: str, abstract: str, known: frozenset[str]) -> Carried | None:
    """How `sentence` of `abstract` answers whether `claim` holds, or None where it does not surely.

    `claim` is what follows the auxiliary of the question, be that "does" or "doesn't"; `known` are stems that need not
    be repeated: those of the title and the name of the paper that is asked about.
    """
    text = _OBLIGED.sub("need to", _LEAD_IN.sub("", written_out(plain(sentence), plain(abstract))))
    claim = _OBLIGED.sub("need to", plain(claim))
    asked = _terms(claim)
    # What is denied of a part of the claim ("those that do not use human data") does not turn the whole.
    if not asked or _PART_DENIED.search(claim) or is_no_finding(text) or _lacks_number(claim, text):
        return None
    if _may_be_denied(asked, claim, plain(abstract)):
        return None
    found = [one for part in _clauses(text) if (one := _answer(asked, claim, part, text, known)) is not None]
    return max(found, key=lambda one: one.share, default=None)


def _answer(asked: list[_Term], claim: str, clause: str, whole: str, known: frozenset[str]) -> Carried | None:
    here, compared = _terms(clause), _COMPARED.search(claim)
    if compared and _EQUAL.search(clause):
        share = _share(asked, here, known)
        return Carried(False, share) if share >= PART else None
    # In a comparison it is what is compared.
    may_be = _terms(compared[0]) if compared else asked
    predicate = min((t for t in may_be if t.kind in _PREDICATES), key=lambda t: _PREDICATES.index(t.kind), default=None)
    twin = predicate and (_first(predicate, here) or _without(predicate, asked, clause))
    if predicate and twin is None:
        return None
    share = _share(asked, here, known)
    subject = asked[: asked.index(predicate)] if predicate else []
    whole_subject = subject and all(_first(term, here) for term in subject)
    least = WHOLE if not predicate else PART if whole_subject else LEAST
    if share < least or _share(asked, _terms(whole), known) < LEAST:
        return None
    denials = [_denied(text) for text in (_region(clause, here, asked), claim)]
    turned = {other for term in here if (other := _first(term, asked)) and term.denied != other.denied}
    turns = sum(denials) + len(turned) + bool(_POWERLESS.search(clause) and not _POWERLESS.search(claim) and not turned)
    if predicate and twin and twin.kind:
        turns += (predicate.side != twin.side) + _swapped(asked, predicate, here, twin)
    return Carried(turns % 2 == 0, share)


def _denied(text: str) -> int:
    return len(DENIES.findall(text)) + len(_SPARES.findall(text))


def _may_be_denied(asked: list[_Term], claim: str, abstract: str) -> bool:
    """Whether the abstract says of something claimed, of which no word tells which way it goes, that it is not done."""
    if any(term.kind in _PREDICATES for term in asked) or DENIES.search(claim):
        return False
    return any(_first(term, asked) for found in _DONE_WITHOUT.finditer(abstract) for term in _terms(found[1]))


def _first(term: _Term, there: list[_Term]) -> _Term | None:
    """The term of `there` that matches best: the same word before one of its kind."""
    found = [other for other in there if term.matches(other)]
    return max(found, key=lambda other: _likeness(term, other), default=None)


def _likeness(term: _Term, other: _Term) -> tuple[bool, bool, bool]:
    return other.stem == term.stem, other.side == term.side, other.denied == term.denied


def _swapped(asked: list[_Term], predicate: _Term, here: list[_Term], twin: _Term) -> bool:
    """Whether the clause says of the question's object what it asks of its subject: "B is better than A"."""
    middle, place = asked.index(predicate), here.index(twin) if twin in here else 0
    left, right = (here[:place], here[place + 1 :]) if place else ([], [])
    # What both sides have ("X planning is better than Y planning") tells neither from the other.
    before = _only(asked[:middle], asked[middle + 1 :])
    after = _only(asked[middle + 1 :], asked[:middle])
    turned = [bool(_first(t, right)) and not _first(t, left) for t in before]
    back = [bool(_first(t, left)) and not _first(t, right) for t in after]
    return bool(turned and back) and all(turned) and any(back)


def _only(terms: list[_Term], others: list[_Term]) -> list[_Term]:
    return [term for term in terms if not _first(term, others)]


def _without(predicate: _Term, asked: list[_Term], clause: str) -> _Term | None:
    """ "without training" says of training that it is not needed."""
    found = re.search(r"(?i)\bwithout (?:any |further |additional )?([\w-]+(?: [\w-]+){0,3})", clause)
    if predicate.kind != "need" or not found:
        return None
    told = _terms(found[1])
    return predicate if any(a.matches(b) for a in told for b in asked if b is not predicate) else None


def _region(clause: str, here: list[_Term], asked: list[_Term]) -> str:
    """The clause up to the last word that the question has too: what is denied behind it is another thing."""
    places = [w.end for w in words(clause) for term in [_term(w)] if any(term.matches(other) for other in asked)]
    return clause[: max(places, default=len(clause))]


def _share(asked: list[_Term], there: list[_Term], known: frozenset[str]) -> float:
    """The share of the weight of the terms asked that is there; what is `known` weighs a sixth where it is lacking."""
    found = sum(_weight(term) for term in asked if _first(term, there))
    lacking = sum(_weight(t) / (6 if t.stem in known else 1) for t in asked if not _first(t, there))
    return found / max(found + lacking, 1e-9)


def _weight(term: _Term) -> float:
    return min(6.0, weight(term.stem))


def _terms(text: str) -> list[_Term]:
    return [_term(w) for w in words(text) if _tells(w)]


def _tells(word: Word) -> bool:
    return (
        word.is_content or word.text.lower() in ("more", "less", "fewer", "can", "could")
    ) and word.text.lower() not in _EMPTY


def _term(word: Word) -> _Term:
    text, bare = word.text.lower(), bare_prefix(word.stem)
    if re.fullmatch(r"[A-Z]{2,}s", word.text):
        return _Term(text[:-1], "", 0, False)
    said = None if text.startswith("dependenc") else sides().get(word.stem)  # those of a sentence are no need
    if said and word.text[1:].islower() and (word.start == 0 or word.text.islower()):
        return _Term(word.stem, *said, False)
    return _Term(bare, "", 0, True) if bare and is_word(bare) else _Term(word.stem, "", 0, False)


def _clauses(text: str) -> Iterator[str]:
    for piece in _CLAUSE.split(text):
        # "Although A, B" says two things.
        parts = piece.split(", ", 1) if piece and _GRANTED.match(piece) else [piece]
        yield from (part for part in parts if part and len(part.split()) > 2)


def _lacks_number(claim: str, text: str) -> bool:
    there = {q.value for q in quantities(text)}
    return any(q.value not in there for q in quantities(claim))


def written_out(text: str, abstract: str) -> str:
    """`text` with each acronym that it does not explain followed by what the abstract says it stands for."""
    for match in reversed(list(ACRONYM.finditer(text))):
        full = "" if explains(text, match["acronym"]) else long_form(match["acronym"], abstract)
        if full:
            text = f"{text[: match.end()]} ({numbered(full, bool(match['plural']))}){text[match.end() :]}"
    return text


def is_no_finding(text: str) -> bool:
    """Whether a sentence asks, supposes, or tells of the work of others."""
    return bool(_HEDGED.search(text) or _OTHERS.match(text))


def leaning(sentence: str, subject: frozenset[str]) -> bool | None:
    """Whether a sentence tells that what has a stem of `subject` does good, or harm; None where it tells neither."""
    text = plain(sentence)
    if _HEDGED.search(text):
        return None
    ways = {way for part in _clauses(text) if (way := _way(part, subject)) is not None}
    return ways.pop() if len(ways) == 1 else None


def _way(clause: str, subject: frozenset[str]) -> bool | None:
    """Which way a good or bad word points that soon follows the subject."""
    told = [word for word in words(clause) if _tells(word)]
    for place, word in enumerate(told):
        for other in told[place + 1 : place + 1 + SOON] if word.stem in subject else ():
            term = _term(other)
            if term.kind == "good" and not _JOINED.search(clause[word.end : other.start]):
                return (term.side + len(DENIES.findall(clause[: other.end]))) % 2 == 0
    return None
