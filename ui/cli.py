"""The command `citewell`: its words, and the one place where errors become exit codes."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence

from store.errors import CitewellError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 1 a clear one-line error on stderr, 2 wrong usage."""
    _quiet_libraries()
    gc.set_threshold(100_000, 50, 100)  # imports make objects that stay: the usual looks cost a tenth of the start
    args = _parser().parse_args(argv)
    try:
        return args.run(args) or 0
    except CitewellError as error:
        print(f"citewell: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("citewell: stopped; what was finished is kept.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone
        return 1


def _quiet_libraries() -> None:
    """No telemetry, no look-ups: set before any library is imported."""
    for name in ("ANONYMIZED_TELEMETRY", "GRADIO_ANALYTICS_ENABLED", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING"):
        os.environ[name] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else every installed package is looked through
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _parser() -> argparse.ArgumentParser:
    from ui import commands, commands_library, commands_setup, commands_write

    parser = argparse.ArgumentParser(
        prog="citewell", description="Ask a library of paper abstracts; check every sentence of the answer."
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.set_defaults(run=commands.chat, host=None, port=None)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in (commands, commands_library, commands_setup, commands_write):
        module.add_parsers(subparsers)
    return parser


def _version() -> str:
    from importlib.metadata import version

    return f"citewell {version('citewell')}"


if __name__ == "__main__":
    sys.exit(main())
