"""Which sentences of an abstract come nearest to saying what a claim says, and how near."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from rag.language.names import NameIndex, names
from rag.language.quantities import Quantity, quantities
from rag.language.terms import RARE, content_stems, plain, weight
from store.records import Paper
from store.sentences import sentence_spans

Embed = Callable[[Sequence[str]], "object"]


@dataclass(frozen=True, slots=True)
class AbstractText:
    """An abstract prepared for checking: its sentences' offsets, their plain text and their stems."""

    spans: tuple[tuple[int, int], ...]
    sentences: tuple[str, ...]
    stems: tuple[frozenset[str], ...]
    title: str
    title_stems: frozenset[str]
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
    title = plain(paper.title)
    about = " . ".join((title, *map(plain, paper.authors), plain(paper.venue), str(paper.year or "")))
    whole = " . ".join((*sentences, about))
    return AbstractText(
        spans,
        sentences,
        tuple(map(claim_stems, sentences)),
        title,
        claim_stems(title),
        NameIndex(whole),
        quantities(whole),
    )


@lru_cache(maxsize=4096)
def claim_stems(text: str) -> frozenset[str]:
    """The stems of the content words of a plain text, and each of its quantities as `#value`."""
    return content_stems(text) | {f"#{q.value:g}" for q in quantities(text)}


@dataclass(frozen=True, slots=True)
class Support:
    """The best one or two sentences of an abstract for a claim (their positions), and what speaks for them.

    Each number is from 0 to 1: `alone` and `both` are the weighted shares of the claim's words in the
    best sentence and pair, `anywhere` in title and abstract, `near` and `near_both` cosines of meaning.
    """

    picks: tuple[int, ...]
    alone: float
    both: float
    anywhere: float
    near: float = 0.0
    near_both: float = 0.0


def support(claim: str, text: AbstractText, claim_vector=None, vectors=None) -> Support:
    """How well `text` carries the plain `claim`; vectors (unit rows, one a sentence) add meaning."""
    if not text.sentences:
        return Support((), 0.0, 0.0, 0.0)
    weights = claim_weights(claim)
    from_title = _name_stems(claim) & text.title_stems
    covers = [stems | from_title for stems in text.stems]
    shares = [_share(cover, weights) for cover in covers]
    likeness = [float(x) for x in vectors @ claim_vector] if vectors is not None else [0.0] * len(shares)
    alone = max(range(len(shares)), key=lambda i: (shares[i] + likeness[i], -i))
    pair, near_both = _best_pair(covers, weights, likeness, claim_vector, vectors)
    single, double = shares[alone] + likeness[alone], _share(_union(covers, pair), weights) + near_both
    picks = (alone,) if double - single < PAIR_GAIN else pair
    return Support(
        picks,
        max(shares),
        _share(_union(covers, pair), weights),
        _share(frozenset().union(*covers, text.title_stems), weights),
        max(likeness),
        near_both,
    )


PAIR_GAIN = 0.12  # a second sentence has to add this much to be shown


SPEAKS = 0.3  # share of a clause's words from which a sentence speaks of it


def nearest_sentence(clause: str, text: AbstractText) -> int | None:
    """The position of the sentence with most of a plain clause's words; None when none has enough."""
    weights = claim_weights(clause)
    shares = [_share(stems, weights) for stems in text.stems]
    best = max(range(len(shares)), key=lambda i: (shares[i], -i), default=None)
    return best if best is not None and shares[best] >= SPEAKS else None


def claim_weights(claim: str) -> dict[str, float]:
    """The stems of a claim with their weights."""
    return {s: RARE if s[0] == "#" else weight(s) for s in claim_stems(claim)}


def _share(stems: frozenset[str], weights: dict[str, float]) -> float:
    total = sum(weights.values())
    return sum(w for s, w in weights.items() if s in stems) / total if total else 0.0


def _union(covers: list[frozenset[str]], pair: tuple[int, ...]) -> frozenset[str]:
    return frozenset().union(*(covers[i] for i in pair))


@lru_cache(maxsize=1024)
def _name_stems(claim: str) -> frozenset[str]:
    return frozenset().union(*(claim_stems(n.text) for n in names(claim)))


def _best_pair(covers, weights, likeness, claim_vector, vectors) -> tuple[tuple[int, ...], float]:
    """The two sentences that together come nearest; a pair means the sum of its vectors."""
    best, pair, near = -1.0, (0,), likeness[0]
    for i, j in combinations(range(len(covers)), 2):
        together = (likeness[i] + likeness[j]) / _length_of_sum(vectors, i, j) if vectors is not None else 0.0
        score = _share(covers[i] | covers[j], weights) + together
        if score > best:
            best, pair, near = score, (i, j), together
    return pair, max(near, max(likeness))


def _length_of_sum(vectors, i: int, j: int) -> float:
    return max(float(2 + 2 * (vectors[i] @ vectors[j])) ** 0.5, 1e-6)
