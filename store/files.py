"""Files and folders taken into a library."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from store.errors import ReadError
from store.readers import read_papers, shown
from store.records import AddReport, Paper, Progress, Skipped


def add_paths(
    add: Callable[..., AddReport], paths: Sequence[Path | str], progress: Progress, tags: tuple[str, ...] = ()
) -> AddReport:
    """Take in the papers of `paths` by `add`, which is `Library.add`, each with `tags`; as `Library.add_paths`."""
    if "" in paths:
        raise ReadError("An empty path names nothing; give a file or a folder (`.` is the one where you stand).")
    streams = [(path, *read_papers(path)) for path in map(Path, paths)]
    unread: list[tuple[Path, ReadError]] = []
    papers = _chained(streams, unread)
    tagged = (replace(paper, tags=(*paper.tags, *tags)) for paper in papers) if tags else papers
    report = add(tagged, progress, ", ".join(shown(path) for path in paths))
    if unread and not report.read:
        raise unread[0][1]
    skipped = [item for *_, some in streams for item in some]
    skipped += [Skipped(shown(path), str(error).removeprefix(f"{shown(path)}: ")) for path, error in unread]
    return replace(report, skipped=(*skipped, *report.skipped))


def _chained(
    streams: Sequence[tuple[Path, Iterator[Paper], list[Skipped]]], unread: list[tuple[Path, ReadError]]
) -> Iterator[Paper]:
    for path, papers, _ in streams:
        try:
            yield from papers
        except ReadError as error:
            unread.append((path, error))
