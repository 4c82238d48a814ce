"""The claim in a piece of an answer: its words, without Markdown and without markers."""

import re

_LABEL = re.compile(r"[\W_]*(?:(?:sources?|references?|citations?|bibliography|see)[\W_]*)?", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*\)|\[[^\[\]]*\])")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]|\[\[?[0-9]{1,4}\]?\]\([^()\s]*\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_EMPHASIS = re.compile(r"(\$[^$\n]*\$)|`+|~~|(?<!\w)[*_]+(?=\S)|(?<=\S)[*_]+(?![\w{])")
_CELLS = re.compile(r"\s*\|\s*")
_SILENT = ("code", "rule", "definition")


def heads_references(text: str) -> bool:
    """Whether `text` only announces a list of references, as "**Sources:**" does."""
    return bool(re.search(r"\w", text) and _LABEL.fullmatch(text.lstrip("#")))


def claim_text(kind: str, text: str, cited: bool) -> str:
    """The claim that `text`, a unit of rag/citing/units.py without its list sign and markers, makes.

    Empty for code, rules, definitions, headings that cite nothing, and a label alone, such as "Sources:".
    """
    if kind in _SILENT or (kind == "heading" and not cited):
        return ""
    text = _EMPHASIS.sub(r"\1", _TAG.sub("", _LINK.sub(r"\1", _FOOTNOTE.sub("", text))))
    if kind in ("row", "heading"):
        text = ", ".join(filter(None, _CELLS.split(text)))
    return "" if _LABEL.fullmatch(text) else " ".join(text.split())
