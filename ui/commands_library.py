"""The commands that keep the library: add, papers, doctor."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rag.settings import read_settings
from store.errors import StoreError
from ui.commands import add_filters, filters
from ui.commands_check import add_export

if TYPE_CHECKING:
    from store.library import Library


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the commands of this module."""
    command = subparsers.add_parser("add", help="read files or folders into the library")
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    command.add_argument("--json", action="store_true", help="print the counts as JSON")
    command.set_defaults(run=add)

    command = subparsers.add_parser("papers", help="list, show or remove papers")
    _add_papers_parsers(command)

    command = subparsers.add_parser("doctor", help="what is set up, what is missing, what to do")
    command.add_argument("--json", action="store_true", help="print the checks as JSON")
    command.set_defaults(run=doctor)


def _add_papers_parsers(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=list_papers, year=None, venue=None, author=None, json=False)
    actions = command.add_subparsers(title="actions", metavar="ACTION")
    listing = actions.add_parser("list", help="all papers, or those that match")
    add_filters(listing)
    listing.add_argument("--json", action="store_true", help="print every stored field as JSON")
    listing.set_defaults(run=list_papers)
    showing = actions.add_parser("show", help="one paper with its abstract")
    showing.add_argument("paper_id")
    showing.add_argument("--json", action="store_true", help="print every stored field as JSON")
    showing.set_defaults(run=show_paper)
    removing = actions.add_parser("remove", help="take papers out of the library")
    removing.add_argument("paper_ids", nargs="+", metavar="PAPER_ID")
    removing.set_defaults(run=remove_papers)
    add_export(actions)


@contextmanager
def open_library() -> Iterator:
    """The user's library, with progress on stderr; closed afterwards."""
    from rag import opening
    from ui.progress import bar

    with bar() as progress:
        library = opening.open_library(read_settings(), progress)
    try:
        yield library
    finally:
        for repair in library.repairs:
            print(repair, file=sys.stderr)
        library.close()


def tell(library: "Library") -> None:
    """Say on stderr when another embedding model stands in for the one that was set."""
    if library.note:
        print(library.note, file=sys.stderr)


def add(args: argparse.Namespace) -> None:
    """Read papers from files and folders; what was skipped is said on stderr."""
    from ui.cli import print_json
    from ui.progress import bar

    with open_library() as library, bar() as progress:
        tell(library)
        report = library.add_paths(args.paths, progress)
        advice = library.advice
    if args.json:
        print_json(asdict(report))
        return
    print(
        f"{report.read} read, {report.added} added, {report.merged} merged, {report.unchanged} unchanged, "
        f"{len(report.skipped)} skipped"
    )
    if advice:
        print(advice, file=sys.stderr)
    for skipped in report.skipped:
        print(f"skipped {skipped.where}: {skipped.reason}", file=sys.stderr)


def list_papers(args: argparse.Namespace) -> None:
    """Print the papers, one a line, as they are read: a library may be larger than memory."""
    from ui.cli import print_json_list
    from ui.render import source_line

    with open_library() as library:
        papers = library.papers(**filters(args))
        if args.json:
            print_json_list(asdict(paper) for paper in papers)
            return
        for paper in papers:
            print(f"{paper.paper_id}\t{source_line(paper)}")


def show_paper(args: argparse.Namespace) -> None:
    """Print one paper."""
    from ui.cli import print_json
    from ui.render import source_line

    with open_library() as library:
        paper = library.get(args.paper_id)
    if paper is None:
        raise StoreError(f"{args.paper_id}: no such paper; `citewell papers list` shows the ids.")
    if args.json:
        print_json(asdict(paper))
    else:
        print(f"{source_line(paper)}\n\n{paper.abstract}")


def remove_papers(args: argparse.Namespace) -> None:
    """Take papers out; with an unknown id among them nothing is removed."""
    with open_library() as library:
        unknown = [paper_id for paper_id in args.paper_ids if library.get(paper_id) is None]
        if unknown:
            raise StoreError(
                f"{', '.join(unknown)}: no such paper, nothing was removed; `citewell papers list` shows the ids."
            )
        print(f"{library.remove(args.paper_ids)} removed")


def doctor(args: argparse.Namespace) -> int:
    """Print each check with what to do; 1 when something needs doing."""
    from ui.cli import print_json
    from ui.doctor import run_checks

    checks = run_checks(read_settings())
    if args.json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            print(f"{'ok' if check.ok else '!!'}  {check.name}: {check.detail}")
    return 0 if all(check.ok for check in checks) else 1
