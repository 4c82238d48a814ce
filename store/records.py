"""What passes between modules: records, frozen and free of any index or model, and how work reports where it stands."""

import re
from dataclasses import dataclass, field, fields
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the library. `paper_id` is its arXiv id or DOI, else a slug of its title.

    An author is written "Given Family", or as BibTeX has it ("Family, Given", "{The Group}"), and read once when it
    is kept (`store.names`). A `citekey` that a file or the user gave is kept; without one the library gives one.
    `origins` says which fields came from elsewhere than the first of `sources`: field → source. `original` keeps the
    title and the abstract as their source wrote them, where making them readable changed more than white space.
    """

    paper_id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""
    arxiv: str = ""
    doi: str = ""
    url: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    citekey: str = ""
    notes: str = ""
    retracted: str = ""  # what is known of its retraction
    origins: dict[str, str] = field(default_factory=dict, compare=False)
    original: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a paper beside its abstract."""

    paper_id: str
    year: int | None
    venue: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    title: str = ""


ORIGINALS = ("title", "abstract")  # what is kept as its source wrote it
EDITED = "you"  # the origin of what the user wrote: no source overwrites it
# Far above what any paper has; what is longer is no paper, and would fill the memory of every command.
LONGEST = {"title": 2_000, "abstract": 50_000, "authors": 10_000, "tags": 1_000, "notes": 50_000}
LONGEST_FIELD = 4_000  # characters of any other field, and of a name


def unfit(paper: Paper) -> str:
    """Why a paper is not taken in, which is that something of it is too long; "" where nothing is."""
    for part in fields(paper):
        value, most = getattr(paper, part.name), LONGEST.get(part.name, LONGEST_FIELD)
        if isinstance(value, str) and len(value) > most:
            return f"its {part.name} has {len(value):,} characters, where {most:,} are the most"
        if isinstance(value, tuple) and len(value) > most:
            return f"it has {len(value):,} {part.name}, where {most:,} are the most"
        if isinstance(value, tuple) and max(map(len, value), default=0) > LONGEST_FIELD:
            return f"one of its {part.name} has more than {LONGEST_FIELD:,} characters"
    return ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of an abstract: `text == abstract[start:end]`, offsets in characters."""

    paper_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper to be read: its title, its sentences, and its passages as (first sentence, behind the last)."""

    title: str
    sentences: tuple[str, ...]
    passages: tuple[tuple[int, int], ...]

    @property
    def pieces(self) -> tuple[str, ...]:
        """Everything that is cut into tokens for itself."""
        return (self.title, *self.sentences)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. Scores compare within one list of hits only."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that was not read: the place it stood in, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something to know of a paper that was read: where it came from, and what could not be told of it."""

    where: str
    what: str


# Of an address: the name and the password that may stand in it.
USER = re.compile(r"(?:(?<=//)|^)[^/?#]*@")


def without_password(url: str) -> str:
    """An address as it may be shown: without the name and password that may stand in it."""
    return USER.sub("", url)


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """Where vectors are kept when not in the library's folder; several libraries may share one."""

    url: str = field(repr=False)
    token: str = field(default="", repr=False)
    tenant: str = "default_tenant"
    database: str = "default_database"

    @property
    def shown(self) -> str:
        """Its address for people."""
        return without_password(self.url)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What `Library.add` did: counts of records, the ones it passed over, and what else there is to know.

    `without_abstract` counts the papers that came in with none: they are found by title and cited, never quoted.
    """

    read: int = 0
    added: int = 0
    merged: int = 0
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    without_abstract: int = 0


class Progress(Protocol):
    """Called with counts as work proceeds; `total` is 0 where it is not known beforehand."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """`done` of `total` units of the work named `what`."""


def silent(done: int, total: int, what: str) -> None:
    """A progress that shows nothing."""
