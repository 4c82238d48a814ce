"""Which papers a draft is about: gathered widely, ranked, and cut off where relevance falls."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rag.records import Found
from rag.search.fusion import fuse, ranked, standardise
from store.records import Hit, Paper, Passage
from store.sentences import sentences

if TYPE_CHECKING:
    from store.library import Library

POOL = 100  # papers ranked together
# Weights of the best aspect and of likeness to the best papers, against the topic as a whole, and of
# keywords against meaning; and the share of the best papers' score from which a paper counts as
# relevant. Fitted on the survey and topic questions of benchmarks/questions (benchmarks/drafts.py).
ASPECT, LIKENESS, MODELS, WORDS = 0.4, 0.3, 3, 0.4
RELEVANT = 0.5
LEAST, MOST = 5, 12


def aspects(topic: str) -> list[str]:
    """The parts of a topic that a paper may be about alone.

    "agents: safety, training data" gives "agents", "agents safety", "agents training data"; of a text of
    several sentences, such as an abstract, each sentence is one.
    """
    parts = sentences(topic)
    if len(parts) > 1:
        return parts
    head, _, rest = topic.partition(":")
    pieces = [piece.strip() for piece in re.split(r"[,;]|\band\b", rest or head)]
    found = [head.strip(), *(f"{head.strip()} {piece}" for piece in pieces)] if rest else pieces
    found = [aspect for aspect in found if len(aspect.split()) > 1]
    return found if len(found) > 1 else []


def gather(library: "Library", topic: str) -> list[Found]:
    """Candidates for a draft on `topic`, best first, their scores standardised over the pool.

    The topic as a whole counts, the aspect that suits a paper best, and how like the paper is to
    the best ones (pseudo-relevance feedback, Rocchio 1971, by their titles).
    """
    hits: dict[str, Hit] = {}
    scores = _search(library, topic, hits)
    parts = [_search(library, part, hits) for part in aspects(topic)]
    if parts:
        best = {paper_id: max(part.get(paper_id, -9.0) for part in parts) for paper_id in scores}
        scores = fuse([scores, best], [1.0, ASPECT])
    titles = [paper.title for paper in library.get_many(ranked(scores)[:MODELS])]
    models = [_search(library, title, hits) for title in titles]
    like = {i: sum(m.get(i, min(m.values())) for m in models) for i in scores} if models else {}
    final = standardise(fuse([scores, like], [1.0, LIKENESS]))
    papers = {paper.paper_id: paper for paper in library.get_many(list(final))}
    return [Found(papers[i], _passage(papers[i], hits), final[i]) for i in ranked(final) if i in papers]


def _search(library: "Library", query: str, hits: dict[str, Hit]) -> dict[str, float]:
    """The pool for one query by meaning and by words, fused; the best passages join `hits`.

    Both indexes are asked as they are: which kind of question it is does not matter for a topic.
    """
    found = {hit.passage.paper_id: hit for hit in library.by_meaning(query, POOL)}
    hits.update({paper_id: hit for paper_id, hit in found.items() if paper_id not in hits})
    meaning = {paper_id: hit.score for paper_id, hit in found.items()}
    return standardise(fuse([meaning, dict(library.by_words(query, POOL))], [1.0, WORDS]))


def _passage(paper: Paper, hits: Mapping[str, Hit]) -> Passage:
    hit = hits.get(paper.paper_id)
    return hit.passage if hit else Passage(paper.paper_id, 0, len(paper.abstract), paper.abstract)


def relevant(found: Sequence[Found], count: int | None = None) -> list[Found]:
    """The papers of `found` worth a sentence, best first: `count`, or down to where relevance falls."""
    if count is not None:
        return list(found[:count])
    top = [f.score for f in found[:3]]
    floor = RELEVANT * sum(top) / max(1, len(top))
    many = sum(f.score >= floor for f in found)
    return list(found[: max(LEAST, min(MOST, many))])
