"""Plain text to LaTeX and back: the one place that knows which characters LaTeX reads as its own."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexencode import UnicodeToLatexEncoder
    from pylatexenc.macrospec import LatexContextDb

# Where inline maths stands in running text: Pandoc's rule, which leaves "$5 and $10" alone.
MATHS = re.compile(r"\$(?=[^\s$])[^$\n]*?(?<=[^\s\\])\$(?!\d)")
_POWER = re.compile(r"\^(-?\d+|\{[\w+-]+\}|\w)")
_QUOTES = {"“": "``", "”": "''", "‘": "`", "’": "'", "–": "--", "—": "---"}
_COMMANDS = re.compile(r"\\(?:[a-zA-Z]+\*?\s*|[\"'`^~=.])|[{}]|\\(?=[%&_#$])")
_FORMATTING = re.compile(r"\\(?:text|math|emph|operatorname)[a-z]*\b\s*|\\[\"'`^~=.]")
_UNSAFE_IN_MATHS = re.compile(r"(?<!\\)[%#&~]")

# Maths commands that LaTeX and amssymb have; maths with any other is shown as it is written.
_KNOWN = frozenset(
    re.findall(
        r"\w+",
        """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma
tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega frac sqrt
mathbf mathcal mathbb mathrm mathit mathsf text textit textbf textrm hat bar tilde vec dot left right log
exp min max arg sum prod int partial nabla sim simeq approx propto times leq geq le ge neq ll gg pm mp to
rightarrow leftarrow leftrightarrow Rightarrow mapsto infty cdot cdots ldots ell circ star ast dagger in
notin subset cup cap mid forall exists langle rangle
""",
    )
)


def to_latex(text: str) -> str:
    """`text` as LaTeX: specials escaped, accents as commands, `$maths$` and `x^2` kept as maths.

    Maths is kept only when its braces balance and every command in it is a known one; all else is
    escaped as text, so that the result compiles and can stand in a BibTeX field.
    """
    pieces, done = [], 0
    for match in MATHS.finditer(text):
        if _compiles(match[0]):
            pieces += [_escape(text[done : match.start()]), _ascii(match[0])]
            done = match.end()
    return "".join([*pieces, _escape(text[done:])])


def from_latex(text: str) -> str:
    """`text` without LaTeX's commands and braces: what a reader sees; maths stays as it is written."""
    try:
        plain = _decoder().latex_to_text(text, latex_context=arguments())
    except (RecursionError, LookupError):  # braces within braces without end; a command without its arguments
        plain = _COMMANDS.sub("", text)
    return re.sub(r"\$\^\{([\w+-]+)\}\$", _power, plain).strip()


def unformatted(text: str) -> str:
    """`text` without the commands that only say how letters look; braces, and all other commands, stay."""
    return _FORMATTING.sub("", text)


def _power(match: re.Match[str]) -> str:
    bare = re.fullmatch(r"-?\d+|\w", match[1])
    return f"^{match[1]}" if bare else f"^{{{match[1]}}}"


def _escape(text: str) -> str:
    pieces, done = [], 0
    for match in _POWER.finditer(text):
        pieces += [_plain(text[done : match.start()]), f"$^{{{match[1].strip('{}')}}}$"]
        done = match.end()
    return "".join([*pieces, _plain(text[done:])])


def _plain(text: str) -> str:
    return _encoder().unicode_to_latex(text)


def _ascii(maths: str) -> str:
    return _encoder(maths=True).unicode_to_latex(maths)


def _compiles(maths: str) -> bool:
    if _UNSAFE_IN_MATHS.search(maths) or not _balanced(maths):
        return False
    return all(name in _KNOWN or not name.isalpha() for name in re.findall(r"\\([a-zA-Z]+|.)", maths))


def _balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


@cache
def _encoder(maths: bool = False) -> "UnicodeToLatexEncoder":
    from pylatexenc.latexencode import (
        RULE_DICT,
        RULE_REGEX,
        UnicodeToLatexConversionRule,
        UnicodeToLatexEncoder,
    )

    specials = {
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\\": r"\textbackslash{}",
        '"': '"',
        **{c: f"\\{c}" for c in "%&_#$"},
        **_QUOTES,
    }
    # TeX would draw two hyphens as a dash, and two quotes as one sign.
    doubles = UnicodeToLatexConversionRule(
        RULE_REGEX, [(re.compile(r"([-'`])(?=\1)"), r"\1{}")], replacement_latex_protection="none"
    )
    own = UnicodeToLatexConversionRule(
        RULE_DICT, {ord(c): latex for c, latex in specials.items()}, replacement_latex_protection="none"
    )
    return UnicodeToLatexEncoder(
        conversion_rules=["defaults"] if maths else [doubles, own, "defaults"],
        non_ascii_only=maths,
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )


@cache
def _decoder() -> "LatexNodes2Text":
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(latex_context=text_context(), math_mode="verbatim", strict_latex_spaces=True)


def text_context() -> "LatexContextDb":
    """What LaTeX's commands are as text, ours among them; each call gives another one, to be changed at will."""
    from pylatexenc.latex2text import MacroTextSpec, get_default_latex_context_db

    context = get_default_latex_context_db()
    own = {
        "textbraceleft": "{",
        "textbraceright": "}",
        "textasciicircum": "^",
        "textasciitilde": "~",
        "ldots": "…",
        "textellipsis": "…",
        "enquote": "“%(2)s”",
        "textsuperscript": "^%s",
        "foreignlanguage": "%(3)s",
    }
    macros = [MacroTextSpec(name, simplify_repl=text) for name, text in own.items()]
    context.add_context_category("citewell", macros=macros, prepend=True)
    return context


@cache
def arguments() -> "LatexContextDb":
    """What arguments LaTeX's commands take, those of `text_context` that are ours among them."""
    from pylatexenc.latexwalker import get_default_latex_context_db
    from pylatexenc.macrospec import std_macro

    own = [std_macro("enquote", "*{"), std_macro("textsuperscript", "{"), std_macro("foreignlanguage", "[{{")]
    context = get_default_latex_context_db()
    context.add_context_category("citewell", macros=own, prepend=True)
    return context
