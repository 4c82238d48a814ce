"""docs/examples: the drafts parse and cite exactly what their .bib has, the rest is what its command prints."""

import re
import shlex
from pathlib import Path

import pytest
from pylatexenc.latexwalker import LatexWalker

from rag.linting.bibfile import read_bib
from ui.cli import main

FOLDER = Path(__file__).parent.parent / "docs" / "examples"
EXAMPLES = sorted(path.parent for path in FOLDER.glob("*/draft.tex"))


def test_there_is_one_for_each_survey_question():
    assert len(EXAMPLES) == 9


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_cites_what_its_bib_has(folder):
    latex = (folder / "draft.tex").read_text(encoding="utf-8")
    LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
    entries, damage = read_bib((folder / "references.bib").read_text(encoding="utf-8"))
    keys = [key for keys in re.findall(r"\\cite\{([^}]*)\}", latex) for key in keys.split(",")]
    assert not damage and keys == [entry.key for entry in entries] and len(keys) == len(set(keys))
    text = (folder / "draft.md").read_text(encoding="utf-8").split("## References")[0]
    assert [int(n) for n in re.findall(r"\[(\d+)\]", text)] == list(range(1, len(keys) + 1))
    assert (folder / "command.txt").read_text(encoding="utf-8").startswith("citewell draft ")


@pytest.mark.parametrize("folder", ["compare", "lint"])
def test_an_example_is_what_its_command_prints(folder, library_home, monkeypatch, capsys):
    monkeypatch.setenv("CITEWELL_HOME", str(library_home))
    monkeypatch.chdir(FOLDER / folder)
    for line in (FOLDER / folder / "command.txt").read_text(encoding="utf-8").splitlines():
        _, *argv, _, name = shlex.split(line)
        assert main(argv) == (1 if folder == "lint" else 0)
        assert capsys.readouterr().out == Path(name).read_text(encoding="utf-8")
