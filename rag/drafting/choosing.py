"""Which papers a draft cites: those that are about its topic, however many, and why the next ones are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.drafting.plan import Omission
from rag.errors import DraftError
from rag.language.naming import where_named
from rag.records import Found
from rag.search.query import spelled_out, topic_query
from rag.search.retrieve import Views, look, rank_found
from rag.tuning import Tuning, tuning_of
from store.library import Library, Part

MOST, SHORT = 20, 6  # papers of a draft at most, and of a short one
LISTED = 10  # papers that are told as left out, at most
NO_ABSTRACT = "it has no abstract"
_NEAREST = 3  # papers named where none is about the topic


@dataclass(frozen=True, slots=True)
class Cut:
    """Where candidates end: at the share `relevant` of the best, scores and, weighed with `meaning`, likeness together.

    A paper whose nearest passage is less like the topic than `about` is not about it.
    """

    relevant: float
    meaning: float
    about: float


# Chosen on the survey and topic questions of benchmarks/questions and on benchmarks/topics.jsonl, both of whose halves
# were in view.
CUT = Cut(relevant=0.7, meaning=0.3, about=0.36)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper found for a topic: its score in the search, and the cosine of its nearest passage with the topic."""

    found: Found
    likeness: float


def gather(library: Library | Part, topic: str, tuning: Tuning | None = None) -> list[Candidate]:
    """Candidates for a draft on `topic`, best first; not the paper whose abstract the topic is."""
    views = look(library, topic_query(spelled_out(topic, library)))
    found = candidates(views, rank_found(library, views, tuning or tuning_of(library)))
    return [c for c in found if not (opening := _opening(c)) or opening not in topic]


def _opening(candidate: Candidate) -> str:
    return " ".join(candidate.found.paper.abstract.split())[:200]


def candidates(views: Views, found: Sequence[Found]) -> list[Candidate]:
    """What is `found` with its likeness, 0 for papers found by their words alone."""
    hits = views.hits
    return [Candidate(f, hits[i].score if (i := f.paper.paper_id) in hits else 0.0) for f in found]


def relevances(found: Sequence[Candidate], cut: Cut = CUT) -> list[float]:
    """How relevant each candidate is, about 1 for good ones: its score beside the third best's, and its likeness.

    The third best, since one paper that has all words of a topic stands far above others that are about it too.
    """
    top = found[min(2, len(found) - 1)].found.score if found else 0.0
    nearest = max((c.likeness for c in found), default=0.0) or 1.0
    likes = [c.likeness / nearest for c in found]
    scores = [c.found.score / top for c in found] if top > 0 else likes  # a few papers' scores tell nothing
    return [(score + cut.meaning * like) / (1 + cut.meaning) for score, like in zip(scores, likes, strict=True)]


def relevant(found: Sequence[Candidate], topic: str = "", cut: Cut = CUT) -> list[Candidate]:
    """The candidates that are about the topic, best first; those that it calls by name come first."""
    return _relevant(dict(zip(found, relevances(found, cut), strict=True)), topic, cut)


def _relevant(worth: Mapping[Candidate, float], topic: str, cut: Cut = CUT) -> list[Candidate]:
    named = [c for c in worth if topic and where_named(c.found.paper, topic) >= 0]
    about = [c for c in worth if worth[c] >= cut.relevant and c.likeness >= cut.about]
    return [*named, *(c for c in sorted(about, key=lambda c: -worth[c]) if c not in named)][:MOST]


def choose(library: Library | Part, topic: str, count: int | None, short: bool) -> tuple[list[Found], list[Omission]]:
    """The papers to cite, best first, and what was found and left out, each with the reason.

    `count` papers where the user asks for a number. Raises DraftError when no paper is about the topic.
    """
    found = gather(library, topic)
    told = [c for c in found if _opening(c)]
    worth = dict(zip(told, relevances(told), strict=True))
    about = _relevant(worth, topic)
    if not about:
        raise DraftError(_nothing(found))
    chosen = [*about, *(c for c in told if c not in about)][:count] if count else about[: SHORT if short else MOST]
    rest = [c for c in [*about, *found] if c not in chosen]
    left = [Omission(c.found.paper.paper_id, _why(c, c in about, worth.get(c))) for c in dict.fromkeys(rest)]
    return [c.found for c in chosen], left[:LISTED]


def _why(candidate: Candidate, is_about: bool, worth: float | None) -> str:
    if worth is None:
        return NO_ABSTRACT
    if is_about:
        return "it is about the topic, but the draft has as many papers as it may"
    if worth >= CUT.relevant or candidate.likeness < CUT.about:
        return "found by its words, but no passage of it is like the topic"
    return f"found, but less about the topic ({max(0.0, worth):.2f} of the best; cited from {CUT.relevant:.2f} on)"


def _nothing(found: Sequence[Candidate]) -> str:
    nearest = sorted(found, key=lambda c: -c.likeness)[:_NEAREST]
    titles = "; ".join(f"{c.found.paper.title} ({c.found.paper.paper_id})" for c in nearest)
    told = f" The nearest are: {titles}." if titles else ""
    return f"No paper in this library is about this; add papers with `citewell add`, or widen the topic.{told}"
