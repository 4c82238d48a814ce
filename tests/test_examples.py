"""The drafts in docs/examples: they parse, and cite exactly what their .bib has."""

import re
from pathlib import Path

import pytest
from pylatexenc.latexwalker import LatexWalker

from rag.linting.bibfile import read_bib

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
