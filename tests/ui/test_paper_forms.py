"""A draft with the citing commands of natbib and biblatex, as Pandoc's Markdown, and as a Word file."""

import os
import stat
from types import SimpleNamespace

import pytest

from rag.errors import DraftError
from rag.records import Source
from ui.paper_forms import as_pandoc, with_commands, write_docx

AUTHORS = (("Jörg van den Berg", "B", "C"), ("Ada Li", "Bo Li"))
SOURCES = [Source(n, f"p{n}", "T", authors, 2024, "ICML", "", 1.0, True) for n, authors in enumerate(AUTHORS, 1)]
ANSWER = "van den Berg et al. [1] walk. They run [1][2], not [9]."
LATEX = r"""\usepackage[numbers,sort&compress]{natbib}
van den Berg et al.~\cite{berg} walk. They run~\cite{berg,li}.
\bibliographystyle{unsrtnat}
\bibliography{references}
"""


@pytest.fixture
def draft():
    return SimpleNamespace(
        answer=SimpleNamespace(answer=ANSWER, sources=SOURCES), keys={"p1": "berg", "p2": "li"}, bibtex="@misc{berg}"
    )


def test_the_commands_of_natbib_and_biblatex(draft):
    assert with_commands(LATEX, draft, "cite") == LATEX
    natbib = with_commands(LATEX, draft, "natbib")
    assert r"\citet{berg} walk. They run~\citep{berg,li}." in natbib and "{plainnat}" in natbib
    biblatex = with_commands(LATEX, draft, "biblatex")
    assert r"\textcite{berg} walk. They run~\parencite{berg,li}." in biblatex
    assert r"\printbibliography" in biblatex and "natbib" not in biblatex


def test_pandocs_markdown_names_keys(draft):
    text = as_pandoc(draft)
    assert text.startswith("---\nbibliography: references.bib\n")
    assert "@berg walk. They run [@berg; @li], not [9]." in text


def test_a_word_file_needs_pandoc(draft, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DraftError, match="pandoc, which is not installed"):
        write_docx(draft, tmp_path / "draft.docx")
    if os.name != "posix":
        return
    program = tmp_path / "pandoc"
    program.write_text("#!/bin/sh\nread -r line\n[ -f references.bib ] || exit 1\necho bad >&2\nexit 3\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    with pytest.raises(DraftError, match=r"could not write .*draft.docx \(bad\)"):
        write_docx(draft, tmp_path / "draft.docx")
