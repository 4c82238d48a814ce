"""Where a question names authors, and whom: "by Kim and Lee", "Levine's papers", "did Sadigh publish", "Lin et al."."""

import re
from collections.abc import Iterator

from rag.catalogue.catalogue import Catalogue
from rag.catalogue.wording import PAPERS, SAID_OF
from rag.language.terms import STOP, is_common, listed
from rag.question import any_of

_TOKEN = r"[^\W\d_][\w'’.\-]*"
_NAME = re.compile(rf"\s*({_TOKEN}(?:,? {_TOKEN}){{0,4}})")
_BEHIND = re.compile(
    r"(?:['’]s?)?(?: et\.? al\.?'?s?)?(?: and (?:colleagues|co-?workers|co-?authors|others))?(?:['’]s)?"
    r"(?: (?:group|lab|team)\b)?"
)
_JOINED = re.compile(r"\s*(,? and|,? or|&|,)\s+(?:by )?")
_BY = any_of(r"\bby (?:the )?(?:(?:authors?|professor|prof\.?|dr\.?) )?")
_OF = any_of(r"\b(?:from|of|with|involving) (?:the )?(?:(?:authors?|professor|prof\.?|dr\.?) )?")
_AUTHOR = any_of(r"\bauthors?(?: (?:is|are|named|called|was))?:? ", r"\bwho (?:is|was) ", r"\btell me about ")
_DID = any_of(r"\b(?:did|does|do|has|have) (?=[^\W\d_])")
_POSSESSIVE = re.compile(
    rf"(?:^|\s)({_TOKEN}(?: {_TOKEN}){{0,3}})['’]s?\s+(?=(?:[\w-]+ ){{0,2}}(?:{PAPERS}|co-?authors?|collaborators?)\b)",
    re.IGNORECASE,
)
_BEFORE_PAPERS = re.compile(rf"({_TOKEN}(?: {_TOKEN}){{0,2}})\s+(?={PAPERS}\b)", re.IGNORECASE)
_ET_AL = re.compile(rf"({_TOKEN}(?:(?: and| &)? {_TOKEN})?),? et\.? al\.?(?:['’]s)?")
_SUBJECT = any_of(r"(?:^|\b(?:did|does|do|has|have|by|of)\s+)$")  # where a work is asked about, not compared with
_PARTICLES = frozenset(listed("van von der den de la le del di da dos du el al bin ter"))
_NAME_ALONE = 6  # words at most of a question that may be nothing but a name and its filler


def author_places(text: str, freely: bool) -> Iterator[tuple[int, int, bool]]:
    """Where an author may be named: the start of the phrase, that of the name, and whether it can be nothing else."""
    yield from _behind_a_cue(text, freely)
    for pattern in (_POSSESSIVE, *([_BEFORE_PAPERS] if freely else []), _ET_AL):
        for found in pattern.finditer(text):
            if pattern is not _ET_AL or freely or _SUBJECT.search(text[: found.start(1)]):
                words = (found.start(1) + word.start() for word in re.finditer(r"\S+", found[1]))
                yield from ((start, start, False) for start in words)
    if freely and len(text.split()) <= _NAME_ALONE:
        yield 0, 0, False


def _behind_a_cue(text: str, freely: bool) -> Iterator[tuple[int, int, bool]]:
    """The places behind "by", "from", "author", "did" and the like."""
    for cue in _BY.finditer(text):
        said = bool(SAID_OF.search(text[: cue.start()]))
        if said or freely:
            yield cue.start(), cue.end(), said
    for cue in _AUTHOR.finditer(text):
        yield cue.start(), cue.end(), False
    for cue in _OF.finditer(text):
        if SAID_OF.search(text[: cue.start()]):
            yield cue.start(), cue.end(), False
    for cue in _DID.finditer(text) if freely else ():
        yield cue.end(), cue.end(), False


def read_names(text: str, place: int, catalogue: Catalogue, sure: bool) -> tuple[tuple[str, ...], int]:
    """The names that stand at `place`, joined by "and" or by "or", and their end; none where nobody is called so.

    Where it is `sure` that a person is named, one whom the library does not have counts too.
    """
    name, end = _read_name(text, place, catalogue, sure)
    if not name:
        return (), place
    names = [name]
    while joint := _JOINED.match(text, end):
        other, after = _read_name(text, joint.end(), catalogue, False)
        if not other:
            break
        names = [*names[:-1], f"{names[-1]} or {other}"] if joint[1].strip(" ,") == "or" else [*names, other]
        end = after
    return tuple(names), end


def _read_name(text: str, place: int, catalogue: Catalogue, sure: bool) -> tuple[str, int]:
    found = _NAME.match(text, place)
    if found is None:
        return "", place
    tokens = list(re.finditer(_TOKEN, found[1]))
    usable = next((n for n, t in enumerate(tokens) if t[0].lower() in STOP - _PARTICLES), len(tokens))
    for count in range(usable, 0, -1):
        end = found.start(1) + tokens[count - 1].end()
        said = re.sub(r"['’]s?$", "", text[found.start(1) : end]).rstrip(".,")
        if count < usable and tokens[count][0][0].isupper() and not re.search(r"[,.]\s*$", said):
            continue  # a part of another name
        if _may_be_name(said) and catalogue.people.named(said):
            behind = _BEHIND.match(text, found.start(1) + len(said))
            return said, max(end, behind.end() if behind else end)
    capitals = [t for t in tokens[:usable] if t[0][0].isupper()]
    if sure and capitals and capitals == tokens[: len(capitals)] and not all(is_common(t[0]) for t in capitals):
        end = found.start(1) + capitals[-1].end()
        behind = _BEHIND.match(text, end)
        return text[found.start(1) : end].rstrip("."), behind.end() if behind else end
    return "", place


def _may_be_name(said: str) -> bool:
    """Whether `said` is written as a name: with capitals, or in words that are no ordinary ones."""
    words = said.split()
    if any(word[0].isupper() for word in words if word.lower() not in _PARTICLES):
        return all(word[0].isupper() or word.lower() in _PARTICLES or not is_common(word) for word in words)
    return not all(is_common(word) for word in words)
