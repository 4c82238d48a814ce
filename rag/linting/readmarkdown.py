"""Markdown that someone wrote (Pandoc's and Quarto's too), as paragraphs of plain text with their citations.

Citations are `[@key; @other, p. 3]`, `@key`, and `[1]` or `[1, 2]` with a list of references at the end. Headings, code
and comments are passed over; items of lists, cells of tables, captions and footnotes are read.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rag.linting.claims import Paragraph, Reading

# Blanked out before the blocks are found: the metadata in front, comments, fences and shortcodes of Quarto.
_MASKED = re.compile(
    r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*$|<!--.*?-->|^[ \t]*:{3,}[^\n]*$|\{\{<.*?>\}\}", re.M | re.S
)
# What a heading has besides its words: tags, attributes, marks; then its number.
_MARKS, _NUMBERING = re.compile(r"<[^>]*>|\{[^{}]*\}|[*_#:]"), re.compile(r"^(?:\d+(?:\.\d+)*|[IVXLC]+|[A-Z])[.)]?\s+")
_LIST_TITLES = frozenset(
    """references|reference list|list of references|references and notes|bibliography|literature|literature cited
works cited|cited works|sources|literatur|literaturverzeichnis|quellen|quellenverzeichnis|referenzen|bibliographie
références|références bibliographiques|ouvrages cités|referencias|referencias bibliográficas|bibliografía|fuentes
referências|referências bibliográficas|bibliografia|riferimenti|riferimenti bibliografici|bibliografie|referenties
literatuur|literatuurlijst|bronnen|literatura|piśmiennictwo|zdroje|referenser|litteratur|litteraturförteckning|källor
referencer|referanser|litteraturliste|kilder|lähteet|viitteet|kaynaklar|kaynakça|irodalom|irodalomjegyzék|referințe
литература|список литературы|источники|библиография|література|список літератури|βιβλιογραφία|αναφορές|参考文献|參考文獻
引用文献|文献|참고문헌|참고 문헌|المراجع|tài liệu tham khảo""".replace("\n", "|").split("|")
)
_GOES_ON = re.compile(
    r"(?i)append|supplement|anhang|annexe|apéndice"
)  # a heading behind the list that opens text again
_ENTRY = re.compile(
    r"^[ \t]*(?:[-*]\s+)?(?:\[\^?(?P<n>[\w-]+)\]:?|(?P<dot>\d+)[.)])\s+(?P<text>\S[^\n]*(?:\n(?![ \t]*"
    r"(?:[-*]\s+)?(?:\[\^?[\w-]+\]|\d+[.)]))[ \t]*\S[^\n]*)*)",
    re.M,
)
_NAME = r"(?:\{[^{}\s]+\}|\w[\w:.#$%&+?<>~/-]*\w|\w)"
_TOKEN = re.compile(
    r"(?P<code>`+[^`]*`+)"
    rf"|\[(?P<pandoc>[^\[\]]*?-?@{_NAME}[^\[\]]*)\]"
    r"|\[\^(?P<note>[\w-]+)\]:?"
    r"|\[(?P<numbers>\d+(?:\s*[,;–-]\s*\^?\d+)*)\](?!\()"
    r"|(?<![\w@/])@(?P<bare>\{[^{}\s]+\}|[A-Za-z](?:[\w:-]*\w)?)(?:\s*\[[^\]]*\])?"
    r"|(?<!!)\[(?P<label>[^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"
    r"|(?P<picture>!\[|\]\([^()\s]*(?:\s+\"[^\"]*\")?\)(?:\{[^{}]*\})?|</?[A-Za-z][^<>]*>)"
    r"|(?P<marks>\*{1,3}|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w))"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
)
_KEY = re.compile(rf"@({_NAME})")
# Quarto's and pandoc-crossref's own: `@fig-rates`, `@tbl:all`.
_CROSS_REFERENCE = re.compile(
    r"(?:fig|tbl|sec|eq|lst|thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|tip|nte|wrn|imp|cau)[-:]"
)


BlockKind = Literal["heading", "text", "cell", "quote"]


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of text: its first line, from 0, and where in the file each of its characters stands."""

    kind: BlockKind
    line: int
    content: str
    places: list[int]

    @property
    def opens_list(self) -> bool:
        """Whether its first line is the heading of a list of references."""
        title = _NUMBERING.sub("", _MARKS.sub("", self.content.split("\n")[0]).strip())
        return title.strip().casefold() in _LIST_TITLES


def read_markdown(text: str) -> Reading:
    """What is read of `text`."""
    text = _MASKED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    blocks = list(_blocks(text))
    start, end = _listed(blocks, text)
    references: dict[str, str] = {}
    for entry in _ENTRY.finditer(text, start, end):
        references.setdefault(entry["n"] or entry["dot"], " ".join(entry["text"].split()))
    read = [b for b in blocks if b.kind != "heading" and not (b.opens_list or start <= b.places[0] < end)]
    paragraphs = [_paragraph(block, references) for block in read]
    return Reading([found for found in paragraphs if found.marks or found.text.strip()], references)


def _blocks(text: str) -> Iterator[_Block]:
    from markdown_it import MarkdownIt

    kinds: dict[str, BlockKind] = {"heading_open": "heading", "paragraph_open": "text"}
    rows, starts = text.split("\n"), [0, *(match.end() for match in re.finditer("\n", text))]
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    depth = 0  # of quotations
    for before, token in pairwise(tokens):
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(before.type, 0)
        if token.map and token.content.strip() and token.type in ("inline", "html_block"):
            kind: BlockKind = kinds.get(before.type, "cell") if token.type == "inline" else "heading"
            kind = "quote" if depth and kind == "text" else kind
            places, first = [], token.map[0]
            for line, said in enumerate(token.content.rstrip("\n").split("\n"), first):
                column = max(0, rows[line].find(said.strip())) - (len(said) - len(said.lstrip()))
                places += [starts[line] + max(0, column + n) for n in range(len(said) + 1)]
            yield _Block(kind, first, token.content, places)


def _listed(blocks: list[_Block], text: str) -> tuple[int, int]:
    """Where the list of references stands: behind the last heading of one, up to an appendix."""
    opens = next((n for n in reversed(range(len(blocks))) if blocks[n].opens_list), None)
    if opens is None:
        return len(text), len(text)
    block = blocks[opens]
    behind = (b.places[0] for b in blocks[opens + 1 :] if b.kind == "heading" and _GOES_ON.search(b.content))
    return block.places[len(block.content.split("\n")[0])], next(behind, len(text))


def _paragraph(block: _Block, references: Container[str]) -> Paragraph:
    paragraph, done = Paragraph("text" if block.kind == "heading" else block.kind), 0
    for token in _TOKEN.finditer(block.content):
        _add(paragraph, block, done, token.start())
        _read_token(token, paragraph, block, references)
        done = token.end()
    _add(paragraph, block, done, len(block.content))
    return paragraph


def _add(paragraph: Paragraph, block: _Block, start: int, end: int) -> None:
    for char, place in zip(block.content[start:end], block.places[start:end], strict=True):
        paragraph.add(char, place)


def _read_token(token: re.Match[str], paragraph: Paragraph, block: _Block, references: Container[str]) -> None:
    place = block.places[token.start()]
    if token["pandoc"] or token["bare"]:
        found = [
            (name[1].strip("{}"), block.places[name.start()]) for name in _KEY.finditer(token.string, *token.span())
        ]
        if keys := [(key, where) for key, where in found if not _CROSS_REFERENCE.match(key)]:
            paragraph.mark(keys[:1] if token["bare"] else keys, bool(token["bare"]), place)
        else:
            paragraph.add("Figure", place, 0)
    elif token["numbers"]:
        paragraph.mark(_numbers(token, block), False, place)
    elif token["note"] in references:
        paragraph.mark([(token["note"], place)], False, place)
    elif token["code"]:
        paragraph.add(token["code"].strip("`"), place)
    elif shown := next((name for name in ("label", "escaped") if token[name] is not None), ""):
        _add(paragraph, block, *token.span(shown))


def _numbers(token: re.Match[str], block: _Block) -> list[tuple[str, int]]:
    """The numbers of a marker, a range spelt out."""
    found: list[tuple[str, int]] = []
    for part in re.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?").finditer(token.string, *token.span("numbers")):
        first, last = int(part[1]), int(part[2] or part[1])
        found += [(str(n), block.places[part.start()]) for n in range(first, min(last, first + 50) + 1)]
    return found
