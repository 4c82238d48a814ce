"""The commands that keep the library: add, and papers to list, show, remove and export."""

import argparse
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from store.errors import StoreError
from store.records import AddReport
from ui.commands_changes import add_actions, check_known
from ui.common import add_filters, count, filters, named, open_library, path, settings_of, tell
from ui.console import bar, one_line, print_json, print_json_list, write

if TYPE_CHECKING:
    from store.library import Library

_NAMED = 20  # skipped records that are named one by one
EXPORTS = ("bibtex", "ris", "csl-json", "csv")


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the commands of this module."""
    command = subparsers.add_parser("add", help="read files, folders, ids, links or Zotero into the library")
    command.add_argument("named", nargs="+", type=named, metavar="PATH-OR-ID", help="arxiv:…, doi:…, a link, zotero:")
    command.add_argument("--tag", action="append", default=[], help="give each paper this tag; may be repeated")
    command.add_argument("--max", type=count, default=20, metavar="N", help="papers of arxiv:WORDS (default: 20)")
    command.add_argument("--watch", action="store_true", help="go on following one file, folder, address or zotero:")
    command.add_argument("--json", action="store_true", help="print the counts as JSON")
    command.set_defaults(run=add)

    command = subparsers.add_parser("papers", help="list, show or remove papers")
    _add_papers_parsers(command)


def _add_papers_parsers(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=list_papers, year=None, venue=None, author=None, tag=None, json=False)
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
    add_actions(actions)
    exporting = actions.add_parser("export", help="write the papers for other programs")
    exporting.add_argument("paper_ids", nargs="*", metavar="PAPER_ID", help="only these (default: all)")
    exporting.add_argument("--format", choices=EXPORTS, default="bibtex")
    exporting.add_argument("--references", metavar="STYLE", help="a formatted list of references instead, such as apa")
    exporting.add_argument("-o", "--output", type=path, metavar="FILE")
    exporting.set_defaults(run=export_papers)


def add(args: argparse.Namespace) -> None:
    """Read papers from what was named; what was skipped is said on stderr."""
    from store.incoming import Incoming
    from ui.reading import reading

    if args.watch and len(args.named) > 1:
        raise StoreError("--watch follows one file, folder or address at a time; name one.")
    settings = settings_of(args)
    with open_library(settings) as library:
        tell(library)
        with bar() as progress:
            incoming = Incoming(library, settings.client(), tuple(args.tag), args.max, progress)
            if args.watch:
                with reading(library), suppress(KeyboardInterrupt):  # its end
                    incoming.follow(args.named[0], lambda report: _tell_added(report, args.json))
                return
            report = incoming.take(args.named)
        _tell_added(report, args.json)
        if library.advice and not args.json:
            print(library.advice, file=sys.stderr)
        _read_on(library)


def _read_on(library: "Library") -> None:
    """Have the model read what came in, which can be found already."""
    from ui.reading import left_in_words, read_on

    if not library.behind:
        return
    print("All papers can be found now. The embedding model reads on; Ctrl-C puts that off.", file=sys.stderr)
    try:
        with bar() as progress:
            read_on(library, progress)
    except KeyboardInterrupt:
        print(left_in_words(library.behind), file=sys.stderr)
        raise


def _tell_added(report: AddReport, as_json: bool) -> None:
    if as_json:
        print_json(asdict(report))
        return
    print(
        f"{report.read} read, {report.added} added, {report.merged} merged, {report.unchanged} unchanged, "
        f"{len(report.skipped)} skipped",
        flush=True,
    )
    for note in report.notes:
        print(one_line(note), file=sys.stderr)
    if bare := report.without_abstract:
        print(f"{bare} came without an abstract: found by title and cited, never quoted", file=sys.stderr)
    for skipped in report.skipped[:_NAMED]:
        print(f"skipped {one_line(f'{skipped.where}: {skipped.reason}')}", file=sys.stderr)
    if len(report.skipped) > _NAMED:
        print(f"and {len(report.skipped) - _NAMED:,} more skipped; `--json` names them all", file=sys.stderr)


def list_papers(args: argparse.Namespace) -> None:
    """Print the papers, one a line, as they are read: a library may be larger than memory."""
    from rag.catalogue.catalogue import catalogue_of
    from ui.render import source_line

    with open_library(settings_of(args)) as library:
        papers = catalogue_of(library).papers(filters(args))
        if args.json:
            print_json_list(asdict(paper) for paper in papers)
            return
        for paper in papers:
            print(f"{paper.paper_id}\t{one_line(source_line(paper))}")


def show_paper(args: argparse.Namespace) -> None:
    """Print one paper."""
    from ui.render import details, source_line

    with open_library(settings_of(args)) as library:
        paper = library.get(args.paper_id)
    if paper is None:
        raise StoreError(f"{args.paper_id}: no such paper; `citewell papers list` shows the ids.")
    if args.json:
        print_json(asdict(paper))
    else:
        print(f"{source_line(paper)}\n\n{paper.abstract}\n")
        for line in details(paper):
            print(one_line(line))


def remove_papers(args: argparse.Namespace) -> None:
    """Take papers out; with an unknown id among them nothing is removed."""
    with open_library(settings_of(args)) as library:
        check_known(library, args.paper_ids, "removed")
        print(f"{library.remove(args.paper_ids)} removed")


def export_papers(args: argparse.Namespace) -> None:
    """Write papers in an exchange format, or as a list of references."""
    from rag.drafting.planning import papers_of
    from rag.references.bibliography import export, reference_list
    from rag.references.keys import citation_keys

    with open_library(settings_of(args)) as library:
        papers = papers_of(library, args.paper_ids) if args.paper_ids else list(library.papers())
    keys = citation_keys(papers)
    if args.references:
        text = "".join(f"{line}\n" for line in reference_list(papers, args.references, keys))
    else:
        text = export(papers, args.format, keys)
    if args.output:
        write(args.output, text)
    else:
        print(text, end="")
