"""The command that sets up: doctor, which says what there is, what is missing, and what to do about it."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from rag.errors import ModelError
from rag.settings import Settings, read_settings
from store.errors import CitewellError, EmbeddingError
from ui.common import open_library
from ui.console import print_json


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the command of this module."""
    command = subparsers.add_parser("doctor", help="what is set up, what is missing, what to do")
    command.add_argument("--json", action="store_true", help="print the checks as JSON")
    command.set_defaults(run=doctor)


def doctor(args: argparse.Namespace) -> int:
    """Print each check with what to do; 1 when something needs doing."""
    checks = run_checks(read_settings())
    if args.json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            print(f"{'ok' if check.ok else '!!'}  {check.name}: {check.detail}")
    return 0 if all(check.ok for check in checks) else 1


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `detail` says what to do when it is not ok."""

    name: str
    ok: bool
    detail: str


def run_checks(settings: Settings) -> list[Check]:
    """Look at Python, the embedding model, the library and the language model, in that order."""
    checks: dict[str, Callable[[Settings], str]] = {
        "Python": _python,
        "library folder": _folder,
        "embedding model": _embedding,
        "library": _library,
        "language model": _model,
    }
    return [_checked(name, look, settings) for name, look in checks.items()]


def _checked(name: str, look: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, True, look(settings))
    except CitewellError as error:
        return Check(name, False, str(error))


def _python(settings: Settings) -> str:
    return sys.version.split()[0]


def _folder(settings: Settings) -> str:
    return str(settings.home)


def _embedding(settings: Settings) -> str:
    from store.encoders import load_embedder

    embedder = load_embedder(settings.embedding_model, settings.home / "cache")
    if embedder.note:
        raise EmbeddingError(embedder.note)
    return f"{settings.embedding_model}, {embedder.dimension} dimensions"


def _library(settings: Settings) -> str:
    with open_library(settings) as library:
        library.by_meaning("", 1)  # the vectors answer
        where = f", vectors at {settings.chroma_url}" if settings.chroma_url else ""
        return f"{len(library):,} papers, indexed{where}" + (f". {library.advice}" if library.advice else "")


def _model(settings: Settings) -> str:
    from rag.models import list_models, model_name, server_url

    if not settings.has_server:
        return "none configured: answers are made offline, of the abstracts' own sentences"
    name, offered = model_name(settings), list_models(settings)
    if offered and name not in offered:
        raise ModelError(
            f"The server at {server_url(settings)} does not list {name}; set OPENAI_MODEL to one of: "
            f"{', '.join(offered[:10])}."
        )
    return f"{name} at {server_url(settings)}"
