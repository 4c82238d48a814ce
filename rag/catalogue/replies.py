"""Answers about the library made from its records: no model writes them, and nothing in them is guessed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rag.catalogue.asking import Request
from rag.catalogue.catalogue import Catalogue
from rag.catalogue.onsubject import OnSubject, on_subject
from rag.catalogue.subjects import nearest
from rag.catalogue.telling import (
    TOLD,
    Line,
    Reply,
    by_date,
    counted,
    described,
    is_or_are,
    listed,
    papers_said,
    reference,
    said,
)
from rag.catalogue.venues import YEAR
from rag.filters import Filter
from rag.tuning import Catalogued
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library


class Clerk:
    """Replies to requests about one library."""

    def __init__(self, library: "Library", catalogue: Catalogue) -> None:
        self._library, self._catalogue = library, catalogue
        self._on_subject: dict[tuple[str, Filter], OnSubject] = {}

    def reply(self, request: Request, meant: Sequence[Paper] = ()) -> Reply:
        """The reply; `meant` are the papers that the request calls by name or that were spoken of.

        A filter that nothing fits is said to fit nothing.
        """
        fitting = self._catalogue.fitting(request.filter) if request.filter and not meant else []
        if request.filter and not meant and not fitting:
            return self._nothing_fits(request.filter)
        return _REPLIES[request.kind](self, request, meant)

    def _nothing_fits(self, wanted: Filter) -> Reply:
        """Says that no paper fits, which limits fit papers alone, and names that are written much alike."""
        lines = [Line(f"{wanted.no_paper}.", bullet=False)]
        alone = wanted.alone()
        for one in alone:
            if count := len(self._catalogue.fitting(one)):
                lines += [Line(f"{papers_said(count)} {is_or_are(count)} {one.of_papers}.")] if len(alone) > 1 else []
            elif one.authors and (alike := self._catalogue.people.near(one.authors[0])):
                lines.append(Line(f"Nobody here is called {one.authors[0]}; names like it: {'; '.join(alike)}."))
        if (wanted.since or wanted.until) and len(alone) == 1 and (years := self._catalogue.years):
            lines.append(Line(f"Its papers are from {min(years)} to {max(years)}."))
        return Reply(tuple(lines))

    def papers(self, request: Request, meant: Sequence[Paper] = ()) -> list[Paper]:
        """The papers of a request: those that fit its filter and are about its subject, which come best first."""
        if meant:
            return list(meant)
        if request.subject:
            return list(self._about(request).papers)
        ids = self._catalogue.fitting(request.filter)
        return sorted(self._library.get_many(ids), key=lambda p: (-(p.year or 0), p.title.casefold()))

    def _about(self, request: Request) -> OnSubject:
        asked = (request.subject, request.filter)
        if asked not in self._on_subject:
            self._on_subject[asked] = on_subject(request.subject, self._catalogue.part(request.filter))
        return self._on_subject[asked]

    def _count(self, request: Request, meant: Sequence[Paper]) -> Reply:
        if not request.subject and not meant:
            count = len(self._catalogue.fitting(request.filter)) if request.filter else len(self._catalogue)
            if not request.filter:
                return said(f"This library has {papers_said(count)}{self._spread()}.")
        return self._list(request, meant)

    def _spread(self) -> str:
        years = self._catalogue.years
        return f", from {min(years)} to {max(years)}" if len(years) > 1 else ""

    def _list(self, request: Request, meant: Sequence[Paper]) -> Reply:
        found = self.papers(request, meant)
        if not found:
            return self._none_on(request)
        if request.by_date:
            found = by_date(found, request.upwards)
        if not request.subject or meant:
            return listed(f"{papers_said(len(found))}{described(request)}", found)
        return counted(self._about(request), found, request.filter)

    def _none_on(self, request: Request) -> Reply:
        part = self._catalogue.part(request.filter)
        some = f"None of the {papers_said(len(part))} {request.filter.of_papers}" if request.filter else "No paper here"
        lead = f"{some} has “{request.subject}” for its subject, as far as titles and abstracts tell. Nearest"
        return listed(lead, nearest(request.subject, part, Catalogued.NEAREST))

    def _by_age(self, request: Request, meant: Sequence[Paper]) -> Reply:
        found = self.papers(request, meant)
        if not found:
            return self._none_on(request)
        oldest = request.kind == "oldest"
        dated = [paper for paper in by_date(found, oldest) if paper.year]
        if not dated:
            return listed(f"The records give no year for {papers_said(len(found))}{described(request)}", found)
        most = request.most or Catalogued.LATEST
        lead = f"The {'oldest' if oldest else 'latest'} of {papers_said(len(found))}{described(request)}, by year"
        return listed(lead, dated[:most])

    def _record(self, request: Request, meant: Sequence[Paper]) -> Reply:
        found = self.papers(request, meant)
        lines = [
            Line(TOLD[request.kind](paper), paper.paper_id, len(found) > 1) for paper in found[: Catalogued.LISTED]
        ]
        return Reply(tuple(lines), tuple(found[: Catalogued.LISTED]))

    def _bibtex(self, request: Request, meant: Sequence[Paper]) -> Reply:
        from rag.references.bibtex import to_bibtex
        from rag.references.keys import citation_keys

        found = self.papers(request, meant)[: Catalogued.LISTED]
        entries = to_bibtex(found, citation_keys(found), abstracts=False).strip().replace("```", "")
        lines = [Line(f"```bibtex\n{entries}\n```", bullet=False)]
        return Reply((*lines, *(Line(reference(paper), paper.paper_id) for paper in found)), tuple(found))

    def _like(self, request: Request, meant: Sequence[Paper]) -> Reply:
        paper = meant[0]
        part = self._catalogue.part(request.filter)
        hits = part.by_meaning(f"{paper.title}. {paper.abstract}", Catalogued.ALIKE + 1)
        ids = [hit.passage.paper_id for hit in hits if hit.passage.paper_id != paper.paper_id]
        return listed(
            f"Nearest in meaning to “{paper.title}”", self._library.get_many(ids[: request.most or Catalogued.ALIKE])
        )

    def _authors(self, request: Request, meant: Sequence[Paper]) -> Reply:
        by_author = Counter(name for names in self._each(request, meant, "authors") for name in names)
        return self._ranked(request, by_author, "author")

    def _coauthors(self, request: Request, meant: Sequence[Paper]) -> Reply:
        own = {name for said in request.filter.authors for name in self._catalogue.people.named(said)}
        beside = Counter(name for names in self._each(request, meant, "authors") for name in names if name not in own)
        return self._ranked(request, beside, "co-author")

    def _venues(self, request: Request, meant: Sequence[Paper]) -> Reply:
        named = (YEAR.sub("", venue) for venue in self._each(request, meant, "venue"))
        venues = Counter(name for venue in named if (name := " ".join(venue.split()).strip(" ,")))
        return self._ranked(request, venues, "venue")

    def _years(self, request: Request, meant: Sequence[Paper]) -> Reply:
        years = Counter(str(year) for year in self._each(request, meant, "year") if year)
        return self._ranked(request, dict(sorted(years.items(), reverse=True)), "year")

    def _each(self, request: Request, meant: Sequence[Paper], what: str) -> list:
        """A field of every paper of the request."""
        if request.subject or meant:
            return [getattr(paper, what) for paper in self.papers(request, meant)]
        ids = set(self._catalogue.fitting(request.filter)) if request.filter else None
        return [getattr(r, what) for r in self._catalogue.records if ids is None or r.paper_id in ids]

    def _ranked(self, request: Request, counts: Mapping[str, int], what: str) -> Reply:
        """Names with their numbers of papers; years keep their order, all else has the most frequent first."""
        if not counts:
            return said(f"The records name no {what}s{described(request)}.")
        order = list(counts.items()) if what == "year" else sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        shown = order[: request.most or (Catalogued.LISTED if what == "year" else Catalogued.RANKED)]
        more = f"; the {len(shown)} most frequent are" if len(shown) < len(order) else ""
        if what == "year":
            top = max(order, key=lambda item: item[1])
            more = f"; the most papers are from {top[0]} ({top[1]:,})"
        of = f" of papers{described(request)}" if request.subject or request.filter else described(request)
        lead = f"{len(order):,} {what}{'s' * (len(order) != 1)}{of}{more}"
        if request.number:
            return said(f"{lead.partition(';')[0]}.")
        return Reply(
            (Line(f"{lead}:", bullet=False), *(Line(f"{name}: {papers_said(count)}") for name, count in shown))
        )

    def _overview(self, request: Request, meant: Sequence[Paper]) -> Reply:
        ids = self._catalogue.fitting(request.filter)
        lead = f"{papers_said(len(ids))}{described(request)}{self._spread() if not request.filter else ''}."
        lines = [Line(lead, bullet=False)]
        if themes := self._catalogue.subjects(request.filter):
            lines.append(Line(f"What most of them are about: {', '.join(themes)}."))
        for what, reply in (("Authors with the most papers", self._authors), ("Venues", self._venues)):
            names = [line.text for line in reply(request, ()).lines if line.bullet][: Catalogued.BRIEF]
            lines += [Line(f"{what}: {'; '.join(names)}.")] if names else []
        return Reply((*lines, Line(_HINT)))

    def _talk(self, request: Request, meant: Sequence[Paper]) -> Reply:
        first = next(iter(self._library.papers()), None)
        named = f" “Who wrote ‘{first.title}’?”" if first else ""
        lines = f"Ask about {papers_said(len(self._catalogue))}: what they found or propose, or the library itself."
        example = f"For example: “What is this library about?” “Which papers are on …?” “The latest on …”{named}"
        return Reply((Line(lines, bullet=False), Line(example, bullet=False)))


_HINT = "Ask for the papers on one of these, of a year or by an author, or for what they found."


_REPLIES: dict[str, Callable[[Clerk, Request, Sequence[Paper]], Reply]] = {
    "count": Clerk._count,
    "list": Clerk._list,
    "keywords": Clerk._list,
    "latest": Clerk._by_age,
    "oldest": Clerk._by_age,
    "bibtex": Clerk._bibtex,
    "like": Clerk._like,
    "authors": Clerk._authors,
    "coauthors": Clerk._coauthors,
    "venues": Clerk._venues,
    "years": Clerk._years,
    "overview": Clerk._overview,
    "talk": Clerk._talk,
    **dict.fromkeys(TOLD, Clerk._record),
}
