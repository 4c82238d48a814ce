"""Real commands in processes of their own, forked from one that has imported everything: each starts at once."""

import json
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.errors import CitewellError
from ui import cli

_PATIENCE = 120.0  # seconds for one command
_BAR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[^\n]*\r")  # what a progress bar leaves


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its code (negative: the signal), what it said, what it printed."""

    code: int
    said: str
    printed: str = ""

    @property
    def crude(self) -> bool:
        """Whether it ended in a way that no user should see."""
        rough = ("Traceback", "did not foresee", "panicked", "Fatal Python", "Exception ignored")
        return self.code not in (0, 1) or any(word in self.said for word in rough)

    @property
    def lines(self) -> list[str]:
        """What it said, a line each, without the progress."""
        return [line for line in _BAR.sub("", self.said).splitlines() if line.strip()]


@dataclass(slots=True)
class Process:
    """A command under way."""

    number: int
    out: Path
    code: int | None = None

    def running(self) -> bool:
        """Whether it has not ended."""
        if self.code is None:
            done, status = os.waitpid(self.number, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if done else None
        return self.code is None

    def end(self, number: int = 9) -> bool:
        """Send it a signal; whether it had ended before."""
        ended = not self.running()
        if not ended:
            os.kill(self.number, number)
        return ended

    def wait(self) -> Ended:
        """How it ended."""
        until = time.monotonic() + _PATIENCE
        while self.running():
            if time.monotonic() > until:
                self.end()
            time.sleep(0.002)
        said, printed = (
            file.read_text(errors="replace") for file in (self.out.with_suffix(".err"), self.out.with_suffix(".out"))
        )
        return Ended(self.code or 0, said, printed)


def preload() -> None:
    """Import what the commands import."""
    import chromadb  # noqa: F401
    import filelock  # noqa: F401
    import httpx  # noqa: F401
    import lxml.etree  # noqa: F401
    import tantivy  # noqa: F401
    import tokenizers  # noqa: F401

    import rag.catalogue.catalogue  # noqa: F401
    import store.encoders.static
    import store.examine
    import store.incoming
    import store.vectors  # noqa: F401
    import ui.render  # noqa: F401

    cli._parser()


def start(home: Path, words: Sequence[str | Path], out: Path, settings: dict[str, str]) -> Process:
    """Begin `citewell WORDS` for the library in `home`."""
    return _forked(out, lambda: cli.main([str(word) for word in words]), {**settings, "CITEWELL_HOME": str(home)})


def asked(look: Callable[[], object], out: Path) -> tuple[Ended, object]:
    """What `look` gives, as JSON has it, in a process of its own."""

    def told() -> int:
        try:
            print(json.dumps(look()))
        except CitewellError as error:
            print(f"citewell: {error}", file=sys.stderr)
            return 1
        return 0

    ended = _forked(out, told, {}).wait()
    with suppress(ValueError):
        return ended, json.loads(ended.printed)
    return ended, None


def _forked(out: Path, work: Callable[[], int], environ: dict[str, str]) -> Process:
    sys.stdout.flush()
    sys.stderr.flush()
    number = os.fork()
    if number:
        return Process(number, out)
    code = 70
    try:
        os.environ.update(environ)
        for stream, suffix in ((1, ".out"), (2, ".err")):
            os.dup2(os.open(out.with_suffix(suffix), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
