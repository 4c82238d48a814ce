"""The library's records beside their texts, indexed once: who wrote what, when and where; and the papers that fit."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from rag.catalogue.people import People
from rag.catalogue.telling import frequent_subjects
from rag.catalogue.venues import YEAR, venue_key, venue_keys, venues_named
from rag.filters import Filter, alternatives
from rag.tuning import Catalogued
from store.records import Outline, Paper

if TYPE_CHECKING:
    from store.library import Library, Part

_LONGEST_VENUE = 8  # words
_KEPT = 32  # filters whose papers are kept: one question asks for those of a few, several times
_PAGE = 500  # papers read at once


class Catalogue:
    """The closed sets of one library as it is now; get it by `catalogue_of`."""

    def __init__(self, library: "Library") -> None:
        self.stamp, self._library = library.stamp, library
        self._fitting: dict[Filter, list[str]] = {}
        self._subjects: dict[Filter, list[str]] = {}

    @cached_property
    def records(self) -> list[Outline]:
        """What is known of every paper beside its text, in the order they came; read once it is needed."""
        return self._library.outline()

    def __len__(self) -> int:
        """How many papers there are."""
        return len(self.records)

    @cached_property
    def people(self) -> People:
        """The authors."""
        return People(record.authors for record in self.records)

    @cached_property
    def years(self) -> Counter[int]:
        """How many papers are of each year."""
        return Counter(record.year for record in self.records if record.year)

    @cached_property
    def venues(self) -> Counter[str]:
        """How many papers are of each venue, as the records write it."""
        return Counter(record.venue for record in self.records if record.venue)

    @cached_property
    def tags(self) -> Counter[str]:
        """How many papers have each tag."""
        return Counter(tag for record in self.records for tag in record.tags)

    @cached_property
    def _venue_names(self) -> frozenset[str]:
        return frozenset(key for venue in self.venues for key in venue_keys(venue))

    def has_venue(self, said: str) -> bool:
        """Whether a venue of the library is called so."""
        return len(said.split()) <= _LONGEST_VENUE and venue_key(said) in self._venue_names

    def fitting(self, wanted: Filter) -> list[str]:
        """The ids of the papers that fit, in the order they came; not to be changed, for they are kept."""
        found = self._fitting.get(wanted)
        return _keep(self._fitting, wanted, self._found(wanted)) if found is None else found

    def _found(self, wanted: Filter) -> list[str]:
        numbers, limits = self._by_author(wanted.authors), [(wanted.since, wanted.until)]
        tags, venues = (
            [self._tagged(said) for said in wanted.tags],
            [self._held(said, wanted) for said in wanted.venues],
        )
        chosen = None if wanted.papers is None else frozenset(wanted.papers)
        return [
            record.paper_id
            for number, record in enumerate(self.records)
            if (numbers is None or number in numbers)
            and (chosen is None or record.paper_id in chosen)
            and not any(meant.isdisjoint(record.tags) for meant in tags)
            and all(_within(record.year, held.get(record.venue, [])) for held in venues)
            and (venues or _within(record.year, limits))
        ]

    def _tagged(self, said: str) -> set[str]:
        """The tags that are meant: the one that is called so, else those between which `said` lets choose."""
        for names in ([said], alternatives(said)):
            wanted = {name.casefold() for name in names}
            if found := {tag for tag in self.tags if tag.casefold() in wanted}:
                return found
        return set()

    def _held(self, said: str, wanted: Filter) -> dict[str, list[tuple[int | None, int | None]]]:
        """The venues that `said` means, each with the years of which a paper there may be.

        Of a venue whose name has a year that year counts: it is not always the one in which the paper came out.
        """
        held: dict[str, list[tuple[int | None, int | None]]] = {}
        limit = (wanted.since, wanted.until)
        for name in [said] if self.has_venue(said) else alternatives(said):
            own = [int(year) for year in YEAR.findall(name)]
            spans: list[tuple[int | None, int | None]]
            spans = [(year, year) for year in own if _within(year, [limit])] if own else [limit]
            for venue in venues_named(name, self.venues):
                named = [int(year) for year in YEAR.findall(venue)]
                if not named:
                    held.setdefault(venue, []).extend(spans)
                elif any(_within(year, spans) for year in named):
                    held[venue] = [(None, None)]
        return held

    def _by_author(self, authors: Iterable[str]) -> set[int] | None:
        """The numbers of the papers that all of `authors` wrote; None where none is named."""
        found: set[int] | None = None
        for said in authors:
            papers = self.people.papers_of(self.people.named(said) or self.people.beginning(said))
            found = papers if found is None else found & papers
        return found

    def papers(self, wanted: Filter) -> Iterator[Paper]:
        """The papers that fit, in the order they came, streamed."""
        if not wanted:
            yield from self._library.papers()
            return
        ids = self.fitting(wanted)
        for start in range(0, len(ids), _PAGE):
            yield from self._library.get_many(ids[start : start + _PAGE])

    def subjects(self, wanted: Filter) -> list[str]:
        """What most papers that fit speak of, read from a sample of them."""
        found = self._subjects.get(wanted)
        if found is None:
            ids = self.fitting(wanted)
            papers = self._library.get_many(ids[:: max(1, ceil(len(ids) / Catalogued.SAMPLED))])
            found = _keep(self._subjects, wanted, frequent_subjects(papers, Catalogued.THEMES))
        return found

    def part(self, wanted: Filter) -> "Library | Part":
        """What of the library fits, searched as the library is; all of it where nothing is limited."""
        return self._library.among(self.fitting(wanted)) if wanted else self._library


def _keep(kept: dict[Filter, list[str]], wanted: Filter, found: list[str]) -> list[str]:
    """Keep what was found for `wanted`, in the place of older ones once they are many."""
    if len(kept) >= _KEPT:
        kept.clear()
    kept[wanted] = found
    return found


def _within(year: int | None, spans: Sequence[tuple[int | None, int | None]]) -> bool:
    """Whether a year lies in one of `spans`, whose ends belong to them; without ends every paper does."""
    if year is None:
        return (None, None) in spans
    return any((since or year) <= year <= (until or year) for since, until in spans)


def catalogue_of(library: "Library") -> Catalogue:
    """The catalogue of a library, read anew once its papers have changed."""
    kept = vars(library)  # on the library, and freed with it: in a table the catalogue would hold its own key
    found = kept.get("_catalogue")
    if found is None or found.stamp != library.stamp:
        found = kept["_catalogue"] = Catalogue(library)
    return found
