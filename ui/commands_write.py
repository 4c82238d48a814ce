"""The commands that write: draft, compare."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rag.drafting.plan import LENGTHS, STYLES
from rag.errors import DraftError
from ui.common import add_filters, count, filters, open_library, part_of, path, settings_of
from ui.console import bar, prepare, read_text, write

if TYPE_CHECKING:
    from rag.drafting.draft import Draft, Drafter
    from rag.drafting.plan import Plan
    from store.library import Library


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the commands of this module."""
    _add_draft(subparsers.add_parser("draft", help="write a related-work draft"))

    command = subparsers.add_parser("compare", help="a papers × aspects table of quotes")
    command.add_argument("what", nargs="+", metavar="IDS_OR_QUESTION", help="paper ids, or one question")
    command.add_argument("--aspects", metavar="A,B,…", help="your own aspects (default: task, method, data, …)")
    command.add_argument("-k", type=count, default=5, metavar="N", help="papers found for a question (default: 5)")
    add_filters(command)
    command.add_argument("--format", choices=("md", "csv", "latex", "json"), default="md")
    command.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    command.set_defaults(run=compare)


def _add_draft(command: argparse.ArgumentParser) -> None:
    command.add_argument("topic", nargs="?", help="what the draft is about")
    command.add_argument("--abstract", type=path, metavar="FILE", help="draft for the paper with this abstract")
    command.add_argument("--papers", metavar="IDS", help="draft over these papers, separated by commas")
    command.add_argument("--plan", type=path, metavar="FILE", help="write what this plan says (JSON or Markdown)")
    command.add_argument("--plan-only", action="store_true", help="print the plan, to edit it; write nothing yet")
    command.add_argument("--rewrite", type=count, metavar="N", help="write sentence N anew, all others as they were")
    command.add_argument("--style", choices=STYLES, default="narrative")
    command.add_argument("--length", choices=LENGTHS, default="medium")
    command.add_argument("--count", type=count, metavar="N", help="papers to cite (default: those that are relevant)")
    add_filters(command)
    command.add_argument("--references", default="ieee", metavar="STYLE", help="style of the list of references")
    command.add_argument("--evidence", action="store_true", help="add each sentence with its quotes")
    command.add_argument("--format", choices=("md", "latex", "json", "pandoc", "docx"), default="md")
    command.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    command.add_argument("--cite", choices=("cite", "natbib", "biblatex"), default="cite", help="commands in LaTeX")
    command.add_argument("-o", "--output", type=path, metavar="DIR", help="write all formats and the plan there")
    command.set_defaults(run=draft)


def draft(args: argparse.Namespace) -> int:
    """Print or write one draft, or its plan; stopped by ctrl-C, what is finished is written."""
    from rag.drafting.draft import Drafter

    if args.output:
        prepare(args.output)
    settings = settings_of(args)
    with open_library(settings) as library, bar() as progress:
        drafter = Drafter.over(library, settings, progress)
        try:
            plan = _plan(args, drafter)
        except KeyboardInterrupt:
            print("citewell: stopped while the draft was planned; nothing is written yet.", file=sys.stderr)
            return 1
        if args.plan_only:
            _print_plan(args, plan, library)
            return 0
        return _write_draft(args, drafter, plan)


def _plan(args: argparse.Namespace, drafter: "Drafter") -> "Plan":
    from rag.drafting.plan import read_plan
    from rag.drafting.planning import Options

    kept = read_plan(read_text(args.plan, DraftError), str(args.plan)) if args.plan else None
    if kept and not (args.topic or args.abstract or args.papers):
        return kept
    ids = [i for i in (args.papers or "").replace(",", " ").split() if i]
    request = read_text(args.abstract, DraftError) if args.abstract else args.topic or (kept.topic if kept else "")
    if not request.strip() and not ids:
        raise DraftError("Nothing to draft from; give a topic, --abstract FILE, --papers IDS or --plan FILE.")
    return drafter.plan(request, Options(args.style, args.length, args.count, filters(args)), ids, kept)


def _print_plan(args: argparse.Namespace, plan: "Plan", library: "Library") -> None:
    from rag.drafting.plan import to_json, to_markdown

    papers = {paper.paper_id: paper for paper in library.get_many(plan.paper_ids)}
    text = to_json(plan) if args.format == "json" else to_markdown(plan, papers)
    if args.output:
        write(args.output / f"plan.{'json' if args.format == 'json' else 'md'}", text)
    else:
        print(text, end="")


def _write_draft(args: argparse.Namespace, drafter: "Drafter", plan: "Plan") -> int:
    written, started, stopped = [], time.perf_counter(), False
    try:
        for sentence in drafter.write(plan):
            written.append(sentence)
    except KeyboardInterrupt:
        stopped = True
    result = drafter.finish(plan, written, started)
    if args.rewrite and not stopped:
        result = drafter.rewrite(result, args.rewrite)
    if stopped and args.output is None:
        args.output = prepare(_free_folder())
    _show_draft(args, result, drafter)
    if stopped:
        print(f"citewell: stopped; what is finished is in {args.output}.", file=sys.stderr)
    return 1 if stopped else 0


def _free_folder() -> Path:
    """A folder here that no earlier draft is in."""
    names = ("citewell-draft", *(f"citewell-draft-{n}" for n in range(2, 1000)))
    return next(path for path in map(Path, names) if not path.exists())


def _show_draft(args: argparse.Namespace, result: "Draft", drafter: "Drafter") -> None:
    from ui.paper_forms import as_pandoc, with_commands, write_docx
    from ui.render import draft_files, print_form

    papers = drafter.papers(result)
    if args.format == "docx":
        path = (args.output or Path()) / "draft.docx"
        write_docx(result, path)
        print(path)
    elif args.output is None:
        text = print_form(result, papers, args.format, args.references, args.evidence)
        cited = with_commands(text, result, args.cite) if args.format == "latex" else text
        print(as_pandoc(result) if args.format == "pandoc" else cited, end="")
        return
    files = draft_files(result, papers, args.references, args.evidence) if args.output else {}
    for name, text in files.items():
        if name == "draft.tex":
            text = with_commands(text, result, args.cite)
        elif name == "draft.md" and args.format == "pandoc":
            text = as_pandoc(result)
        write(args.output / name, text)
        print(args.output / name)


def compare(args: argparse.Namespace) -> None:
    """Print the table."""
    from rag.drafting.compare import DEFAULT_ASPECTS, render
    from rag.drafting.compare import compare as make_table
    from rag.references.keys import citation_keys
    from rag.search.retrieve import retrieve
    from ui.markup import without_links

    with open_library(settings_of(args)) as library:
        papers = library.get_many(args.what)
        known = {paper.paper_id for paper in papers}
        unknown = [i for i in args.what if i not in known]
        if unknown and papers:
            raise DraftError(f"{', '.join(unknown)}: no such paper; `citewell papers list` shows the ids.")
        if unknown:
            part = part_of(library, filters(args))
            papers = [found.paper for found in retrieve(part, " ".join(args.what), args.k)]
        aspects = [a.strip() for a in args.aspects.split(",") if a.strip()] if args.aspects else DEFAULT_ASPECTS
        table = make_table(papers, library.embed, aspects)
        keys = citation_keys(papers) if args.format == "latex" else None
    text = render(table, args.format, keys)
    print(without_links(text) if args.format == "md" else text, end="")
