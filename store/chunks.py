"""Abstracts into passages: windows of sentences, embedded with the title in front."""

from store.records import Paper, Passage
from store.sentences import sentence_spans

WINDOW = 3  # sentences a passage
STRIDE = 2  # sentences from one passage to the next: neighbours share one


def passages(paper: Paper, whole: bool = False) -> list[Passage]:
    """The passages of an abstract, in order; together they cover every sentence.

    `whole` makes the abstract one passage, which suits models that do not cut long texts.
    """
    spans = sentence_spans(paper.abstract)
    if not spans:
        return []
    size = len(spans) if whole else WINDOW
    last = max(0, len(spans) - size)
    starts = [*range(0, last, STRIDE), last]
    return [_passage(paper, spans[i][0], spans[min(i + size, len(spans)) - 1][1]) for i in starts]


def _passage(paper: Paper, start: int, end: int) -> Passage:
    return Passage(paper.paper_id, start, end, paper.abstract[start:end])


def embedding_text(title: str, passage: Passage) -> str:
    """What is embedded for a passage: a window alone often does not say what it is about."""
    stop = "" if title.endswith((".", "?", "!")) else "."
    return f"{title}{stop} {passage.text}"
