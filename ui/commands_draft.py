"""The command `draft`: a related-work draft, its plan, and one of its sentences anew."""

import argparse
import sys
from pathlib import Path

from rag.drafting.plan import LENGTHS, STYLES
from rag.errors import DraftError
from rag.settings import read_settings
from ui.commands import count
from ui.commands_check import read_text
from ui.outputs import prepare, write


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the command of this module."""
    _add_draft(subparsers.add_parser("draft", help="write a related-work draft"))


def _add_draft(command: argparse.ArgumentParser) -> None:
    command.add_argument("topic", nargs="?", help="what the draft is about")
    command.add_argument("--abstract", type=Path, metavar="FILE", help="draft for the paper with this abstract")
    command.add_argument("--papers", metavar="IDS", help="draft over these papers, separated by commas")
    command.add_argument("--plan", type=Path, metavar="FILE", help="write what this plan says (JSON or Markdown)")
    command.add_argument("--plan-only", action="store_true", help="print the plan, to edit it; write nothing yet")
    command.add_argument("--rewrite", type=count, metavar="N", help="write sentence N anew, all others as they were")
    command.add_argument("--style", choices=STYLES, default="narrative")
    command.add_argument("--length", choices=LENGTHS, default="medium")
    command.add_argument("--count", type=count, metavar="N", help="papers to cite (default: those that are relevant)")
    command.add_argument("--references", default="ieee", metavar="STYLE", help="style of the list of references")
    command.add_argument("--evidence", action="store_true", help="add each sentence with its quotes")
    command.add_argument("--format", choices=("md", "latex", "json"), default="md")
    command.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    command.add_argument("-o", "--output", type=Path, metavar="DIR", help="write all formats and the plan there")
    command.set_defaults(run=draft)


def draft(args: argparse.Namespace) -> int:
    """Print or write one draft, or its plan; stopped by ctrl-C, what is finished is written."""
    from rag.drafting.draft import Drafter
    from ui.commands_library import open_library
    from ui.progress import bar

    if args.output:
        prepare(args.output)
    with open_library() as library, bar() as progress:
        drafter = Drafter.over(library, read_settings(), progress)
        try:
            plan = _plan(args, drafter)
        except KeyboardInterrupt:
            print("citewell: stopped while the draft was planned; nothing is written yet.", file=sys.stderr)
            return 1
        if args.plan_only:
            _print_plan(args, plan, library)
            return 0
        return _write_draft(args, drafter, plan)


def _plan(args: argparse.Namespace, drafter):
    from rag.drafting.planfile import read_plan
    from rag.drafting.planning import Options

    kept = read_plan(read_text(args.plan, DraftError), str(args.plan)) if args.plan else None
    if kept and not (args.topic or args.abstract or args.papers):
        return kept
    ids = [i for i in (args.papers or "").replace(",", " ").split() if i]
    request = read_text(args.abstract, DraftError) if args.abstract else args.topic or (kept.topic if kept else "")
    if not request.strip() and not ids:
        raise DraftError("Nothing to draft from; give a topic, --abstract FILE, --papers IDS or --plan FILE.")
    return drafter.plan(request, Options(args.style, args.length, args.count), ids, kept)


def _print_plan(args: argparse.Namespace, plan, library) -> None:
    from rag.drafting.planfile import to_json, to_markdown

    papers = {paper.paper_id: paper for paper in library.get_many(plan.paper_ids)}
    text = to_json(plan) if args.format == "json" else to_markdown(plan, papers)
    if args.output:
        write(args.output / f"plan.{'json' if args.format == 'json' else 'md'}", text)
    else:
        print(text, end="")


def _write_draft(args: argparse.Namespace, drafter, plan) -> int:
    import time

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


def _show_draft(args: argparse.Namespace, result, drafter) -> None:
    from ui.draftfiles import draft_files, print_form

    papers = drafter.papers(result)
    if args.output is None:
        print(print_form(result, papers, args.format, args.references, args.evidence), end="")
        return
    for name, text in draft_files(result, papers, args.references, args.evidence).items():
        write(args.output / name, text)
        print(args.output / name)
