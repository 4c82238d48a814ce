"""Acronyms of a question written out as the library's papers explain them: models read words, not letters."""

from collections import Counter
from typing import TYPE_CHECKING

from rag.language.acronyms import ACRONYM, explains, long_form, numbered

if TYPE_CHECKING:
    from store.library import Library

_LOOKED_AT = 50  # papers with the acronym
_AGREED = 2  # papers that explain it alike: what one paper alone explains is the name of its system


def spelled_out(text: str, library: "Library") -> str:
    """`text` with each acronym of the field in words, as most papers that explain it do."""
    for match in reversed(list(ACRONYM.finditer(text))):
        full = "" if explains(text, match["acronym"]) else _meaning(match["acronym"], library)
        if full:
            text = f"{text[: match.start()]}{numbered(full, bool(match['plural']))}{text[match.end() :]}"
    return text


def _meaning(acronym: str, library: "Library") -> str:
    found = library.by_words(f"{acronym} {acronym}s", _LOOKED_AT)
    papers = library.get_many([paper_id for paper_id, _ in found])
    forms = Counter(
        numbered(full, plural=False).replace("-", " ")
        for paper in papers
        if (full := long_form(acronym, paper.abstract))
    )
    full, papers_with_it = forms.most_common(1)[0] if forms else ("", 0)
    return full if papers_with_it >= _AGREED else ""
