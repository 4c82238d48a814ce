"""The records of an answer, whose field names are the names in `ask --json`, and how a refusal is worded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from store.records import Paper, Passage

if TYPE_CHECKING:
    import numpy as np

# What embeds: texts, and perhaps the papers whose sentences are among them, to unit rows, float32, shape (texts, d).
Embed = Callable[..., "np.ndarray"]

# `quoted`: word for word in the abstract, which says nothing of whether it answers; `unchecked`: in a language
# or a form, such as code, that nothing here can judge.
Verdict = Literal["supported", "quoted", "weak", "unsupported", "uncited", "unchecked"]
# Why a claim falls short, in one word; "" where it does not.
Kind = Literal[
    "",
    "number",
    "name",
    "role",
    "direction",
    "contradicted",
    "scope",
    "background",
    "overclaim",
    "causal",
    "absence",
    "not said",
    "uncited",
    "language",
    "not read",
]
LONG_COPY = 12  # words in a row from which a copy wants quotation marks, or other words
HOLDS: frozenset[Verdict] = frozenset({"supported", "quoted"})


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; `cited` maps the numbers shown in it to paper ids."""

    role: Literal["user", "assistant"]
    content: str
    cited: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A paper shown to the model under number `n`; `cited` once the answer uses it."""

    n: int
    paper_id: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    venue: str
    url: str
    score: float
    cited: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """Evidence for one sentence: `abstract[start:end] == quote` in paper `paper_id`."""

    n: int
    paper_id: str
    quote: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class CloseCopy:
    """A run of `words` words: `text[start:end]` stands in the abstract of `paper_id` at `source_start:source_end`.

    Letter case, punctuation and white space aside; hyphens part words. `quoted`: it stands in quotation marks.
    """

    paper_id: str
    start: int
    end: int
    source_start: int
    source_end: int
    words: int
    quoted: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it wants quotation marks and has none."""
        return self.words >= LONG_COPY and not self.quoted


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer, its markers included, how well its citations carry it, and why not better.

    `copies` are its runs of eight words and more that stand in the abstracts it cites.
    """

    text: str
    verdict: Verdict
    citations: tuple[Citation, ...] = ()
    kind: Kind = ""
    reason: str = ""
    copies: tuple[CloseCopy, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """Something that was changed in what the model wrote, or that the reader must know of it."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the model call; zero where no server counted any."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Timings:
    """Wall time of each step, in milliseconds."""

    retrieve: float = 0.0
    generate: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What `ask` returns; `dataclasses.asdict` of it is the JSON object that docs/json.md explains."""

    question: str
    standalone_question: str
    answer: str
    refused: bool
    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...]
    repairs: tuple[Repair, ...]
    model: str
    usage: Usage = field(default_factory=Usage)
    timings_ms: Timings = field(default_factory=Timings)
    searches: tuple[str, ...] = ()
    filters: dict[str, object] = field(default_factory=dict)
    papers_searched: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A retrieved paper with its best passage; papers of one search compare by `score`."""

    paper: Paper
    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A finished sentence of a model's text, its markers resolved.

    `text` is what is shown, markers renumbered; `after` the white space behind it; `claim` the
    sentence without markers; `paper_ids` what it cites; joining every `text + after` gives the answer.
    `unread` names what is left as it was written and so claims nothing that can be checked: a code block, a footnote.
    """

    text: str
    after: str
    claim: str
    paper_ids: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an abstract carries a claim: `abstract[start:end]`, with a score from 0 to 1."""

    paper_id: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Finding:
    """The check of one claim: its verdict, the evidence in each cited paper, and why it falls short.

    `score` is how likely the claim is true of what it cites, from 0 to 1; `contradicted` tells that an abstract says
    otherwise, rather than nothing; `barred` that a number or name of the claim is in no abstract, whatever a model
    says. `better` is evidence in a retrieved paper that was not cited but carries the claim.
    """

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""
    better: Evidence | None = None
    kind: Kind = ""
    score: float = 0.0
    contradicted: bool = False
    barred: bool = False

    @property
    def holds(self) -> bool:
        """Whether the claim may stand as it is: supported, or quoted word for word."""
        return self.verdict in HOLDS


Refusal = Literal["no paper", "not stated", "not mentioned", "false premise"]

# The fixed openings of a refusal. The library has no paper on the subject; nothing follows it.
NO_PAPER = "No paper in this library is about this."
# The same where only a part of the library was searched.
NONE_WITHIN = "No paper within these limits is about this."
# The same as a model says it, which saw a few abstracts and not the library.
NONE_FOUND = "None of the abstracts found is about this."
# The right paper is there, its abstract lacks the detail; what it does say may follow, cited.
NOT_STATED = "The abstract does not state this."
# A name of the question, which follows, is in no abstract found.
NOT_MENTIONED = "Not mentioned in the abstracts found:"
# The question takes for granted what the abstract denies; what it says instead follows, cited.
FALSE_PREMISE = "The abstract says otherwise."
PHRASES: dict[Refusal, str] = {
    "no paper": NO_PAPER,
    "not stated": NOT_STATED,
    "not mentioned": NOT_MENTIONED,
    "false premise": FALSE_PREMISE,
}


def read_refusal(text: str) -> Refusal | None:
    """Which refusal a model's `text` opens with, or None when it is an answer.

    White space, quotes and Markdown emphasis in front, and letter case, do not matter: small models add them.
    """
    opening = " ".join(text[:200].split()).lstrip("\"'“‘*_>` ").casefold()
    others: list[tuple[Refusal, str]] = [("no paper", NONE_FOUND), ("no paper", NONE_WITHIN)]
    for kind, phrase in (*PHRASES.items(), *others):
        if opening.startswith(phrase.rstrip(".").casefold()):
            return kind
    return None
