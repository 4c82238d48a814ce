"""Checks the citations of a text that someone wrote, in LaTeX or Markdown, against the abstracts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.language.names import squash
from rag.language.naming import system_name
from rag.linting.bibfile import BibEntry, Damage, read_bib, same_work
from rag.linting.citedclaims import CitedClaim, claims
from rag.linting.flat import Flat
from rag.linting.judging import LintVerdict, finding_of, in_words
from rag.linting.papermatch import match_entry, match_text
from rag.linting.readlatex import read_latex
from rag.linting.readmarkdown import Reference, read_markdown
from rag.linting.uncited import could_cite, could_state, states_something
from rag.references.keys import citation_keys
from rag.verifying.verify import Verifier
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library

FINE: tuple[LintVerdict, ...] = ("supports", "supports in part")


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


def lint(
    text: str, path: str, bib: str | None, library: "Library", verifier: Verifier, bib_path: str = ""
) -> list[LintLine]:
    """Every citation of `text` with what its abstract says to the claim, and what else is amiss, by place.

    `path` tells LaTeX (.tex, .ltx) from Markdown and names the file; `bib` is the text of the .bib
    file. Without one, keys are those of `citation_keys` over the library, or of the list of references.
    """
    is_latex = Path(path).suffix.lower() in (".tex", ".ltx", ".latex")
    flats, references = (read_latex(text), {}) if is_latex else read_markdown(text)
    entries, damage = read_bib(bib) if bib is not None else ([], [])
    linter = _Linter(
        text,
        path,
        bib_path or path,
        library,
        verifier,
        _known(entries, references, bib, library),
        bib is not None or bool(references),
        frozenset(squash(name) for paper in library.papers() if (name := system_name(paper.title))),
    )
    found = [line for flat in flats for line in linter.check(flat)]
    found += linter.twins(entries) + linter.damages(damage)
    return sorted(found, key=lambda line: (line.path != path, line.line, line.col))


Known = Mapping[str, Paper | None]


def _known(
    entries: Sequence[BibEntry], references: Mapping[str, Reference], bib: str | None, library: "Library"
) -> Known:
    """key → the paper of the library that it names, None for one that the library lacks."""
    known: dict[str, Paper | None] = {key: match_text(ref.text, library) for key, ref in references.items()}
    for entry in entries:
        known.setdefault(entry.key, match_entry(entry, library))
    if bib is None and not references:
        papers = {paper.paper_id: paper for paper in library.papers()}
        known |= {key: papers[paper_id] for paper_id, key in citation_keys(papers.values()).items()}
    return known


@dataclass(frozen=True, slots=True)
class _Linter:
    text: str
    path: str
    bib_path: str
    library: "Library"
    verifier: Verifier
    known: Known
    has_list: bool
    systems: frozenset[str]

    def check(self, flat: Flat) -> list[LintLine]:
        """The findings of one paragraph."""
        return [line for claim in claims(flat) for line in self._check_claim(claim)]

    def _check_claim(self, claim: CitedClaim) -> list[LintLine]:
        if claim.mark is None:
            return self._uncited(claim)
        cited = [(key, place, self.known.get(key)) for key, place in claim.mark.keys]
        lines = [self._unknown(key, place, claim) for key, place, paper in cited if paper is None]
        papers = [paper for *_, paper in cited if paper is not None]
        lines += [self._judge(key, place, paper, papers, claim) for key, place, paper in cited if paper is not None]
        return lines

    def _unknown(self, key: str, place: int, claim: CitedClaim) -> LintLine:
        if key in self.known:
            message = f"{key} is no paper of this library, so nothing can be said of it"
            return self._line(place, "not in the library", message, key=key, claim=claim.text)
        where = "in the .bib or list of references" if self.has_list else "among the library's keys; pass --bib"
        return self._line(place, "not in the .bib", f"{key} is not {where}", key=key, claim=claim.text)

    def _judge(self, key: str, place: int, paper: Paper, papers: Sequence[Paper], claim: CitedClaim) -> LintLine:
        finding = finding_of(claim.text, paper, papers, self.verifier)
        verdict, message = in_words(finding, self.systems)
        evidence = max(
            (e for e in finding.evidence if e.paper_id == paper.paper_id), key=lambda e: e.score, default=None
        )
        quote = paper.abstract[evidence.start : evidence.end] if evidence else ""
        shown = f"; “{_short(quote)}”" if quote and verdict != "says nothing of this" else ""
        return self._line(
            place,
            verdict,
            f"{key} ({_short(paper.title, 60)}): {message}{shown}",
            key=key,
            paper_id=paper.paper_id,
            claim=claim.text,
            quote=quote,
            start=evidence.start if evidence else 0,
            end=evidence.end if evidence else 0,
        )

    def _uncited(self, claim: CitedClaim) -> list[LintLine]:
        paper = could_cite(claim.text, self.library, self.verifier) if could_state(claim.text) else None
        if paper is None and not states_something(claim.text):
            return []
        offer = f"; {paper.title} ({paper.paper_id}) says it" if paper else ""
        return [
            self._line(
                claim.place,
                "uncited claim",
                f"“{_short(claim.text)}” cites no paper{offer}",
                claim=claim.text,
                paper_id=paper.paper_id if paper else "",
            )
        ]

    def twins(self, entries: Sequence[BibEntry]) -> list[LintLine]:
        """The same paper under two keys."""
        return [
            self._line_of(
                self.bib_path,
                twin.line,
                "same paper twice",
                f"{twin.key} is the same paper as {first.key} (line {first.line})",
                twin.key,
            )
            for first, twin in same_work(entries)
        ]

    def damages(self, damage: Sequence[Damage]) -> list[LintLine]:
        """Entries of the .bib that cannot be read as they stand."""
        return [self._line_of(self.bib_path, place.line, "damaged .bib", place.reason) for place in damage]

    def _line(self, place: int, verdict: LintVerdict, message: str, **more: object) -> LintLine:
        line = self.text.count("\n", 0, place) + 1
        col = place - (self.text.rfind("\n", 0, place) + 1) + 1
        return LintLine(self.path, line, col, verdict, message, **more)

    def _line_of(self, path: str, line: int, verdict: LintVerdict, message: str, key: str = "") -> LintLine:
        return LintLine(path, line, 1, verdict, message, key)


def _short(text: str, length: int = 120) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + "…"
