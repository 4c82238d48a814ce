"""Which papers a draft cites: those that are about its topic, however many, and why the next ones are not."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.drafting.plan import Omission
from rag.errors import DraftError
from rag.language.naming import where_named
from rag.records import Found
from rag.search.query import spelled_out, topic_query, with_acronyms
from rag.search.retrieve import Views, likeness, look, rank_found
from rag.tuning import Tuning, tuning_of
from store.library import Library, Part

MOST, SHORT = 20, 6  # papers of a draft at most, and of a short one
LISTED = 10  # papers that are told as left out, at most
NO_ABSTRACT = "it has no abstract"
_NEAREST = 3  # papers named where none is about the topic
_LOOKED_AT = 60  # the best of the search, whose titles are looked at too


@dataclass(frozen=True, slots=True)
class Cut:
    """Where candidates end: a paper whose relevance is below `least` is left out.

    Relevance is the score of the search, in standard deviations and no less than `score` of them, and, weighed, the
    cosines of its title with the topic and of it with the best papers, and how near its nearest passage comes to the
    topic `beside` the nearest one of all. A paper whose nearest passage is less like the topic than `about` is not
    about it.
    """

    least: float
    score: float
    title: float
    alike: float
    beside: float
    about: float


# Near what logistic regression gives on benchmarks/topics.jsonl and survey questions (`python -m benchmarks.candidates`
# shows both); titles count for more, by hand. With the least score a paper must be very like the topic: a library may
# hold nothing but its subject, and then scores do not tell its papers apart.
CUT = Cut(least=6.55, score=1.0, title=1.0, alike=2.5, beside=3.5, about=0.4)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper found for a topic: the cosines of its nearest passage and title with it, and of it with the best.

    `beside` is the cosine of its passage by the highest one of a paper.
    """

    found: Found
    passage: float
    title: float
    alike: float
    beside: float

    def relevance(self, cut: Cut = CUT) -> float:
        """How relevant it is, from 1 on enough to be cited."""
        near = cut.title * self.title + cut.alike * self.alike + cut.beside * self.beside
        return (max(cut.score, self.found.score) + near) / cut.least


def gather(library: Library | Part, topic: str, tuning: Tuning | None = None) -> list[Candidate]:
    """Candidates for a draft on `topic`, best first; not the paper whose abstract the topic is."""
    said = with_acronyms(spelled_out(topic, library), library)
    views = look(library, topic_query(said))
    found = candidates(library, said, views, rank_found(library, views, tuning or tuning_of(library)))
    return [c for c in found if not (opening := _opening(c)) or opening not in topic]


def _opening(candidate: Candidate) -> str:
    return " ".join(candidate.found.paper.abstract.split())[:200]


def candidates(library: Library | Part, topic: str, views: Views, found: Sequence[Found]) -> list[Candidate]:
    """What is `found`, with its likeness to `topic`: 0 to the passages of papers found by their words alone."""
    looked = [f.paper for f in found[:_LOOKED_AT]]
    near = (library.embed([paper.title for paper in looked]) @ library.embed_query(topic)).tolist() if looked else []
    titles = dict(zip((paper.paper_id for paper in looked), near, strict=True))
    alike = likeness(library, [f.paper.paper_id for f in found])
    passages = {paper_id: hit.score for paper_id, hit in views.hits.items()}
    best = max(passages.values(), default=1.0)
    beside = {paper_id: score / best for paper_id, score in passages.items()}
    signs = (passages, titles, alike, beside)
    return [Candidate(f, *(view.get(f.paper.paper_id, 0.0) for view in signs)) for f in found]


def relevant(found: Sequence[Candidate], topic: str = "", cut: Cut = CUT) -> list[Candidate]:
    """The candidates that are about the topic, best first; those that it calls by name come first."""
    named = [c for c in found if topic and where_named(c.found.paper, topic) >= 0]
    about = [c for c in found if c.relevance(cut) >= 1 and c.passage >= cut.about]
    return [*named, *(c for c in sorted(about, key=lambda c: -c.relevance(cut)) if c not in named)][:MOST]


def choose(library: Library | Part, topic: str, count: int | None, short: bool) -> tuple[list[Found], list[Omission]]:
    """The papers to cite, best first, and what was found and left out, each with the reason.

    `count` papers where the user asks for a number. Raises DraftError when no paper is about the topic.
    """
    found = gather(library, topic)
    told = [c for c in found if _opening(c)]
    about = relevant(told, topic)
    if not about:
        raise DraftError(_nothing(found))
    chosen = [*about, *(c for c in told if c not in about)][:count] if count else about[: SHORT if short else MOST]
    rest = [c for c in [*about, *found] if c not in chosen]
    left = [Omission(c.found.paper.paper_id, _why(c, c in about)) for c in dict.fromkeys(rest)]
    return [c.found for c in chosen], left[:LISTED]


def _why(candidate: Candidate, is_about: bool) -> str:
    if not _opening(candidate):
        return NO_ABSTRACT
    if is_about:
        return "it is about the topic, but the draft has as many papers as it may"
    if candidate.passage < CUT.about:
        return "found by its words, but no passage of it is like the topic"
    worth = int(100 * max(0.0, candidate.relevance())) / 100  # never rounded up to what is cited
    return f"found, but less about the topic (relevance {worth:.2f}; cited from 1.00 on)"


def _nothing(found: Sequence[Candidate]) -> str:
    nearest = sorted(found, key=lambda c: -c.passage)[:_NEAREST]
    titles = "; ".join(f"{c.found.paper.title} ({c.found.paper.paper_id})" for c in nearest)
    told = f" The nearest are: {titles}." if titles else ""
    return f"No paper in this library is about this; add papers with `citewell add`, or widen the topic.{told}"
