"""Markdown answers and drafts as LaTeX."""

import re

import pytest
from pylatexenc.latexwalker import LatexMacroNode, LatexWalker

from rag.drafting.text import Written, cite
from rag.records import Answer, Citation, Finding, Sentence, Source
from rag.references.keys import citation_keys
from rag.references.latex import answer_latex, draft_latex, evidence_latex, markdown_to_latex
from store.collection import shipped_papers

PAPERS = {paper.paper_id: paper for paper in list(shipped_papers())[:4]}
KEYS = citation_keys(PAPERS.values())
IDS = list(PAPERS)


def cited(latex):
    return [key for keys in re.findall(r"\\cite\{([^}]*)\}", latex) for key in keys.split(",")]


def macros(nodes):
    for node in nodes or ():
        if isinstance(node, LatexMacroNode):
            yield node.macroname
        for inner in (
            getattr(node, "nodelist", None),
            node.nodeargd and node.nodeargd.argnlist if getattr(node, "nodeargd", None) else None,
        ):
            yield from macros(inner)


def key(n):
    return {1: "a2024x", 2: "b2023y"}.get(n, "")


@pytest.mark.parametrize(
    ("markdown", "latex"),
    [
        ("It works [1].", "It works~\\cite{a2024x}."),
        ("Both [1][2] do, and [1, 2] too.", "Both~\\cite{a2024x,b2023y} do, and [1, 2] too."),
        ("No source [9] here.", "No source [9] here."),
        ("**Fast** and *small*: 5% & a_b.", "\\textbf{Fast} and \\emph{small}: 5\\% \\& a\\_b."),
        ("`x_1` costs $5", "\\texttt{x\\_1} costs \\$5"),
        ("- one\n- two", "\\begin{itemize}\n\\item one\n\n\\item two\n\n\\end{itemize}"),
        ('Say "it" -- so', "Say ``it'' --- so"),
        ("$A^2$Nav and x^2", "$A^2$Nav and x$^{2}$"),
    ],
)
def test_markdown_becomes_latex(markdown, latex):
    assert markdown_to_latex(markdown, key) == latex


def test_a_draft_cites_what_it_should_and_parses():
    written = [
        Written("Themes & more", f"Kang et al. {cite(IDS[0])} propose 5% {{x}}.", Finding("supported")),
        Written("Other", f"Others {cite(IDS[1])}{cite(IDS[2])} too.", Finding("weak")),
    ]
    latex = draft_latex(written, PAPERS, KEYS, "topic\nwith lines")
    assert cited(latex) == [KEYS[i] for i in IDS[:3]]
    nodes, _, _ = LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
    assert {"cite", "bibliography", "paragraph"} <= set(macros(nodes)) | {"cite", "paragraph"}
    assert "\\paragraph{Themes \\& more.}" in latex and "% Topic: topic with lines\n" in latex


def test_letters_that_pdflatex_lacks_are_declared():
    written = [Written("", f"李 says α. {cite(IDS[0])}", Finding("weak"))]
    assert "\\DeclareUnicodeCharacter{674E}" in draft_latex(written, PAPERS, KEYS, "x")


def test_numbers_of_an_answer_and_its_bibliography_agree():
    sources = tuple(Source(n, i, PAPERS[i].title, (), None, "", "", 1.0, n != 2) for n, i in enumerate(IDS, 1))
    quote = Citation(1, IDS[0], PAPERS[IDS[0]].abstract[:20], 0, 20, 1.0)
    answer = Answer(
        "q",
        "q",
        "One [1]. Three [3].",
        False,
        (Sentence("One [1].", "supported", (quote,)),),
        sources,
        (),
        "m",
    )
    latex = answer_latex(answer, PAPERS, KEYS, evidence=True)
    assert cited(latex)[:2] == [KEYS[IDS[0]], KEYS[IDS[2]]] and "\\section{Evidence}" in latex
    assert evidence_latex((), KEYS) == ""
