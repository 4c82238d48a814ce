"""Yes or no where no word of a sentence settles it: what the trained judge makes of the statement and of its denial.

Alone it sees little of a denial, but which of the two it rather believes tells the way (the difference of its scores).
"""

from collections.abc import Iterator, Sequence

from rag.language.polarity import is_no_finding
from rag.language.stating import statements_of
from rag.language.terms import plain
from rag.offline.matching import Match
from rag.offline.sharing import Share
from rag.offline.telling import is_junk
from rag.telling.statements import OWN
from rag.tuning import Composing
from rag.verifying.judge import Opinion, trained_judge


def judged(match: Match, shares: Sequence[Share]) -> tuple[bool, Share, int] | None:
    """Yes or no, and the sentence that says so, its share and number; None where the nearest finding is not sure."""
    wanted = match.asked.wanted
    told = statements_of(wanted.auxiliary, plain(wanted.claim))
    near = sorted(_findings(match, shares), key=lambda one: -one[0])
    if told is None or not near:
        return None
    _, share, i = near[0]
    said, denied = _opinions(told, share, i)
    lean = said.supported - said.contradicted - denied.supported + denied.contradicted
    believed = max(said.supported, denied.supported) >= Composing.BELIEVED and said.silent < Composing.SILENT
    if not believed or abs(lean) < Composing.LEANS:
        return None
    way = told[lean < 0]
    best = max(near[: Composing.WEIGHED], key=lambda one: _opinion(way, *one[1:]).supported)
    return lean > 0, best[1], best[2]


def _findings(match: Match, shares: Sequence[Share]) -> Iterator[tuple[float, Share, int]]:
    """The sentences in which a source tells of its own work and that are near to the question, with their cosines."""
    for share in shares:
        source = share.source
        own = next((i for i, text in enumerate(source.sentences) if OWN.search(text)), 0)
        for i, text in enumerate(source.sentences[own:], own):
            near = float(source.vectors[i] @ match.question)
            if near >= Composing.NEAR_ENOUGH and not is_junk(text) and not is_no_finding(plain(text)):
                yield near, share, i


def _opinions(told: tuple[str, str], share: Share, i: int) -> tuple[Opinion, Opinion]:
    return _opinion(told[0], share, i), _opinion(told[1], share, i)


def _opinion(statement: str, share: Share, i: int) -> Opinion:
    return trained_judge().judge([(statement, plain(share.source.sentences[i]))])[0]
