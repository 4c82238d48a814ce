"""An abstract as the check reads it, and the sentences of it that speak of a claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from rag.language.names import NameIndex
from rag.language.quantities import Quantity, quantities
from rag.language.terms import RARE, content_stems, plain, weight
from rag.verifying.verbatim import without_questions
from store.records import Paper
from store.sentences import sentence_spans

if TYPE_CHECKING:
    import numpy as np

WORDS_READ = {1: 84, 2: 52, 3: 38}  # words of each abstract that the judge reads, by the number of papers cited
FEWEST_READ = 32  # … and of each of more papers
LEFT_OPEN = 8  # so few words left are not filled
MEANING = 0.5  # weight of likeness beside the share of words
TITLE_WORDS = 14


@dataclass(frozen=True, slots=True)
class AbstractText:
    """An abstract prepared for checking: its sentences' offsets, their plain text and their stems."""

    spans: tuple[tuple[int, int], ...]
    sentences: tuple[str, ...]
    stems: tuple[frozenset[str], ...]
    title: str
    names: NameIndex
    quantities: tuple[Quantity, ...]

    @property
    def plain(self) -> str:
        """The plain sentences as one text."""
        return " ".join(self.sentences)


@lru_cache(maxsize=2048)
def abstract_text(paper: Paper) -> AbstractText:
    """The analysis of a paper's abstract, kept for the next claim that cites it."""
    spans = tuple(sentence_spans(paper.abstract))
    sentences = tuple(plain(" ".join(paper.abstract[start:end].split())) for start, end in spans)
    title = plain(" ".join(paper.title.split()))
    about = " . ".join((title, *map(plain, paper.authors), plain(paper.venue), str(paper.year or "")))
    whole = " . ".join((*sentences, about))
    stems = tuple(map(claim_stems, sentences))
    return AbstractText(spans, sentences, stems, title, NameIndex(whole), quantities(whole))


@lru_cache(maxsize=4096)
def claim_stems(text: str) -> frozenset[str]:
    """The stems of the content words of a plain text, and each of its quantities as `#value`."""
    return content_stems(text) | {f"#{q.value:g}" for q in quantities(text)}


def claim_weights(claim: str) -> dict[str, float]:
    """The stems of a plain claim with their weights."""
    return {s: RARE if s[0] == "#" else weight(s) for s in claim_stems(claim)}


@dataclass(frozen=True, slots=True)
class Reading:
    """What of one abstract speaks of a claim: sentence numbers, the telling ones first.

    `shares` are the weighted shares of the claim's words that each of them adds to those before it, `likenesses`
    the cosine of each sentence of the abstract with the claim.
    """

    paper: Paper
    text: AbstractText
    picks: tuple[int, ...]
    shares: tuple[float, ...]
    likenesses: tuple[float, ...]

    @property
    def share(self) -> float:
        """The share of the claim's words that the picked sentences have together, from 0 to 1."""
        return sum(self.shares)

    @property
    def likeness(self) -> float:
        """The greatest of them."""
        return max(self.likenesses, default=0.0)

    @property
    def premise(self) -> str:
        """The title and the picked sentences in order, as the trained judge reads them."""
        title = " ".join(self.text.title.split()[:TITLE_WORDS])
        return f"{title} : {' '.join(self.text.sentences[i] for i in sorted(self.picks))}"


def read(claim: str, papers: Sequence[Paper]) -> list[Reading]:
    """For each paper the sentences that speak of the plain `claim`, as many as the judge reads; no questions."""
    most = WORDS_READ.get(len(papers), FEWEST_READ)
    return [_read(claim, paper, abstract_text(without_questions(paper, claim)), most) for paper in papers]


def _read(claim: str, paper: Paper, text: AbstractText, most: int) -> Reading:
    left = claim_weights(claim)
    whole = sum(left.values()) or 1.0
    likeness = _likeness(claim, text)
    rest, used = set(range(len(text.sentences))), 0
    picks: list[int] = []
    shares: list[float] = []
    while rest and used < most - LEFT_OPEN:
        gains = {i: sum(left.get(s, 0.0) for s in text.stems[i]) / whole for i in rest}
        best = max(rest, key=lambda i: (gains[i] + MEANING * likeness[i], -i))
        rest.discard(best)
        size = len(text.sentences[best].split())
        if picks and used + size > most:
            continue
        picks.append(best)
        shares.append(gains[best])
        used += size
        for stem in text.stems[best]:
            left.pop(stem, None)
    return Reading(paper, text, tuple(picks), tuple(shares), tuple(likeness))


def _likeness(claim: str, text: AbstractText) -> list[float]:
    """The cosine of each sentence with the claim, by the static model that ships."""
    if not text.sentences:
        return []
    return [float(x) for x in _vectors(text.sentences) @ _vectors((claim,))[0]]


@lru_cache(maxsize=1024)
def _vectors(texts: tuple[str, ...]) -> "np.ndarray":
    return _encoder().encode(list(texts))


@cache
def _encoder():
    from store.encoders.static import StaticEncoder
    from store.encoders.weights import STATIC, find_folder

    return StaticEncoder(find_folder(STATIC))
