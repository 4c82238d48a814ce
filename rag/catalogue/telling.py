"""How papers and counts are told in a reply from the records, a line each."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rag.catalogue.asking import Request
from rag.catalogue.onsubject import OnSubject
from rag.catalogue.venues import YEAR
from rag.filters import Filter
from rag.language.phrases import noun_phrases, phrase_key, subjects, subjects_in
from rag.tuning import Catalogued
from store.records import Paper


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a reply: its text in Markdown, and the id of the paper that it is about, "" for none."""

    text: str
    paper_id: str = ""
    bullet: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer from the records: lines, and the papers that they speak of, in their order."""

    lines: tuple[Line, ...]
    papers: tuple[Paper, ...] = ()


def said(text: str) -> Reply:
    """A reply of one sentence."""
    return Reply((Line(text, bullet=False),))


def papers_said(count: int) -> str:
    """So many papers, in words."""
    return "1 paper" if count == 1 else f"{count:,} papers"


def is_or_are(count: int) -> str:
    """The verb for so many."""
    return "is" if count == 1 else "are"


def described(request: Request) -> str:
    """What the papers of a request have in common: " on procedure planning, in 2024, by Kim"."""
    parts = [f"on “{request.subject}”"] if request.subject else []
    parts += [request.filter.of_papers] if request.filter else []
    return f" {', '.join(parts)}" if parts else " in this library"


def by_date(papers: Iterable[Paper], upwards: bool) -> list[Paper]:
    """Papers by year, those of a year by their arXiv ids, which are given out in order; undated ones last."""
    dated = sorted(papers, key=lambda p: (p.year or 0, p.arxiv), reverse=not upwards)
    return sorted(dated, key=lambda p: p.year is None)


def listed(lead: str, papers: Sequence[Paper]) -> Reply:
    """A reply that lists papers below `lead`, the first ones of many."""
    shown = papers[: Catalogued.LISTED]
    more = f"; the first {len(shown)} are" if len(shown) < len(papers) else ""
    return Reply(
        (Line(f"{lead}{more}:", bullet=False), *(Line(reference(paper), paper.paper_id) for paper in shown)),
        tuple(shown),
    )


def what_was_counted(found: OnSubject, limit: Filter) -> str:
    """How many papers are on a subject, by which words, and how many are only near to it."""
    within = f" {limit.of_papers}" if limit else ""
    count = len(found.papers)
    beside = f" ({found.with_both} of them “{found.beside}” too)" if 0 < found.with_both < count else ""
    says = f"{'says' if count == 1 else 'say'} “{found.said}” in the title or more than in passing"
    said = f"{papers_said(count)}{within} {says}{beside}"
    return f"{said}; {len(found.near)} more {is_or_are(len(found.near))} near in meaning" if found.near else said


def counted(found: OnSubject, papers: Sequence[Paper], limit: Filter) -> Reply:
    """A reply that lists the papers on a subject, in the order of `papers`, and then those near to it."""
    told = listed(what_was_counted(found, limit), papers)
    if not found.near:
        return told
    more = listed("Near in meaning", found.near)
    return Reply((*told.lines, *more.lines), (*told.papers, *more.papers))


def reference(paper: Paper) -> str:
    """One line: title, authors, venue and year."""
    place = " ".join(filter(None, [paper.venue, "" if YEAR.search(paper.venue) else str(paper.year or "")]))
    parts = filter(None, [paper.title, _names(paper.authors, Catalogued.NAMED), place])
    return " ".join(part if part[-1] in "?!" else f"{part.rstrip('.')}." for part in parts).removesuffix(".")


def _names(authors: Sequence[str], most: int) -> str:
    return ", ".join(authors[:most]) + (" et al." if len(authors) > most else "")


def _where(paper: Paper) -> str:
    place = f" at {paper.venue}" if paper.venue else ""
    return f"{place}{f', {paper.year}' if paper.year and not YEAR.search(paper.venue) else ''}"


def _who(paper: Paper) -> str:
    if not paper.authors:
        return f"The records name no authors of “{paper.title}”{_where(paper)}."
    *front, last = paper.authors
    names = f"{', '.join(front)} and {last}" if front else last
    many = f" ({len(paper.authors)} authors)" if len(paper.authors) > Catalogued.NAMED else ""
    return f"“{paper.title}” is by {names}{many}{_where(paper)}."


def _when(paper: Paper) -> str:
    if not paper.year:
        return f"The records give no year for “{paper.title}”{_where(paper)}."
    return f"“{paper.title}” is from {paper.year}{f' ({paper.venue})' if paper.venue else ''}."


def _place(paper: Paper) -> str:
    if not paper.venue:
        known = f"its year is {paper.year}" if paper.year else "nor a year"
        return f"The records give no venue for “{paper.title}”; {known}{', and it is on arXiv' if paper.arxiv else ''}."
    year = f" in {paper.year}" if paper.year and not YEAR.search(paper.venue) else ""
    return f"“{paper.title}” appeared at {paper.venue}{year}."


def _link(paper: Paper) -> str:
    known = [f"arXiv {paper.arxiv}"] if paper.arxiv else []
    known += [f"DOI {paper.doi}"] if paper.doi else []
    known += [paper.url] if paper.url else []
    return f"“{paper.title}”: {', '.join(known) or 'the records have no link, DOI or arXiv id'}"


TOLD: dict[str, Callable[[Paper], str]] = {
    "who": _who,
    "when": _when,
    "where": _place,
    "link": _link,
    "abstract": lambda paper: f"“{paper.title}”: {' '.join(paper.abstract.split())}",
    "title": reference,
    "have": lambda paper: f"Yes: {reference(paper)}",
}


def frequent_subjects(papers: Sequence[Paper], most: int) -> list[str]:
    """The subjects that most of `papers` speak of: known ones and phrases of titles, none a part of another."""
    counts: Counter[str] = Counter()
    written: dict[str, str] = {}
    for paper in papers:
        found = {
            **{phrase_key(p): p for p in noun_phrases(paper.title)},
            **subjects_in(f"{paper.title}. {paper.abstract}"),
        }
        counts.update({key: 2 if key in subjects() else 1 for key in found})
        written |= found
    names: list[str] = []
    for key, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        words = set(key.split())
        if counts[key] > 1 and not any(
            words <= set(phrase_key(n).split()) or set(phrase_key(n).split()) <= words for n in names
        ):
            names.append(written[key])
        if len(names) == most:
            break
    return names
