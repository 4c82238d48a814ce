"""The commands that change papers by hand, take changes back, and carry the library elsewhere."""

import argparse
import sys
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

from store.errors import StoreError
from ui.common import open_library, path, settings_of, year
from ui.console import bar, one_line, print_json

if TYPE_CHECKING:
    from store.history import Change
    from store.library import Library

_SHOWN = 80  # characters of a field that is shown
_TEXTS = ("title", "abstract", "venue", "arxiv", "doi", "url", "citekey", "notes", "retracted")


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the commands of this module."""
    command = subparsers.add_parser("undo", help="take the last change of the papers back")
    command.add_argument("--json", action="store_true", help="print what was taken back as JSON")
    command.set_defaults(run=undo)
    command = subparsers.add_parser("backup", help="write the library as one file to carry elsewhere")
    command.add_argument("file", type=path, metavar="FILE")
    command.set_defaults(run=backup)
    command = subparsers.add_parser("restore", help="put a backup in the place of the library's papers")
    command.add_argument("file", type=path, metavar="FILE")
    command.set_defaults(run=restore)


def add_actions(actions: argparse._SubParsersAction) -> None:
    """Add the actions of `citewell papers` that this module has."""
    editing = actions.add_parser("edit", help="put your own words in the place of a paper's fields")
    editing.add_argument("paper_id")
    for name in _TEXTS:
        editing.add_argument(f"--{name}", metavar="TEXT", help=f"its {name}; empty to clear it")
    editing.add_argument("--year", type=year)
    editing.add_argument("--authors", metavar="NAMES", help="Family, Given; or {The Group}; with semicolons between")
    editing.set_defaults(run=edit)
    tagging = actions.add_parser("tag", help="give papers tags, take tags from them, or list the tags")
    tagging.add_argument("paper_ids", nargs="*", metavar="PAPER_ID")
    tagging.add_argument("--add", action="append", default=[], metavar="TAG", help="may be repeated")
    tagging.add_argument("--remove", action="append", default=[], metavar="TAG", help="may be repeated")
    tagging.set_defaults(run=tag)
    looking = actions.add_parser("history", help="what was changed, and can be taken back by `citewell undo`")
    looking.add_argument("paper_id", nargs="?", help="only what concerns this paper")
    looking.add_argument("--json", action="store_true", help="print the changes as JSON")
    looking.set_defaults(run=history)
    _add_enrich(actions)


def _add_enrich(actions: argparse._SubParsersAction) -> None:
    enriching = actions.add_parser("enrich", help="look papers up at services, and fill in what is missing")
    enriching.add_argument("paper_ids", nargs="*", metavar="PAPER_ID", help="only these (default: all)")
    enriching.add_argument("--yes", action="store_true", help="apply what is shown")
    enriching.add_argument("--json", action="store_true", help="print the changes as JSON")
    enriching.set_defaults(run=enrich)


def check_known(library: "Library", paper_ids: list[str], done: str = "changed") -> None:
    """Raises StoreError for ids that there are not."""
    known = {paper.paper_id for paper in library.get_many(paper_ids)}
    if unknown := [paper_id for paper_id in paper_ids if paper_id not in known]:
        raise StoreError(
            f"{', '.join(unknown)}: no such paper, nothing was {done}; `citewell papers list` shows the ids."
        )


def edit(args: argparse.Namespace) -> None:
    """Change the fields that were given."""
    given = {name: getattr(args, name) for name in (*_TEXTS, "year", "authors") if getattr(args, name) is not None}
    if not given:
        raise StoreError("Nothing to change; give a field, such as --venue or --notes.")
    if "authors" in given:
        given["authors"] = tuple(name.strip() for name in given["authors"].split(";"))
    with open_library(settings_of(args)) as library:
        check_known(library, [args.paper_id])
        paper = library.changes.edit(args.paper_id, given)
    print(f"{paper.paper_id}: {', '.join(given)} changed; `citewell undo` takes it back")


def tag(args: argparse.Namespace) -> None:
    """Change the tags of papers, or list all tags with how many papers have each."""
    with open_library(settings_of(args)) as library:
        if not args.paper_ids and not args.add and not args.remove:
            for name, count in sorted(Counter(tag for paper in library.papers() for tag in paper.tags).items()):
                print(f"{count}\t{one_line(name)}")
            return
        if not args.paper_ids or not (args.add or args.remove):
            raise StoreError("Name papers, and tags with --add or --remove; without any of them all tags are listed.")
        check_known(library, args.paper_ids)
        print(f"{library.changes.tag(args.paper_ids, args.add, args.remove)} changed")


def enrich(args: argparse.Namespace) -> None:
    """Show what services would fill in or put right; with --yes do so."""
    from store.incoming import enrich as look_up

    settings = settings_of(args)
    with open_library(settings) as library:
        check_known(library, args.paper_ids)
        papers = library.get_many(args.paper_ids) if args.paper_ids else list(library.papers())
        with bar() as progress:
            found, skipped = look_up(papers, settings.client(), progress)
        if args.yes:
            library.changes.put([item.paper for item in found], f"enrich {len(found)} papers")
    if args.json:
        print_json([{"paper_id": item.paper.paper_id, "changes": item.differs} for item in found])
    else:
        for item in found:
            print(f"{item.paper.paper_id}  {one_line(item.paper.title)}")
            for name, (before, after) in item.differs.items():
                print(one_line(f"    {name}: {_short(before)} → {_short(after)}"))
    for passed in skipped:
        print(f"skipped {one_line(f'{passed.where}: {passed.reason}')}", file=sys.stderr)
    done = "changed; `citewell undo` takes it back" if args.yes else "would change; --yes applies it"
    print(f"{len(found)} of {len(papers)} papers {done if found else 'would change'}", file=sys.stderr)


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value or "–")
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


def history(args: argparse.Namespace) -> None:
    """Print what can be taken back, the latest first."""
    with open_library(settings_of(args)) as library:
        changes = library.changes.history(args.paper_id)
    if args.json:
        print_json([asdict(change) for change in changes])
        return
    for change in changes:
        print(_described(change))


def undo(args: argparse.Namespace) -> None:
    """Take the last change back."""
    with open_library(settings_of(args)) as library:
        taken = library.changes.undo()
    if taken is None:
        raise StoreError("There is no change to take back.")
    if args.json:
        print_json(asdict(taken))
    else:
        print(f"taken back: {_described(taken)}")


def _described(change: "Change") -> str:
    counts = {"added": change.added, "changed or removed": change.changed}
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return one_line(f"{change.at}  {change.what}  ({told})")


def backup(args: argparse.Namespace) -> None:
    """Write the library as one file."""
    with open_library(settings_of(args)) as library:
        print(f"{library.changes.backup(args.file)} papers in {args.file}")
    print("Settings and keys are not in it, and what can be made again is made again.", file=sys.stderr)


def restore(args: argparse.Namespace) -> None:
    """Put a backup in the place of the library's papers."""
    with open_library(settings_of(args)) as library:
        print(f"{library.changes.restore(args.file)} papers restored; those of before are in {library.home / 'copies'}")
