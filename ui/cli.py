"""The command `citewell`: its words, and the one place where errors and signals become exit codes."""

import argparse
import gc
import logging
import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TextIO, cast

from store.errors import CitewellError
from ui.common import path
from ui.console import Plain, one_line

log = logging.getLogger(__name__)

_WIDEST = 800  # characters of an error
# How libraries say that there is no more memory, in errors of all kinds.
_NO_ROOM = re.compile(
    r"failed to map segment|cannot allocate memory|can't allocate memory|DefaultCPUAllocator", re.IGNORECASE
)
_HURRY = 5.0  # seconds after the first signal from which another one ends everything at once


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 a clear one-line error on stderr, 2 wrong usage."""
    _quiet_libraries()
    _open_closed_streams()
    gc.set_threshold(100_000, 50, 100)  # imports make objects that stay: the usual looks cost a tenth of the start
    with _plain_streams(), _ended_in_order():
        code = _told(argv)
        try:
            sys.stdout.flush()
        except (OSError, CitewellError) as error:
            code = code or _failed(error)
    return code


def _told(argv: Sequence[str] | None) -> int:
    """Run the command; what goes wrong is said in one line."""
    try:
        args = _parser().parse_args(argv)
        _refuse_bytes(args)
        return args.run(args) or 0
    except (CitewellError, KeyboardInterrupt, OSError) as error:
        return _failed(error)
    except Exception as error:  # the last wall before the user: the traceback belongs into the log
        log.info("a command failed", exc_info=True)
        return _failed(error)


def _failed(error: BaseException) -> int:
    if isinstance(error, BrokenPipeError):
        said = ""  # the reader has gone
    elif isinstance(error, KeyboardInterrupt):
        said = "stopped; what was finished is kept."
    elif isinstance(error, CitewellError):
        said = str(error)
    elif isinstance(error, MemoryError) or _NO_ROOM.search(str(error)):
        said = "there is not enough memory; give it more (`ulimit -v`), or end other programs."
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else "the output cannot be written: "
        said = f"{place}{error.strerror or error}; check what you may read and write, and what room is left."
    else:
        said = (
            f"failed in a way it did not foresee ({type(error).__name__}: {error}); "
            "please report what CITEWELL_LOG=FILE writes down."
        )
    with suppress(OSError, CitewellError):
        if said:
            print(f"citewell: {one_line(said, _WIDEST)}", file=sys.stderr)
        sys.stdout.flush()
        return 1
    with suppress(OSError, ValueError):  # what waits to be written must not fail once more when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _refuse_bytes(args: argparse.Namespace) -> None:
    """Raises CitewellError for a word that is not UTF-8 text; a path may be any bytes."""
    for value in vars(args).values():
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str) and not word.isascii() and any("\ud800" <= char <= "\udfff" for char in word):
                raise CitewellError(f"{word[:40]!r} is not UTF-8 text; write it in UTF-8.")


def _open_closed_streams() -> None:
    """Nothing to read, and nowhere to write, where a stream is closed: a file opened later must not take its place."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            with suppress(OSError):
                os.fstat(number)
                continue
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115


@contextmanager
def _plain_streams() -> Iterator[None]:
    """What is printed in the block is harmless to a terminal, and anything can be printed."""
    streams = sys.stdout, sys.stderr
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = (cast(TextIO, Plain(stream)) for stream in streams)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """The first signal to end interrupts the block, once; others wait for its end, unless that takes too long."""
    first = 0.0

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal first
        if first and time.monotonic() - first > _HURRY:
            os._exit(1)
        if not first:
            first = time.monotonic()
            raise KeyboardInterrupt

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    try:
        before = {number: signal.signal(number, interrupt) for n in names if (number := getattr(signal, n, None))}
    except ValueError:  # not the main thread: signals are somebody else's
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():  # once interrupted, the process only ends: let it
            signal.signal(number, signal.SIG_IGN if first else handler)


def _quiet_libraries() -> None:
    """No telemetry, no look-ups: set before any library is imported."""
    for name in ("ANONYMIZED_TELEMETRY", "GRADIO_ANALYTICS_ENABLED", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING"):
        os.environ[name] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else every installed package is looked through
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _parser() -> argparse.ArgumentParser:
    from ui import commands, commands_changes, commands_check, commands_library, commands_setup, commands_write

    parser = argparse.ArgumentParser(
        prog="citewell", description="Ask a library of paper abstracts; check every sentence of the answer."
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.set_defaults(run=commands.chat, host=None, port=None, env=None)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    modules = (commands, commands_library, commands_changes, commands_write, commands_check, commands_setup)
    for module in modules:
        module.add_parsers(subparsers)
    for command in (parser, *subparsers.choices.values()):
        what = "a file of settings for this time, like .env.example"
        command.add_argument("--env", type=path, metavar="FILE", default=argparse.SUPPRESS, help=what)
    return parser


def _version() -> str:
    from importlib.metadata import version

    return f"citewell {version('citewell')}"


if __name__ == "__main__":
    sys.exit(main())
