"""Making a plan: papers found for a topic, cut off where relevance falls, grouped into themes, a sentence for each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from rag.catalogue.catalogue import catalogue_of
from rag.drafting.choosing import NO_ABSTRACT, choose
from rag.drafting.offline import OfflineWriter, Told
from rag.drafting.plan import Length, Omission, Plan, PlanItem, Style
from rag.errors import DraftError
from rag.filters import NO_LIMIT, Filter
from rag.language.terms import content_stems
from rag.records import Found
from rag.search.query import KINDS, topic_of
from rag.search.themes import find_themes
from rag.telling.trimming import unmarked
from rag.verifying.verify import Verifier
from store.library import Library
from store.records import Paper, Progress, silent
from store.sentences import sentences

Theme = tuple[str, list[Paper]]
_NO_NAME = re.compile(r"(?i)^how\b|\b(?:their|them|its|it|they)\b")  # an aspect that is told, and not named


@dataclass(frozen=True, slots=True)
class Options:
    """How a draft is to be: `papers` is their number, by default as many as are relevant; `limit` says which may be."""

    style: Style = "narrative"
    length: Length = "medium"
    papers: int | None = None
    limit: Filter = NO_LIMIT


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
    omissions: list[Omission] = []
    if paper_ids:
        found = papers_of(library, paper_ids)
    else:
        chosen, omissions = _chosen(library, topic, options)
        found = [f.paper for f in chosen]
    pinned = [item for item in kept.items if item.pinned] if kept else []
    held = {paper_id for item in pinned for paper_id in item.paper_ids}
    writer = OfflineWriter(library, verifier, topic, options.length)
    told: list[tuple[Paper, Told]] = []
    free = [paper for paper in found if paper.paper_id not in held]
    for done, paper in enumerate(free):
        progress(done, len(free), "papers read")
        if sentence := writer.tell(paper):
            told.append((paper, sentence))
        else:
            untold = "no sentence of its abstract can be told on its own"
            omissions.append(Omission(paper.paper_id, untold if paper.abstract.strip() else NO_ABSTRACT))
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


def _chosen(library: Library, topic: str, options: Options) -> tuple[list[Found], list[Omission]]:
    """The papers on the topic, of those that may be, and what was left out."""
    part = catalogue_of(library).part(options.limit)
    if options.limit and not len(part):
        raise DraftError(f"{options.limit.no_paper}; `citewell papers list` shows all.")
    return choose(part, topic, options.papers, options.length == "short")


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
    said = [unmarked(one.text) for _, one in told]
    rows = library.embed(said) if style == "method" else None
    return find_themes(papers, topic, library.embed, asked_for(topic), rows, said)


def asked_for(topic: str) -> list[str]:
    """The aspects that a topic counts off behind a colon, as they are written there, until it goes on in clauses."""
    rest = topic.partition(":")[2] if len(sentences(topic)) == 1 else ""
    pieces = [piece.strip() for piece in re.split(r"[,;]|\band\b", rest)]
    named = [piece for piece in takewhile(lambda one: not _NO_NAME.search(one), pieces) if len(piece.split()) <= 4]
    return [piece for piece in named if " " in piece or content_stems(piece) - KINDS]  # "models" tells nothing


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
