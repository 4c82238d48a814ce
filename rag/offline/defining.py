"""What a paper or a thing is, how it works, and what came of it: the sentences that say so, in this order."""

import re

from rag.language.terms import content_stems, plain, shared
from rag.offline.matching import Match, Source
from rag.offline.telling import is_junk, points_away
from rag.telling.statements import OWN, Statement, worth

_CALLED = (
    r"(?:called|named|termed|dubbed|namely|coined|denoted|introduc\w+|present|propos\w+|develop|release|construct"
    r"|buil[dt])"
)
_IS = (
    r"(?:is|are|refers? to|aims? (?:to|at)|seeks? to|means|consists? of|involves?|requires?|enables?|allows?|predicts?"
    r"|denotes?)"
)
# What a sentence gains that introduces the subject by name, that says of it what it is; what likeness counts.
_INTRODUCED, _SAID, _LIKE, _FIRST = 0.5, 0.35, 0.5, 0.05
_RESULT, _METHOD = 0.5, 0.25  # from these on a statement tells a result, and how it is done


def definition(match: Match, source: Source, subject: str) -> list[int]:
    """The sentences of `source` that tell what `subject` is: first what it is, then how, then what came of it."""
    stated = statements_of(source)
    fit = [i for i, s in enumerate(stated) if not is_junk(s.text) and not s.text.endswith("?")]
    if not fit:
        return []
    first = max(fit, key=lambda i: defines(match, source, stated[i], i, subject))
    rest = [i for i in fit if i != first]
    how = max(rest, key=lambda i: _tells_how(stated, i, first), default=None)
    result = max((i for i in rest if i != how), key=lambda i: _tells_result(stated, i, first), default=None)
    found = [
        i for i, good in ((how, _tells_how), (result, _tells_result)) if i is not None and good(stated, i, first) > 0
    ]
    return [first, *sorted(found, key=lambda i: (i != how, i))]


def defines(match: Match, source: Source, statement: Statement, place: int, subject: str) -> float:
    """How well a sentence tells what `subject` is: it names it, proposes it, says that it is something."""
    text = plain(statement.text)
    name = _name_pattern(subject)
    introduced = (
        rf"(?i)\b{_CALLED}\s+(?:[\w,-]+\s+){{0,4}}?[\"'(*]*{name}"
        rf"|{name}[\"')*]*,? (?:an?|the|is an?|which|that)\b|\({name}\)"
    )
    said = rf"(?i)(?:^|[,.] )(?:the |an? )?(?:[\w-]+ ){{0,2}}{name}[^,.;]{{0,60}}? {_IS}\b"
    near = float(source.vectors[place] @ match.question)
    return (
        worth(statement, source.paper)
        + _INTRODUCED * bool(re.search(introduced, text))
        + _SAID * bool(re.search(said, text))
        + _LIKE * near
        + _LIKE * shared(content_stems(plain(subject)), content_stems(text))
        - _FIRST * points_away(statement.text)
    )


def statements_of(source: Source) -> list[Statement]:
    """The sentences of a source as statements, with their places."""
    last = max(1, len(source.sentences) - 1)
    return [Statement(source.paper.paper_id, 0, 0, text, i / last) for i, text in enumerate(source.sentences)]


def best_definer(match: Match, sources: list[Source], subject: str) -> Source:
    """The source that defines a subject which is no paper's name best."""
    return max(sources, key=lambda s: max(defines(match, s, one, i, subject) for i, one in enumerate(statements_of(s))))


def _name_pattern(subject: str) -> str:
    parts = re.findall(r"\w+", plain(subject))
    return r"[\W_]{0,3}".join(map(re.escape, parts)) + r"s?(?!\w)"


def _tells_how(stated: list[Statement], i: int, first: int) -> float:
    """How well sentence `i` tells how the thing of sentence `first` works: soon behind it, and no result."""
    text = stated[i]
    if i < first or points_away(text.text):
        return 0.0
    return text.plays("method") - _METHOD + 0.2 / (i - first) - 0.6 * (text.plays("result") > _RESULT)


def _tells_result(stated: list[Statement], i: int, first: int) -> float:
    text = stated[i]
    if i < first or points_away(text.text):
        return 0.0
    return text.plays("result") - _RESULT + 0.2 * bool(OWN.search(text.text))
