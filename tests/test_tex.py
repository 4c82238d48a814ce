"""LaTeX of other people, read as text whatever it holds."""

import pytest

from store.tex import from_latex


@pytest.mark.parametrize("depth", [1, 300, 5_000])
@pytest.mark.parametrize("opening", ["{", r"\textbf{"])
def test_braces_within_braces_without_end_are_read(opening, depth):
    text = rf"On {opening * depth}Schr\"odinger{'}' * depth} 5\%"
    assert from_latex(text) in ("On Schrödinger 5%", "On Schrodinger 5%")


@pytest.mark.parametrize("text", ["{" * 5_000, "}" * 5_000, r"\begin{a}" * 5_000, "$" * 5_001, "\\" * 5_001])
def test_what_is_never_closed_is_read_too(text):
    assert isinstance(from_latex(text), str)


def test_a_command_without_what_it_needs_stops_nothing():
    assert from_latex(r"see \href") == "see" and "is told" in from_latex(r"\colorbox{red} is told")
