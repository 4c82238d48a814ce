"""Entries of a .bib looked up in public services, when the user asks for it: whether there is such a paper, as the
entry has it, and whether it was retracted."""

from collections.abc import Iterator, Mapping, Sequence

from rag.linting.accepting import accept
from rag.linting.bibfile import BibEntry, read_bib
from rag.linting.findings import LintLine, LintVerdict, short
from rag.linting.references import is_title, wrong_fields
from store.records import Paper, Progress
from store.services.client import Client, NotThere
from store.services.papers import by_arxiv, by_doi, titled


def look_up(bibs: Mapping[str, str], client: Client, progress: Progress) -> list[LintLine]:
    """What services say against the entries of `bibs` (path → text). Raises ServiceError where one does not answer."""
    entries = [entry for path, text in bibs.items() for entry in read_bib(text, path)[0]]
    kept = {paper.arxiv: paper for paper in by_arxiv(client, [e.arxiv for e in entries if e.arxiv and not e.doi])}
    found: list[LintLine] = []
    for done, entry in enumerate(entries, 1):
        found += _told(entry, _named(entry, client, kept))
        progress(done, len(entries), "references")
    return accept(found, bibs)


def _named(entry: BibEntry, client: Client, kept: Mapping[str, Paper]) -> Sequence[Paper] | None:
    """The paper of the entry's id, or those of its title; None for an entry that has neither."""
    if entry.doi:
        try:
            return [by_doi(client, entry.doi)]
        except NotThere:
            return []
    if entry.arxiv:
        return [kept[entry.arxiv]] if entry.arxiv in kept else []
    return (
        [paper for paper in titled(client, entry.title) if is_title(entry.title, paper.title)] if entry.title else None
    )


def _told(entry: BibEntry, papers: Sequence[Paper] | None) -> Iterator[LintLine]:
    def line(verdict: LintVerdict, reason: str, field: str = "") -> LintLine:
        title = f" ({short(entry.title, 60)})" if entry.title else ""
        message = f"{entry.key}{title}: {reason}"
        return LintLine(entry.path, entry.line_of(field), 1, verdict, message, entry.key)

    if papers is None:
        return
    named = f"DOI {entry.doi}" if entry.doi else f"arXiv id {entry.arxiv}" if entry.arxiv else "title"
    if not papers:
        yield line("not found online", f"the services know no paper of this {named}")
        return
    if retracted := next((paper.retracted for paper in papers if paper.retracted), ""):
        yield line("retracted", retracted)
    wrong, nearest = min(((wrong_fields(entry, paper), paper) for paper in papers), key=lambda pair: len(pair[0]))
    for one in wrong:
        yield line("wrong reference", f"{one.reason}, says {nearest.sources[0]}", one.field)
