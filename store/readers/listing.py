"""Plain text: titles and abstracts by turns, as on listing pages among the lines of a site, or with labels.

What tells them apart is structure: paragraphs stand between blank lines, an abstract is running prose, and its
title is the paragraph before it. Labels ("Title:", "Authors:") say what is what. Other paragraphs belong to the site.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from store.errors import ReadError
from store.readers.fields import paper_or_skipped
from store.readers.opening import Source
from store.records import Paper, Skipped

_LONGEST = 1 << 24  # characters of a page, some 10,000 papers
_PROSE_LENGTH = 300  # characters; no title is as long
_PROSE_WORDS = 12  # words of a shorter paragraph that ends as a sentence does
_TITLE_WORDS = 4  # with fewer words, a paragraph without an abstract is a site's line, not a lost title
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_LINE = re.compile(r"[^\n]+")
_NAME_WORDS = 6
_NAME = re.compile(r"(?:[^\W\d_a-z]|[^\W\d_]{1,4} (?=.* ?[^\W\d_a-z]))[^\d:?!/()\"“”]*")
_SENTENCE_END = re.compile(r"(?:[.!?…:][\"'”’)\]}$*]*|\S*(?:://|www\.|\w\.\w+/)\S*|[△▲] ?Less)$")
_RULE = re.compile(r"^[^\S\n]*(?:\\\\|[-=_*]{4,})[^\n]*$", re.MULTILINE)  # between the entries of a digest
_LABELS = {
    "title": "title", "author": "authors", "authors": "authors", "abstract": "abstract", "arxiv": "arxiv",
    "doi": "doi", "year": "year", "date": "year", "venue": "venue", "journal": "venue", "journal-ref": "venue",
    "journal reference": "venue", "journal ref": "venue", "conference": "venue", "keywords": "keywords",
    "url": "url", "comments": "", "comment": "", "subjects": "", "categories": "", "subject": "", "cite as": "",
    "report-no": "", "report number": "", "msc-class": "", "acm-class": "", "submission history": "",
    "msc classes": "", "acm classes": "",
}  # fmt: skip
_LABEL = re.compile(
    rf"^[^\S\n]*(?:\[\d+\][^\S\n]*)?(?P<name>{'|'.join(sorted(_LABELS, key=len, reverse=True))})[^\S\n]*:[^\S\n]*",
    re.MULTILINE | re.IGNORECASE,
)
_SUBMITTED = re.compile(r"(?:v\d+\s+)?Submitted (?:on )?\d{1,2} \w+,? (?P<year>\d{4})\b")


@dataclass(slots=True)
class _Entry:
    """A title with what belongs to it; each part with the place where it begins."""

    start: int
    fields: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        """More of a field; a second value of any but the abstract is passed over."""
        if name == "abstract" and name in self.fields:
            text = f"{self.fields[name]}\n\n{text}"
        elif name in self.fields or not name:
            return
        self.fields[name] = text

    @property
    def is_title(self) -> bool:
        """Whether its title is long enough for one."""
        return len(self.fields.get("title", "").split()) >= _TITLE_WORDS


def read_listing(source: Source) -> Iterator[Paper | Skipped]:
    """The entries of a page, in order; a title without its abstract is skipped.

    Raises ReadError for a page without end.
    """
    with source.text() as stream:
        text = stream.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise ReadError(
            f"{source.path}: longer than any page ({_LONGEST:,} characters); give its papers as JSON lines."
        )
    yield from parse_listing(text, source.name)


def parse_listing(text: str, source: str) -> list[Paper | Skipped]:
    """The entries of a page's text."""
    entries = _entries(_RULE.sub(lambda rule: " " * len(rule[0]), text))
    found = [_paper(text, entry, source) for entry in entries if "abstract" in entry.fields]
    first = next((entry.start for entry in entries if "abstract" in entry.fields), len(text))
    lost = [entry for entry in entries if "abstract" not in entry.fields and entry.is_title and entry.start > first]
    found += [Skipped(_place(text, entry.start, source), "a title without an abstract") for entry in lost]
    last = entries[-1] if entries else None
    if (
        last
        and "abstract" in last.fields
        and not _SENTENCE_END.search(last.fields["abstract"].rstrip()[-_PROSE_LENGTH:])
    ):
        found.append(Skipped(_place(text, last.start, source), "the page ends within this abstract; read so far"))
    return found


def _entries(text: str) -> list[_Entry]:
    entries: list[_Entry] = []
    ahead: dict[str, str] = {}  # what stands before the title that it belongs to
    for start, name, part in _parts(text):
        last = entries[-1] if entries else None
        if name == "arxiv":
            ahead = {"arxiv": part}
        elif name == "title" or (name is None and not _is_prose(part)):
            entries.append(_Entry(start, {"title": part.lstrip("# "), **ahead}))
            ahead = {}
        elif last and not (name and name in last.fields and name != "abstract"):
            last.add("abstract" if name is None else name, part)
    return entries


def _parts(text: str) -> Iterator[tuple[int, str | None, str]]:
    """The paragraphs, and the labelled parts of those that have labels: place, what the label says, text."""
    for paragraph in _PARAGRAPH.finditer(text):
        if not _LABEL.search(text, *paragraph.span()) and (entries := list(_blocks(text, *paragraph.span()))):
            yield from entries
            continue
        bounds = [paragraph.start(), *(label.start() for label in _LABEL.finditer(text, *paragraph.span()))]
        for start, end in zip(bounds, [*bounds[1:], paragraph.end()], strict=True):
            if part := text[start:end].strip():
                yield _part(start, part)


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, str | None, str]]:
    """The parts of a paragraph whose lines are a title, its authors and their abstract; of several, of each."""
    lines = [(match.start(), match[0].strip()) for match in _LINE.finditer(text, start, end)]
    begins = [
        place
        for place in range(len(lines) - 2)
        if (not place or lines[place - 1][1].endswith((".", "!", "?")))
        and len(lines[place][1]) < _PROSE_LENGTH
        and not lines[place][1].endswith(".")
        and _are_names(lines[place + 1][1])
    ]
    if not begins:
        return
    if begins[0] > 1 and len(lines[0][1]) < _PROSE_LENGTH:  # what stands before has lost its authors
        yield lines[0][0], "title", lines[0][1]
        yield lines[1][0], "abstract", "\n".join(line for _, line in lines[1 : begins[0]])
    for place, behind in zip(begins, [*begins[1:], len(lines)], strict=True):
        abstract = "\n".join(line for _, line in lines[place + 2 : behind])
        yield lines[place][0], "title", lines[place][1]
        yield lines[place + 1][0], "authors", "; ".join(_names(lines[place + 1][1]))
        yield lines[place + 2][0], "abstract", abstract


def _are_names(text: str) -> bool:
    """Whether a line is a list of names: each of a few words, with capitals where they begin."""
    names = _names(text)
    return any(" " in name for name in names) and all(
        len(name.split()) <= _NAME_WORDS and _NAME.fullmatch(name) for name in names
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in re.split(r",|;|\band\b|&", text) if name.strip()]


def _part(start: int, part: str) -> tuple[int, str | None, str]:
    if submitted := _SUBMITTED.match(part):
        return start, "year", submitted["year"]
    label = _LABEL.match(part)
    if not label:
        return start, None, part
    name = _LABELS[label["name"].lower()]
    return start, name, part if name == "arxiv" else part[label.end() :]


def _is_prose(text: str) -> bool:
    if len(text) >= _PROSE_LENGTH:
        return True
    return len(text.split()) >= _PROSE_WORDS and text.rstrip("\"'”’)").endswith(".")


def _paper(text: str, entry: _Entry, source: str) -> Paper | Skipped:
    return paper_or_skipped(lambda: entry.fields, source, _place(text, entry.start, source))


def _place(text: str, start: int, source: str) -> str:
    return f"{source}, line {text.count(chr(10), 0, start) + 1}"
