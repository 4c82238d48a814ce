"""What a piece of a model's answer claims: its words, without Markdown and HTML around them."""

import re

from rag.citing.segments import Kind

LABEL = re.compile(r"[\W_]*(?:(?:sources?|references?|citations?|bibliography|see)[\W_]*)?", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*\)|\[[^\[\]]*\])")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]|\[\[?[0-9]{1,4}\]?\]\([^()\s]*\)")
# Tags of HTML, as models write them; "<ACT>" is a word of its own.
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|small|span|strike|"
    r"strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul)\b[^<>]*>"
)
_LITERAL = re.compile(r"(\$[^$\n]*\$|`+[^`\n]+`+)")  # maths, and code
_SIGNS = re.compile(r"(?P<marks>[*_]+)|~~|`+")
_CELLS = re.compile(r"\s*\|\s*")
SILENT = ("code", "rule", "definition")


def claim_text(kind: Kind, text: str, cited: bool) -> str:
    """The claim in the `text` of a segment without its list sign and markers: its words, without Markdown.

    Empty for code, rules, definitions, headings that cite nothing, and a label alone, such as "Sources:".
    """
    if kind in SILENT or (kind == "heading" and not cited):
        return ""
    text = _without_markup(_LINK.sub(r"\1", _FOOTNOTE.sub("", text)))
    if kind in ("row", "heading"):
        text = ", ".join(filter(None, _CELLS.split(text)))
    return "" if LABEL.fullmatch(text) else " ".join(text.split())


def _without_markup(text: str) -> str:
    pieces = _LITERAL.split(text)
    pieces[::2] = [_emphasised(_TAG.sub("", piece)) for piece in pieces[::2]]
    return "".join(piece.strip("`") if n % 2 else piece for n, piece in enumerate(pieces))


def _emphasised(text: str) -> str:
    """The words of `text` without the signs around them, also where their other half is in another sentence.

    A lone sign behind a word that none before it opened is the word's own: "A* search".
    """
    opened = 0  # signs

    def left(found: re.Match[str]) -> str:
        nonlocal opened
        before, behind, length = (
            text[max(0, found.start() - 1) : found.start()],
            text[found.end() : found.end() + 1],
            len(found[0]),
        )
        if not found["marks"] or (behind.strip() and not before.isalnum()):
            opened += length if found["marks"] else 0
            return ""
        closes = before.strip() and not behind.isalnum() and behind != "{"
        if not closes or not (opened or length > 1):
            return found[0]
        opened = max(0, opened - length)
        return ""

    return _SIGNS.sub(left, text)
