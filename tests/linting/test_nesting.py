"""What nobody writes: LaTeX nested without end, devices and pipes that a text takes in."""

import os

import pytest

from rag.errors import LintError
from rag.linting.latexsource import parsed
from rag.linting.readlatex import read_latex
from rag.linting.sources import named_bibs, read_sources


def test_what_stands_in_braces_without_end_is_read_and_the_rest_too():
    text = r"A robot \cite{kim} " + "{" * 5_000 + " works " + "}" * 5_000 + ".\n\nAnother \\cite{lee} plans."
    marks = [mark for paragraph in read_latex(text).paragraphs for mark in paragraph.marks]
    assert len(marks) == 2


def test_braces_that_people_write_stay():
    text = "{" * 20 + "x" + "}" * 20 + r" \{ } {y}"
    assert parsed(text, {})[0][0].nodelist[0].nodelist
    assert parsed("} {a}", {})[0][-1].nodelist[0].chars == "a"


def test_environments_without_end_are_told_in_a_line():
    deep = 2_000
    with pytest.raises(LintError, match="nested too deeply"):
        read_latex(r"\begin{center}" * deep + "x" + r"\end{center}" * deep)


def test_a_pipe_and_a_device_are_no_texts_that_a_text_takes_in(tmp_path):
    os.mkfifo(tmp_path / "pipe.tex")
    os.mkfifo(tmp_path / "pipe.bib")
    text = r"\input{pipe}\input{/dev/zero}\bibliography{pipe}"
    [(source, _)] = read_sources(text, str(tmp_path / "a.tex"))
    assert [name for name, _ in source.missing] == ["pipe", "/dev/zero"]
    assert named_bibs(text, str(tmp_path / "a.tex")) == {}
