"""Text of other programs made readable, once: markup, entities, LaTeX, and what line ends did to words."""

import html
import json
import logging
import re
import unicodedata
from bisect import bisect_left
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from store.tex import MATHS, arguments

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.latexwalker import LatexMacroNode

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAGS = (
    "i|b|u|em|strong|sub|sup|span|p|br|div|h\\d|ul|ol|li|a|tt|code|small|sc|scp|inf|italic|bold|title|sec|label"
    "|abstract"
)
_TAG = re.compile(rf"<(?P<end>/?)(?P<name>(?:jats:|mml:|ns\d:)[\w-]+|{_TAGS})(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE)
# As a command, with what ends one; some programs take that away ("\\textlessi\\textgreater").
_ANGLE = re.compile(
    r"(?:\\|(?P<brace>\{)\\)text(?P<sign>less|greater)(?(brace)\s*\}|(?:\{\}|(?P<blank>\s+(?=[A-Za-z/])))?)"
)
_HEADING = re.compile(r"<((?:jats:)?(?:title|label|h\d))\b[^<>]*>\s*(?:abstract|summary)\s*:?\s*</\1>", re.IGNORECASE)
_BLOCKS = frozenset({"p", "br", "div", "li", "title", "sec", "h1", "h2", "h3", "h4", "ul", "ol", "abstract"})
# What only LaTeX has: accents and other commands, escaped signs, maths between dollars.
_LATEX = re.compile(r"\\(?:[a-zA-Z]|[\"'`^~=.%&_#$,;{}])|\{\\|``")
_SPECIAL = re.compile(r"(?<!\\)[%&#]")  # BibTeX's percent signs begin no comment either
_TEX_WORD = re.compile(r"(?:\\[A-Za-z] (?=\w)|[^\s{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|[{}])+")
_TEX_SIGN = re.compile(r"[\\{}$~]|``|''|--")
_MOST_SIGNS = 4_000  # of LaTeX, in one text; what has more is no text
_DEEPEST, _LONGEST, _MOST_COMMANDS = 8, 2_000, 100  # of one formula or word
_TILDE = re.compile(r"(?<![^\s(])~")  # "about" before a number; between words LaTeX means a space
_LETTERLIKE = re.compile(r"[\U0001d400-\U0001d7ff]")  # letters of formulas, in print's alphabets
_LIGATURES = re.compile(r"[\ufb00-\ufb06]")
_INVISIBLE = str.maketrans({"\u00ad": "", "\u200b": "", "\ufeff": "", "\u00a0": " ", "\u2060": ""})
_LINE_END_HYPHEN = re.compile(r"(\w+)[-\u2010]\s*\n\s*(\w+)")
_WORD = re.compile(r"\w+")
_HYPHENED = re.compile(r"\b(?=(\w+-\w+))")
_PARAGRAPH = re.compile(r"[^\S\n]*\n[^\S\n]*(?:\n\s*)+")
_STOP = re.compile(r"[.?!](?=[A-Z])")
# Around it, where two sentences touch: "… on real robots.We propose", not "Node.js" or "e.g.The".
_BEFORE, _AFTER = re.compile(r"(?<![\w./@:-])[a-z][a-z-]+[)”]?$"), re.compile(r"[A-Z][a-z]*,? [a-z(]")
_ANY_BEFORE = re.compile(r"(?<!\.[a-z])(?<=[\w)%\]])$")
_OPENING = re.compile(r"(?:We|The|This|These|Our|In|It|To|However|Here|For|Results)\b,? ")
_LABEL = re.compile(r"(?:Abstract|ABSTRACT|Summary|SUMMARY)\s*(?:[.:\u2014\u2013-]+\s*|\n\s*)|ABSTRACT\s+(?=[A-Z])")
_NONE = re.compile(
    r"\W*(?:no abstract(?: is)?(?: available)?|abstract (?:is )?not available|n/?a|none|null|nan|-+)\W*", re.IGNORECASE
)
_LESS = re.compile(r"\s*[\u25b3\u25bd\u25b2\u25bc]\s*(?:Less|More)\s*$")


def line(text: str, latex: bool = False) -> str:
    """`text` as one readable line: a title, a name, a venue. `latex` says that it comes from a LaTeX file."""
    return " ".join(readable(text, latex).split())


def abstract(text: str, latex: bool = False) -> str:
    """An abstract without its label, readable, its paragraphs kept; "" for a note that there is none."""
    text = _LESS.sub("", readable(text, latex))
    text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
    text = _STOP.sub(_spaced, text)
    return "" if _NONE.fullmatch(text) else text.strip()


def _spaced(stop: re.Match[str]) -> str:
    """A full stop with the space that lacks behind it where a sentence ends."""
    before, after = stop.string[max(0, stop.start() - 40) : stop.start()], stop.string[stop.end() : stop.end() + 40]
    plain = _BEFORE.search(before) and _AFTER.match(after)
    return f"{stop[0]} " if plain or (_OPENING.match(after) and _ANY_BEFORE.search(before)) else stop[0]


def readable(text: str, latex: bool = False) -> str:
    """`text` without markup; each paragraph on one line, blank lines between them."""
    if not text.isascii():
        text = _LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text.translate(_INVISIBLE))
    text = unescaped(text, latex)
    if "&" in text or "<" in text:
        text = _untagged(text)
    if _has_tex(text, latex):
        text = _SPECIAL.sub(r"\\\g<0>", text)
        text = from_tex(text if latex else _TILDE.sub(r"\\textasciitilde{}", text)).replace("\u00a0", " ")
        text = _LETTERLIKE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    if "\n" in text or "\r" in text:
        return _unbroken(text.replace("\r\n", "\n").replace("\r", "\n"))
    return " ".join(text.split())


def unescaped(text: str, latex: bool = False) -> str:
    """The signs < and > where they are written as commands, as programs write HTML's tags into BibTeX."""
    if "\\textless" not in text and "\\textgreater" not in text:
        return text
    return _ANGLE.sub(
        lambda match: ("<" if match["sign"] == "less" else ">") + ("" if latex else match["blank"] or ""), text
    )


def _has_tex(text: str, latex: bool) -> bool:
    signs = sum(map(text.count, ("\\", "$", "{", "``")))
    if not signs or signs > _MOST_SIGNS:
        return latex and not signs and any(sign in text for sign in ("~", "--", "''"))
    return latex or bool(_LATEX.search(text) or MATHS.search(text))


def _untagged(text: str) -> str:
    text = _TAG.sub(_space, _HEADING.sub("", text)) if "<" in text else text
    if not _ENTITY.search(text):
        return text
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return _TAG.sub(_space, text) if "<" in text else text


def _space(match: re.Match[str]) -> str:
    """What stands in the place of a tag: a paragraph's end, a power's sign, mostly nothing."""
    name = match["name"].lower().rpartition(":")[2]
    if name in _BLOCKS:
        return "\n\n"
    return "^" if name == "sup" and not match["end"] else ""


def from_tex(text: str) -> str:
    """LaTeX as it reads: accents, commands and inline maths; a command that is not known stays as it is written."""
    pieces, done = [], 0
    for match in MATHS.finditer(text):
        pieces += [_plain(text[done : match.start()]), _decoded(match[0], True)]
        done = match.end()
    return "".join([*pieces, _plain(text[done:])])


def _plain(text: str) -> str:
    """Running LaTeX as text, a word or a group of words in braces at a time: most of them have none."""
    return _TEX_WORD.sub(lambda word: _decoded(word[0], False) if _TEX_SIGN.search(word[0]) else word[0], text)


@lru_cache(maxsize=16_384)
def _decoded(text: str, maths: bool) -> str:
    text = text if maths else re.sub(r"(?<!\\)\$", r"\\$", text)
    if not _is_parsed_soon(text):
        return re.sub(r"\\(?=[%&_#$])|[{}]", "", text)
    try:
        plain = _decoder().latex_to_text(text, latex_context=arguments())
    except (RecursionError, IndexError, ValueError):  # braces within braces without end; what its parser trips over
        return re.sub(r"\\(?=[%&_#$])|[{}]", "", text)
    return " ".join(plain.split()) if maths else plain


def _is_parsed_soon(text: str) -> bool:
    """Whether the parser will be done with it soon: what is not closed, it tries again at each depth."""
    depth = deepest = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        deepest = max(deepest, depth)
        if depth < 0:
            return False
    signs = text.count("\\") + text.count("$")
    return depth == 0 and deepest <= _DEEPEST and len(text) <= _LONGEST and signs <= _MOST_COMMANDS


@cache
def _decoder() -> "LatexNodes2Text":
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec

    from store.tex import text_context

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    context = text_context()
    context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=_unknown))
    return LatexNodes2Text(latex_context=context, math_mode="text", strict_latex_spaces=True, keep_comments=True)


def _unknown(command: "LatexMacroNode") -> str:
    """A command that is not known, as it is written; of one that has an argument, that alone is left."""
    end = command.pos + command.len
    behind = command.parsing_state.s[end : end + 2]
    return "" if behind.startswith("{") and behind != "{}" else command.latex_verbatim()


def _unbroken(text: str) -> str:
    """Paragraphs on a line each; words that a line end has cut in two are one again."""
    if _LINE_END_HYPHEN.search(text):
        whole = _Whole(text.lower())
        text = _LINE_END_HYPHEN.sub(lambda match: _rejoined(match[1], match[2], whole), text)
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in _PARAGRAPH.split(text) if paragraph.strip())


class _Whole:
    """The words of a text in lower case, and those that a hyphen joins: looked up, not searched for each time."""

    def __init__(self, text: str):
        self.words = frozenset(_WORD.findall(text))
        self._hyphened = sorted(set(_HYPHENED.findall(text)))

    def begins_hyphened(self, start: str) -> bool:
        """Whether a word with a hyphen begins so."""
        place = bisect_left(self._hyphened, start)
        return any(word.startswith(start) for word in self._hyphened[place : place + 1])


def _rejoined(first: str, second: str, whole: _Whole) -> str:
    """A word and its other half: with the hyphen where the text, or the words themselves, have it elsewhere."""
    joined, hyphened = f"{first}{second}", f"{first}-{second}"
    if not second[0].islower() or whole.begins_hyphened(hyphened.lower()):
        return hyphened
    if joined.lower() in whole.words or joined.lower() in words():
        return joined
    return hyphened if first.lower() in words() and second.lower() in words() else joined


@cache
def words() -> frozenset[str]:
    """Whole words of abstracts, in lower case: the vocabulary of the model that ships."""
    path = Path(__file__).parent.parent / "static" / "tokenizer.json"
    known = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
    names = known if isinstance(known, dict) else [piece for piece, _ in known]
    return frozenset(name for name in names if len(name) > 2 and name.isalpha())
