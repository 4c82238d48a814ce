"""Listing pages saved as text: titles and abstracts by turns, among the lines of a site.

What tells them apart is structure: paragraphs stand between blank lines, an abstract is
running prose, and its title is the paragraph before it. Other paragraphs belong to the site.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from store.errors import ReadError
from store.readers.common import one_line, open_text, shown
from store.records import Paper, Skipped, unfit

_LONGEST = 1 << 24  # characters of a page, some 10,000 papers
_PROSE_LENGTH = 300  # characters; no title is as long
_PROSE_WORDS = 12  # words of a shorter paragraph that ends as a sentence does
_TITLE_WORDS = 4  # with fewer words, a paragraph without an abstract is a site's line, not a lost title
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_SENTENCE_END = re.compile(r"(?:[.!?…:][\"'”’)\]}$*]*|\S*(?:://|www\.|\w\.\w+/)\S*)$")


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    start: int

    @property
    def is_prose(self) -> bool:
        if len(self.text) >= _PROSE_LENGTH:
            return True
        return len(self.text.split()) >= _PROSE_WORDS and self.text.rstrip("\"'”’)").endswith(".")

    @property
    def is_title(self) -> bool:
        return len(self.text.split()) >= _TITLE_WORDS


def read_listing(path: Path) -> Iterator[Paper | Skipped]:
    """The entries of the page at `path`, in order; a title without its abstract is skipped.

    Raises ReadError when the page holds no entry at all.
    """
    with open_text(path) as stream:
        text = stream.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise ReadError(
            f"{shown(path)}: longer than any page ({_LONGEST:,} characters); give its papers as JSON lines."
        )
    found = parse_listing(text, shown(path.name))
    if not any(isinstance(item, Paper) for item in found):
        why = next((f" ({item.reason})" for item in found if isinstance(item, Skipped)), "")
        raise ReadError(
            f"{shown(path)}: no title followed by an abstract in it{why}; give a listing page or JSON lines."
        )
    yield from found


def parse_listing(text: str, source: str) -> list[Paper | Skipped]:
    """The entries of a page's text: each abstract is its text on the page, to the character."""
    entries = _entries(text)
    found = [_paper(text, title, abstract, source) for title, abstract in entries if abstract]
    first = next((title.start for title, abstract in entries if abstract), len(text))
    lost = [title for title, abstract in entries if not abstract and title.is_title and title.start > first]
    found += [Skipped(_place(text, title, source), "a title without an abstract") for title in lost]
    last = entries[-1][1] if entries else None
    if last and not _SENTENCE_END.search(last.text):
        found.append(Skipped(_place(text, last, source), "the page ends within this abstract; read so far"))
    return found


def _entries(text: str) -> list[tuple[_Paragraph, _Paragraph | None]]:
    entries: list[tuple[_Paragraph, _Paragraph | None]] = []
    for found in _PARAGRAPH.finditer(text):
        paragraph = _Paragraph(found[0].rstrip(), found.start())
        if not paragraph.is_prose:
            entries.append((paragraph, None))
        elif entries:
            title, begun = entries[-1]  # prose after prose is a further paragraph of one abstract
            whole = replace(begun, text=text[begun.start : found.end()].rstrip()) if begun else paragraph
            entries[-1] = title, whole
    return entries


def _paper(text: str, title: _Paragraph, abstract: _Paragraph, source: str) -> Paper | Skipped:
    paper = Paper(paper_id="", title=one_line(title.text), abstract=abstract.text, sources=(source,))
    reason = unfit(paper)
    return Skipped(_place(text, title, source), reason) if reason else paper


def _place(text: str, paragraph: _Paragraph, source: str) -> str:
    return f"{source}, line {text.count(chr(10), 0, paragraph.start) + 1}"
