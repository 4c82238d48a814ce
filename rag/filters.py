"""What limits a search: years, venues, authors, tags and chosen papers, as given, and how it is said in words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from rag.errors import QuestionError

_YEAR = r"\d{4}"
_SPAN = re.compile(rf"\s*({_YEAR})?\s*([-–:]|\.\.)?\s*({_YEAR})?\s*$")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which papers are meant: those that fit all that is given.

    `since` and `until` bound the year, both included; nothing fits where `since` is the later one. `authors`, `venues`
    and `tags` are what the user wrote; a paper must fit each of them, and "A or B" is one of these.
    `papers` are the ids of those that were chosen, None where all may be.
    """

    since: int | None = None
    until: int | None = None
    venues: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    papers: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        """Whether anything is limited."""
        return self != NO_LIMIT

    def alone(self) -> list["Filter"]:
        """The same limits one by one: years, each venue, each tag, each author, the chosen papers."""
        one = [Filter(venues=(venue,)) for venue in self.venues] + [Filter(tags=(tag,)) for tag in self.tags]
        one += [*(Filter(authors=(author,)) for author in self.authors), Filter(papers=self.papers)]
        return [found for found in (Filter(self.since, self.until), *one) if found]

    def then(self, other: "Filter") -> "Filter":
        """This filter with what `other` gives in the place of its own limits of the same kind."""
        given = {field.name: value for field in fields(other) if (value := getattr(other, field.name))}
        if other.since or other.until:
            given |= {"since": other.since, "until": other.until}
        return replace(self, **given)

    def and_(self, other: "Filter") -> "Filter":
        """What fits this filter and `other` as well."""
        return Filter(
            max(filter(None, (self.since, other.since)), default=None),
            min(filter(None, (self.until, other.until)), default=None),
            _joined(self.venues, other.venues),
            _joined(self.authors, other.authors),
            _joined(self.tags, other.tags),
            self.papers if other.papers is None else other._chosen_of(self.papers),
        )

    def _chosen_of(self, papers: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Those of `papers` that were chosen here too."""
        mine = set(self.papers or ())
        return self.papers if papers is None else tuple(paper_id for paper_id in papers if paper_id in mine)

    @property
    def years(self) -> str:
        """The years as `--year` takes them: "2024", "2023-2025", "2023-", "-2020"; "" without any."""
        if self.since == self.until:
            return str(self.since or "")
        return f"{self.since or ''}-{self.until or ''}"

    def __str__(self) -> str:
        """The filter in words: "from 2023 on, at CoRL, by Kim"."""
        said = [self._years_said()]
        said += [" and ".join(f"at {venue}" for venue in self.venues)] if self.venues else []
        said += [f"by {' and '.join(self.authors)}"] if self.authors else []
        said += [f"tagged {' and '.join(self.tags)}"] if self.tags else []
        said += [f"among the {len(self.papers):,} chosen"] if self.papers is not None else []
        return ", ".join(filter(None, said))

    @property
    def of_papers(self) -> str:
        """The same as papers are said to be: "from 2025, by Kim"."""
        return re.sub("^in ", "from ", str(self))

    @property
    def no_paper(self) -> str:
        """What is said where nothing fits: "No paper in this library is from 2025, by Kim"."""
        return f"No paper in this library is {self.of_papers}"

    def _years_said(self) -> str:
        if self.since and self.until and self.since > self.until:
            return f"from {self.since} on and until {self.until}"
        if self.since and self.until:
            return f"in {self.since}" if self.since == self.until else f"from {self.since} to {self.until}"
        return f"from {self.since} on" if self.since else f"until {self.until}" if self.until else ""

    def as_json(self) -> dict[str, object]:
        """The filter for a program, by the names of the options; an empty object where nothing is limited."""
        values: dict[str, object] = {"year": self.years, "venue": self.venues, "author": self.authors, "tag": self.tags}
        values = {name: value for name, value in values.items() if value}
        values |= {"papers": self.papers} if self.papers is not None else {}
        return values | ({"words": str(self)} if self else {})


NO_LIMIT = Filter()
_OR = " or "


def _joined(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(some + others))


def either(names: Iterable[str]) -> tuple[str, ...]:
    """One limit that any of `names` fits; none where there are none."""
    said = _OR.join(filter(None, names))
    return (said,) if said else ()


def alternatives(said: str) -> list[str]:
    """What "A or B" lets choose between."""
    return said.split(_OR)


def read_years(text: str) -> tuple[int | None, int | None]:
    """The first and the last year of "2024", "2023-2025", "2023-" or "-2020". Raises QuestionError."""
    found = _SPAN.match(text)
    first, dash, last = found.groups() if found else ("", "", "")
    if not (first or last) or (first and last and not dash):
        raise QuestionError(f"{text[:40]!r} is no year; write 2024, 2023-2025, 2023- or -2020.")
    since, until = int(first) if first else None, int(last) if last else None
    if not dash:
        return since, since
    return (until, since) if since and until and since > until else (since, until)
