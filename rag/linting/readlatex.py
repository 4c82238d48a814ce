r"""LaTeX that someone wrote, as paragraphs of plain text with their citations.

Any command with "cite" in its name cites: `\cite`, `\citep[see][]{a,b}`, `\autocite*`, `\textcite` …
Floats, displayed maths, code and comments are passed over.
"""

import re

from rag.linting.flat import Flat

_CITE = re.compile(r"\\([a-zA-Z]*cite[a-zA-Z]*)\*?")
_NOT_CITING = {
    "nocite",
    "citestyle",
    "citeauthor",
    "citeauthor*",
    "citetitle",
    "citeyear",
    "defcitealias",
    "setcitestyle",
}
_TEXTUAL = re.compile(r"^(citet|citealt|textcite|citeasnoun|newcite|cite[tT]ext)", re.IGNORECASE)
_PASSED = {
    "figure",
    "table",
    "equation",
    "align",
    "gather",
    "eqnarray",
    "multline",
    "verbatim",
    "lstlisting",
    "minted",
    "tabular",
    "tabularx",
    "tikzpicture",
    "algorithm",
    "algorithmic",
    "thebibliography",
    "displaymath",
}
_SILENT = {
    "label",
    "ref",
    "cref",
    "Cref",
    "autoref",
    "eqref",
    "pageref",
    "includegraphics",
    "bibliography",
    "usepackage",
    "bibliographystyle",
    "documentclass",
    "input",
    "include",
    "vspace",
    "hspace",
    "newcommand",
    "footnotesize",
    "setlength",
    "title",
    "author",
    "date",
    "maketitle",
    "thanks",
    "nocite",
    "index",
    "citeauthor",
    "citeyear",
    "citestyle",
    "setcitestyle",
    "citetitle",
    "href",
    "url",
}
_HEADS = {
    "section",
    "subsection",
    "subsubsection",
    "chapter",
    "paragraph",
    "subparagraph",
    "part",
    "caption",
    "item",
    "par",
    "newline",
}
_MATH_WORDS = {
    "\\%": "%",
    "\\&": "&",
    "\\_": "_",
    "\\#": "#",
    "\\$": "$",
    "\\ ": " ",
    "\\,": " ",
    "\\-": "",
    "\\\\": " ",
}


def read_latex(text: str) -> list[Flat]:
    """The paragraphs of `text` with their citations; a damaged file is read as far as it goes."""
    from pylatexenc.latexwalker import LatexWalker

    start = text.find(r"\begin{document}")
    start = start + len(r"\begin{document}") if start >= 0 else 0
    reader = _Reader(text)
    walker = LatexWalker(text, latex_context=_context(text), tolerant_parsing=True)
    nodes, _, _ = walker.get_latex_nodes(pos=start)
    reader.read(nodes)
    return [flat for flat in reader.paragraphs if flat.text.strip() or flat.marks]


def _context(text: str):
    from pylatexenc.latexwalker import get_default_latex_context_db
    from pylatexenc.macrospec import MacroSpec

    names = {match[1] for match in _CITE.finditer(text)}
    context = get_default_latex_context_db()
    specs = [MacroSpec(name, "*[[{") for name in sorted(names)] + [MacroSpec("paragraph", "*[{")]
    context.add_context_category("citations", macros=specs, prepend=True)
    return context


class _Reader:
    """Walks the nodes and fills paragraphs."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.paragraphs: list[Flat] = [Flat()]

    @property
    def _flat(self) -> Flat:
        return self.paragraphs[-1]

    def read(self, nodes) -> None:
        for node in nodes or ():
            if node is not None:
                self._read_node(node)

    def _read_node(self, node) -> None:
        kind = type(node).__name__
        if kind == "LatexCharsNode":
            self._chars(node.chars, node.pos)
        elif kind == "LatexGroupNode":
            self.read(node.nodelist)
        elif kind == "LatexMathNode":
            if node.displaytype == "inline":
                self._flat.add(node.latex_verbatim(), node.pos)
        elif kind == "LatexMacroNode":
            self._macro(node)
        elif kind == "LatexEnvironmentNode":
            self._environment(node)
        elif kind == "LatexSpecialsNode":
            self._specials(node)

    def _chars(self, chars: str, pos: int) -> None:
        done = 0
        for gap in re.finditer(r"\n[ \t]*\n\s*", chars):
            self._flat.add(chars[done : gap.start()], pos + done)
            self._break()
            done = gap.end()
        self._flat.add(chars[done:], pos + done)

    def _specials(self, node) -> None:
        if node.specials_chars.startswith("\n"):
            self._break()
        else:
            plain = {"~": " ", "``": '"', "''": '"', "--": "–", "---": "—", "&": " "}
            self._flat.add(plain.get(node.specials_chars, node.specials_chars), node.pos, 0)

    def _environment(self, node) -> None:
        if node.environmentname.rstrip("*") not in _PASSED:
            self._break()
            self.read(node.nodelist)
        self._break()

    def _macro(self, node) -> None:
        name = node.macroname
        if "cite" in name and name not in _NOT_CITING:
            self._cite(node)
        elif name in _HEADS:
            self._break()
        elif name not in _SILENT:
            self._plain_macro(node)

    def _plain_macro(self, node) -> None:
        arguments = [n for n in (node.nodeargd.argnlist if node.nodeargd else ()) or () if n is not None]
        text = _MATH_WORDS.get("\\" + node.macroname)
        if text is None and arguments and not _is_accent(node.macroname):
            self.read([n for n in arguments if type(n).__name__ == "LatexGroupNode" and n.delimiters[0] == "{"])
            return
        self._flat.add(_as_text(node) if text is None else text, node.pos, 0)
        self._flat.add(" " if node.macro_post_space and text is None and not arguments else "", node.pos, 0)

    def _cite(self, node) -> None:
        groups = [
            n
            for n in (node.nodeargd.argnlist if node.nodeargd else ()) or ()
            if n is not None and type(n).__name__ == "LatexGroupNode" and n.delimiters[0] == "{"
        ]
        keys = []
        for group in groups:
            for found in re.finditer(r"[^\s,{}]+", group.latex_verbatim()):
                keys.append((found[0], group.pos + found.start()))
        self._flat.mark(keys, bool(_TEXTUAL.match(node.macroname)), node.pos)

    def _break(self) -> None:
        if self._flat.chars or self._flat.marks:
            self.paragraphs.append(Flat())


def _is_accent(name: str) -> bool:
    return not name.isalpha() or name in {"c", "v", "u", "H", "k", "r", "d", "b", "t", "textsuperscript"}


def _as_text(node) -> str:
    from store.tex import from_latex

    return from_latex(node.latex_verbatim())
