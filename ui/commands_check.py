"""The commands that check what someone wrote: lint, check."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import CheckError, LintError
from ui.common import open_library, path, settings_of
from ui.console import bar, one_line, print_json, read_text, write

if TYPE_CHECKING:
    from rag.linting.findings import LintLine
    from store.library import Library

_FORMS = ("text", "json", "sarif", "github")


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the commands of this module."""
    command = subparsers.add_parser("lint", help="check the citations of a text someone wrote")
    command.add_argument("file", type=path, nargs="+", metavar="FILE", help="LaTeX (.tex), Markdown, or a .bib")
    command.add_argument(
        "--bib", type=path, action="append", default=[], metavar="FILE.bib", help="else those that the text names"
    )
    command.add_argument("--faults", action="store_true", help="leave out what is no fault, and what is accepted")
    command.add_argument("--strict", action="store_true", help="exit with 1 at any fault")
    command.add_argument("--baseline", type=path, metavar="FILE", help="let stand what this file has")
    command.add_argument("--write-baseline", type=path, metavar="FILE", help="write what is found into this file")
    command.add_argument("--online", action="store_true", help="look the entries of the .bib up in public services")
    command.add_argument("--format", choices=_FORMS, default="text")
    command.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    command.set_defaults(run=lint)

    command = subparsers.add_parser("check", help="check single claims against papers or given abstracts")
    command.add_argument(
        "file", type=path, metavar="CLAIMS.jsonl", help="a claim with paper_ids or sources a line; - is stdin"
    )
    command.add_argument("--json", action="store_true", help="print the claims with their verdicts as JSON")
    command.set_defaults(run=check)


def lint(args: argparse.Namespace) -> int:
    """Print the findings; 1 when an abstract disagrees or a reference is wrong."""
    from rag.linting.accepting import read_baseline, without_known, write_baseline

    known = read_baseline(read_text(args.baseline, LintError), str(args.baseline)) if args.baseline else []
    texts = {str(file): read_text(file, LintError) for file in args.file}
    bibs = {str(file): read_text(file, LintError) for file in args.bib}
    with open_library(settings_of(args)) as library:
        found = list(_findings(args, texts, bibs, library))
    lines = without_known(list(dict.fromkeys(found)), known)
    if args.write_baseline:
        write(args.write_baseline, write_baseline(lines))
        return 0
    _show([line for line in lines if line.is_fault or not args.faults], args.format)
    return 1 if any(line.fails or (args.strict and line.is_fault) for line in lines) else 0


def _findings(
    args: argparse.Namespace, texts: dict[str, str], bibs: dict[str, str], library: "Library"
) -> Iterator["LintLine"]:
    """The findings of each text that no other takes in, then those of .bib files that no text names."""
    from rag.linting.lint import lint as check
    from rag.linting.sources import named_bibs, taken_in
    from rag.verifying.verify import Verifier

    verifier = Verifier.of(settings_of(args))
    alone = {name: text for name, text in texts.items() if name.lower().endswith(".bib")}
    written = {name: text for name, text in texts.items() if name not in alone}
    within = {part for name, text in written.items() for part in taken_in(text, name)}
    seen: dict[str, str] = {}
    for name, text in written.items():
        if Path(name).resolve() not in within:
            own = bibs or alone or named_bibs(text, name)
            seen |= own
            yield from check(text, name, own, library, verifier)
    left = {name: text for name, text in {**alone, **(bibs if not written else {})}.items() if name not in seen}
    if left:
        yield from check("", next(iter(left)), left, library, verifier)
    if args.online:
        from rag.linting.online import look_up

        with bar() as progress:
            yield from look_up({**seen, **left}, settings_of(args).client(), progress)


def _show(lines: Sequence["LintLine"], form: str) -> None:
    from ui.lint_forms import to_github, to_sarif

    if form == "json":
        print_json([asdict(line) for line in lines])
    elif form == "sarif":
        print_json(to_sarif(lines))
    else:
        for line in lines:
            print(one_line(to_github(line) if form == "github" else str(line)))


def check(args: argparse.Namespace) -> None:
    """Print each claim with its verdict, in the order given."""
    from rag.server.chat import ServerModel
    from rag.verifying.claims import check_claims
    from rag.verifying.verify import Verifier
    from ui.render import print_checked

    settings = settings_of(args)
    is_stdin = str(args.file) == "-"
    text = sys.stdin.read() if is_stdin else read_text(args.file, CheckError)
    where = "stdin" if is_stdin else str(args.file)
    model = ServerModel(settings) if settings.asks_model else None
    with ExitStack() as stack:
        library = cache(lambda: stack.enter_context(open_library(settings)))  # only for claims that name papers
        known = lambda ids: library().get_many(ids)  # noqa: E731
        with bar() as progress:
            checked, notes = check_claims(text, where, known, Verifier.of(settings), model, progress)
    for note in notes:
        print(f"The model's check was not used: {one_line(note)}", file=sys.stderr)
    if args.json:
        print_json(checked)
    else:
        print_checked(checked)
