"""Making a plan: papers chosen for a topic, grouped into themes, a sentence proposed for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.drafting.candidates import asked_for, gather, relevant
from rag.drafting.choosing import ranked_statements
from rag.drafting.plan import Length, Omission, Plan, PlanItem, Style
from rag.drafting.telling import Told, tell, unmarked
from rag.errors import DraftError
from rag.records import Found
from rag.search.query import topic_of
from rag.search.themes import REST, about, group, name_groups
from rag.verifying.verify import Verifier
from store.records import Paper, Passage, Progress, silent

if TYPE_CHECKING:
    from store.library import Library

SHORT = 6  # papers of a short draft
# The likeness of the nearest passage below which no paper of the library is about the topic.
ABOUT = 0.25


@dataclass(frozen=True, slots=True)
class Options:
    """How a draft is to be: `papers` is their number, by default as many as are relevant."""

    style: Style = "narrative"
    length: Length = "medium"
    papers: int | None = None


def make_plan(
    library: "Library",
    request: str,
    options: Options,
    verifier: Verifier,
    paper_ids: Sequence[str] = (),
    kept: Plan | None = None,
    progress: Progress = silent,
) -> Plan:
    """A plan for `request` (a topic or an abstract), over `paper_ids` when given.

    Pinned items of `kept` stay, whatever is planned anew. Raises DraftError for unknown ids, and when
    the library has nothing on the topic.
    """
    topic = topic_of(request)
    found = _chosen(library, topic, options, paper_ids)
    pinned = [item for item in kept.items if item.pinned] if kept else []
    held = {paper_id for item in pinned for paper_id in item.paper_ids}
    free = [f for f in found if f.paper.paper_id not in held]
    told, omissions = _propose(library, topic, free, options.length, verifier, progress)
    ranks = {f.paper.paper_id: n for n, f in enumerate(found, 1)}
    items = _ordered(library, topic, options, told, ranks, bool(paper_ids))
    return Plan(topic, (*pinned, *items), options.style, options.length, tuple(omissions))


def _chosen(library: "Library", topic: str, options: Options, paper_ids: Sequence[str]) -> list[Found]:
    if paper_ids:
        return [_as_found(paper) for paper in papers_of(library, paper_ids)]
    nearest = library.by_meaning(topic, 1)
    if not nearest or nearest[0].score < ABOUT:
        raise DraftError("No paper in this library is about this; add papers with `citewell add`, or widen the topic.")
    count = options.papers or (SHORT if options.length == "short" else None)
    return relevant([f for f in gather(library, topic) if not _is_own(f.paper, topic)], count)


def _is_own(paper: Paper, topic: str) -> bool:
    """Whether the topic is the paper's own abstract, which a related-work section does not cite."""
    return " ".join(paper.abstract.split())[:200] in topic


def papers_of(library: "Library", paper_ids: Sequence[str]) -> list[Paper]:
    """The papers of these ids. Raises DraftError naming those that are not there."""
    papers = library.get_many(list(dict.fromkeys(paper_ids)))
    unknown = set(paper_ids) - {paper.paper_id for paper in papers}
    if unknown:
        raise DraftError(f"{', '.join(sorted(unknown))}: no such paper; `citewell papers list` shows the ids.")
    return papers


def _as_found(paper: Paper) -> Found:
    return Found(paper, Passage(paper.paper_id, 0, len(paper.abstract), paper.abstract), 1.0)


def _propose(
    library: "Library",
    topic: str,
    found: Sequence[Found],
    length: Length,
    verifier: Verifier,
    progress: Progress,
) -> tuple[dict[str, tuple[Paper, Told]], list[Omission]]:
    """A checked sentence for each paper, and the papers that have none."""
    about = library.embed_query(topic)
    told: dict[str, tuple[Paper, Told]] = {}
    omissions = []
    for done, f in enumerate(found):
        progress(done, len(found), "papers read")
        ranked = ranked_statements(f.paper, about, library.embed)
        sentence = tell(f.paper, ranked, verifier, length)
        if sentence:
            told[f.paper.paper_id] = (f.paper, sentence)
        else:
            omissions.append(Omission(f.paper.paper_id, "no sentence of its abstract can be told on its own"))
    return told, omissions


def _ordered(
    library: "Library",
    topic: str,
    options: Options,
    told: Mapping[str, tuple[Paper, Told]],
    ranks: Mapping[str, int],
    by_hand: bool,
) -> list[PlanItem]:
    """The items theme by theme, within a theme by year."""
    items = []
    for theme, papers in _themes(library, topic, options, told):
        for paper in sorted(papers, key=lambda p: (p.year or 0, ranks[p.paper_id])):
            why = "chosen by hand" if by_hand else f"rank {ranks[paper.paper_id]} of the search for the topic"
            items.append(PlanItem(theme, (paper.paper_id,), unmarked(told[paper.paper_id][1].text), why))
    return items


def _themes(
    library: "Library", topic: str, options: Options, told: Mapping[str, tuple[Paper, Told]]
) -> list[tuple[str, list[Paper]]]:
    papers = [paper for paper, _ in told.values()]
    if not papers:
        return []
    if options.style == "chronological":
        return _periods(papers)
    if options.style == "narrative":
        vectors = about(papers, library.embed)
    else:
        vectors = library.embed([unmarked(sentence.text) for _, sentence in told.values()])
    groups = [[papers[i] for i in rows] for rows in group(vectors)]
    named = zip(name_groups(groups, topic, library.embed, asked_for(topic)), groups, strict=True)
    return sorted(named, key=lambda theme: theme[0] == REST)


def _periods(papers: Sequence[Paper]) -> list[tuple[str, list[Paper]]]:
    """Papers by year; years with one paper are joined with the year after."""
    periods: list[list[Paper]] = []
    for paper in sorted(papers, key=lambda p: (p.year or 0, p.paper_id)):
        if periods and (periods[-1][-1].year == paper.year or len(periods[-1]) < 2):
            periods[-1].append(paper)
        else:
            periods.append([paper])
    return [(_years(period), period) for period in periods]


def _years(papers: Sequence[Paper]) -> str:
    first, last = papers[0].year, papers[-1].year
    if not last:
        return "Undated"
    return str(last) if first == last else f"{first or 'Undated'} to {last}"
