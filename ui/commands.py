"""The commands that answer: chat, ask, search, eval."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from rag.errors import QuestionError
from rag.settings import Settings, read_settings


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the commands of this module."""
    command = subparsers.add_parser("chat", help="open the chat page")
    command.add_argument("--host", help="address to serve on (default: CITEWELL_HOST, 127.0.0.1)")
    command.add_argument("--port", type=port, help="port to serve on (default: CITEWELL_PORT, 7860)")
    command.set_defaults(run=chat)

    command = subparsers.add_parser("ask", help="answer one question")
    command.add_argument("question", help="the question; - reads it from standard input")
    command.add_argument("-k", type=count, metavar="N", help="papers to read (default: CITEWELL_SOURCES)")
    command.add_argument("--history", type=Path, metavar="FILE", help="earlier turns, a JSON list")
    command.add_argument("--json", action="store_true", help="print the answer as JSON")
    command.set_defaults(run=ask)

    command = subparsers.add_parser("search", help="rank the papers for a query")
    command.add_argument("query")
    command.add_argument("-k", type=count, default=10, metavar="N", help="papers to show (default: 10)")
    add_filters(command)
    command.add_argument("--json", action="store_true", help="print the results as JSON")
    command.set_defaults(run=search)

    command = subparsers.add_parser("eval", help="measure answers on a file of questions")
    command.add_argument("questions", nargs="*", type=Path, metavar="QUESTIONS.jsonl")
    command.add_argument("--mine", action="store_true", help="build the questions from your own library")
    command.add_argument("--fit", action="store_true", help="fit search, answers and refusals to them")
    command.add_argument("--report", type=Path, metavar="FILE.md", help="also write a Markdown report")
    command.add_argument("--json", action="store_true", help="print the figures as JSON")
    command.set_defaults(run=evaluate)


def add_filters(command: argparse.ArgumentParser) -> None:
    """Add the options that `filters` reads."""
    command.add_argument("--year", type=int, help="only papers of this year")
    command.add_argument("--venue", help="only papers with this in the venue's name")
    command.add_argument("--author", help="only papers with this in an author's name")


def filters(args: argparse.Namespace) -> dict:
    """Which papers were asked for, as `Library.papers` and `Library.within` take it."""
    return {"year": args.year, "venue": args.venue, "author": args.author}


def count(text: str) -> int:
    """A whole number from 1 to 1,000, for argparse."""
    return _number(text, 1, 1000)


def port(text: str) -> int:
    """A port number, 0 for any free one, for argparse."""
    return _number(text, 0, 65535)


def _number(text: str, least: int, greatest: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= greatest:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {greatest:,}")
    return int(text)


def open_assistant(settings: Settings):
    """The assistant over the user's library, with progress on stderr."""
    from rag.answer import Assistant
    from ui.commands_library import tell
    from ui.progress import bar

    with bar() as progress:
        assistant = Assistant.open(settings, progress)
    tell(assistant.library)
    return assistant


def chat(args: argparse.Namespace) -> None:
    """Serve the chat page until interrupted."""
    from ui import web

    settings = read_settings()
    host, port = args.host or settings.host, settings.port if args.port is None else args.port
    web.launch(web.create_app(open_assistant(settings)), host, port)


def ask(args: argparse.Namespace) -> None:
    """Print one answer."""
    from ui import render
    from ui.cli import print_json
    from ui.history import read_history

    question = sys.stdin.read() if args.question == "-" else args.question
    history = read_history(args.history) if args.history else ()
    answer = open_assistant(read_settings()).ask(question, history, args.k)
    if args.json:
        print_json(asdict(answer))
    else:
        render.print_answer(answer)


def search(args: argparse.Namespace) -> None:
    """Print the papers found for a query, best first."""
    from rag.search.retrieve import retrieve
    from ui import render
    from ui.cli import print_json
    from ui.commands_library import open_library, tell

    if not args.query.strip():
        raise QuestionError("The query is empty; write one.")
    with open_library() as library:
        tell(library)
        found = retrieve(library.within(**filters(args)), args.query, args.k)
    if args.json:
        print_json({"query": args.query, "results": [render.result_json(n, f) for n, f in enumerate(found, 1)]})
    else:
        render.print_results(found)


def evaluate(args: argparse.Namespace) -> None:
    """Measure the assistant on files of questions, or on the user's own library."""
    from ui import commands_eval

    commands_eval.run(args, open_assistant(read_settings()))
