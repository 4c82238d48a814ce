"""What the commands share: kinds of arguments, and the library that they open."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.settings import Settings
from ui.console import bar

if TYPE_CHECKING:
    from rag.answer import Assistant
    from store.library import Library


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


def add_filters(command: argparse.ArgumentParser) -> None:
    """Add the options that `filters` reads."""
    command.add_argument("--year", type=int, help="only papers of this year")
    command.add_argument("--venue", help="only papers with this in the venue's name")
    command.add_argument("--author", help="only papers with this in an author's name")


def filters(args: argparse.Namespace) -> dict:
    """Which papers were asked for, as `Library.papers` and `Library.within` take it."""
    return {"year": args.year, "venue": args.venue, "author": args.author}


@contextmanager
def open_library(settings: Settings) -> Iterator["Library"]:
    """The user's library, with progress on stderr; closed afterwards."""
    with bar() as progress:
        library = settings.open_library(progress)
    try:
        yield library
    finally:
        library.close()


@contextmanager
def open_assistant(settings: Settings) -> Iterator["Assistant"]:
    """The assistant over the user's library; both are closed afterwards."""
    from rag.answer import Assistant

    with open_library(settings) as library:
        tell(library)
        yield Assistant(library, settings)


def tell(library: "Library") -> None:
    """Say on stderr when another embedding model stands in for the one that was set."""
    if library.note:
        print(library.note, file=sys.stderr)
