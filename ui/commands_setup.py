"""The commands that set up: doctor (what there is, what is missing), trust (a file of settings), password."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError, SettingsError
from rag.settings import Settings, read_env_file, settings_file
from store.errors import CitewellError, EmbeddingError, StoreError
from store.records import without_password
from ui.common import described, open_library, path, remember, settings_of
from ui.console import bar, print_json, read_input

if TYPE_CHECKING:
    from store.library import Library


def add_parsers(subparsers: argparse._SubParsersAction) -> None:
    """Add the command of this module."""
    command = subparsers.add_parser("doctor", help="what is set up, what is missing, what to do")
    command.add_argument("--json", action="store_true", help="print the checks as JSON")
    command.add_argument("--deep", action="store_true", help="look through every paper and both indexes, and mend them")
    command.set_defaults(run=doctor)

    command = subparsers.add_parser("trust", help="use the settings of the .env here from now on")
    command.add_argument("file", nargs="?", type=path, default=Path(".env"), metavar="FILE", help="default: .env here")
    command.add_argument("--no", action="store_true", help="do not use it, and do not ask again")
    command.set_defaults(run=trust)

    command = subparsers.add_parser("password", help="set what the page asks for, to serve it to others")
    command.add_argument("password", nargs="?", choices=["-"], help="- reads it from standard input")
    command.add_argument("--remove", action="store_true", help="ask for none; serve this machine only")
    command.set_defaults(run=password)


def doctor(args: argparse.Namespace) -> int:
    """Print each check with what to do; 1 when something needs doing."""
    checks = run_checks(settings_of(args), args.deep)
    if args.json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            print(f"{'ok' if check.ok else '!!'}  {check.name}: {check.detail}")
    return 0 if all(check.ok for check in checks) else 1


def trust(args: argparse.Namespace) -> None:
    """Say what a file of settings sets, and remember that it counts, or with --no that it does not."""
    file = read_env_file(args.file)
    if not file.values:
        raise SettingsError(f"{args.file}: sets nothing that citewell reads; see .env.example.")
    remember(file, not args.no)
    used = "It is not used." if args.no else "It is used in its folder from now on, until it changes."
    print(f"{described(file)} {used}")


def password(args: argparse.Namespace) -> None:
    """Set or remove the password of the page; a page that is running keeps the one it began with."""
    from ui.lock import password_file, set_password

    home = settings_of(args).home
    if args.remove:
        password_file(home).unlink(missing_ok=True)
        print("The page asks for no password; it is served to this machine only.")
        return
    given = read_input().rstrip("\r\n") if args.password else getpass("New password: ")
    if not args.password and getpass("Again: ") != given:
        raise SettingsError("The two are not the same; try again.")
    set_password(home, given)
    print(f"The page asks for it from its next start; its hash is in {password_file(home)}.")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `detail` says what to do when it is not ok."""

    name: str
    ok: bool
    detail: str


def run_checks(settings: Settings, deep: bool = False) -> list[Check]:
    """Look at Python, the settings, the embedding model, the library (`deep`: all of it) and the language model."""
    checks: dict[str, Callable[[Settings], str]] = {
        "Python": _python,
        "settings": _given,
        "library folder": _folder,
        "embedding model": _embedding,
        "library": _library_in_depth if deep else _library,
        "language model": model_in_words,
    }
    return [_checked(name, look, settings) for name, look in checks.items()]


def _checked(name: str, look: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(name, True, look(settings))
    except CitewellError as error:
        return Check(name, False, str(error))


def _python(settings: Settings) -> str:
    return sys.version.split()[0]


def _given(settings: Settings) -> str:
    """Which file or place each setting came from."""
    places: dict[str, list[str]] = {}
    for name, origin in settings.origins.items():
        places.setdefault(origin, []).append(name)
    given = [f"{', '.join(names)} from {place}" for place, names in places.items()]
    return "; ".join([*given, *settings.withheld]) or "the defaults"


def _folder(settings: Settings) -> str:
    from store.folder import Folder

    folder = Folder(settings.home)
    folder.require_room()
    only = ", read-only" if folder.read_only else ""
    return f"{settings.home}{only}, its own settings in {settings_file(settings.home).name}"


def _embedding(settings: Settings) -> str:
    from store.encoders import load_embedder

    embedder = load_embedder(settings.embedding_model, settings.home / "cache")
    if embedder.note:
        raise EmbeddingError(embedder.note)
    return f"{settings.embedding_model}, {embedder.dimension} dimensions"


def _library(settings: Settings) -> str:
    with open_library(settings) as library:
        return library_in_words(library, settings)


def library_in_words(library: "Library", settings: Settings) -> str:
    """How many papers there are, and how they are indexed. Raises StoreError where the vectors do not answer."""
    library.by_meaning("", 1)
    where = f", vectors at {without_password(settings.chroma_url)}" if settings.chroma_url else ""
    left = f", {library.behind:,} of them still to be read by the model" if library.behind else ""
    bare = library.count_without_abstract()
    missing = f", {bare:,} of them without an abstract, which are cited by title but never quoted" if bare else ""
    return f"{len(library):,} papers, indexed{where}{left}{missing}" + (f". {library.advice}" if library.advice else "")


def _library_in_depth(settings: Settings) -> str:
    with open_library(settings, mend=True) as library:
        with bar() as progress:
            found = library.examine(progress)
        mended = " ".join(found.mended)
        if found.left:
            raise StoreError(" ".join([*found.left, *found.mended]))
        return f"{found.papers:,} papers, looked through: {mended or 'their texts and both indexes are whole.'}"


def model_in_words(settings: Settings) -> str:
    """What the language model makes of a small question. Raises ModelError, which says what to do."""
    from rag.models import tried

    if not settings.has_server:
        return "none configured: answers are made offline, of the abstracts' own sentences"
    try:
        return tried(settings)
    except ModelError as error:
        raise ModelError(f"{error}{_offered(settings)}") from None


def _offered(settings: Settings) -> str:
    """The models that a server has in place of one that it has not, as a further sentence."""
    from rag.server.connection import list_models

    try:
        names = list_models(settings)
    except ModelError:
        return ""
    return f" It has {', '.join(names[:10])}." if names and settings.openai_model not in names else ""
