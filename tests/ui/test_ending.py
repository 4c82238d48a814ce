"""What a terminal, a shell or a system does to a command: it ends in order, with one line at most."""

import io
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from store.encoders.weights import STATIC
from store.library import Library
from ui.cli import main
from ui.console import harmless

ROOT = Path(__file__).parents[2]
ESCAPES = "\x1b]0;owned\x07 \x1b[2J \x9b31m red \u202egnp.exe \x7f"
DEAF = """
import os, signal, sys, time
from ui import cli, commands
def work(args):
    try:
        print("working", flush=True)
        time.sleep(30)
    finally:
        time.sleep(0.3)
        print("put away", flush=True)
commands.ask = work
sys.exit(cli.main(["ask", "x"]))
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A library with one paper whose words are orders to a terminal."""
    folder, papers = tmp_path_factory.mktemp("filled"), tmp_path_factory.mktemp("papers") / "evil.jsonl"
    evil = {"title": f"Robots {ESCAPES}\nand more", "abstract": f"Robots walk. {ESCAPES} They learn to run."}
    papers.write_text(json.dumps(evil), encoding="utf-8")
    with Library.open(folder / "home", STATIC, seed=False) as library:
        library.add_paths([papers])
    return folder / "home"


@pytest.fixture
def home(filled, tmp_path, monkeypatch):
    """That library, as the user's."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "CITEWELL_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CITEWELL_HOME", str(filled))
    monkeypatch.setenv("CITEWELL_EMBEDDING_MODEL", STATIC)
    return filled


@pytest.mark.parametrize(
    "argv",
    [
        ["papers", "list"],
        ["papers", "list", "--json"],
        ["papers", "show", "{id}"],
        ["papers", "export"],
        ["papers", "export", "--format", "csv"],
        ["papers", "export", "--references", "apa"],
        ["papers", "show", "\x1b]0;x\x07"],
        ["search", "robots walk"],
        ["search", "robots walk", "--json"],
        ["ask", "What do robots learn?"],
        ["ask", f"What do {ESCAPES} robots learn?", "--json"],
        ["compare", "{id}"],
        ["draft", "robots that learn", "--papers", "{id}"],
        ["lint", "\x1b[31m.md"],
        ["add", "\x1b[31m.jsonl"],
    ],
)
def test_no_foreign_word_is_an_order_to_the_terminal(home, capsys, argv):
    with Library.open(home, STATIC) as library:
        paper_id = next(library.papers()).paper_id
    Path("\x1b[31m.md").write_text(f"Robots {ESCAPES} walk [@nobody].\n", encoding="utf-8")
    main([word.format(id=paper_id) for word in argv])
    said = "".join(capsys.readouterr())
    assert said and harmless(said) == said
    assert "--json" not in argv or json.loads(said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("command", ["papers list", "search robots", "papers list --json", "doctor", "papers export"])
def test_an_output_that_is_full_is_said(home, monkeypatch, capsys, command):
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stdout", full)
        monkeypatch.setattr("os.dup2", lambda *numbers: None)  # the descriptor is pytest's
        code = main(command.split())
        monkeypatch.undo()
        with suppress(OSError):
            full.close()
    said = capsys.readouterr().err
    assert code == 1 and "cannot be written" in said and said.count("\n") == 1


LONG = "x" * 5_000


@pytest.mark.parametrize(
    ("argv", "given", "says"),
    [
        (["ask", "-"], b"", "The question is empty"),
        (["ask", "-"], b"caf\xe9", "not UTF-8"),
        (["ask", "-"], b"y\n" * 100_000, "more than 100,000 bytes"),
        (["ask", "caf\udce9"], b"", "not UTF-8"),
        (["papers", "remove", "2411.00508", "caf\udce9"], b"", "not UTF-8"),
        (["lint", f"{LONG}.md"], b"", "cannot be read (File name too long)"),
        (["add", f"{LONG}.jsonl"], b"", "File name too long"),
        (["draft", "x", "-o", LONG], b"", "cannot be written (File name too long)"),
        (["ask", "x", "--history", LONG], b"", "cannot be read (File name too long)"),
        (["eval", LONG], b"", "x … x"),
        (["add", "nothing-\n-here.txt"], b"", "nothing- -here.txt"),
        (["lint", "caf\udce9.md"], b"", "caf\N{REPLACEMENT CHARACTER}.md: cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(home, monkeypatch, capsys, argv, given, says):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), "utf-8"))
    assert main(argv) == 1
    said = capsys.readouterr().err
    assert says in said and said.count("\n") == 1 and len(said) < 1_000


def test_a_library_folder_that_no_file_system_takes_is_said_in_one_line(home, monkeypatch, capsys):
    monkeypatch.setenv("CITEWELL_HOME", LONG)
    assert main(["papers", "list"]) == 1
    said = capsys.readouterr().err
    assert "x … x" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["add", ""], "an empty path names nothing"),
        (["papers", "list", "--year", "9" * 20], "is no year; write 2024"),
        (["search", "x", "--year", "9" * 5_000], "is no year; write 2024"),
    ],
)
def test_what_is_no_path_and_no_year_is_wrong_usage(capsys, argv, says):
    with pytest.raises(SystemExit) as caught:
        main(argv)
    said = capsys.readouterr().err
    assert caught.value.code == 2 and says in said and len(said) < 500


def test_an_output_that_knows_only_ascii_shows_what_it_can(home, monkeypatch):
    for argv in (["ask", "What do robots learn?"], ["papers", "list", "--json"]):
        written = io.BytesIO()
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, "ascii"))
        assert main(argv) == 0
        assert b"Robots" in written.getvalue()
    assert json.loads(written.getvalue())[0]["title"].startswith("Robots")


@pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX")
@pytest.mark.parametrize(
    ("line", "code"), [("{} >&- 2>&- <&-", 0), ("set -o pipefail; {} --json | true", 1), ("{} > /dev/full 2>&1", 1)]
)
def test_streams_that_are_closed_or_gone_are_no_reason_to_say_more(home, line, code):
    before = (home / "papers.db").read_bytes()
    line = line.format(f"{sys.executable} -m ui.cli papers list")
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(["bash", "-c", line], capture_output=True, env=environ, timeout=60, check=False)
    assert ended.returncode == code and not ended.stderr
    assert (home / "papers.db").read_bytes() == before


def test_a_failure_that_nobody_foresaw_is_one_line_and_a_traceback_in_the_log(home, monkeypatch, capsys, tmp_path):
    from ui import commands_library

    def fail(*args):
        raise ZeroDivisionError("in \x1b[31m the depths")

    monkeypatch.setattr(commands_library, "filters", fail)
    assert main(["papers", "list"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "ZeroDivisionError" in said and "\x1b" not in said
    monkeypatch.setenv("CITEWELL_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("OPENAI_API_KEY", "depths")
    assert main(["papers", "list"]) == 1
    written = (tmp_path / "log").read_text(encoding="utf-8")
    assert "Traceback" in written and "in \N{REPLACEMENT CHARACTER}[31m the …" in written
    monkeypatch.setenv("CITEWELL_LOG", str(tmp_path / "no" / "log"))
    assert main(["papers", "list"]) == 1 and "CITEWELL_LOG" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("signals", [["SIGINT", "SIGINT", "SIGINT"], ["SIGTERM", "SIGINT"], ["SIGHUP"]])
def test_signals_end_a_command_once_and_in_order(signals):
    process = subprocess.Popen(
        [sys.executable, "-c", DEAF], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout.readline() == "working\n"
    for name in signals:
        process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=20)
    assert process.returncode == 1 and out == "put away\n"
    assert err == "citewell: stopped; what was finished is kept.\n"


def test_a_signal_while_modules_load_ends_the_command_without_a_word():
    code = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == "ui.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from ui.start import main
sys.exit(main())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == -signal.SIGINT and done.stderr == ""
