"""Texts as people write them (after bug reports of tools for the same job): what is read of each, and what is found."""

from pathlib import Path

import pytest

from rag.linting.bibfile import read_bib
from rag.linting.claims import claims
from rag.linting.lint import lint
from rag.linting.readlatex import read_latex
from rag.linting.readmarkdown import read_markdown
from rag.verifying.verify import Verifier

CASES = Path(__file__).parent / "cases"
WITH = "CLIP-RT beats OpenVLA by 24% in average success"


@pytest.fixture(scope="module")
def verifier(library):
    return Verifier()


@pytest.fixture
def found(library, verifier, monkeypatch):
    """The findings of a case: (file, line, key, verdict)."""
    monkeypatch.chdir(CASES)

    def findings(name, *bibs):
        read = {bib: Path(bib).read_text(encoding="utf-8") for bib in bibs}
        lines = lint(Path(name).read_text(encoding="utf-8"), name, read, library, verifier)
        return [(line.path, line.line, line.key, line.verdict) for line in lines]

    return findings


def verdicts(lines):
    """Keys and verdicts; how sure the check is of what it does not fault is not these tests' affair."""
    return [(key, "supports" if verdict == "weak" else verdict) for _, _, key, verdict in lines]


def test_every_citing_command_is_read(found):
    lines = found("a01-commands.tex", "a.bib")
    assert [key for key, verdict in verdicts(lines) if verdict == "not in the .bib"] == ["nosuchkey"] * 2
    assert {verdict for key, verdict in verdicts(lines) if key == "rt"} == {"supports"} and len(lines) == 11


def test_what_is_commented_out_is_not_judged(found):
    [(name, line, *rest)] = found("a02-commented-out.tex", "a.bib")
    assert (name, line, verdicts([(name, line, *rest)])) == ("a02-commented-out.tex", 10, [("rt", "supports")])


def test_captions_and_cells_are_read(found):
    lines = found("a03-floats.tex", "a.bib")
    assert verdicts(lines) == [
        ("rt", "disagrees"),
        ("nosuchkey", "not in the .bib"),
        ("nosuchkey2", "not in the .bib"),
    ]


def test_files_that_are_taken_in_are_read_under_their_own_name(found, tmp_path, library, verifier):
    assert found("a04-main.tex", "a.bib") == [
        ("a04-chapter.tex", 1, "rt", "disagrees"),
        ("a04-chapter.tex", 1, "nosuchkey", "not in the .bib"),
    ]
    [line] = lint("\\input{none}", str(tmp_path / "x.tex"), {}, library, verifier)
    assert line.verdict == "missing file" and line.message.startswith("none cannot be read") and line.is_fault


def test_citations_that_a_percent_sign_hides_are_told(library, verifier):
    text = "It folds 83\\% of towels.\nIt folds 83% of shirts \\cite{gone}. % 5 \\cite{mine}\n% \\cite{old}\n"
    [line] = lint(text, "x.tex", {}, library, verifier)
    assert (line.line, line.col, line.verdict) == (2, 12, "commented out") and line.is_fault


def test_several_bib_files_count(found):
    assert verdicts(found("a05.tex", "a05-one.bib", "a05-two.bib")) == [("rt", "supports")]
    assert verdicts(found("a05.tex", "a05-two.bib")) == [("rt", "not in the .bib")]


def test_thebibliography_is_the_bibliography(found):
    assert verdicts(found("a06-thebibliography.tex")) == [("b1", "disagrees")]


def test_footnotes_and_cross_references_are_no_citations(found):
    assert verdicts(found("a07-quarto.md", "a.bib")) == [("rt", "supports")] * 2


def test_indented_text_of_lists_is_read(found):
    lines = [("a08-nested-list.md", 3, "rt", "disagrees"), ("a08-nested-list.md", 5, "nosuchkey", "not in the .bib")]
    assert found("a08-nested-list.md", "a.bib") == lines


def test_a_heading_with_attributes_opens_the_list_of_references(found):
    assert verdicts(found("a09-heading.md")) == [("1", "disagrees")]


def test_numbers_that_are_not_the_abstracts_are_no_disagreement(found):
    lines = verdicts(found("a10-numbers.tex", "a.bib"))
    assert lines == [("rt", "supports")] * 3 + [("clip", "says nothing of this")] + [("rt", "supports")] * 2 + [
        ("clip", "supports")
    ]


def test_what_is_said_the_other_way_round_is_no_disagreement(found):
    lines = verdicts(found("a11-converse.tex", "a.bib"))
    assert len(lines) == 4 and "disagrees" not in dict(lines).values()


def test_a_missing_comma_is_told_and_the_entry_read(found):
    text = (CASES / "a12-missing-comma.bib").read_text(encoding="utf-8")
    [entry], [damage] = read_bib(text, "a12.bib")
    assert (entry.key, entry.authors, entry.year) == ("rt", ("Kang, G.",), 2024) and entry.title.endswith("Supervision")
    assert (damage.path, damage.line) == ("a12.bib", 2) and "a comma is missing before “author”" in damage.reason


def read(reading):
    """Each claim with the keys that answer for it."""
    return [(c.text, [key for key, _ in c.mark.keys] if c.mark else []) for p in reading.paragraphs for c in claims(p)]


@pytest.mark.parametrize(
    ("latex", "keys"),
    [
        (r"It works \Parencite*{a}.", ["a"]),
        (r"It works \Textcites(see)[4]{a}[][9]{b,c}.", ["a", "b", "c"]),
        (r"It works \footcites{a}{b}.", ["a", "b"]),
        (r"It works \citeNP<e.g.,>[p.~3]{a}.", ["a"]),
        (r"It works \pvolcite[see]{3}[12]{a}.", ["a"]),
        (r"It works \foreigntextcquote{german}[3]{a}[.]{und so weiter}.", ["a"]),
        (r"\citetitle{a} works.", ["a"]),
        (r"\newcommand{\ours}{CLIP-RT}\newcommand\src[2][]{\citep[#1]{#2}} \ours{} works \src[see]{a,b}.", ["a", "b"]),
        (r"\def\by#1{\citet{#1}} \by{a} make it work.", ["a"]),
        (r"It works.\footnote{\cite{a}}", ["a"]),
        (r"It works \nocite{b} \cite{a} % \cite{c}", ["a"]),
        (r"It \iffalse does not \ifx\a\b x\fi \cite{b} \else works \fi \cite{a}.", ["a"]),
        (r"It works \verb|\cite{b}| \marginpar{\cite{c}} \cite{a}.", ["a"]),
        ("\\begin{verbatim*}\n% \\cite{b}\n\\end{verbatim*}\nIt works \\cite{a}.", ["a"]),
        ("\\begin{figure*}[t]\\caption[It]{It works \\cite{a}.}\\end{figure*}", ["a"]),
        (
            "\\begin{tabularx}{\\linewidth}{lX}\\toprule A \\cite{a} & 93.1 \\\\ B & It \\cite{b}\\end{tabularx}",
            ["a", "b"],
        ),
    ],
)
def test_latex_is_read_as_it_is_written(latex, keys):
    assert [key for _, cited in read(read_latex(latex)) for key in cited] == keys


def test_numbers_and_units_are_plain_text():
    latex = (
        r"It is $93.1\%$, $1{,}000$, \SI{24}{\percent}, \qty{10}{\milli\second}, \num{3} and $x_1$ of $400\,\text{M}$."
    )
    assert read(read_latex(latex)) == [("It is 93.1%, 1,000, 24%, 10 ms, 3 and $x_1$ of 400M.", [])]


def test_names_that_the_writer_defined_are_written_out_in_other_files_too(tmp_path, library, verifier):
    (tmp_path / "parts").mkdir()
    (tmp_path / "macros.tex").write_text("\\newcommand{\\ours}{CLIP-RT\\xspace}", encoding="utf-8")
    chapter = "\\input{main}\\ours beats OpenVLA by 24\\% in average success \\cite{rt}."
    (tmp_path / "parts" / "one.tex").write_text(chapter, encoding="utf-8")
    main = "\\input{macros}\n\\begin{document}\\include{parts/one} \\import{parts/}{one}\\end{document}"
    (tmp_path / "main.tex").write_text(main, encoding="utf-8")
    bib = {"a.bib": (CASES / "a.bib").read_text(encoding="utf-8")}
    [line] = lint(main, str(tmp_path / "main.tex"), bib, library, verifier)
    assert (line.path, line.is_fault) == (str(tmp_path / "parts" / "one.tex"), False)
    assert line.claim == "CLIP-RT beats OpenVLA by 24% in average success."


LIST = "\n\n[1] Kang et al. CLIP-RT. arXiv:2411.00508.\n"


@pytest.mark.parametrize(
    "heading",
    [
        "# 7. References",
        "## References {#refs .unnumbered}",
        "**Bibliography**",
        "Literatur\n---------",
        "## Références bibliographiques",
        "# 参考文献",
        '<h2 id="refs">References</h2>',
        "References:",
        "### VII. Список литературы",
    ],
)
def test_the_list_of_references_is_found_under_any_name(heading):
    reading = read_markdown(f"It works [1].\n\n{heading}{LIST}\n# Appendix\n\nIt works too [1].\n")
    assert list(reading.references) == ["1"] and "2411.00508" in reading.references["1"]
    assert read(reading) == [("It works.", ["1"]), ("It works too.", ["1"])]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("It works [@{a}; -@b, p. 3] and @{c}.", [("It works", ["a", "b"]), ("they.", ["c"])]),
        ("See @fig-x and [@tbl-y].", [("See Figure and Figure.", [])]),
        ("It works.[^n]\n\n[^n]: As @a shows.\n", [("It works.", []), ("As they shows.", ["a"])]),
        ("1. One\n\n    It works [@a].\n\n        code [@b]\n", [("One", []), ("It works.", ["a"])]),
        ("> It works [@a].\n> So be it.", [("It works.", ["a"]), ("So be it.", [])]),
        ("a | b\n--|--\nIt works [@a] | 3\n", [("a", []), ("b", []), ("It works", ["a"]), ("3", [])]),
        ("![It works [@a].](x.png){#fig-x}", [("It works.", ["a"])]),
        ("---\ntitle: '[@b]'\n---\n\n::: {.note}\nIt <b>works</b> [@a].\n:::\n", [("It works.", ["a"])]),
        ("```{r}\n[@b]\n```\n\n    code [@c]\n\n<!-- [@d]\n\n -->\nIt works [@a].", [("It works.", ["a"])]),
    ],
)
def test_markdown_is_read_as_it_is_written(markdown, expected):
    assert read(read_markdown(markdown)) == expected


def test_a_chapter_of_quarto_is_taken_in(tmp_path, library, verifier):
    (tmp_path / "_one.qmd").write_text(f"{WITH} [@kang2024cliprt].\n", encoding="utf-8")
    [line] = lint("{{< include _one.qmd >}}\n", str(tmp_path / "x.qmd"), {}, library, verifier)
    assert (line.path, line.line, line.is_fault) == (str(tmp_path / "_one.qmd"), 1, False)


@pytest.mark.parametrize(
    ("bib", "damage", "keys"),
    [
        ("@misc{a\n title = {X}}\n@misc{b, title={Y}}", [(1, "before “title”")], ["a", "b"]),
        ("@misc{a,\n year = 2024\n title = {X}}", [(2, "before “title”")], ["a"]),
        ("@misc{a, title={X},\n author={K\n}\n@misc{b, title={Y}}", [(1, "brace")], ["b"]),
        ("@misc{a, title={X}}}\n@misc{b, title={Y}}", [(1, "too many")], ["a", "b"]),
        ("@misc a, title={X}}\n\n@misc{b, title={Y}}", [(1, "passed over")], ["b"]),
        ("\nmisc{a, title={X}}\n@misc{b, title={Y}}", [(2, "passed over")], ["b"]),
        ("@misc{, title={X}}", [(1, "no key")], [""]),
        ("% made by a@b.org\n@comment{x}\n@misc{a, title = {X},\n note = {see f = {x}}}", [], ["a"]),
    ],
)
def test_damage_of_a_bib_is_told_where_it_is(bib, damage, keys):
    entries, told = read_bib(bib)
    assert [entry.key for entry in entries] == keys
    assert [line for line, _ in damage] == [one.line for one in told]
    assert all(says in one.reason for (_, says), one in zip(damage, told, strict=True))


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("CLIP-RT beats OpenVLA by 42% in average success", "disagrees"),
        ("CLIP-RT runs at 30 Hz", "disagrees"),
        ("CLIP-RT was trained for 3 days", "says nothing of this"),
        ("CLIP-RT needs 50 demonstrations", "says nothing of this"),
        ("With the code of CLIP-RT we train on 16 GPUs", "says nothing of this"),
        ("In 2024, CLIP-RT beats OpenVLA by 24% in average success (Table 2)", "supports"),
    ],
)
def test_a_number_that_the_abstract_lacks_is_silence_unless_it_gives_another(library, verifier, claim, verdict):
    [line] = lint(f"{claim} [@kang2024cliprt].", "x.md", {}, library, verifier)
    assert (line.verdict == "weak" and verdict == "supports") or line.verdict == verdict
