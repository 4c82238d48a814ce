r"""LaTeX parsed for the lint: what TeX passes over blanked out, every place kept; what the writer defined found.

Blanked are comments, `comment` environments, `\iffalse … \fi`, code, and the definitions themselves.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rag.errors import LintError
from rag.language.terms import listed

CITE = re.compile(r"(?i)\\([a-z]*(?:cite|cquote)[a-z]*)")
_NOTES = re.compile(r"(?:\s*(?:\*|\[(?:[^\[\]]|\[[^\[\]]*\])*\]|\([^()]*\)|<[^<>]*>))*\s*(?=\{)")
# The arguments of commands that the parser does not know: "*" a star, "[" one that may be left out, "{" one in braces.
_ARGUMENTS = {
    name: arguments
    for arguments, names in {
        "*[{": "todo fxnote fxwarning fxerror fxfatal fixme marginpar pdfcomment paragraph footnote caption subcaption",
        "[{": "num si unit",
        "[{[{": "SI qty",
        "{": "cline rowcolor cellcolor marginnote missingfigure addbibresource subfile cmidrule index",
        "{{": "textcolor import subimport captionof",
        "{{{": "multicolumn multirow",
    }.items()
    for name in listed(names)
}
_ENVIRONMENTS = {"tabularx": "{{", "tabulary": "{{", "longtable": "[{", "tblr": "[{", "wrapfigure": "[{[{"}
_CODE = "|".join(listed("comment verbatim Verbatim lstlisting minted filecontents tikzpicture"))
_PASSED_OVER = re.compile(
    r"(?<!\\)(?:\\\\)*(?P<blank>%[^\n]*)"
    rf"|(?P<code>\\begin\{{(?P<name>(?:{_CODE})\*?)\}}.*?(?:\\end\{{(?P=name)\}}|\Z))"
    r"|(?P<verb>\\verb\*?(?P<bar>[^\sa-zA-Z*]).*?(?P=bar))",
    re.S,
)
_CONDITION = re.compile(r"\\(?P<what>if(?!f\b|thenelse\b)[a-zA-Z@]*|else|fi)(?![a-zA-Z@])")
_DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?(?:new)?command|newrobustcmd|DeclareRobustCommand|def)\*?\s*\{?\s*\\(?P<name>[a-zA-Z]+)\s*\}?"
    r"\s*(?:\[(?P<count>\d)\])?\s*(?P<default>\[[^\]]*\])?(?P<marks>(?:#\d)*)\s*(?=\{)"
)
_BODY = re.compile(r"\\[{}]|[{}]")
_DEEPEST = 60  # braces within braces
_CITING = re.compile(r"\\(?P<name>[a-zA-Z]*cite[a-zA-Z]*)\*?(?:\s*\[[^\]]*\])*\s*\{[^{}]*#(?P<place>\d)", re.I)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the writer's own: what stands for it, how many arguments it takes, whether the first is optional.

    `key` is the place, from 0, of the argument that it cites; None where it cites none.
    """

    name: str
    body: str
    arguments: int = 0
    has_default: bool = False
    key: int | None = None
    cites_as: str = ""


def parsed(text: str, known: Mapping[str, Command]) -> tuple[list, dict[str, Command]]:
    """The nodes of the document in `text`, and the commands that are `known` or that it defines, by name.

    Raises LintError for what is nested too deeply.
    """
    from pylatexenc.latexwalker import LatexWalker

    text, defined = readable(text)
    text, own = _shallow(text), {**known, **defined}
    begin, end = text.find(r"\begin{document}"), text.find(r"\end{document}")
    walker = LatexWalker(text[: end if end >= 0 else None], latex_context=_context(text, own), tolerant_parsing=True)
    try:
        nodes, _, _ = walker.get_latex_nodes(pos=begin + len(r"\begin{document}") if begin >= 0 else 0)
    except RecursionError:  # environments within environments without end
        raise LintError("The LaTeX is nested too deeply to be read; give a part of it.") from None
    return nodes, own


def _shallow(text: str) -> str:
    """`text` with the braces blanked that stand deeper within braces than anybody writes; every place is kept."""
    depth, shown, end = 0, list[str](), 0
    for brace in _BODY.finditer(text):
        step = {"{": 1, "}": -1}.get(brace[0], 0)
        if step and max(depth, depth + step) > _DEEPEST:
            shown += [text[end : brace.start()], " "]
            end = brace.end()
        depth = max(depth + step, 0)
    return "".join([*shown, text[end:]])


def _context(text: str, own: dict[str, Command]):
    from pylatexenc.latexwalker import get_default_latex_context_db
    from pylatexenc.macrospec import EnvironmentSpec, MacroSpec

    macros = [MacroSpec(name, arguments) for name, arguments in _ARGUMENTS.items()]
    for command in own.values():
        optional = int(command.has_default)
        macros.append(MacroSpec(command.name, "[" * optional + "{" * (command.arguments - optional)))
    cites = {match[1] for match in CITE.finditer(text)} - set(own)
    macros += [MacroSpec(name, args_parser=_cite_parser(_groups(name))) for name in sorted(cites)]
    environments = [EnvironmentSpec(name, arguments) for name, arguments in _ENVIRONMENTS.items()]
    context = get_default_latex_context_db()
    context.add_context_category("citewell", macros=macros, environments=environments, prepend=True)
    return context


def _groups(name: str) -> int:
    """How many groups in braces a citing command takes; 0: as many as follow it."""
    if "cquote" in name:
        return 3 if name.startswith(("foreign", "hyphen")) else 2
    return 2 if "volcite" in name.lower() else 0 if name.endswith("cites") else 1


def _cite_parser(groups: int):
    from pylatexenc.macrospec import MacroStandardArgsParser, ParsedMacroArgs

    class CiteParser(MacroStandardArgsParser):
        """Groups in braces, with notes in brackets of any kind in front of each."""

        def parse_args(self, w, pos, parsing_state=None):
            found, here = [], pos
            while (not groups or len(found) < groups) and (notes := _NOTES.match(w.s, here)):
                node, start, length = w.get_latex_braced_group(notes.end(), parsing_state=parsing_state)
                found.append(node)
                here = start + length
            return ParsedMacroArgs(argspec="{" * len(found), argnlist=found), pos, here - pos

    return CiteParser()


def readable(text: str) -> tuple[str, dict[str, Command]]:
    """`text` with what TeX passes over blanked out, and the commands that it defines, by name."""
    text = _PASSED_OVER.sub(lambda match: _blanked(match, *_first_span(match)), text)
    for start, end in reversed(list(_dead_branches(text))):
        text = text[:start] + _blank(text[start:end]) + text[end:]
    commands = {}
    for match in reversed(list(_DEFINITION.finditer(text))):
        end = _closing(text, match.end())
        commands[match["name"]] = _command(match, text[match.end() + 1 : end - 1])
        text = text[: match.start()] + _blank(text[match.start() : end]) + text[end:]
    return text, commands


def _first_span(match: re.Match[str]) -> tuple[int, int]:
    return next(match.span(name) for name in ("blank", "code", "verb") if match[name] is not None)


def _blanked(match: re.Match[str], start: int, end: int) -> str:
    kept = match.string[match.start() : start]
    return kept + _blank(match.string[start:end])


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _dead_branches(text: str) -> Iterator[tuple[int, int]]:
    r"""Where `\iffalse` begins and its `\fi` or `\else` ends, the outermost ones."""
    start, depth = -1, 0
    for token in _CONDITION.finditer(text):
        what = token["what"]
        if start < 0:
            start, depth = (token.start(), 1) if what == "iffalse" else (-1, 0)
        elif what == "fi" or (what == "else" and depth == 1):
            depth -= 1
            if not depth:
                yield start, token.end()
                start = -1
        elif what != "else":
            depth += 1


def _closing(text: str, start: int) -> int:
    """Where the group that opens at `start` has ended."""
    depth = 0
    for brace in _BODY.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if not depth and brace[0] == "}":
            return brace.end()
    return len(text)


def _command(match: re.Match[str], body: str) -> Command:
    cites = _CITING.search(body)
    key = int(cites["place"]) - 1 if cites else None
    as_what = cites["name"] if cites else ""
    return Command(
        match["name"],
        body,
        int(match["count"] or match["marks"].count("#")),
        match["default"] is not None,
        key,
        as_what,
    )
