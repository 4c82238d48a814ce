"""What the commands share: kinds of arguments, the settings and whether a file of them is trusted, the library."""

import argparse
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import QuestionError, SettingsError
from rag.filters import Filter, either, read_years
from rag.settings import SECRETS, VARIABLES, EnvFile, Settings, read_env_file, read_settings, redacted
from store.records import without_password
from ui.console import bar, harmless, write

if TYPE_CHECKING:
    from rag.answer import Assistant
    from store.library import Library, Part


def count(text: str) -> int:
    """A whole number from 1 to 1,000, for argparse."""
    return _number(text, 1, 1000)


def port(text: str) -> int:
    """A port number, 0 for any free one, for argparse."""
    return _number(text, 0, 65535)


def year(text: str) -> int:
    """A year, for argparse."""
    return _number(text, 0, 9999)


def path(text: str) -> Path:
    """A path, for argparse: an empty one would be the folder where one stands."""
    if not text.strip():
        raise argparse.ArgumentTypeError("an empty path names nothing")
    return Path(text)


def named(text: str) -> str | Path:
    """An id, a link or a question to a service, else a path, for argparse."""
    from store.errors import ReadError
    from store.services.wanted import wanted

    try:
        return text if wanted(text) else path(text)
    except ReadError:  # it is said when its turn comes: what else is named is taken in
        return text


def _number(text: str, least: int, greatest: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not least <= int(text) <= greatest:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from {least} to {greatest:,}")
    return int(text)


def years(text: str) -> tuple[int | None, int | None]:
    """A year or a span of years, for argparse."""
    try:
        return read_years(text)
    except QuestionError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_filters(command: argparse.ArgumentParser) -> None:
    """Add the options that `filters` reads."""
    command.add_argument("--year", type=years, metavar="YEARS", help="only papers of 2024, 2023-2025, 2023- or -2020")
    command.add_argument("--venue", action="append", metavar="NAME", help="only papers at this venue; may be repeated")
    command.add_argument(
        "--author", action="append", metavar="NAME", help="only papers by this author; may be repeated"
    )
    command.add_argument("--tag", action="append", metavar="TAG", help="only papers with this tag; may be repeated")


def filters(args: argparse.Namespace) -> Filter:
    """Which papers were asked for."""
    since, until = args.year or (None, None)
    authors = tuple(filter(None, args.author or ()))
    return Filter(since, until, either(args.venue or ()), authors, either(args.tag or ()))


def part_of(library: "Library", limit: Filter) -> "Library | Part":
    """What of the library fits, searched as it is. Raises QuestionError where nothing does."""
    from rag.catalogue.catalogue import catalogue_of

    part = catalogue_of(library).part(limit)
    if limit and not len(part):
        raise QuestionError(f"{limit.no_paper}; `citewell papers list` shows what there is.")
    return part


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings for one command: the file of `--env` counts, or a `.env` that the user said yes to."""
    settings = read_settings(env_file=args.env or trusted_here())
    start_log(settings)
    return settings


def start_log(settings: Settings) -> None:
    """Write down what happens where CITEWELL_LOG says, without keys. Raises SettingsError."""
    if not settings.log:
        return
    try:
        handler = (
            logging.StreamHandler() if settings.log == "-" else logging.FileHandler(settings.log, encoding="utf-8")
        )
    except OSError as error:
        raise SettingsError(f"CITEWELL_LOG={settings.log}: cannot be written ({error.strerror}).") from None

    class Told(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return harmless(redacted(super().format(record), settings))

    handler.setFormatter(Told("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for package in ("ui", "rag", "store"):
        logging.getLogger(package).setLevel(logging.INFO)


def trusted_here(here: Path = Path(".env")) -> EnvFile | None:
    """The `.env` where one stands, if the user said yes to what is in it; asked for in a terminal, else noted."""
    file = _found(here)
    if file is None:
        return None
    known = decision(file)
    if known is None and sys.stdin.isatty() and sys.stderr.isatty():
        print(f"{described(file)} Use it here from now on? [y/N] ", end="", file=sys.stderr, flush=True)
        known = remember(file, sys.stdin.readline().strip().lower() in ("y", "yes"))
    elif known is None:
        print(f"{file.path} is not used; `citewell trust` shows what it sets and says yes.", file=sys.stderr)
    return file if known else None


def _found(here: Path) -> EnvFile | None:
    """The file, where there is one and it sets anything of ours."""
    try:
        file = read_env_file(here.resolve()) if here.is_file() else None
    except (SettingsError, OSError):  # whose it is and what it holds, nobody knows: no reason to stop
        return None
    return file if file and file.values else None


def described(file: EnvFile) -> str:
    """What a file sets, its keys left out."""
    keys = {VARIABLES[name] for name in (*SECRETS.values(), "token")}
    shown = [name if name in keys else f"{name}={without_password(text)}" for name, text in file.values.items()]
    return f"{file.path.resolve()} sets {', '.join(shown)}."


def decision(file: EnvFile) -> bool | None:
    """What the user said to this file with just this content; None when not asked yet."""
    said = _decisions().get(str(file.path.resolve()), {})
    return bool(said.get("trusted")) if said.get("digest") == file.digest else None


def remember(file: EnvFile, trusted: bool) -> bool:
    """Keep what the user said to a file, and give it back. Raises OutputError."""
    said = _decisions() | {str(file.path.resolve()): {"digest": file.digest, "trusted": trusted}}
    _decisions_file().parent.mkdir(parents=True, exist_ok=True)
    write(_decisions_file(), json.dumps(said, indent=1) + "\n")
    return trusted


def _decisions() -> dict[str, dict]:
    try:
        said = json.loads(_decisions_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {path: value for path, value in said.items() if isinstance(value, dict)} if isinstance(said, dict) else {}


def _decisions_file() -> Path:
    from platformdirs import user_config_path

    return user_config_path("citewell", appauthor=False) / "trusted.json"


@contextmanager
def open_library(settings: Settings, mend: bool = False, hurry: bool = True) -> Iterator["Library"]:
    """The user's library, with progress on stderr; closed afterwards.

    With `mend` also one whose papers are damaged; without `hurry` the model first reads what it has not read yet.
    """
    with bar() as progress:
        library = settings.open_library(progress, mend, hurry)
    try:
        yield library
    finally:
        for repair in library.repairs:
            print(repair, file=sys.stderr)
        library.close()


@contextmanager
def open_assistant(settings: Settings, hurry: bool = True) -> Iterator["Assistant"]:
    """The assistant over the user's library, opened as `open_library` does; both are closed afterwards."""
    from rag.answer import Assistant

    with open_library(settings, hurry=hurry) as library:
        tell(library)
        yield Assistant(library, settings)


def tell(library: "Library") -> None:
    """Say on stderr when another embedding model stands in for the one that was set, or has papers to read."""
    from ui.reading import left_in_words

    if library.note:
        print(library.note, file=sys.stderr)
    if left := library.behind:
        print(left_in_words(left), file=sys.stderr)
