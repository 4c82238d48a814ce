"""Every `citewell` command that the README and the docs show is run, and the documented JSON holds."""

import gzip
import os
import shlex
import shutil
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from rag.linting.findings import LintLine, LintVerdict
from ui.cli import main

ROOT = Path(__file__).parent.parent
SERVING = {"chat", "mcp"}  # these serve until they are stopped: their own tests run them

# The files that the README names, and what they hold.
EXPORTS = {
    "scopus.csv": "scopus.csv",
    "savedrecs.txt": "wos.txt",
    "pubmed.nbib": "pubmed.nbib",
    "export.ris": "scopus.ris",
    "library.xml": "endnote.xml",
    "openalex.json": "openalex.json",
    "arxiv-feed.xml": "arxiv.atom",
    "page.txt": "digest.txt",
}


def shown_commands() -> list[list[str]]:
    """The arguments of each command in the README's blocks that begin with `$ citewell`."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [shlex.split(line[2:], comments=True)[1:] for line in lines if line.startswith("$ citewell")]
    return [c for c in commands if c and c[0] not in SERVING]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, library_home):
    """A folder with a copy of the library and the files that the README's commands name."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(library_home, folder / "home")
    shutil.copytree(ROOT / "docs" / "readme", folder, dirs_exist_ok=True)
    for name, written in EXPORTS.items():
        shutil.copy(ROOT / "tests" / "readers" / "cases" / "formats" / written, folder / name)
    (folder / "papers.jsonl.gz").write_bytes(gzip.compress((folder / "papers.jsonl").read_bytes()))
    (folder / "my-papers").mkdir()
    shutil.copy(folder / "scopus.csv", folder / "my-papers")
    return folder


@pytest.mark.parametrize("argv", shown_commands(), ids=" ".join)
def test_readme_command_works(argv, folder, monkeypatch, capsys):
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "CITEWELL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CITEWELL_HOME", str(folder / "home"))
    monkeypatch.chdir(folder)
    assert main(argv) == 0, capsys.readouterr().err


def test_make_targets_of_the_readme_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {line.split()[2] for line in readme.splitlines() if line.startswith("$ make ")}
    assert {"chat", "test"} <= targets
    assert all(f"\n{target}:" in makefile for target in targets)


@pytest.mark.parametrize(
    ("command", "documented"),
    [
        ("lint", {field.name for field in fields(LintLine)} | set(get_args(LintVerdict))),
        ("compare", {"aspects", "rows", "paper_id", "title", "year", "cells", "quote", "start", "end", "score"}),
        ("draft", {"plan", "theme", "paper_ids", "sentence", "latex", "bibtex", "items", "why", "pinned", "omissions"}),
    ],
)
def test_the_json_of_each_command_is_documented(command, documented):
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = page.partition(f"## `citewell {command} --json`")[2].partition("\n## ")[0]
    assert [word for word in documented if word not in section] == []
