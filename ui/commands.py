"""The commands that answer: chat, ask, search, eval."""

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from ui.common import add_filters, count, filters, open_assistant, open_library, path, port, settings_of, tell
from ui.console import bar, print_json, read_history, read_input, terminal, write

if TYPE_CHECKING:
    from rag.answer import Assistant
    from ui.report import Sheet

_WIDTH = 96  # columns of the table of `eval`


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the commands of this module."""
    command = subparsers.add_parser("chat", help="open the chat page")
    command.add_argument("--host", help="address to serve on (default: CITEWELL_HOST, 127.0.0.1)")
    command.add_argument("--port", type=port, help="port to serve on (default: CITEWELL_PORT, 7860)")
    command.set_defaults(run=chat)

    command = subparsers.add_parser("ask", help="answer one question")
    command.add_argument("question", help="the question; - reads it from standard input")
    command.add_argument("-k", type=count, metavar="N", help="papers to read (default: CITEWELL_SOURCES)")
    command.add_argument("--history", type=path, metavar="FILE", help="earlier turns, a JSON list")
    add_filters(command)
    command.add_argument("--json", action="store_true", help="print the answer as JSON")
    command.set_defaults(run=ask)

    command = subparsers.add_parser("search", help="rank the papers for a query")
    command.add_argument("query")
    command.add_argument("-k", type=count, default=10, metavar="N", help="papers to show (default: 10)")
    add_filters(command)
    command.add_argument("--json", action="store_true", help="print the results as JSON")
    command.set_defaults(run=search)

    command = subparsers.add_parser("eval", help="measure answers on a file of questions")
    command.add_argument("questions", nargs="*", type=path, metavar="QUESTIONS.jsonl")
    command.add_argument("--mine", action="store_true", help="build the questions from your own library")
    command.add_argument("--claims", type=path, metavar="CLAIMS.jsonl", help="measure the check on labelled claims")
    command.add_argument("--fit", action="store_true", help="fit search, answers and refusals to them")
    command.add_argument("--report", type=path, metavar="FILE.md", help="also write a Markdown report")
    command.add_argument("--json", action="store_true", help="print the figures as JSON")
    command.set_defaults(run=evaluate)


def chat(args: argparse.Namespace) -> None:
    """Serve the chat page until interrupted."""
    from ui.doors import is_loopback
    from ui.limits import Limits
    from ui.lock import Lock
    from ui.reading import reading
    from ui.serving import check_reach, launch
    from ui.web import create_app

    settings = settings_of(args)
    host, port = args.host or settings.host, settings.port if args.port is None else args.port
    lock = Lock.of(settings.home, settings.token)
    check_reach(host, lock)
    limits = Limits.of(settings.limits)
    with open_assistant(settings) as assistant, reading(assistant.library):
        page = launch(create_app(assistant, is_loopback(host), limits), host, port, lock, settings.allowed_hosts)
        print(f"Citewell is at {page.address} (Ctrl-C stops it)", file=sys.stderr, flush=True)
        try:
            page.wait()
        finally:
            page.close()


def ask(args: argparse.Namespace) -> None:
    """Print one answer."""
    from ui.render import print_answer

    question = read_input() if args.question == "-" else args.question
    history = read_history(args.history) if args.history else ()
    with open_assistant(settings_of(args)) as assistant:
        answer = assistant.ask(question, history, args.k, filters(args))
    if args.json:
        print_json(asdict(answer))
    else:
        print_answer(answer)


def search(args: argparse.Namespace) -> None:
    """Print the papers found for a query, best first."""
    from rag.answer import LONGEST_QUESTION
    from rag.catalogue.catalogue import catalogue_of
    from rag.search.retrieve import retrieve
    from ui.render import print_results, result_json

    if not args.query.strip():
        raise QuestionError("The query is empty; write one.")
    if len(args.query) > LONGEST_QUESTION:
        raise QuestionError(f"The query has more than {LONGEST_QUESTION:,} characters; shorten it.")
    with open_library(settings_of(args)) as library:
        tell(library)
        limit = filters(args)
        found = retrieve(catalogue_of(library).part(limit), args.query, args.k)
    if args.json:
        results = [result_json(n, f) for n, f in enumerate(found, 1)]
        print_json({"query": args.query, "results": results, "filters": limit.as_json()})
    else:
        print_results(found, limit)


def evaluate(args: argparse.Namespace) -> None:
    """Measure the assistant on files of questions or of claims, or on the user's own library."""
    if args.mine + bool(args.questions) + bool(args.claims) != 1:
        raise QuestionError(
            "Give files of questions, --claims with a file of claims, or --mine to make questions from your library."
        )
    measure = _mine if args.mine else _claims if args.claims else _fit if args.fit else _questions
    with open_assistant(settings_of(args), hurry=False) as assistant:
        values, sheet = measure(args, assistant)
    _show(args, values, sheet)


def _questions(args: argparse.Namespace, assistant: "Assistant") -> tuple[dict, "Sheet"]:
    from rag.evaluating.evaluate import evaluate
    from rag.evaluating.questions import read_questions
    from ui.report import as_values, report_sheet

    questions = [question for path in args.questions for question in read_questions(path)]
    with bar() as progress:
        measured = evaluate(assistant, questions, lambda done, total: progress(done, total, "questions"))
    return as_values(measured), report_sheet(measured)


def _claims(args: argparse.Namespace, assistant: "Assistant") -> tuple[dict, "Sheet"]:
    from rag.evaluating.claims import evaluate_claims
    from rag.verifying.verify import Verifier
    from ui.report import claims_sheet

    verifier = Verifier.of(assistant.settings)
    with bar() as progress:
        measured = evaluate_claims(args.claims, assistant.library, verifier, progress)
    return asdict(measured), claims_sheet(measured)


def _fit(args: argparse.Namespace, assistant: "Assistant") -> tuple[dict, "Sheet"]:
    from rag.evaluating.fit import fit
    from rag.evaluating.questions import read_questions
    from rag.tuning import own_file, save
    from ui.report import fit_sheet

    questions = [question for path in args.questions for question in read_questions(path)]
    library = assistant.library
    with bar() as progress:
        fitted = fit(library, questions, assistant.tuning, lambda n, of: progress(n, of, f"questions of {of}"))
    save(fitted.tuning, library.reads_words, own_file(library.home))
    return {**asdict(fitted.tuning), "kept": list(fitted.kept)}, fit_sheet(fitted)


def _mine(args: argparse.Namespace, assistant: "Assistant") -> tuple[dict, "Sheet"]:
    from rag.evaluating.mine import mine
    from ui.report import as_values, mined_sheet

    model = assistant.settings.embedding_model
    with bar() as progress:
        measured = mine(assistant.library, model, lambda done, total: progress(done, total, "searches"))
    return as_values(measured), mined_sheet(measured)


def _show(args: argparse.Namespace, values: dict, sheet: "Sheet") -> None:
    from ui.report import as_markdown, as_table

    if args.report:
        write(args.report, as_markdown(sheet))
    if args.json:
        print_json(values)
    else:
        terminal(width=max(_WIDTH, terminal().width)).print(as_table(sheet))  # figures wrap sooner than they are cut
