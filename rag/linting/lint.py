"""Checks the citations of a text that someone wrote, in LaTeX or Markdown, against the abstracts.

What a finding means to the writer is read off its verdict and its kind, in one place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rag.language.names import NameIndex, names, squash
from rag.language.naming import system_name, where_named
from rag.language.terms import plain
from rag.linting.bibfile import BibEntry, read_bib, same_work
from rag.linting.claims import Claim, Kind, claims, could_state, is_own, states_something, without_own_numbers
from rag.linting.matching import match_entry, match_text
from rag.linting.references import wrong_fields
from rag.linting.sources import Source, read_sources
from rag.records import Evidence, Finding
from rag.verifying.attribution import bare_claim
from rag.verifying.clauses import clauses
from rag.verifying.rulings import REASONS
from rag.verifying.verify import Verifier
from store.library import Library
from store.records import Paper

LintVerdict = Literal[
    "supports",
    "supports in part",
    "not checked",
    "says nothing of this",
    "disagrees",
    "not in the library",
    "not in the .bib",
    "same paper twice",
    "wrong reference",
    "uncited claim",
    "damaged .bib",
    "missing file",
]
FINE: tuple[LintVerdict, ...] = ("supports", "supports in part", "not checked")
FAILING: tuple[LintVerdict, ...] = ("disagrees", "wrong reference")
_CARRIES = 0.15  # probability from which a paper carries a part of what several are cited for
_SAYING = 5  # words from which a cell of a table says something
_NEAR = 3  # papers that are asked whether they say what cites none


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


def lint(text: str, path: str, bibs: Mapping[str, str], library: Library, verifier: Verifier) -> list[LintLine]:
    """Every citation of `text` with what its abstract says to the claim, and what else is amiss, by place.

    `path` tells LaTeX (.tex, .ltx) from Markdown, and where the files lie that it takes in; `bibs` are the .bib files,
    path → text. Without one, keys are those that the library ever gave its papers, or those of the list of references.
    """
    read = [read_bib(bib, bib_path) for bib_path, bib in bibs.items()]
    entries = [entry for found, _ in read for entry in found]
    sources = read_sources(text, path)
    references = {key: said for _, reading in reversed(sources) for key, said in reading.references.items()}
    known = _known(entries, references, bool(bibs), library)
    systems = frozenset(squash(name) for paper in library.papers() if (name := system_name(paper.title)))
    found: list[LintLine] = []
    for source, reading in sources:
        linter = _Linter(source, library, verifier, known, bool(bibs or references), systems)
        found += [line for one in reading.paragraphs for claim in claims(one) for line in linter.check(claim, one.kind)]
        found += linter.missing()
    found += [line for entry in entries for line in _wrong(entry, known.get(entry.key))]
    for one, twin in same_work(entries):
        place = f"{one.path}, line {one.line}" if one.path != twin.path else f"line {one.line}"
        message = f"{twin.key} is the same paper as {one.key} ({place})"
        found.append(LintLine(twin.path, twin.line, 1, "same paper twice", message, twin.key))
    found += [LintLine(place.path, place.line, 1, "damaged .bib", place.reason) for _, bad in read for place in bad]
    order = [*(source.path for source, _ in sources), *bibs]
    return sorted(found, key=lambda line: (order.index(line.path), line.line, line.col))


def _known(
    entries: Sequence[BibEntry], references: Mapping[str, str], has_bib: bool, library: Library
) -> Mapping[str, Paper | None]:
    """key → the paper of the library that it names, None for one that the library lacks."""
    known: dict[str, Paper | None] = {key: match_text(text, library) for key, text in references.items()}
    for entry in entries:
        known.setdefault(entry.key, match_entry(entry, library))
    if not has_bib and not references:
        papers = {paper.paper_id: paper for paper in library.papers()}
        known |= {key: papers[paper_id] for key, paper_id in library.changes.citekeys().items() if paper_id in papers}
    return known


def _wrong(entry: BibEntry, paper: Paper | None) -> Iterator[LintLine]:
    """What is wrong in an entry by the record of its paper."""
    for wrong in wrong_fields(entry, paper) if paper else ():
        message = f"{entry.key} ({_short(paper.title, 60)}): {wrong.reason}" if paper else ""
        yield LintLine(
            entry.path,
            entry.line_of(wrong.field),
            1,
            "wrong reference",
            message,
            entry.key,
            paper.paper_id if paper else "",
        )


@dataclass(frozen=True, slots=True)
class _Linter:
    """Checks one file of the text."""

    source: Source
    library: Library
    verifier: Verifier
    known: Mapping[str, Paper | None]
    has_list: bool
    systems: frozenset[str]

    def check(self, claim: Claim, kind: Kind) -> list[LintLine]:
        """The findings of one claim; a cell or a caption needs no citation, and a name in a cell claims nothing."""
        if claim.mark is None:
            return self._uncited(claim) if kind == "text" else []
        cited = [(key, place, self.known.get(key)) for key, place in claim.mark.keys]
        papers = [paper for *_, paper in cited if paper is not None]
        lines = [self._unknown(key, place, claim) for key, place, paper in cited if paper is None]
        if kind == "cell" and len(claim.text.split()) < _SAYING:
            return lines
        return lines + [self._judged(key, place, paper, papers, claim) for key, place, paper in cited if paper]

    def missing(self) -> list[LintLine]:
        """The files that the text takes in and that are not there."""
        why = "cannot be read; its citations are not checked"
        return [self._line(place, "missing file", f"{name} {why}") for name, place in self.source.missing]

    def _unknown(self, key: str, place: int, claim: Claim) -> LintLine:
        if key in self.known:
            message = f"{key} is no paper of this library, so nothing can be said of it"
            return self._line(place, "not in the library", message, key=key, claim=claim.text)
        where = "in the .bib or list of references" if self.has_list else "among the library's keys; pass --bib"
        return self._line(place, "not in the .bib", f"{key} is not {where}", key=key, claim=claim.text)

    def _judged(self, key: str, place: int, paper: Paper, papers: Sequence[Paper], claim: Claim) -> LintLine:
        finding = _finding_of(claim.text, paper, papers, self.verifier)
        verdict = _verdict(claim.text, finding, papers, self.systems)
        own = [evidence for evidence in finding.evidence if evidence.paper_id == paper.paper_id]
        best = max(own, key=lambda evidence: evidence.score, default=Evidence("", 0, 0, 0.0))
        quote = paper.abstract[best.start : best.end]
        shown = f"; “{_short(quote)}”" if quote and verdict != "says nothing of this" else ""
        more = {"key": key, "paper_id": paper.paper_id, "claim": claim.text, "quote": quote}
        reason = "the abstract says this" if finding.holds else finding.reason
        message = f"{key} ({_short(paper.title, 60)}): {reason}{shown}"
        return self._line(place, verdict, message, start=best.start, end=best.end, **more)

    def _uncited(self, claim: Claim) -> list[LintLine]:
        paper = self._could_cite(claim.text) if could_state(claim.text) else None
        if paper is None and not states_something(claim.text):
            return []
        offer = f"; {paper.title} ({paper.paper_id}) says it" if paper else ""
        message, paper_id = f"“{_short(claim.text)}” cites no paper{offer}", paper.paper_id if paper else ""
        return [self._line(claim.place, "uncited claim", message, claim=claim.text, paper_id=paper_id)]

    def _could_cite(self, sentence: str) -> Paper | None:
        """A paper of the library whose abstract says the sentence, or None."""
        near = self.library.get_many([hit.passage.paper_id for hit in self.library.by_meaning(sentence, _NEAR)])
        checked = ((paper, self.verifier.check(bare_claim(sentence, paper), [paper])) for paper in near)
        return next((paper for paper, finding in checked if finding.holds), None)

    def _line(self, place: int, verdict: LintVerdict, message: str, **more: Any) -> LintLine:
        text = self.source.text
        line, col = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
        return LintLine(self.source.path, line, col, verdict, message, **more)


def _short(text: str, length: int = 120) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + "…"


def _finding_of(claim: str, paper: Paper, cited: Sequence[Paper], verifier: Verifier) -> Finding:
    """What `paper`, one of `cited`, says to the claim: to all of it, or to the part that names or needs it."""
    claim = without_own_numbers(claim, [each.year for each in cited if each.year])
    for each in cited:
        claim = bare_claim(claim, each)
    finding = verifier.check(claim, [paper])
    if finding.verdict != "unsupported" or len(cited) < 2:
        return finding
    own = " ".join(part for part in clauses(claim) if where_named(paper, part) >= 0)
    if own and (named := verifier.check(own, [paper])).verdict != "unsupported":
        return named
    if not finding.contradicted and where_named(paper, claim) >= 0:
        return Finding("weak", finding.evidence, REASONS["not said"], kind="not said")  # named in a list, no more
    shared = verifier.check(claim, cited)
    carries = any(e.paper_id == paper.paper_id and e.score >= _CARRIES for e in shared.evidence)
    return shared if carries and shared.verdict != "unsupported" else finding


def _verdict(claim: str, finding: Finding, cited: Sequence[Paper], systems: frozenset[str]) -> LintVerdict:
    """What a finding means to the writer; `systems` are the names of the library's papers, squashed.

    A name that the abstract lacks is a fault when it is another paper's own; a number in what writers say of their
    own work is none of the abstract's.
    """
    if finding.holds:
        return "supports"
    if finding.verdict == "unchecked":
        return "not checked"
    if finding.kind == "name" and _names_another(claim, cited, systems):
        return "says nothing of this"
    if finding.verdict == "weak":
        return "supports in part"
    disagrees = finding.contradicted and not (finding.kind == "number" and is_own(claim))
    return "disagrees" if disagrees else "says nothing of this"


def _names_another(claim: str, cited: Sequence[Paper], systems: frozenset[str]) -> bool:
    """Whether the claim names a paper of the library that those it cites do not speak of."""
    told = NameIndex(plain(" ".join(f"{paper.title}. {paper.abstract}" for paper in cited)))
    return any(squash(name.text) in systems and not told.has(name) for name in names(plain(claim)))
