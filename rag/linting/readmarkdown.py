"""Markdown that someone wrote, as paragraphs of plain text with their citations.

Pandoc's `[@key; @other, p. 3]` and `@key`, and `[1]` or `[1, 2]` with a list of references at the
end. Headings, code, tables and comments are passed over.
"""

import re
from dataclasses import dataclass

from rag.linting.flat import Flat

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


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of a list of references: its number or label, its text and where it stands."""

    key: str
    text: str
    place: int


def read_markdown(text: str) -> tuple[list[Flat], dict[str, Reference]]:
    """The paragraphs of `text` with their citations, and its list of references by number."""
    heads = list(_REFERENCES.finditer(text))
    end = heads[-1].start() if heads else len(text)
    references = {}
    for entry in _ENTRY.finditer(text, heads[-1].end() if heads else len(text)):
        key = entry["n"] or entry["dot"]
        references.setdefault(key, Reference(key, " ".join(entry["text"].split()), entry.start()))
    return _paragraphs(_masked(text[:end])), references


def _masked(text: str) -> str:
    """`text` with what is no running text blanked out; every place stays."""
    for pattern in (_FENCE, _HEAD):
        text = pattern.sub(
            lambda match: re.sub(r"[^\n]", " ", match[0]) if "\n" in match[0] else "\n" * len(match[0]), text
        )
    return text


def _paragraphs(text: str) -> list[Flat]:
    flats, done = [Flat()], 0
    for token in _TOKEN.finditer(text):
        flats[-1].add(text[done : token.start()], done)
        done = token.end()
        _read_token(token, flats)
    flats[-1].add(text[done:], done)
    return [flat for flat in flats if flat.text.strip() or flat.marks]


def _read_token(token: re.Match[str], flats: list[Flat]) -> None:
    flat, start = flats[-1], token.start()
    if token["pandoc"]:
        base = token.start("pandoc")
        flat.mark([(k[1], base + k.start()) for k in _KEY.finditer(token["pandoc"])], False, start)
    elif token["numbers"]:
        flat.mark(_numbers(token["numbers"], token.start("numbers")), False, start)
    elif token["bare"]:
        flat.mark([(token["bare"], start)], True, start)
    elif token["label"] is not None:
        flat.add(token["label"], token.start("label"))
    elif token["escaped"]:
        flat.add(token["escaped"], start + 1)
    elif token["code"]:
        flat.add(token["code"].strip("`"), start)
    elif token["gap"]:
        flats.append(Flat())


def _numbers(text: str, place: int) -> list[tuple[str, int]]:
    """The numbers of a marker, a range spelt out."""
    found: list[tuple[str, int]] = []
    for part in re.finditer(r"(\d+)(?:\s*[–-]\s*(\d+))?", text):
        first, last = int(part[1]), int(part[2] or part[1])
        found += [(str(n), place + part.start()) for n in range(first, min(last, first + 50) + 1)]
    return found
