"""What lint finds: the record of one finding, its verdicts, and what each asks of the writer."""

import hashlib
from dataclasses import dataclass
from typing import Literal

LintVerdict = Literal[
    "supports",
    "weak",
    "generic",
    "not checked",
    "says nothing of this",
    "overclaim",
    "disagrees",
    "close copy",
    "not in the library",
    "not in the .bib",
    "same paper twice",
    "wrong reference",
    "not found online",
    "retracted",
    "uncited claim",
    "damaged .bib",
    "missing file",
    "commented out",
]
FINE: frozenset[LintVerdict] = frozenset({"supports", "generic", "not checked"})
DOUBTFUL: frozenset[LintVerdict] = frozenset({"weak"})  # neither fine nor a fault: to be compared by the reader
FAILING: frozenset[LintVerdict] = frozenset({"disagrees", "wrong reference", "retracted"})


@dataclass(frozen=True, slots=True)
class LintLine:
    """One finding at `path:line:col`, both from 1; `quote` is `abstract[start:end]` of paper `paper_id`.

    `reason` is why, where the message also names key, paper and quote. `accepted` is why the writer lets it stand,
    "" where nobody said so; `in_source` that a comment says it.
    """

    path: str
    line: int
    col: int
    verdict: LintVerdict
    message: str
    key: str = ""
    paper_id: str = ""
    claim: str = ""
    quote: str = ""
    start: int = 0
    end: int = 0
    accepted: str = ""
    in_source: bool = False
    reason: str = ""

    def __str__(self) -> str:
        """The line as editors read it."""
        accepted = f" (accepted: {self.accepted})" if self.accepted else ""
        return f"{self.path}:{self.line}:{self.col}: {self.verdict}: {self.message}{accepted}"

    @property
    def is_fault(self) -> bool:
        """Whether the writer has something to look at."""
        return self.verdict not in FINE | DOUBTFUL and not self.accepted

    @property
    def fails(self) -> bool:
        """Whether a text with this finding does not pass."""
        return self.verdict in FAILING and not self.accepted

    @property
    def fingerprint(self) -> str:
        """The same for the same finding wherever it moves to within its file, and whatever is written around it."""
        said = self.claim or self.message
        told = "\n".join([self.path.replace("\\", "/"), self.verdict, self.key, " ".join(said.split())])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def short(text: str, length: int = 120) -> str:
    """`text` on one line, cut at a word where it is longer than `length`."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + "…"
