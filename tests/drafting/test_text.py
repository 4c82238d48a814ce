"""The sentences of a draft as LaTeX."""

import re

from pylatexenc.latexwalker import LatexMacroNode, LatexWalker

from rag.drafting.text import Written, cite, draft_latex
from rag.records import Evidence, Finding
from rag.references.keys import citation_keys
from store.collection import shipped_papers
from store.tex import to_latex

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


def test_the_evidence_of_a_draft_is_quoted_under_its_keys():
    quote = Evidence(IDS[0], 0, 20, 1.0)
    written = [Written("", f"One {cite(IDS[0])}{cite(IDS[2])}.", Finding("supported", (quote,)))]
    latex = draft_latex(written, PAPERS, KEYS, "x", evidence=True)
    assert cited(latex) == [KEYS[IDS[0]], KEYS[IDS[2]]] * 2 + [KEYS[IDS[0]]]
    assert "\\section{Evidence}" in latex and to_latex(PAPERS[IDS[0]].abstract[:20]) in latex
    assert "Evidence" not in draft_latex([], PAPERS, KEYS, "x", evidence=True)
