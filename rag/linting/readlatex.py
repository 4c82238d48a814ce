r"""LaTeX that someone wrote, as paragraphs of plain text with their citations.

Any command with "cite" in its name cites: `\cite`, `\citep[see][]{a,b}`, `\autocite*`, `\textcite` …
Floats, displayed maths, code and comments are passed over.
"""

import re

from rag.language.terms import listed
from rag.linting.claims import Paragraph
from store.tex import from_latex

_CITE = re.compile(r"\\([a-zA-Z]*cite[a-zA-Z]*)\*?")
_TEXTUAL = re.compile(r"(?i)^(citet|citealt|textcite|citeasnoun|newcite|citetext)")
_NOT_CITING = frozenset(listed("nocite citestyle citeauthor citeauthor* citetitle citeyear defcitealias setcitestyle"))
_PASSED = frozenset(
    listed("""
figure table equation align gather eqnarray multline verbatim lstlisting minted tabular tabularx tikzpicture
algorithm algorithmic thebibliography displaymath
""")
)
_SILENT = _NOT_CITING | frozenset(
    listed("""
label ref cref Cref autoref eqref pageref includegraphics bibliography usepackage bibliographystyle documentclass
input include vspace hspace newcommand footnotesize setlength title author date maketitle thanks index href url
""")
)
_BREAKS = frozenset(
    listed("section subsection subsubsection chapter paragraph subparagraph part caption item par newline")
)
_ACCENTS = frozenset(listed("c v u H k r d b t textsuperscript"))
_SIGNS = {**{sign: sign for sign in "%&_#$ "}, ",": " ", "-": "", "\\": " "}
_SPECIALS = {"~": " ", "``": '"', "''": '"', "--": "–", "---": "—", "&": " "}


def read_latex(text: str) -> list[Paragraph]:
    """The paragraphs of `text` with their citations; a damaged file is read as far as it goes."""
    from pylatexenc.latexwalker import LatexWalker, get_default_latex_context_db
    from pylatexenc.macrospec import MacroSpec

    names = {match[1] for match in _CITE.finditer(text)}
    specs = [MacroSpec(name, "*[[{") for name in sorted(names)] + [MacroSpec("paragraph", "*[{")]
    context = get_default_latex_context_db()
    context.add_context_category("citations", macros=specs, prepend=True)
    walker = LatexWalker(text, latex_context=context, tolerant_parsing=True)
    begin = re.search(r"\\begin\{document\}", text)
    nodes, _, _ = walker.get_latex_nodes(pos=begin.end() if begin else 0)
    reader = _Reader()
    reader.read(nodes)
    return [found for found in reader.paragraphs if found.marks or found.text.strip()]


class _Reader:
    """Walks the nodes and fills paragraphs."""

    def __init__(self) -> None:
        self.paragraphs = [Paragraph()]

    def read(self, nodes) -> None:
        """Read each of `nodes` by its kind."""
        readers = {
            "LatexCharsNode": lambda node: self._chars(node.chars, node.pos),
            "LatexGroupNode": lambda node: self.read(node.nodelist),
            "LatexMathNode": self._maths,
            "LatexMacroNode": self._macro,
            "LatexEnvironmentNode": self._environment,
            "LatexSpecialsNode": self._specials,
        }
        for node in nodes or ():
            if reader := readers.get(type(node).__name__):
                reader(node)

    def _add(self, text: str, place: int, step: int = 1) -> None:
        self.paragraphs[-1].add(text, place, step)

    def _break(self) -> None:
        if self.paragraphs[-1].chars or self.paragraphs[-1].marks:
            self.paragraphs.append(Paragraph())

    def _chars(self, chars: str, place: int) -> None:
        done = 0
        for gap in re.finditer(r"\n[ \t]*\n\s*", chars):
            self._add(chars[done : gap.start()], place + done)
            self._break()
            done = gap.end()
        self._add(chars[done:], place + done)

    def _maths(self, node) -> None:
        if node.displaytype == "inline":
            self._add(node.latex_verbatim(), node.pos)

    def _specials(self, node) -> None:
        if node.specials_chars.startswith("\n"):
            self._break()
        else:
            self._add(_SPECIALS.get(node.specials_chars, node.specials_chars), node.pos, 0)

    def _environment(self, node) -> None:
        if node.environmentname.rstrip("*") not in _PASSED:
            self._break()
            self.read(node.nodelist)
        self._break()

    def _macro(self, node) -> None:
        name = node.macroname
        if "cite" in name and name not in _NOT_CITING:
            self._cite(node)
        elif name in _BREAKS:
            self._break()
        elif name not in _SILENT:
            self._plain_macro(node)

    def _plain_macro(self, node) -> None:
        name, arguments = node.macroname, _arguments(node)
        if name in _SIGNS:
            self._add(_SIGNS[name], node.pos, 0)
        elif arguments and name.isalpha() and name not in _ACCENTS:
            self.read(_braced(arguments))
        else:
            after = " " if node.macro_post_space and not arguments else ""
            self._add(from_latex(node.latex_verbatim()) + after, node.pos, 0)

    def _cite(self, node) -> None:
        keys = [
            (found[0], group.pos + found.start())
            for group in _braced(_arguments(node))
            for found in re.finditer(r"[^\s,{}]+", group.latex_verbatim())
        ]
        self.paragraphs[-1].mark(keys, bool(_TEXTUAL.match(node.macroname)), node.pos)


def _arguments(node) -> list:
    return [n for n in (node.nodeargd.argnlist if node.nodeargd else ()) or () if n is not None]


def _braced(nodes: list) -> list:
    return [n for n in nodes if type(n).__name__ == "LatexGroupNode" and n.delimiters[0] == "{"]
