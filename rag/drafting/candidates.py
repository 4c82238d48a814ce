"""Which papers a draft is about: gathered widely, ranked, and cut off where relevance falls."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.language.terms import content_stems, plain
from rag.records import Found
from rag.search.fusion import fuse, ranked, standardise
from rag.search.retrieve import WITHOUT_WORDS, Blend, Views, look, rank
from store.records import Hit, Paper, Passage
from store.sentences import sentences

if TYPE_CHECKING:
    from store.library import Library

POOL = 100  # papers ranked together
MOST = 12


@dataclass(frozen=True, slots=True)
class Weights:
    """What makes a paper a candidate, and where candidates end.

    `closeness` and `words` weigh against meaning in each search (see Blend); against the topic as a whole,
    `aspect` weighs the aspect that suits a paper best, `likeness` that it is like the `models` best papers.
    Papers count as relevant down to the share `relevant` of the best ones' score, `least` at any rate.
    """

    closeness: float
    words: float
    aspect: float
    likeness: float
    models: int
    relevant: float
    least: int


# Chosen on the survey and topic questions of benchmarks/questions; `python -m benchmarks.candidates` holds them out.
WEIGHTS = Weights(closeness=0.3, words=0.3, aspect=1.0, likeness=0.5, models=3, relevant=0.5, least=6)
_FEWEST = 2  # content words of an aspect


def aspects(topic: str) -> list[str]:
    """The parts of a topic that a paper may be about alone.

    "agents: safety, training data" gives "agents", "agents safety", "agents training data"; of a text of
    several sentences, such as an abstract, each sentence is one.
    """
    parts = sentences(topic)
    if len(parts) > 1:
        return parts
    head, colon, rest = topic.partition(":")
    pieces = [piece.strip() for piece in re.split(r"[,;]|\band\b", rest or head)]
    found = [head.strip(), *(f"{head.strip()} {piece}" for piece in pieces if piece)] if rest else pieces
    found = [aspect for aspect in found if len(content_stems(plain(aspect))) >= (1 if colon else _FEWEST)]
    return found if len(found) > 1 else []


def asked_for(topic: str) -> list[str]:
    """The aspects that a topic counts off behind a colon, as they are written there."""
    rest = topic.partition(":")[2] if len(sentences(topic)) == 1 else ""
    pieces = [piece.strip() for piece in re.split(r"[,;]|\band\b", rest)]
    return [piece for piece in pieces if 0 < len(piece.split()) <= 4 and not piece.startswith("how ")]


class Searches:
    """Searches of one library; each query is searched once, however it is weighed."""

    def __init__(self, library: "Library") -> None:
        self.library = library
        self.hits: dict[str, Hit] = {}
        self._views: dict[str, Views] = {}

    def pool(self, query: str, weights: Weights) -> dict[str, float]:
        """The scores of the papers found for `query`, standardised; the best passages join `hits`."""
        if query not in self._views:
            self._views[query] = look(self.library, query, POOL)
            self.hits = {**self._views[query].hits, **self.hits}
        views = self._views[query]
        blend = Blend(weights.closeness, 1.0, weights.words) if views.near else WITHOUT_WORDS
        return rank(self.library, views, blend)


def gather(
    library: "Library", topic: str, weights: Weights = WEIGHTS, searches: Searches | None = None
) -> list[Found]:
    """Candidates for a draft on `topic`, best first, their scores standardised over the pool.

    The topic as a whole counts, the aspect that suits a paper best, and how like the paper is to
    the best ones (pseudo-relevance feedback, Rocchio 1971, by their titles).
    """
    searches = searches or Searches(library)
    scores = searches.pool(topic, weights)
    parts = [searches.pool(part, weights) for part in aspects(topic)]
    if parts:
        best = {i: max(part.get(i, min(part.values())) for part in parts) for i in scores}
        scores = fuse([scores, best], [1.0, weights.aspect])
    titles = [paper.title for paper in library.get_many(ranked(scores)[: weights.models])]
    models = [searches.pool(title, weights) for title in titles]
    like = {i: sum(model.get(i, min(model.values())) for model in models) for i in scores} if models else {}
    final = standardise(fuse([scores, like], [1.0, weights.likeness]))
    papers = {paper.paper_id: paper for paper in library.get_many(list(final))}
    return [Found(papers[i], _passage(papers[i], searches.hits), final[i]) for i in ranked(final) if i in papers]


def _passage(paper: Paper, hits: Mapping[str, Hit]) -> Passage:
    hit = hits.get(paper.paper_id)
    return hit.passage if hit else Passage(paper.paper_id, 0, len(paper.abstract), paper.abstract)


def relevant(found: Sequence[Found], count: int | None = None, weights: Weights = WEIGHTS) -> list[Found]:
    """The papers of `found` worth a sentence, best first: `count`, or down to where relevance falls."""
    if count is not None:
        return list(found[:count])
    top = [f.score for f in found[:3]]
    floor = weights.relevant * sum(top) / max(1, len(top))
    many = sum(f.score >= floor for f in found)
    return list(found[: max(weights.least, min(MOST, many))])
