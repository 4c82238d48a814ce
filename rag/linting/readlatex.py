r"""LaTeX that someone wrote, as paragraphs of plain text with their citations.

Any command with "cite" in its name cites: `\Citep[see][]{a,b}`, `\autocites(see){a}[3]{b}`, `\textcquote{a}{…}`, and
so do the writer's own that stand for one. Captions, cells and footnotes are paragraphs of their own.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from rag.language.terms import listed
from rag.linting.claims import Kind, Paragraph, Reading
from rag.linting.latexsource import CITE, Command, parsed
from store.tex import from_latex

_TEXTUAL = re.compile(
    r"(?i)^(?:citet(?!ext)|citealt|textcite|citeasnoun|newcite|cite(?:full)?author|citetitle|(?-i:citeA)$)"
)
_NOT_CITING = frozenset(listed("nocite citestyle defcitealias setcitestyle citereset bibcite citesetup"))
_PASSED = frozenset(
    listed("equation align gather eqnarray multline displaymath alignat flalign math algorithm algorithmic")
)
_CELLS = frozenset(listed("tabular tabularx tabulary longtable tblr"))
_SILENT = _NOT_CITING | frozenset(
    listed("""
label ref cref Cref autoref eqref pageref nameref vref includegraphics bibliography addbibresource usepackage
bibliographystyle documentclass input include subfile import subimport vspace hspace footnotesize setlength title author
date maketitle thanks index url todo todototoc missingfigure fixme fxnote fxwarning fxerror fxfatal marginpar
marginnote pdfcomment cline cmidrule rowcolor cellcolor color addtocounter setcounter hypersetup
""")
)
_BREAKS = frozenset(listed("section subsection subsubsection chapter paragraph subparagraph part item par newline"))
_FLOATS = frozenset(listed("figure table wrapfigure wraptable subfigure subtable SCfigure"))
_QUOTES = frozenset(listed("quote quotation displayquote displaycquote"))
_BIBITEM = re.compile(
    r"(?s)\\bibitem\s*(?:\[(?:[^\[\]]|\[[^\]]*\])*\])?\s*\{(?P<key>[^{}]*)\}"
    r"(?P<text>.*?)(?=\\bibitem|\\end\{thebibliography\}|\Z)"
)
_ACCENTS = frozenset(listed("c v u H k r d b t textsuperscript"))
_SIGNS = {**{sign: sign for sign in "%&_#$ "}, ",": " ", "-": "", "\\": " "}
_SPECIALS = {"~": " ", "``": '"', "''": '"', "--": "–", "---": "—", "&": " "}
_UNITS = dict(
    pair.split("=")
    for pair in listed("""
percent=% second=s meter=m metre=m gram=g hertz=Hz byte=B bit=bit watt=W joule=J kelvin=K minute=min hour=h day=d
milli=m micro=µ nano=n kilo=k mega=M giga=G tera=T centi=c per=/ degree=° degreeCelsius=°C times=x
""")
)


def read_latex(text: str, own: Mapping[str, Command] = MappingProxyType({})) -> Reading:
    """What is read of `text`; `own` are commands that other files define. A damaged file is read as far as it goes."""
    nodes, own = parsed(text, own)
    reader = _Reader(own)
    reader.read(nodes)
    paragraphs = [found for found in (*reader.paragraphs, *reader.asides) if found.marks or found.text.strip()]
    return Reading(paragraphs, reader.references)


class _Reader:
    """Walks the nodes and fills paragraphs; `own` are the writer's commands."""

    def __init__(self, own: Mapping[str, Command]) -> None:
        self.paragraphs, self.asides = [Paragraph()], list[Paragraph]()
        self.references: dict[str, str] = {}
        self._own = own
        self._kind: Kind = "text"

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
        if self.paragraphs[-1].chars or self.paragraphs[-1].marks or self.paragraphs[-1].kind != self._kind:
            self.paragraphs.append(Paragraph(self._kind))

    def _aside(self, nodes, kind: Kind) -> None:
        """Read `nodes` as paragraphs of their own; a note that only cites cites for the text it stands in."""
        before, self.paragraphs = (self.paragraphs, self._kind), [Paragraph(kind)]
        self._kind = kind
        self.read(nodes)
        found = self.paragraphs
        self.paragraphs, self._kind = before
        if any(paragraph.text.strip(" .") for paragraph in found):
            self.asides += found
        else:
            for mark in (mark for paragraph in found for mark in paragraph.marks):
                self.paragraphs[-1].mark(list(mark.keys), False, mark.keys[0][1])

    def _chars(self, chars: str, place: int) -> None:
        done = 0
        for gap in re.finditer(r"\n[ \t]*\n\s*", chars):
            self._add(chars[done : gap.start()], place + done)
            self._break()
            done = gap.end()
        self._add(chars[done:], place + done)

    def _maths(self, node) -> None:
        if node.displaytype == "inline":
            self._add(_plain_maths(node.latex_verbatim()), node.pos, 0)

    def _specials(self, node) -> None:
        if node.specials_chars.startswith("\n") or (node.specials_chars == "&" and self._kind == "cell"):
            self._break()
        else:
            self._add(_SPECIALS.get(node.specials_chars, node.specials_chars), node.pos, 0)

    def _environment(self, node) -> None:
        name, before = node.environmentname.rstrip("*"), self._kind
        if name == "thebibliography":
            self.references |= {m["key"]: from_latex(m["text"]) for m in _BIBITEM.finditer(node.latex_verbatim())}
        elif name not in _PASSED:
            self._kind = _kind_of(name) or before
            self._break()
            self.read(node.nodelist)
        self._kind = before
        self._break()

    def _macro(self, node) -> None:
        name, arguments = node.macroname, _arguments(node)
        if name in self._own:
            self._own_command(self._own[name], arguments, node.pos)
            self._add(node.macro_post_space[:1] if not arguments else "", node.pos)
        elif CITE.fullmatch(f"\\{name}") and name not in _NOT_CITING:
            self._cite(node, arguments)
        elif name in ("caption", "subcaption", "captionof", "footnote", "footnotetext"):
            self._aside(_braced(arguments)[-1:], "caption" if "caption" in name else "text")
        elif name in _BREAKS or (name in ("\\", "tabularnewline", "hline") and self._kind == "cell"):
            self._break()
        elif name not in _SILENT:
            self._plain_macro(node, arguments)

    def _plain_macro(self, node, arguments: list) -> None:
        name = node.macroname
        if name in _SIGNS:
            self._add(_SIGNS[name], node.pos, 0)
        elif name in ("SI", "qty", "num", "si", "unit"):
            self._add(_quantity(name, [_inside(group) for group in _braced(arguments)]), node.pos, 0)
        elif name in ("multicolumn", "multirow", "textcolor", "href"):
            self.read(_braced(arguments)[-1:])
        elif arguments and name.isalpha() and name not in _ACCENTS:
            self.read(_braced(arguments))
        else:
            after = " " if node.macro_post_space and not arguments else ""
            self._add(from_latex(node.latex_verbatim()) + after, node.pos, 0)

    def _own_command(self, command: Command, arguments: list, place: int) -> None:
        """A command of the writer's own: the text that it stands for, or the citation."""
        cited = arguments[command.key] if command.key is not None and command.key < len(arguments) else None
        self.read([group for group in _braced(arguments) if group is not cited])
        if not command.arguments:
            self._add(from_latex(command.body), place, 0)
        if cited is not None:
            self.paragraphs[-1].mark(_keys([cited]), bool(_TEXTUAL.match(command.cites_as)), place)

    def _cite(self, node, groups: list) -> None:
        name, keys, said = node.macroname, groups, []
        if name.lower() == "citetext":
            keys, said = [], groups
        elif "cquote" in name:
            keys, said = groups[-2:-1], groups[-1:]
        elif "volcite" in name.lower():
            keys = groups[-1:]
        if said:
            self._add("(" if name.lower() == "citetext" else "", node.pos)
            self.read(said)
            self._add(")" if name.lower() == "citetext" else "", node.pos)
        if found := _keys(keys):
            self.paragraphs[-1].mark(found, bool(_TEXTUAL.match(name)), node.pos)


def _kind_of(environment: str) -> Kind | None:
    kinds: dict[Kind, frozenset[str]] = {"cell": _CELLS, "caption": _FLOATS, "quote": _QUOTES}
    return next((kind for kind, names in kinds.items() if environment in names), None)


def _arguments(node) -> list:
    return [n for n in (node.nodeargd.argnlist if node.nodeargd else ()) or () if n is not None]


def _braced(nodes: list) -> list:
    return [n for n in nodes if type(n).__name__ == "LatexGroupNode" and n.delimiters[0] == "{"]


def _inside(node) -> str:
    return node.latex_verbatim().strip("{}").strip()


def _keys(groups: list) -> list[tuple[str, int]]:
    return [
        (found[0], group.pos + found.start())
        for group in groups
        for found in re.finditer(r"[^\s,{}]+", group.latex_verbatim())
    ]


def _plain_maths(maths: str) -> str:
    """Maths that only writes a number or a word, as running text; other maths as it stands."""
    plain = re.sub(r"\\(?:text|mathrm|mathbf|textbf|mbox)\s*\{([^{}]*)\}", r"\1", maths.strip("$"))
    plain = re.sub(r"\\[,;:! ]|~", "", plain).replace("\\%", "%").replace("{,}", ",")
    plain = plain.removeprefix("\\(").removesuffix("\\)")
    return maths if re.search(r"[\\_^{}]", plain) else plain


def _quantity(name: str, groups: list[str]) -> str:
    """A number with its unit as siunitx sets them."""
    number, unit = (groups[0] if name in ("SI", "qty", "num") else "", groups[-1] if name != "num" else "")
    symbols = "".join(_UNITS.get(part, part) for part in re.findall(r"[a-zA-Z]+|%|/", unit))
    return f"{number}{'' if symbols == '%' or not number else ' '}{symbols}"
