"""Where sentences begin and end, and abstracts cut into passages of them, each embedded with the title in front."""

from collections.abc import Iterator
from functools import lru_cache

from sentencex import get_sentence_boundaries

from store.records import LONGEST, Paper, Passage, Sheet

WINDOW = 3  # sentences a passage
STRIDE = 2  # sentences from one passage to the next: neighbours share one
_QUOTES = {'"': '"', "“": "”", "'": "'"}
_LEAD = "It "  # in front of an opening bracket it makes the splitter see the sentences behind


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of `text`, in characters, without the white space around them."""
    return list(_spans(text))


@lru_cache(maxsize=512)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    first = len(text) - len(text.lstrip())
    quoted = _is_quoted(text)
    read = f"{text[:first]} {text[first + 1 :]}" if quoted else text
    spans = [_trim(read, start, end) for start, end in _bounds(read)]
    found = [(start, end) for start, end in spans if start < end]
    return ((first, found[0][1]), *found[1:]) if quoted and found else tuple(found)


def _is_quoted(text: str) -> bool:
    """Whether one pair of quotes holds the whole text: sentencex takes all that it holds for one sentence."""
    bare = text.strip()
    closing = _QUOTES.get(bare[:1])
    return bool(closing) and len(bare) > 2 and bare[-1] == closing and closing not in bare[1:-1]


def sentences(text: str) -> list[str]:
    """The sentences of `text`."""
    return [text[start:end] for start, end in sentence_spans(text)]


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    for bound in get_sentence_boundaries("en", text):
        start, end = bound["start_index"], bound["end_index"]
        first = _first_bracketed(text[start:end])
        yield start, start + first
        yield from ((start + first + s, start + first + e) for s, e in _bounds(text[start + first : end]))


def _first_bracketed(piece: str) -> int:
    """Where the first sentence of `piece` ends; sentencex takes all that follows an opening bracket for one."""
    if not piece.lstrip().startswith("("):
        return len(piece)
    return max(1, get_sentence_boundaries("en", _LEAD + piece)[0]["end_index"] - len(_LEAD))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def passages(paper: Paper, whole: bool = False) -> list[Passage]:
    """The passages of an abstract, in order; together they cover every sentence.

    `whole` makes the abstract one passage, which suits models that do not cut long texts.
    """
    spans = sentence_spans(paper.abstract[: LONGEST["abstract"]])  # a library may hold what is refused today
    size = len(spans) if whole else WINDOW
    return [_passage(paper, spans[first][0], spans[end - 1][1]) for first, end in _ranges(len(spans), size)]


def _ranges(count: int, size: int) -> list[tuple[int, int]]:
    """The first sentence of each passage of up to `size`, and the one behind its last, of `count` sentences."""
    last = max(0, count - size)
    return [(first, min(first + size, count)) for first in (*range(0, last, STRIDE), last)] if count else []


def sheet(paper: Paper) -> Sheet:
    """A paper as a model reads it whole, with the passages of `passages`."""
    found = tuple(abstract_sentences(paper))
    return Sheet(_stopped(paper.title), found, tuple(_ranges(len(found), WINDOW)))


def _passage(paper: Paper, start: int, end: int) -> Passage:
    return Passage(paper.paper_id, start, end, paper.abstract[start:end])


def abstract_sentences(paper: Paper) -> list[str]:
    """The sentences of what is read of an abstract."""
    return sentences(paper.abstract[: LONGEST["abstract"]])


def embedding_text(title: str, passage: Passage) -> str:
    """What is embedded for a passage: a window alone often does not say what it is about."""
    return f"{_stopped(title)} {passage.text}"


def _stopped(title: str) -> str:
    return title if title.endswith((".", "?", "!")) else f"{title}."
