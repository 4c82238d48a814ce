"""Progress on stderr: a bar in a terminal, silence elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int | None, str], None]


@contextmanager
def bar() -> Iterator[Progress]:
    """A function `progress(done, total, what)` that draws a bar with counts; it shows itself at its first call."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield lambda done, total, what: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = RichProgress(*columns, console=console, transient=True)
    tasks: dict[str, int] = {}

    def progress(done: int, total: int | None, what: str) -> None:
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
