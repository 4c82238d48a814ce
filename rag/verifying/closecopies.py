"""Close copies: runs of words that a text shares with an abstract, whether or not it sets them in quotation marks.

A warning and no verdict: what copies an abstract is true of it, and still not the writer's own words.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.records import CloseCopy
from store.records import Paper

CLOSE = 8  # words in a row from which a run is a close copy
_SEED = 4  # words by which a run is looked up

_MARKER = r"\[\d[\d,;\s–-]*\]|\ue000[^\ue001]*\ue001"  # a number, or a paper's id in a draft not yet numbered
_WORD = re.compile(rf"{_MARKER}|[^\W_]+(?:['’][^\W_]+)*")
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|``.*?''|\"[^\"]*\"", re.DOTALL)


_Token = tuple[str, int, int]


def close_copies(text: str, papers: Sequence[Paper], least: int = CLOSE) -> list[CloseCopy]:
    """The runs of `least` words or more that `text` shares with an abstract of `papers`, by place, none overlapping.

    Where several abstracts have a run, the longest counts, then the first. A run ends where quotation marks begin
    or end; citation markers such as [3] are no words.
    """
    sources = [(paper.paper_id, *_indexed(paper.abstract)) for paper in papers]
    found: list[CloseCopy] = []
    for start, end, quoted in _stretches(text):
        found += _runs(_tokens(text[start:end], start), sources, max(least, _SEED), quoted)
    return found


def _stretches(text: str) -> Iterator[tuple[int, int, bool]]:
    """The pieces of `text` inside and outside quotation marks, in order."""
    done = 0
    for match in _QUOTED.finditer(text):
        yield done, match.start(), False
        yield *match.span(), True
        done = match.end()
    yield done, len(text), False


def _tokens(text: str, offset: int = 0) -> list[_Token]:
    found = (m for m in _WORD.finditer(text) if m[0][0] not in "[\ue000")
    return [(m[0].casefold().replace("’", "'"), m.start() + offset, m.end() + offset) for m in found]


@lru_cache(maxsize=256)
def _indexed(abstract: str) -> tuple[list[_Token], dict[tuple[str, ...], list[int]]]:
    """The words of an abstract, and where each few of them in a row stand."""
    tokens = _tokens(abstract)
    places: dict[tuple[str, ...], list[int]] = {}
    for i in range(len(tokens) - _SEED + 1):
        places.setdefault(tuple(t[0] for t in tokens[i : i + _SEED]), []).append(i)
    return tokens, places


def _runs(tokens: list[_Token], sources: Sequence, least: int, quoted: bool) -> Iterator[CloseCopy]:
    at = 0
    while at + least <= len(tokens):
        seed = tuple(token[0] for token in tokens[at : at + _SEED])
        matches = [
            (_shared(tokens, at, theirs, place), -order, place)
            for order, (_, theirs, places) in enumerate(sources)
            for place in places.get(seed, ())
        ]
        words, order, place = max(matches, default=(0, 0, 0))
        if words < least:
            at += 1
            continue
        paper_id, theirs, _ = sources[-order]
        start, end = tokens[at][1], tokens[at + words - 1][2]
        yield CloseCopy(paper_id, start, end, theirs[place][1], theirs[place + words - 1][2], words, quoted)
        at += words


def _shared(ours: list[_Token], at: int, theirs: list[_Token], place: int) -> int:
    """How many words the two have in common from these places on."""
    pairs = zip(ours[at:], theirs[place:], strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a[0] != b[0]), min(len(ours) - at, len(theirs) - place))
