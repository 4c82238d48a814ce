"""The sentences of a draft before their citations have numbers, and the text they make together."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.records import Citation, Finding, Repair
from store.records import Paper

# A citation of a sentence not yet numbered: its paper's id between characters no text has.
_OPEN, _CLOSE = "\ue000", "\ue001"
_CITATION = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


@dataclass(frozen=True, slots=True)
class Written:
    """A finished sentence under its theme; `text` holds `cite(paper_id)` where it cites a paper."""

    theme: str
    text: str
    finding: Finding
    repairs: tuple[Repair, ...] = ()

    @property
    def paper_ids(self) -> tuple[str, ...]:
        """What it cites, in order."""
        return tuple(dict.fromkeys(_CITATION.findall(self.text)))


def cite(paper_id: str) -> str:
    """A citation of `paper_id`, to stand in a sentence until papers have numbers."""
    return f"{_OPEN}{paper_id}{_CLOSE}"


def uncited(text: str) -> str:
    """`text` without its citations and the blanks in front of them."""
    return re.sub(rf"\s*{_CITATION.pattern}", "", text)


def with_citations(text: str, show: Mapping[str, str]) -> str:
    """`text` with every citation as `show` has it for its paper."""
    return _CITATION.sub(lambda match: show[match[1]], text)


def number(written: Sequence[Written]) -> dict[str, int]:
    """paper_id → number, by first use."""
    ids = dict.fromkeys(paper_id for w in written for paper_id in w.paper_ids)
    return {paper_id: n for n, paper_id in enumerate(ids, 1)}


def numbered(text: str, numbers: Mapping[str, int]) -> str:
    """`text` with its citations as `[n]`."""
    return with_citations(text, {paper_id: f"[{n}]" for paper_id, n in numbers.items()})


def by_theme(written: Sequence[Written]) -> dict[str, list[Written]]:
    """The sentences under each theme, both in order."""
    themes: dict[str, list[Written]] = {}
    for sentence in written:
        themes.setdefault(sentence.theme, []).append(sentence)
    return themes


def answer_text(written: Sequence[Written], numbers: Mapping[str, int]) -> str:
    """The draft in Markdown: a paragraph a theme, headed by its name when there are several."""
    themes = by_theme(written)
    heads = {theme: f"### {theme}\n\n" if len(themes) > 1 else "" for theme in themes}
    return "\n\n".join(
        heads[theme] + " ".join(numbered(w.text, numbers) for w in sentences) for theme, sentences in themes.items()
    )


def citations(written: Written, papers: Mapping[str, Paper], numbers: Mapping[str, int]) -> tuple[Citation, ...]:
    """The evidence for a sentence, with exact quotes."""
    return tuple(
        Citation(
            numbers[e.paper_id],
            e.paper_id,
            papers[e.paper_id].abstract[e.start : e.end],
            e.start,
            e.end,
            round(e.score, 4),
        )
        for e in written.finding.evidence
        if e.paper_id in numbers
    )
