"""Markdown that someone wrote, as paragraphs of plain text with their citations.

Pandoc's `[@key; @other, p. 3]` and `@key`, and `[1]` or `[1, 2]` with a list of references at the
end. Headings, code, tables and comments are passed over.
"""

import re

from rag.linting.claims import Paragraph

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$|<!--.*?-->|^(?: {4}|\t)[^\n]*$|^\|[^\n]*$", re.M | re.S)
_HEAD = re.compile(r"^#{1,6}\s[^\n]*$|^[^\n]+\n[=-]{3,}[ \t]*$|^---\s*\n.*?\n---\s*$", re.M | re.S)
_REFERENCES = re.compile(r"^(?:#{1,6}\s*|\*\*)?(?:references|bibliography|sources|literature)\b[*:\s]*$", re.M | re.I)
_ENTRY = re.compile(
    r"^[ \t]*(?:[-*]\s+)?(?:\[\^?(?P<n>[\w-]+)\]:?|(?P<dot>\d+)[.)])\s+(?P<text>\S[^\n]*(?:\n(?![ \t]*"
    r"(?:[-*]\s+)?(?:\[\^?[\w-]+\]|\d+[.)]))[ \t]*\S[^\n]*)*)",
    re.M,
)
_TOKEN = re.compile(
    r"(?P<code>`+[^`]*`+)"
    r"|\[(?P<pandoc>[^\[\]]*?-?@[\w][\w:.#$%&+?<>~/-]*[^\[\]]*)\]"
    r"|\[\^?(?P<numbers>\d+(?:\s*[,;–-]\s*\^?\d+)*)\](?!\()"
    r"|(?<![\w@/])@(?P<bare>[A-Za-z][\w:-]*[\w])(?:\s*\[[^\]]*\])?"
    r"|!?\[(?P<label>[^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"
    r"|(?P<marks>\*{1,3}|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w))"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<gap>\n[ \t]*\n\s*|\n(?=[ \t]*(?:[-*+]|\d+[.)])\s))"
)
_KEY = re.compile(r"@([\w][\w:.#$%&+?<>~/-]*\w|\w)")


def read_markdown(text: str) -> tuple[list[Paragraph], dict[str, str]]:
    """The paragraphs of `text` with their citations, and its list of references by number or label."""
    heads = list(_REFERENCES.finditer(text))
    start, end = heads[-1].span() if heads else (len(text), len(text))
    references: dict[str, str] = {}
    for entry in _ENTRY.finditer(text, end):
        references.setdefault(entry["n"] or entry["dot"], " ".join(entry["text"].split()))
    return _paragraphs(_masked(text[:start])), references


def _masked(text: str) -> str:
    """`text` with what is no running text blanked out; every place stays."""
    for pattern in (_FENCE, _HEAD):
        text = pattern.sub(
            lambda match: re.sub(r"[^\n]", " ", match[0]) if "\n" in match[0] else "\n" * len(match[0]), text
        )
    return text


def _paragraphs(text: str) -> list[Paragraph]:
    found, done = [Paragraph()], 0
    for token in _TOKEN.finditer(text):
        found[-1].add(text[done : token.start()], done)
        done = token.end()
        if token["gap"]:
            found.append(Paragraph())
        else:
            _read_token(token, found[-1])
    found[-1].add(text[done:], done)
    return [paragraph for paragraph in found if paragraph.marks or paragraph.text.strip()]


def _read_token(token: re.Match[str], paragraph: Paragraph) -> None:
    if token["pandoc"]:
        base = token.start("pandoc")
        keys = [(key[1], base + key.start()) for key in _KEY.finditer(token["pandoc"])]
        paragraph.mark(keys, False, token.start())
    elif token["numbers"]:
        paragraph.mark(_numbers(token["numbers"], token.start("numbers")), False, token.start())
    elif token["bare"]:
        paragraph.mark([(token["bare"], token.start())], True, token.start())
    elif token["code"]:
        paragraph.add(token["code"].strip("`"), token.start())
    elif shown := next((name for name in ("label", "escaped") if token[name] is not None), ""):
        paragraph.add(token[shown], token.start(shown))


def _numbers(text: str, place: int) -> list[tuple[str, int]]:
    """The numbers of a marker, a range spelt out."""
    found: list[tuple[str, int]] = []
    for part in re.finditer(r"(\d+)(?:\s*[–-]\s*(\d+))?", text):
        first, last = int(part[1]), int(part[2] or part[1])
        found += [(str(n), place + part.start()) for n in range(first, min(last, first + 50) + 1)]
    return found
