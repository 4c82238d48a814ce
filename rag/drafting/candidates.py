"""Which papers a draft is about: found as surveys are searched for, and cut off where relevance falls."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.records import Found
from rag.search.query import spelled_out, topic_query
from rag.search.retrieve import POOL, look, rank_found
from rag.tuning import Tuning, shipped
from store.sentences import sentences

if TYPE_CHECKING:
    from store.library import Library

MOST = 12


@dataclass(frozen=True, slots=True)
class Cut:
    """Where candidates end: at the share `relevant` of the best ones' score, behind the `least` at any rate."""

    relevant: float
    least: int


# Chosen on the survey and topic questions of benchmarks/questions; `python -m benchmarks.candidates` holds it out.
CUT = Cut(relevant=0.6, least=6)


def gather(library: "Library", topic: str, tuning: Tuning | None = None) -> list[Found]:
    """Candidates for a draft on `topic`, best first, their scores standardised over the pool."""
    views = look(library, topic_query(spelled_out(topic, library)), POOL)
    return rank_found(library, views, tuning or shipped(library.reads_words))


def asked_for(topic: str) -> list[str]:
    """The aspects that a topic counts off behind a colon, as they are written there."""
    rest = topic.partition(":")[2] if len(sentences(topic)) == 1 else ""
    pieces = [piece.strip() for piece in re.split(r"[,;]|\band\b", rest)]
    return [piece for piece in pieces if 0 < len(piece.split()) <= 4 and not piece.startswith("how ")]


def relevant(found: Sequence[Found], count: int | None = None, cut: Cut = CUT) -> list[Found]:
    """The papers of `found` worth a sentence, best first: `count`, or down to where relevance falls."""
    if count is not None:
        return list(found[:count])
    top = [f.score for f in found[:3]]
    floor = cut.relevant * sum(top) / max(1, len(top))
    many = sum(f.score >= floor for f in found)
    return list(found[: max(cut.least, min(MOST, many))])
