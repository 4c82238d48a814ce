"""What the user names, taken into a library: files and folders, ids and links, Zotero, and addresses to follow."""

import hashlib
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from store.errors import ReadError
from store.files import add_paths
from store.identity import title_key, title_words
from store.library import Library
from store.merging import merge, same
from store.records import AddReport, Paper, Progress, Skipped, silent
from store.services.client import Client, ServiceError, is_here
from store.services.papers import by_acl, by_arxiv, by_doi, by_openreview, published_as, search_arxiv, titled
from store.services.wanted import Wanted, wanted
from store.services.zotero import Zotero

_TELLING = 4  # words of a title that few papers share
EVERY, EVERY_AFAR = 3.0, 60.0  # seconds between two looks at what is followed, here and at another machine
_SINGLE = {"doi": by_doi, "openreview": by_openreview, "acl": by_acl}
_SUFFIXES = {"bibtex": "bib", "biblatex": "bib", "csljson": "json"}  # as Better BibTeX ends its addresses
_ENRICHED = ("title", "abstract", "authors", "year", "venue", "arxiv", "doi", "url", "retracted")


@dataclass(frozen=True, slots=True)
class Incoming:
    """Takes papers into `library`, asking services by `client`; each gets `tags`, a search finds `most` at most."""

    library: Library
    client: Client
    tags: tuple[str, ...] = ()
    most: int = 20
    progress: Progress = silent

    def take(self, words: Sequence[str | Path]) -> AddReport:
        """Take in what `words` name. What cannot be had is skipped; where nothing else is, its error is raised."""
        named, bad = list[tuple[str, Wanted | None]](), list[Callable[[], AddReport]]()
        for word in words:
            try:
                named.append((str(word), None if isinstance(word, Path) else wanted(word)))
            except ReadError as error:
                bad.append(partial(_failed, error))
        paths = [word for word, found in named if found is None]
        steps: list[Callable[[], AddReport]] = []
        if paths:
            steps.append(partial(add_paths, self.library.add, paths, self.progress, self.tags))
        if ids := [found.value for _, found in named if found and found.service == "arxiv"]:
            steps.append(lambda: self._add(self._arxiv(ids), ", ".join(f"arxiv:{i}" for i in ids)))
        steps += [partial(self._one, word, found) for word, found in named if found and found.service != "arxiv"]
        return _total(_had([*steps, *bad]))

    def _one(self, word: str, found: Wanted) -> AddReport:
        if not found.value and found.service != "zotero":
            raise ReadError(f"{word} names no paper; give an id behind the colon.")
        if found.service == "zotero":
            return self._zotero(word, Zotero(self.client, found.value))
        if found.service == "address":
            return self._file(found.value, self.client.fetch(found.value)[0])
        if found.service == "arxiv search":
            return self._add(iter(search_arxiv(self.client, found.value, self.most)), word)
        return self._add(iter([_SINGLE[found.service](self.client, found.value)]), word)

    def _add(self, papers: Iterable[Paper | Skipped], what: str) -> AddReport:
        every = list(papers)  # before anything is written: a service may fail
        skipped = tuple(item for item in every if isinstance(item, Skipped))
        whole = [item for item in every if isinstance(item, Paper)]
        tagged = [replace(paper, tags=(*paper.tags, *self.tags)) for paper in whole]
        report = self.library.add(tagged, self.progress, what)
        return replace(report, read=report.read + len(skipped), skipped=(*skipped, *report.skipped))

    def _arxiv(self, ids: Sequence[str]) -> list[Paper | Skipped]:
        found = {paper.arxiv: paper for paper in by_arxiv(self.client, ids)}
        if not found:
            raise ServiceError(f"arxiv:{ids[0]}: arXiv has no such paper; check the id.")
        lacking = "arXiv has no such paper; check the id"
        return [found.get(name) or Skipped(f"arxiv:{name}", lacking) for name in ids]

    def _zotero(self, word: str, zotero: Zotero) -> AddReport:
        since = self.library.changes.mark(zotero.name)
        report = self._add(zotero.papers(since), word)
        self.library.changes.set_mark(zotero.name, zotero.newest)
        return report

    def _file(self, url: str, text: str) -> AddReport:
        """Read the `text` that stands at an address as a file of the kind that its end names."""
        name = re.sub(r"[^\w.-]+", "-", f"{urlsplit(url).path}{urlsplit(url).query}".rpartition("/")[2]) or "papers"
        stem, _, ending = name.rpartition(".")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{stem or 'papers'}.{_SUFFIXES.get(ending, ending)}"
            file.write_text(text, encoding="utf-8")
            try:
                return add_paths(self.library.add, [file], self.progress, self.tags)
            except ReadError as error:
                raise ReadError(str(error).replace(str(file), url)) from None

    def follow(self, word: str | Path, told: Callable[[AddReport], None], every: float = EVERY) -> None:
        """Take in what `word` names, and again whenever it has changed, looked at `every` so many seconds, for ever.

        What lies at another machine is looked at no oftener than each `EVERY_AFAR` seconds; what cannot be looked at
        is passed over for the time. `told` gets each report that tells of something. Raises what the first reading
        raises.
        """
        found, seen = None if isinstance(word, Path) else wanted(word), ""
        if found and found.service not in ("zotero", "address"):
            raise ReadError(f"{word}: only files, folders, addresses of files and zotero: can be followed.")
        place = found and (found.value if found.service == "address" else self.client.address("zotero"))
        every = every if not place or is_here(place) else max(every, EVERY_AFAR)
        while True:
            now, taken = self._look(word, found) or (seen or "unknown", partial(self.take, [word]))
            if now != seen:
                try:
                    report = taken()
                    if not seen or report.added or report.merged:
                        told(report)
                    seen = now
                except (ReadError, ServiceError) as error:
                    if not seen:
                        raise
                    told(AddReport(skipped=(Skipped(str(word), str(error)),)))
                    seen = now
            time.sleep(every)

    def _look(self, word: str | Path, found: Wanted | None) -> tuple[str, Callable[[], AddReport]] | None:
        """What is another one once what `word` names has changed, with what takes it in; None where it is not there."""
        taken = partial(self.take, [word])
        try:
            if found is None:
                path = Path(word)
                files = sorted(path.rglob("*")) if path.is_dir() else [path]
                stats = [(file, file.stat()) for file in files if file.is_file()]
                return str([(str(file), stat.st_mtime_ns, stat.st_size) for file, stat in stats]), taken
            if found.service == "zotero":
                return Zotero(self.client).changed(), taken
            text, _ = self.client.fetch(found.value)
            return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), partial(self._file, found.value, text)
        except (OSError, ServiceError):
            return None


def _failed(error: ReadError) -> AddReport:
    raise error


def _had(steps: Sequence[Callable[[], AddReport]]) -> list[AddReport]:
    """The reports of `steps`, those that fail among what was skipped; where all fail, the first error is raised."""
    reports, failures = [], []
    for step in steps:
        try:
            reports.append(step())
        except (ReadError, ServiceError) as error:
            failures.append(error)
    if failures and not reports:
        raise failures[0]
    skipped = (str(error).partition(": ") for error in failures)
    return [*reports, *(AddReport(read=1, skipped=(Skipped(where, why or where),)) for where, _, why in skipped)]


def _total(reports: Sequence[AddReport]) -> AddReport:
    counts = ("read", "added", "merged", "unchanged", "without_abstract")
    skipped, notes = ([item for report in reports for item in getattr(report, n)] for n in ("skipped", "notes"))
    total = {name: sum(getattr(report, name) for report in reports) for name in counts}
    return AddReport(**total, skipped=tuple(skipped), notes=tuple(notes))


@dataclass(frozen=True, slots=True)
class Enriched:
    """A paper as services know it: what it would become, and how that differs, field → (before, after)."""

    paper: Paper
    differs: dict[str, tuple[object, object]]


def enrich(papers: Sequence[Paper], client: Client, progress: Progress) -> tuple[list[Enriched], list[Skipped]]:
    """What services would fill in or put right of `papers`, and the papers that could not be looked up.

    What the user edited stays, and a record that may be another paper's is left out.
    """
    by_id = {paper.arxiv: paper for paper in by_arxiv(client, [paper.arxiv for paper in papers if paper.arxiv])}
    found: list[Enriched] = []
    skipped: list[Skipped] = []
    for done, paper in enumerate(papers):
        progress(done, len(papers), "papers looked up")
        whole = paper
        try:
            for record in _known_of(paper, by_id, client):
                whole = merge(whole, record) if same(whole, record) else whole
        except ServiceError as error:
            skipped.append(Skipped(paper.paper_id, str(error)))
        pairs = {name: (getattr(paper, name), getattr(whole, name)) for name in _ENRICHED}
        if differs := {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}:
            found.append(Enriched(whole, differs))
    return found, skipped


def _known_of(paper: Paper, by_id: dict[str, Paper], client: Client) -> Iterator[Paper]:
    """What services have of a paper: its archive's, its publication's, else one of its title."""
    name = paper.doi
    if archived := by_id.get(paper.arxiv):
        yield archived
        name = name or archived.doi
    if not name and not (paper.venue and paper.year and paper.authors):
        record = next((record for record in titled(client, paper.title) if _is_it(paper, record)), None)
        yield from [record] if record else []
        name = record.doi if record else ""
    if name:
        if not paper.arxiv and (published := published_as(client, name)):
            name = published
        yield by_doi(client, name)


def _is_it(paper: Paper, record: Paper) -> bool:
    """Whether a record found by the title of a paper is that paper: a short title alone does not say so."""
    told = bool(paper.authors) or len(title_words(paper.title)) >= _TELLING
    return told and title_key(paper) == title_key(record) and same(paper, record)
