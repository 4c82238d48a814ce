"""Checks the citations of a text that someone wrote, in LaTeX or Markdown, against the abstracts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.language.names import squash
from rag.language.naming import system_name
from rag.linting.bibfile import BibEntry, match_entry, match_text, read_bib, same_work
from rag.linting.claims import Claim, claims, could_state, states_something
from rag.linting.readlatex import read_latex
from rag.linting.readmarkdown import read_markdown
from rag.linting.verdicts import FAILING, FINE, LintVerdict, could_cite, finding_of, in_words
from rag.records import Evidence
from rag.references.keys import citation_keys
from rag.verifying.verify import Verifier
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library

Known = Mapping[str, Paper | None]


@dataclass(frozen=True, slots=True)
class LintLine:
    """One finding at `path:line:col`, both from 1; `quote` is `abstract[start:end]` of paper `paper_id`."""

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

    def __str__(self) -> str:
        """The line as editors read it."""
        return f"{self.path}:{self.line}:{self.col}: {self.verdict}: {self.message}"

    @property
    def is_fault(self) -> bool:
        """Whether the writer has something to look at."""
        return self.verdict not in FINE

    @property
    def fails(self) -> bool:
        """Whether a text with this finding does not pass."""
        return self.verdict in FAILING


def lint(
    text: str, path: str, bib: str | None, library: "Library", verifier: Verifier, bib_path: str = ""
) -> list[LintLine]:
    """Every citation of `text` with what its abstract says to the claim, and what else is amiss, by place.

    `path` tells LaTeX (.tex, .ltx) from Markdown and names the file; `bib` is the text of the .bib
    file. Without one, keys are those of `citation_keys` over the library, or of the list of references.
    """
    is_latex = Path(path).suffix.lower() in (".tex", ".ltx", ".latex")
    paragraphs, references = (read_latex(text), {}) if is_latex else read_markdown(text)
    entries, damage = read_bib(bib or "")
    known = _known(entries, references, bib, library)
    systems = frozenset(squash(name) for paper in library.papers() if (name := system_name(paper.title)))
    linter = _Linter(text, path, library, verifier, known, bib is not None or bool(references), systems)
    found = [line for paragraph in paragraphs for claim in claims(paragraph) for line in linter.check(claim)]
    found += _of_bib(entries, bib_path or path)
    found += [LintLine(bib_path or path, place.line, 1, "damaged .bib", place.reason) for place in damage]
    return sorted(found, key=lambda line: (line.path != path, line.line, line.col))


def _known(entries: Sequence[BibEntry], references: Mapping[str, str], bib: str | None, library: "Library") -> Known:
    """key → the paper of the library that it names, None for one that the library lacks."""
    known: dict[str, Paper | None] = {key: match_text(text, library) for key, text in references.items()}
    for entry in entries:
        known.setdefault(entry.key, match_entry(entry, library))
    if bib is None and not references:
        papers = {paper.paper_id: paper for paper in library.papers()}
        known |= {key: papers[paper_id] for paper_id, key in citation_keys(papers.values()).items()}
    return known


def _of_bib(entries: Sequence[BibEntry], path: str) -> list[LintLine]:
    """The same paper under two keys."""
    return [
        LintLine(path, twin.line, 1, "same paper twice", f"{twin.key} is the same paper as {first}", twin.key)
        for one, twin in same_work(entries)
        for first in [f"{one.key} (line {one.line})"]
    ]


@dataclass(frozen=True, slots=True)
class _Linter:
    text: str
    path: str
    library: "Library"
    verifier: Verifier
    known: Known
    has_list: bool
    systems: frozenset[str]

    def check(self, claim: Claim) -> list[LintLine]:
        """The findings of one claim."""
        if claim.mark is None:
            return self._uncited(claim)
        cited = [(key, place, self.known.get(key)) for key, place in claim.mark.keys]
        papers = [paper for *_, paper in cited if paper is not None]
        lines = [self._unknown(key, place, claim) for key, place, paper in cited if paper is None]
        return lines + [self._judged(key, place, paper, papers, claim) for key, place, paper in cited if paper]

    def _unknown(self, key: str, place: int, claim: Claim) -> LintLine:
        if key in self.known:
            message = f"{key} is no paper of this library, so nothing can be said of it"
            return self._line(place, "not in the library", message, claim, key)
        where = "in the .bib or list of references" if self.has_list else "among the library's keys; pass --bib"
        return self._line(place, "not in the .bib", f"{key} is not {where}", claim, key)

    def _judged(self, key: str, place: int, paper: Paper, papers: Sequence[Paper], claim: Claim) -> LintLine:
        finding = finding_of(claim.text, paper, papers, self.verifier)
        verdict, reason = in_words(finding, self.systems)
        own = [evidence for evidence in finding.evidence if evidence.paper_id == paper.paper_id]
        best = max(own, key=lambda evidence: evidence.score, default=None)
        quote = paper.abstract[best.start : best.end] if best and verdict != "says nothing of this" else ""
        message = f"{key} ({_short(paper.title, 60)}): {reason}" + (f"; “{_short(quote)}”" if quote else "")
        return self._line(place, verdict, message, claim, key, paper, best)

    def _uncited(self, claim: Claim) -> list[LintLine]:
        paper = could_cite(claim.text, self.library, self.verifier) if could_state(claim.text) else None
        if paper is None and not states_something(claim.text):
            return []
        offer = f"; {paper.title} ({paper.paper_id}) says it" if paper else ""
        message = f"“{_short(claim.text)}” cites no paper{offer}"
        return [self._line(claim.place, "uncited claim", message, claim, paper=paper)]

    def _line(
        self,
        place: int,
        verdict: LintVerdict,
        message: str,
        claim: Claim,
        key: str = "",
        paper: Paper | None = None,
        evidence: Evidence | None = None,
    ) -> LintLine:
        line, col = self.text.count("\n", 0, place) + 1, place - self.text.rfind("\n", 0, place)
        start, end = (evidence.start, evidence.end) if evidence else (0, 0)
        paper_id, abstract = (paper.paper_id, paper.abstract) if paper else ("", "")
        quote = abstract[start:end]
        return LintLine(self.path, line, col, verdict, message, key, paper_id, claim.text, quote, start, end)


def _short(text: str, length: int = 120) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + "…"
