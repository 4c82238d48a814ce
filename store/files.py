"""Files and folders taken into a library."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from store.errors import ReadError
from store.readers import Reading, read_papers, shown
from store.records import AddReport, Paper, Progress, Skipped


def add_paths(
    add: Callable[..., AddReport], paths: Sequence[Path | str], progress: Progress, tags: tuple[str, ...] = ()
) -> AddReport:
    """Take in the papers of `paths` by `add`, which is `Library.add`, each with `tags`; as `Library.add_paths`."""
    if "" in paths:
        raise ReadError("An empty path names nothing; give a file or a folder (`.` is the one where you stand).")
    unread: list[tuple[Path, ReadError]] = []
    readings = list(_opened(map(Path, paths), unread))
    if not readings:
        raise unread[0][1]
    papers = _chained(readings, unread)
    tagged = (replace(paper, tags=(*paper.tags, *tags)) for paper in papers) if tags else papers
    report = add(tagged, progress, ", ".join(shown(path) for path in paths))
    if unread and not report.read:
        raise unread[0][1]
    skipped = [item for _, reading in readings for item in reading.skipped]
    skipped += [Skipped(shown(path), str(error).removeprefix(f"{shown(path)}: ")) for path, error in unread]
    notes = [f"{note.where}: {note.what}" for _, reading in readings for note in reading.noted]
    return replace(report, skipped=(*skipped, *report.skipped), notes=(*notes, *report.notes))


def _opened(paths: Iterable[Path], unread: list[tuple[Path, ReadError]]) -> Iterator[tuple[Path, Reading]]:
    for path in paths:
        try:
            yield path, read_papers(path)
        except ReadError as error:
            unread.append((path, error))


def _chained(readings: Sequence[tuple[Path, Reading]], unread: list[tuple[Path, ReadError]]) -> Iterator[Paper]:
    for path, reading in readings:
        try:
            yield from reading.papers
        except ReadError as error:
            unread.append((path, error))
