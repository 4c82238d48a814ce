"""The commands compare, lint and `papers export`: tables, checks and other programs' formats."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rag.errors import DraftError, LintError
from rag.settings import read_settings
from store.errors import CitewellError
from ui.commands import count
from ui.outputs import write

EXPORTS = ("bibtex", "ris", "csl-json", "csv")


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the commands of this module."""
    command = subparsers.add_parser("compare", help="a papers × aspects table of quotes")
    command.add_argument("what", nargs="+", metavar="IDS_OR_QUESTION", help="paper ids, or one question")
    command.add_argument("--aspects", metavar="A,B,…", help="your own aspects (default: task, method, data, …)")
    command.add_argument("-k", type=count, default=5, metavar="N", help="papers found for a question (default: 5)")
    command.add_argument("--format", choices=("md", "csv", "latex", "json"), default="md")
    command.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    command.set_defaults(run=compare)

    command = subparsers.add_parser("lint", help="check the citations of a text someone wrote")
    command.add_argument("file", type=Path, metavar="FILE", help="LaTeX (.tex) or Markdown")
    command.add_argument("--bib", type=Path, metavar="FILE.bib")
    command.add_argument("--faults", action="store_true", help="leave out the citations that are supported")
    command.add_argument("--json", action="store_true", help="print the findings as JSON")
    command.set_defaults(run=lint)


def add_export(actions: argparse._SubParsersAction) -> None:
    """Add `papers export` to the actions of `papers`."""
    command = actions.add_parser("export", help="write the papers for other programs")
    command.add_argument("paper_ids", nargs="*", metavar="PAPER_ID", help="only these (default: all)")
    command.add_argument("--format", choices=EXPORTS, default="bibtex")
    command.add_argument("--references", metavar="STYLE", help="a formatted list of references instead, such as apa")
    command.add_argument("-o", "--output", type=Path, metavar="FILE")
    command.set_defaults(run=export_papers)


@contextmanager
def tools(settings) -> Iterator[tuple]:
    """The library and a verifier over it."""
    from rag.verifying.verify import Verifier
    from ui.commands_library import open_library

    with open_library() as library:
        yield library, Verifier(library.embed, settings.nli_model)


def compare(args: argparse.Namespace) -> None:
    """Print the table."""
    from rag.drafting.compare import DEFAULT_ASPECTS
    from rag.drafting.compare import compare as make_table
    from rag.drafting.tables import render
    from rag.references.keys import citation_keys
    from rag.search.retrieve import retrieve

    with tools(read_settings()) as (library, _):
        papers = library.get_many(args.what)
        if len(papers) < len(set(args.what)):
            if papers:
                known = {paper.paper_id for paper in papers}
                unknown = ", ".join(i for i in args.what if i not in known)
                raise DraftError(f"{unknown}: no such paper; `citewell papers list` shows the ids.")
            papers = [found.paper for found in retrieve(library, " ".join(args.what), args.k)]
        aspects = [a.strip() for a in args.aspects.split(",") if a.strip()] if args.aspects else DEFAULT_ASPECTS
        table = make_table(papers, library.embed, aspects)
        keys = citation_keys(library.papers()) if args.format == "latex" else None
    print(render(table, args.format, keys), end="")


def lint(args: argparse.Namespace) -> int:
    """Print the findings; 1 when an abstract disagrees."""
    from rag.linting.lint import lint as check
    from ui.cli import print_json

    text = read_text(args.file, LintError)
    bib = read_text(args.bib, LintError) if args.bib else None
    with tools(read_settings()) as (library, verifier):
        lines = check(text, str(args.file), bib, library, verifier, str(args.bib or ""))
    shown = [line for line in lines if line.is_fault or not args.faults]
    if args.json:
        print_json([asdict(line) for line in shown])
    else:
        for line in shown:
            print(line)
    return 1 if any(line.verdict == "disagrees" for line in lines) else 0


def export_papers(args: argparse.Namespace) -> None:
    """Write papers in an exchange format, or as a list of references."""
    from rag.drafting.planning import papers_of
    from rag.references.bibliography import export
    from rag.references.keys import citation_keys
    from rag.references.styles import reference_list
    from ui.commands_library import open_library

    with open_library() as library:
        papers = papers_of(library, args.paper_ids) if args.paper_ids else list(library.papers())
        keys = citation_keys(library.papers())
    if args.references:
        text = "".join(f"{line}\n" for line in reference_list(papers, args.references, keys))
    else:
        text = export(papers, args.format, keys)
    if args.output:
        write(args.output, text)
    else:
        print(text, end="")


def read_text(path: Path, kind: type[CitewellError]) -> str:
    """The text of a file. Raises `kind` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise kind(f"{path}: cannot be read ({error.strerror}); check the path.") from None
    except UnicodeDecodeError:
        raise kind(f"{path}: is not UTF-8 text; save it as UTF-8 and try again.") from None
