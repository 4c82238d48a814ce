"""What commands read and write beside their answers: JSON, progress, files that are whole or not there."""

import json
import os
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import QuestionError
from rag.records import Turn
from store.errors import CitewellError
from store.progress import Progress, silent


class OutputError(CitewellError):
    """A file or folder cannot be written."""


def print_json(value: object) -> None:
    """Write one JSON value to stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_json_list(values: Iterable[object]) -> None:
    """Write a JSON list to stdout, item by item as they come."""
    before = "[\n"
    for value in values:
        item = json.dumps(value, ensure_ascii=False, indent=2)
        print(before + textwrap.indent(item, "  "), end="")
        before = ",\n"
    print("\n]" if before == ",\n" else "[]")


@contextmanager
def bar() -> Iterator[Progress]:
    """A progress that draws a bar with counts on stderr from its first call on; outside a terminal, silence."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = RichProgress(*columns, console=console, transient=True)
    tasks: dict[str, TaskID] = {}

    def progress(done: int, total: int, what: str) -> None:
        if not tasks:
            shown.start()
        if what not in tasks:
            tasks[what] = shown.add_task(what, total=total)
        shown.update(tasks[what], completed=done, total=total)

    try:
        yield progress
    finally:
        if tasks:
            shown.stop()


def prepare(folder: Path) -> Path:
    """`folder`, made where it was not, before work is done for it. Raises OutputError."""
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    return folder


def write(path: Path, text: str) -> None:
    """Write a text file; a reader finds the old one or the new one, never a part. Raises OutputError."""
    with _told(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(name).chmod(0o666 & ~_mask())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _mask() -> int:
    """The permissions that new files do not get."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{path}: cannot be written ({reason}); name another place.") from None


def read_text(path: Path, kind: type[CitewellError]) -> str:
    """The text of a file. Raises `kind` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise kind(f"{path}: cannot be read ({error.strerror}); check the path.") from None
    except UnicodeDecodeError:
        raise kind(f"{path}: is not UTF-8 text; save it as UTF-8 and try again.") from None


def read_history(path: Path) -> tuple[Turn, ...]:
    """The turns of a JSON list of {"role", "content"}; an answer's "sources" (as `ask --json`
    prints them) keep the numbers of its citations. Raises QuestionError."""
    try:
        turns = json.loads(read_text(path, QuestionError))
    except ValueError as error:
        raise QuestionError(f"{path}: is not JSON ({error}); it should be a list of turns.") from None
    if not isinstance(turns, list):
        raise QuestionError(f'{path}: should be a JSON list of {{"role", "content"}} objects.')
    return tuple(_turn(path, place, turn) for place, turn in enumerate(turns, 1))


def _turn(path: Path, place: int, turn: dict) -> Turn:
    try:
        role, content = turn["role"], turn["content"]
        cited = tuple((int(s["n"]), str(s["paper_id"])) for s in turn.get("sources", ()) if s.get("cited", True))
    except (TypeError, KeyError, AttributeError, ValueError):
        raise QuestionError(f'{path}: turn {place} should be {{"role": …, "content": …}}.') from None
    if role not in {"user", "assistant"} or not isinstance(content, str):
        raise QuestionError(f'{path}: turn {place} should have the role "user" or "assistant" and a text.')
    return Turn(role, content, cited)
