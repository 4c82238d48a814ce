"""Checks the citations of a text that someone wrote, in LaTeX or Markdown, against the abstracts.

What is found of each claim, entry and copied run is put together here, in the order of the text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.language.names import squash
from rag.language.naming import system_name
from rag.linting.accepting import accept
from rag.linting.bibfile import BibEntry, read_bib, same_work
from rag.linting.claims import Claim, Kind, Paragraph, claims, could_state, states_something
from rag.linting.findings import LintLine, LintVerdict, short
from rag.linting.judging import finding_of, judged
from rag.linting.matching import match_entry, match_text
from rag.linting.references import wrong_fields
from rag.linting.sources import Source, read_sources
from rag.records import CloseCopy, Evidence
from rag.verifying.attribution import bare_claim
from rag.verifying.closecopies import close_copies
from rag.verifying.verify import Verifier
from store.library import Library
from store.records import Paper, Progress, silent

_SAYING = 5  # words from which a cell of a table says something
_NEAR = 3  # papers that are asked whether they say what cites none


def lint(
    text: str,
    path: str,
    bibs: Mapping[str, str],
    library: Library,
    verifier: Verifier,
    follow: bool = True,
    progress: Progress = silent,
) -> list[LintLine]:
    """Every citation of `text` with what its abstract says to the claim, and what else is amiss, by place.

    `path` tells LaTeX (.tex, .ltx) from Markdown, and where the files lie that it takes in; `bibs` are the .bib files,
    path → text. Without one, keys are those that the library ever gave its papers, or those of the list of references.
    With `follow` false no other file is opened, whatever the text takes in.
    """
    read = [read_bib(bib, bib_path) for bib_path, bib in bibs.items()]
    entries = [entry for found, _ in read for entry in found]
    sources = read_sources(text, path, follow)
    references = {key: said for _, reading in reversed(sources) for key, said in reading.references.items()}
    known = _known(entries, references, bool(bibs), library)
    systems = frozenset(squash(name) for paper in library.papers() if (name := system_name(paper.title)))
    found: list[LintLine] = []
    for source, reading in sources:
        linter = _Linter(source, library, verifier, known, bool(bibs or references), systems)
        for done, paragraph in enumerate(reading.paragraphs):
            for claim in claims(paragraph):  # a paragraph may be long: whoever waits is told of each claim
                progress(done, len(reading.paragraphs), "paragraphs")
                found += linter.check(claim, paragraph.kind)
            found += linter.copies(paragraph)
        found += linter.missing()
    found += [line for entry in entries for line in _wrong(entry, known.get(entry.key))]
    for one, twin in same_work(entries):
        place = f"{one.path}, line {one.line}" if one.path != twin.path else f"line {one.line}"
        message = f"{twin.key} is the same paper as {one.key} ({place})"
        found.append(LintLine(twin.path, twin.line, 1, "same paper twice", message, twin.key))
    found += [LintLine(place.path, place.line, 1, "damaged .bib", place.reason) for _, bad in read for place in bad]
    order = [*(source.path for source, _ in sources), *bibs]
    found = accept(found, {**{source.path: source.text for source, _ in sources}, **bibs})
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
    if paper is None:
        return
    for wrong in wrong_fields(entry, paper):
        message = f"{entry.key} ({short(paper.title, 60)}): {wrong.reason}"
        place = (entry.path, entry.line_of(wrong.field), 1)
        yield LintLine(*place, "wrong reference", message, entry.key, paper.paper_id, reason=wrong.reason)


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
        """What of the text is not read: files that are not there, and what a % hides."""
        why = "cannot be read; its citations are not checked"
        lines = [self._line(place, "missing file", f"{name} {why}") for name, place in self.source.missing]
        comment = "% begins a comment here, so that the citations behind it are not read; write \\%"
        return lines + [self._line(place, "commented out", comment) for place in self.source.hidden]

    def _unknown(self, key: str, place: int, claim: Claim) -> LintLine:
        if key in self.known:
            message = f"{key} is no paper of this library, so nothing can be said of it"
            return self._line(place, "not in the library", message, key=key, claim=claim.text)
        where = "in the .bib or list of references" if self.has_list else "among the library's keys; give its .bib"
        return self._line(place, "not in the .bib", f"{key} is not {where}", key=key, claim=claim.text)

    def _judged(self, key: str, place: int, paper: Paper, papers: Sequence[Paper], claim: Claim) -> LintLine:
        finding = finding_of(claim.text, paper, papers, self.verifier)
        verdict, reason = judged(claim.text, finding, papers, self.systems)
        own = [evidence for evidence in finding.evidence if evidence.paper_id == paper.paper_id]
        best = max(own, key=lambda evidence: evidence.score, default=Evidence("", 0, 0, 0.0))
        quote = paper.abstract[best.start : best.end]
        shown = f"; “{short(quote)}”" if quote and verdict not in ("says nothing of this", "generic") else ""
        more = {"key": key, "paper_id": paper.paper_id, "claim": claim.text, "quote": quote, "reason": reason}
        message = f"{key} ({short(paper.title, 60)}): {reason}{shown}"
        return self._line(place, verdict, message, start=best.start, end=best.end, **more)

    def copies(self, paragraph: Paragraph) -> list[LintLine]:
        """The runs of words that a paragraph shares with the abstracts it cites; what it quotes is no fault."""
        if paragraph.kind == "quote" or not paragraph.marks:
            return []
        keys = {key: paper for mark in paragraph.marks for key, _ in mark.keys if (paper := self.known.get(key))}
        found = close_copies(paragraph.text, list({p.paper_id: p for p in keys.values()}.values()))
        return [self._copied(copy, paragraph, keys) for copy in found if not copy.quoted]

    def _copied(self, copy: CloseCopy, paragraph: Paragraph, keys: Mapping[str, Paper]) -> LintLine:
        key, paper = next((key, paper) for key, paper in keys.items() if paper.paper_id == copy.paper_id)
        ours, quote = paragraph.text[copy.start : copy.end], paper.abstract[copy.source_start : copy.source_end]
        said = f"{copy.words} words in a row are the abstract's"
        message = f"{key} ({short(paper.title, 60)}): {said}: “{short(ours)}”; quote it, or say it anew"
        more = {"key": key, "paper_id": paper.paper_id, "claim": ours, "quote": quote}
        more["reason"] = f"{said}; quote it, or say it anew"
        spans = {"start": copy.source_start, "end": copy.source_end}
        return self._line(paragraph.origins[copy.start], "close copy", message, **more, **spans)

    def _uncited(self, claim: Claim) -> list[LintLine]:
        paper = self._could_cite(claim.text) if could_state(claim.text) else None
        if paper is None and not states_something(claim.text):
            return []
        offer = f"; {paper.title} ({paper.paper_id}) says it" if paper else ""
        message, paper_id = f"“{short(claim.text)}” cites no paper{offer}", paper.paper_id if paper else ""
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
