"""The check of citations that someone wrote: planted faults are found, clean text is left alone."""

import pytest

from rag.linting.claims import claims
from rag.linting.lint import lint
from rag.linting.readlatex import read_latex
from rag.linting.readmarkdown import read_markdown
from rag.references.bibtex import to_bibtex
from rag.references.keys import citation_keys
from rag.verifying.verify import Verifier

CLEAN = r"""\documentclass{article}
\begin{document}
\section{Related work} % \cite{commented}
RT-2 expresses robot actions as text tokens~\cite{zitkovich2023rt2}.
\citet{song2025ceedvla} introduce consistency distillation to predict several correct action
tokens in each iteration.
SpatialVLA introduces Ego3D Position Encoding to bring 3D information into what the model
observes~\citep[see][p.~3]{qu2025spatialvla}.
DreamVLA forecasts world knowledge to enable inverse dynamics modeling~\cite{zhang2025dreamvla}, while CLIP-RT
learns language-conditioned visuomotor policies from natural language supervision~\cite{kang2024cliprt}.
CogACT exceeds the average success rates of OpenVLA by over 35\%
in simulated evaluation~\autocite{li2024cogact}.
Streaming Diffusion Policy accelerates policy synthesis~\parencite{hoeg2024streaming}.
Behavior Retrieval uses a small amount of expert data to query relevant behaviors from an unlabeled
offline dataset~\cite{du2023behavior}.
In this section we review no more than that.
\end{document}
"""
# Each fault: what it replaces, by what, and the verdict that has to stand at its line.
FAULTS = [
    ("changed number", r"35\%", r"53\%", "disagrees"),
    ("wrong key", "cite{du2023behavior}", "cite{zhang2024affordance}", "says nothing of this"),
    ("negation", "RT-2 expresses", "RT-2 does not express", "disagrees"),
    ("flipped direction", "accelerates policy", "slows down policy", "disagrees"),
    ("swapped name", "SpatialVLA introduces", "OpenVLA introduces", "says nothing of this"),
    ("missing key", "citet{song2025ceedvla}", "citet{song2025ceed}", "not in the .bib"),
    (
        "unknown paper",
        r"\section{Related work}",
        "\\section{x}\nAttention replaces recurrence~\\cite{vaswani2017}.",
        "not in the library",
    ),
    (
        "uncited claim",
        r"\citet{song",
        "Diffusion policies reduce the number of steps by half. \\citet{song",
        "uncited claim",
    ),
]
SWAP = [
    (
        "enable inverse dynamics modeling~\\cite{zhang2025dreamvla}",
        "enable inverse dynamics modeling~\\cite{KANG}",
    ),
    ("supervision~\\cite{kang2024cliprt}", "supervision~\\cite{zhang2025dreamvla}"),
    ("{KANG}", "{kang2024cliprt}"),
]
EXTRA = "\n@article{vaswani2017, title={Attention Is All You Need}, author={Vaswani, Ashish}, year={2017}}\n"


@pytest.fixture(scope="module")
def bib(library):
    papers = list(library.papers())
    return to_bibtex(papers, citation_keys(papers), abstracts=False)


@pytest.fixture(scope="module")
def verifier(library):
    return Verifier()


def test_the_clean_version_raises_no_alarm(library, bib, verifier):
    lines = lint(CLEAN, "x.tex", {"x.bib": bib}, library, verifier)
    assert [str(line) for line in lines if line.is_fault] == []
    assert {line.verdict for line in lines} <= {"supports", "weak"} and len(lines) == 8
    for line in lines:
        paper = library.get(line.paper_id)
        assert paper.abstract[line.start : line.end] == line.quote
        assert CLEAN.splitlines()[line.line - 1][line.col - 1 :].startswith(line.key)


def test_ten_planted_faults_are_found(library, bib, verifier):
    text, found = CLEAN, 0
    for _, old, new, _ in FAULTS:
        assert old in text
        text = text.replace(old, new, 1)
    for old, new in SWAP:
        text = text.replace(old, new, 1)
    twin = to_bibtex([library.get("2411.00508")], {"2411.00508": "kang2025cliprt"}, abstracts=False)
    lines = lint(text, "x.tex", {"x.bib": bib + EXTRA + twin}, library, verifier)
    verdicts = [line.verdict for line in lines if line.is_fault]
    found = sum(verdicts.count(v) >= sum(f[3] == v for f in FAULTS) for v in {f[3] for f in FAULTS})
    swapped = [line for line in lines if line.key in ("kang2024cliprt", "zhang2025dreamvla") and line.is_fault]
    assert (len(verdicts), found, len(swapped)) == (9, 4, 2)
    assert [(line.path, line.key) for line in lines if line.verdict == "same paper twice"] == [
        ("x.bib", "kang2025cliprt")
    ]
    assert all(str(line).startswith(f"{line.path}:{line.line}:{line.col}: {line.verdict}: ") for line in lines)


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("ToolChain* is a tree search-based planning algorithm", "ToolChain* is a tree search-free planning algorithm"),
        (
            "GUI-Actor is a VLM-based method for coordinate-free grounding",
            "GUI-Actor is a VLM-based method for coordinate-based grounding",
        ),
        ("Belkhale et al. study two key properties of data", "Belkhale et al. study six key properties of data"),
        ("Instruct2Act maps instructions to sequential actions", "Vamos maps instructions to sequential actions"),
    ],
)
def test_one_word_makes_the_difference(library, verifier, true, false):
    keys = {
        "ToolChain": "zhuang2023toolchain",
        "GUI": "wu2025guiactor",
        "Ego": "wang2023egoonly",
        "Belkhale": "belkhale2023data",
        "Instruct2Act": "huang2023instruct2act",
    }
    key = next(key for name, key in keys.items() if true.startswith(name))
    good, bad = (lint(f"{text} [@{key}].", "x.md", {}, library, verifier) for text in (true, false))
    assert not good[0].is_fault and bad[0].is_fault


def test_several_papers_answer_each_for_its_own_part(library, verifier):
    text = (
        "ReAct interleaves reasoning traces and actions, while CLIP-RT learns language-conditioned policies "
        "[@yao2022react; @kang2024cliprt].\n\nAgents such as ReAct and ToolChain* abound in this field "
        "[@yao2022react; @zhuang2023toolchain].\n"
    )
    assert not [line for line in lint(text, "x.md", {}, library, verifier) if line.is_fault]


def test_what_an_abstract_says_is_an_uncited_claim_and_a_signpost_is_none(library, verifier):
    text = (
        "A second line of work learns from data of other robots.\n\n"
        "ReAct interleaves reasoning traces with task-specific actions of a model.\n"
    )
    assert [(line.verdict, line.line, line.paper_id) for line in lint(text, "x.md", {}, library, verifier)] == [
        ("uncited claim", 3, "2210.03629")
    ]


def test_markdown_with_numbers_and_a_list_of_references(library, verifier):
    text = (
        "Kang et al. [1] present CLIP-RT, a vision-language-action model. "
        "ReAct generates reasoning traces [2][7].\n\n"
        "## References\n\n[1] G.-C. Kang. CLIP-RT: Learning Language-Conditioned Robotic Policies "
        "from Natural Language Supervision. RSS 2025.\n[2] S. Yao. ReAct. arXiv:2210.03629, 2022.\n"
    )
    lines = lint(text, "x.md", {}, library, verifier)
    assert [(line.key, line.verdict, line.line) for line in lines] == [
        ("1", "supports", 1),
        ("2", "supports", 1),
        ("7", "not in the .bib", 1),
    ]


def test_pandoc_citations_and_the_librarys_own_keys(library, verifier):
    text = (
        "@kang2024cliprt present CLIP-RT, a vision-language-action model.\n\n"
        "ReAct cooks dinner [see @yao2022react, p. 3].\n"
    )
    verdicts = [(line.key, line.verdict, line.line, line.col) for line in lint(text, "x.md", {}, library, verifier)]
    assert [(key, line, col) for key, _, line, col in verdicts] == [("kang2024cliprt", 1, 1), ("yao2022react", 3, 25)]
    assert verdicts[1][1] != "supports"


def test_a_citation_governs_its_own_part_of_a_sentence():
    text = (
        r"Kang et al.~\cite{a} present CLIP-RT, while diffusion helps \cite{b,c}. "
        r"Speed matters \cite{d} and size too \cite{e}."
    )
    found = [
        (claim.text, [key for key, _ in claim.mark.keys])
        for flat in read_latex(text).paragraphs
        for claim in claims(flat)
    ]
    assert found == [
        ("Kang et al. present CLIP-RT", ["a"]),
        ("diffusion helps.", ["b", "c"]),
        ("Speed matters", ["d"]),
        ("size too.", ["e"]),
    ]


def test_what_is_no_running_text_is_passed_over():
    latex = (
        "A \\emph{b} H{\\o}eg 5\\% $x_1$.\\footnote{See \\cite{f}.}\n\\begin{align}\\cite{g}\\end{align}\n"
        "\\begin{verbatim}\\cite{h}\\end{verbatim} % \\cite{i}\n"
    )
    flats = read_latex(latex).paragraphs
    assert [key for flat in flats for mark in flat.marks for key, _ in mark.keys] == ["f"]
    assert "A b Høeg 5% $x_1$." in flats[0].text
    flats = read_markdown(
        "# Head [@a]\n\n`[@b]` and\n\n```\n[@c]\n```\n\n<!-- [@d] -->\nText [@e]. [link](x) a@b.org\n"
    ).paragraphs
    assert [key for flat in flats for mark in flat.marks for key, _ in mark.keys] == ["e"]


@pytest.mark.parametrize(
    "text", ["", "\\cite", "\\cite{", "\\begin{document}", "{{{", "\\citep[a", "$x", "\\begin{a}\\cite{k}"]
)
def test_damaged_latex_is_read_as_far_as_it_goes(text):
    assert isinstance([claims(flat) for flat in read_latex(text).paragraphs], list)
