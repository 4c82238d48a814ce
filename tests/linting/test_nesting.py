"""LaTeX nested as deeply as nobody writes it."""

import pytest

from rag.errors import LintError
from rag.linting.latexsource import parsed
from rag.linting.readlatex import read_latex


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
