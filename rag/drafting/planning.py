"""Making a plan: papers found for a topic, cut off where relevance falls, grouped into themes, a sentence for each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.drafting.offline import OfflineWriter, Told
from rag.drafting.plan import Length, Omission, Plan, PlanItem, Style
from rag.errors import DraftError
from rag.records import Found
from rag.search.query import spelled_out, topic_of, topic_query
from rag.search.retrieve import look, rank_found
from rag.search.themes import REST, about, group, name_groups
from rag.telling.trimming import unmarked
from rag.tuning import Tuning, tuning_of
from rag.verifying.verify import Verifier
from store.library import Library
from store.records import Paper, Progress, silent
from store.sentences import sentences

Theme = tuple[str, list[Paper]]
MOST, SHORT = 12, 6  # papers of a draft at most, and of a short one
# The likeness of the nearest passage below which no paper of the library is about the topic.
ABOUT = 0.25


@dataclass(frozen=True, slots=True)
class Cut:
    """Where candidates end: at the share `relevant` of the best ones' score, behind the `least` at any rate."""

    relevant: float
    least: int


# Chosen on the survey and topic questions of benchmarks/questions; `python -m benchmarks.candidates` holds it out.
CUT = Cut(relevant=0.6, least=6)


@dataclass(frozen=True, slots=True)
class Options:
    """How a draft is to be: `papers` is their number, by default as many as are relevant."""

    style: Style = "narrative"
    length: Length = "medium"
    papers: int | None = None


def make_plan(
    library: Library,
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
    found = papers_of(library, paper_ids) if paper_ids else _chosen(library, topic, options)
    pinned = [item for item in kept.items if item.pinned] if kept else []
    held = {paper_id for item in pinned for paper_id in item.paper_ids}
    writer = OfflineWriter(library, verifier, topic, options.length)
    told: list[tuple[Paper, Told]] = []
    omissions = []
    free = [paper for paper in found if paper.paper_id not in held]
    for done, paper in enumerate(free):
        progress(done, len(free), "papers read")
        if sentence := writer.tell(paper):
            told.append((paper, sentence))
        else:
            omissions.append(Omission(paper.paper_id, "no sentence of its abstract can be told on its own"))
    ranks = {paper.paper_id: n for n, paper in enumerate(found, 1)}
    items = _items(_themes(library, topic, options.style, told), told, ranks, bool(paper_ids))
    return Plan(topic, (*pinned, *items), options.style, options.length, tuple(omissions))


def papers_of(library: Library, paper_ids: Sequence[str]) -> list[Paper]:
    """The papers of these ids. Raises DraftError naming those that are not there."""
    papers = library.get_many(list(dict.fromkeys(paper_ids)))
    unknown = set(paper_ids) - {paper.paper_id for paper in papers}
    if unknown:
        raise DraftError(f"{', '.join(sorted(unknown))}: no such paper; `citewell papers list` shows the ids.")
    return papers


def _chosen(library: Library, topic: str, options: Options) -> list[Paper]:
    """The papers on the topic; not the one whose abstract it is, which a related-work section does not cite."""
    nearest = library.by_meaning(topic, 1)
    if not nearest or nearest[0].score < ABOUT:
        raise DraftError("No paper in this library is about this; add papers with `citewell add`, or widen the topic.")
    count = options.papers or (SHORT if options.length == "short" else None)
    found = [f for f in gather(library, topic) if " ".join(f.paper.abstract.split())[:200] not in topic]
    return [f.paper for f in relevant(found, count)]


def gather(library: Library, topic: str, tuning: Tuning | None = None) -> list[Found]:
    """Candidates for a draft on `topic`, best first, their scores standardised over the pool."""
    views = look(library, topic_query(spelled_out(topic, library)))
    return rank_found(library, views, tuning or tuning_of(library))


def relevant(found: Sequence[Found], count: int | None = None, cut: Cut = CUT) -> list[Found]:
    """The papers of `found` worth a sentence, best first: `count`, or down to where relevance falls."""
    if count is not None:
        return list(found[:count])
    top = [f.score for f in found[:3]]
    floor = cut.relevant * sum(top) / max(1, len(top))
    many = sum(f.score >= floor for f in found)
    return list(found[: max(cut.least, min(MOST, many))])


def _items(
    themes: Sequence[Theme], told: Sequence[tuple[Paper, Told]], ranks: Mapping[str, int], chosen: bool
) -> list[PlanItem]:
    """The items theme by theme, within a theme by year; `ranks` are those of the search unless `chosen` by hand."""
    said = {paper.paper_id: unmarked(sentence.text) for paper, sentence in told}
    items = []
    for theme, papers in themes:
        for paper in sorted(papers, key=lambda p: (p.year or 0, ranks[p.paper_id])):
            why = "chosen by hand" if chosen else f"rank {ranks[paper.paper_id]} of the search for the topic"
            items.append(PlanItem(theme, (paper.paper_id,), said[paper.paper_id], why))
    return items


def _themes(library: Library, topic: str, style: Style, told: Sequence[tuple[Paper, Told]]) -> list[Theme]:
    papers = [paper for paper, _ in told]
    if style == "chronological" or not papers:
        return _periods(papers)
    by_method = style == "method"
    vectors = library.embed([unmarked(one.text) for _, one in told]) if by_method else about(papers, library.embed)
    groups = [[papers[i] for i in rows] for rows in group(vectors)]
    names = name_groups(groups, topic, library.embed, asked_for(topic))
    return sorted(zip(names, groups, strict=True), key=lambda theme: theme[0] == REST)


def asked_for(topic: str) -> list[str]:
    """The aspects that a topic counts off behind a colon, as they are written there."""
    rest = topic.partition(":")[2] if len(sentences(topic)) == 1 else ""
    pieces = [piece.strip() for piece in re.split(r"[,;]|\band\b", rest)]
    return [piece for piece in pieces if 0 < len(piece.split()) <= 4 and not piece.startswith("how ")]


def _periods(papers: Sequence[Paper]) -> list[Theme]:
    """Papers by year; years with one paper are joined with the year after."""
    periods: list[list[Paper]] = []
    for paper in sorted(papers, key=lambda p: (p.year or 0, p.paper_id)):
        if periods and (periods[-1][-1].year == paper.year or len(periods[-1]) < 2):
            periods[-1].append(paper)
        else:
            periods.append([paper])
    spans = [tuple(str(paper.year or "Undated") for paper in (period[0], period[-1])) for period in periods]
    return [(" to ".join(dict.fromkeys(span)), period) for span, period in zip(spans, periods, strict=True)]
