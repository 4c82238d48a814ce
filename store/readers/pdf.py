"""PDFs of papers: title, abstract, authors and identifiers of the first pages, as far as they can be told.

The text comes with the sizes of its letters. The title is what is set largest before the abstract; the abstract goes
from its heading to the next one, without what is set smaller: footnotes. What cannot be told is left out and said.
"""

import io
import logging
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from store.errors import ReadError
from store.readers.fields import paper_from
from store.readers.opening import Source
from store.records import Noted, Paper, Skipped

# What pypdf is seen to raise on damaged files, beside its own errors.
_TRIPS: tuple[type[Exception], ...] = (
    *(ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError, AssertionError, ArithmeticError),
    *(NotImplementedError, EOFError, ImportError, MemoryError),
)
_LARGEST, _CONTENT = 1 << 27, 1 << 22  # bytes of a file, and of what draws a page
_PAGES, _SECONDS = 2, 4.0
_TITLE_WORDS = 40  # what is set largest and has more is no title
_LINES = 400  # of a page
_LONGEST = 5_000  # characters of an abstract whose end is marked
_HEADING = re.compile(
    r"(?:Abstract|ABSTRACT|A\s?BSTRACT|A B S T R A C T|Summary|SUMMARY)(?:\s*[.:—–-]+\s*|\s*$|\s+(?=[A-Z]))"
)
_END = re.compile(
    r"(?:(?:\d+|[IVX]+)?[.\s]*(?:I\s?NTRODUCTION|Introduction)\b|Key\s?-?words\b|Key Words\b|KEYWORDS\b|Index Terms\b"
    r"|CCS C|ACM Ref|Categories and|Additional Key|General Terms|PACS\b|MSC\b|JEL\b|1\.?\s+[A-Z][a-z]+\s*$)"
)
_NO_TITLE = re.compile(
    r"arxiv|preprint|published as|under review|proceedings|journal|vol\.|doi|http|accepted|copyright", re.I
)
_STAMP = re.compile(r"arXiv:\s?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.IGNORECASE)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>{}|\\^\[\]]+[^\s\"<>{}|\\^\[\].,;)]")
_NAME = re.compile(
    r"(?:[A-ZÀ-Ž][\w'’.-]*\s+)(?:(?:van|von|de|der|den|di|da|del|la|le|bin|al|el)\s+)*(?:[A-ZÀ-Ž][\w'’.-]*\s*){1,3}"
)
_PLACE = re.compile(
    r"Univ|Institut|Depart|School|Colleg|Labora|Research|Cent(?:er|re)\b|Facult|Inc\b|Ltd|Google|Microsoft|@|Academy|Abstract"
    r"|January|February|March|April|May \d|June|July|August|September|October|November|December"
)
# An accent that stands before or behind its letter, as fonts without whole letters have it.
_ACCENTS = {"¨": "\u0308", "´": "\u0301", "`": "\u0300", "ˆ": "\u0302", "˜": "\u0303", "ˇ": "\u030c", "˘": "\u0306"}
_ACCENTED = re.compile(rf"([{''.join(_ACCENTS)}])\s?([A-Za-zı])")
_MARKS = re.compile(r"[*∗†‡§¶⋆]|\^[\w,]+|(?<=[a-z])\d+\b")


_GAP = "\ue001"  # stands in a line where a column begins
_BETWEEN = re.compile(_GAP + r"|,|\band\b|&|(?<=\w)\s*[\d∗*†‡§]+[\s,]+")  # names of a line
_NAME_WORDS = 3  # what has more may be two names
_WIDTH = 0.5  # of a letter, of its size, on the average


@dataclass(slots=True)
class _Line:
    text: str
    size: float
    x: float  # where its last piece is estimated to end
    y: float


def read_pdf(source: Source) -> Iterator[Paper | Skipped | Noted]:
    """The one paper of a PDF, and what could not be told of it. Raises ReadError for one that cannot be read."""
    lines, upright, info = _pages(source)
    if not lines:
        raise ReadError(
            f"{source.path}: no text on its first pages, as in scans; give the paper by its arXiv id or DOI."
        )
    begin = next((number for number, line in enumerate(lines) if _HEADING.match(line.text)), None)
    title, last = _title(lines[: begin if begin is not None else 30], info.get("/Title"))
    text = "\n".join([*(line.text for line in lines), *upright])
    record = {
        "title": title,
        "abstract": _abstract(lines[begin:]) if begin is not None else "",
        "authors": _authors(lines[last:begin], info.get("/Author")),
        "arxiv": found[0] if (found := _STAMP.search(text)) else "",
        "doi": _only(_DOI.findall(text)),
    }
    try:
        paper = paper_from(record, f"{source.name} (from PDF)")
    except ValueError as error:
        yield Skipped(source.name, f"{error} could be told from this PDF; give the paper by its arXiv id or DOI")
        return
    yield paper
    told = {"abstract": paper.abstract, "authors": paper.authors, "year": paper.year, "id": paper.arxiv or paper.doi}
    lacking = [name for name, value in told.items() if not value]
    untold = f"; not told: {', '.join(lacking)}" if lacking else ""
    yield Noted(source.name, f"from PDF, read by its layout: “{paper.title[:120]}”{untold}")


def _pages(source: Source) -> tuple[list[_Line], list[str], dict[str, str]]:
    """The lines of the first pages, what stands upright in their margins, and what the file says of itself."""
    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    trips: tuple[type[Exception], ...] = (PyPdfError, *_TRIPS)
    with source.told(), source.open() as stream:
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ReadError(f"{source.path}: larger than any paper ({_LARGEST >> 20} MB are the most).")
    lines, upright = [], []
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError(f"{source.path}: locked with a password; save it without and add it again.")
        info = {str(name): str(value) for name, value in (reader.metadata or {}).items()}
        for number in range(min(_PAGES, len(reader.pages))):
            some, beside = _lines(reader.pages[number])
            lines += some
            upright += beside if number == 0 else []
            if any(map(_END.match, (line.text for line in lines))):
                break  # the abstract has ended
    except ReadError:
        raise
    except trips as error:
        why = " ".join(str(error).split())[:120] or type(error).__name__
        raise ReadError(f"{source.path}: a PDF that cannot be read ({why}); save it anew and add it again.") from None
    return lines, upright, info


class _Slow(ValueError):
    """A page takes longer than any page of text."""


def _lines(page: Any) -> tuple[list[_Line], list[str]]:
    """The lines of a page in the order they are drawn, and what is turned."""
    lines: list[_Line] = []
    turned: list[str] = []
    end = time.thread_time() + _SECONDS

    def watch(*_: Any) -> None:
        if time.thread_time() > end:
            raise _Slow("its page takes too long to read")

    def take(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        if not text.strip():
            if lines and text and lines[-1].text:
                lines[-1].text += text
            return
        if abs(tm[1]) > abs(tm[0]) or abs(cm[1]) > abs(cm[0]):
            turned.append(text.strip())
        elif len(lines) < _LINES:
            _put(lines, text, round(size * abs(tm[0] or 1) * abs(cm[0] or 1), 1), tm[4], tm[5])

    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) <= _CONTENT:
        page.extract_text(visitor_text=take, visitor_operand_before=watch)
    for line in lines:
        line.text = _ACCENTED.sub(_composed, " ".join(line.text.split()))
    return [line for line in lines if line.text], turned


def _composed(accent: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", f"{accent[2].replace('ı', 'i')}{_ACCENTS[accent[1]]}")


def _put(lines: list[_Line], text: str, size: float, x: float, y: float) -> None:
    """More of the last line, or a line of its own; what is small and raised is a power or a mark."""
    last = lines[-1] if lines else None
    if last and not last.text.endswith("\n") and abs(last.y - y) < 0.7 * max(last.size, size):
        raised = size < 0.85 * last.size and y - last.y > 0.15 * last.size and text.strip().isalnum()
        gap = _GAP if x - last.x > 1.2 * size and len(text.strip()) > 1 else ""
        last.text += f"^{text.strip()}" if raised and last.text[-1:].strip() else gap + text
        last.x = x + _WIDTH * size * len(text)
        if size > last.size:
            last.size, last.y = size, y
    else:
        lines.append(_Line(text, size, x + _WIDTH * size * len(text), y))


def _title(lines: Sequence[_Line], named: str | None) -> tuple[str, int]:
    """What is set largest, and the number of the line behind it; the file's own title where the page has it too."""
    fit = [
        (n, line)
        for n, line in enumerate(lines)
        if sum(map(str.isalpha, line.text)) > 2 and not _NO_TITLE.match(line.text)
    ]
    if not fit:
        return "", 0
    size = max(line.size for _, line in fit)
    first = next(number for number, line in fit if line.size >= size - 0.5)
    last = first
    while last < len(lines) and lines[last].size >= size - 0.5:
        last += 1
    shown = re.sub(r"[\s*∗†‡§¶]+$", "", _joined(lines[first:last]))
    own = " ".join((named or "").split())
    same = len(own.split()) > 2 and _alike(own) == _alike(shown)
    told = same or (len(shown.split()) <= _TITLE_WORDS and any(line.size < size - 0.5 for _, line in fit))
    return (own if same else shown) if told else "", last


def _alike(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _joined(lines: Sequence[_Line]) -> str:
    """Lines as one text; the reading of a line's end is left to `readable`."""
    return "\n".join(line.text.replace(_GAP, " ") for line in lines)


def _abstract(lines: Sequence[_Line]) -> str:
    """What stands from the heading to the next one, in letters of one size; "" where no end can be told."""
    heading = lines[0]
    rest = _HEADING.sub("", heading.text, count=1)
    body = ([_Line(rest, heading.size, heading.x, heading.y)] if rest else []) + list(lines[1:])
    sizes = Counter(line.size for line in body[:12] for _ in line.text)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    taken: list[_Line] = []
    for line in body:
        if _END.match(line.text) or (taken and line.size > size + 1.4 and len(line.text.split()) < 12):
            return _joined(taken)
        if abs(line.size - size) < 0.7:
            taken.append(line)
        if sum(len(one.text) for one in taken) > _LONGEST:
            break
    return ""


def _authors(lines: Sequence[_Line], named: str | None) -> list[str]:
    """The names behind the title, or those that the file names; none where any of them may be no name."""
    own = [name.strip() for name in re.split(r"\s*;\s*|\s*,\s*|\s+and\s+", named or "") if name.strip()]
    if len(own) > 0 and all(_NAME.fullmatch(name) for name in own):
        return own
    found: list[str] = []
    for line in lines:
        if _PLACE.search(line.text):
            break
        parts = [_MARKS.sub("", part).strip(" ,") for part in _BETWEEN.split(line.text)]
        names = [part for part in parts if part]
        if not names or not all(_NAME.fullmatch(name) and len(name.split()) <= _NAME_WORDS for name in names):
            break
        found += names
    return found


def _only(found: Sequence[str]) -> str:
    """The one of them, if they are one; a template's placeholder is none."""
    distinct = {doi.lower(): doi for doi in found if not re.search(r"n{4}|x{4}", doi, re.IGNORECASE)}
    return next(iter(distinct.values())) if len(distinct) == 1 else ""
