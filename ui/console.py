"""What commands read and print: text that no terminal obeys, JSON, progress, files that are whole or not there."""

import json
import os
import re
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rag.errors import QuestionError
from rag.records import Turn
from store.errors import CitewellError
from store.readers.values import from_json
from store.records import Progress, silent

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

LARGEST_TEXT = 200_000_000  # bytes of a file that is read whole


class OutputError(CitewellError):
    """A file or folder cannot be written."""


# What a terminal may take for an order, or what turns its text around; and what is no text at all.
_ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST_INPUT = 100_000  # bytes that are read of standard input


def harmless(text: str) -> str:
    """`text` for a terminal or a log: nothing in it moves the cursor, changes colours or talks to the terminal."""
    return _ORDERS.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def one_line(text: str, most: int = 0) -> str:
    """`text` on one line: a name with a line break in it must not pose as the next line. `most` leaves out a middle."""
    line = " ".join(text.split())
    return line if not most or len(line) <= most else f"{line[: most // 2]} … {line[-most // 2 :]}"


class Plain:
    """A stream to print on: what is written is made harmless, and a failure to write is an OutputError.

    `raw` is the stream itself, for what writes its own colours around harmless text.
    """

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write `text`."""
        with self._told():
            return self.raw.write(harmless(text))

    def flush(self) -> None:
        """Send what was written on its way."""
        with self._told():
            self.raw.flush()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(f"The output cannot be written ({error.strerror}); write it elsewhere.") from None

    def __getattr__(self, name: str) -> Any:
        """Whatever else there is to know of the stream."""
        return getattr(self.raw, name)


def terminal(stream: Any = None, **options: Any) -> "Console":
    """A rich console on stdout, or on `stream`: give it only text of `styled`."""
    from rich.console import Console

    stream = stream or sys.stdout
    return Console(file=getattr(stream, "raw", stream), highlight=False, **options)


def styled(text: str, style: str = "") -> "Text":
    """Text for a console, harmless."""
    from rich.text import Text

    return Text(harmless(text), style=style)


def _as_json(value: object) -> str:
    """JSON that any terminal and any encoding can show: what they might not is escaped."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    text = json.dumps(value, ensure_ascii=encoding != "utf8", indent=2)
    return re.sub(_ORDERS, lambda found: f"\\u{ord(found[0]):04x}", text)


def print_json(value: object) -> None:
    """Write one JSON value to stdout."""
    print(_as_json(value))


def read_input() -> str:
    """The text on standard input. Raises QuestionError where it is none."""
    stream = getattr(sys.stdin, "buffer", None)
    content = stream.read(_LONGEST_INPUT + 1) if stream else sys.stdin.read().encode("utf-8")
    if len(content) > _LONGEST_INPUT:
        raise QuestionError(f"Standard input has more than {_LONGEST_INPUT:,} bytes; give a question.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise QuestionError("Standard input is not UTF-8 text; convert it and try again.") from None


def print_json_list(values: Iterable[object]) -> None:
    """Write a JSON list to stdout, item by item as they come."""
    before = "[\n"
    for value in values:
        item = _as_json(value)
        print(before + textwrap.indent(item, "  "), end="")
        before = ",\n"
    print("\n]" if before == ",\n" else "[]")


@contextmanager
def bar() -> Iterator[Progress]:
    """A progress that draws a bar with counts on stderr from its first call on; outside a terminal, silence."""
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    console = terminal(sys.stderr)
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


def write(path: Path, text: str, private: bool = False) -> None:
    """Write a text file; a reader finds the old one or the new one, never a part. Raises OutputError.

    With `private` nobody else may read it.
    """
    path = Path(os.path.realpath(path))  # what a link leads to is written, and the link stays
    with _told(path):
        if path.exists() and not path.is_file():  # a device or a pipe takes the text, and is not replaced
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(name).chmod(0o600 if private else 0o666 & ~_mask())
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
        with path.open("rb") as file:  # a pipe may be read, what has no end may not
            content = file.read(LARGEST_TEXT + 1)
        if len(content) > LARGEST_TEXT:
            raise kind(f"{path}: is larger than {LARGEST_TEXT:,} bytes, which are read at most; give a part of it.")
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise kind(f"{path}: cannot be read ({error.strerror}); check the path.") from None
    except UnicodeDecodeError:
        raise kind(f"{path}: is not UTF-8 text; save it as UTF-8 and try again.") from None


def read_history(path: Path) -> tuple[Turn, ...]:
    """The turns of a JSON list of {"role", "content"}; an answer's "sources" (as `ask --json`
    prints them) keep the numbers of its citations. Raises QuestionError."""
    try:
        turns = from_json(read_text(path, QuestionError))
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
