"""The training text: abstracts cut into token segments, the papers with a `tldr` held out to measure by."""

import gzip
import json
import lzma
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from store.sentences import sentences

if TYPE_CHECKING:
    from tokenizers import Tokenizer

OPENERS: dict[str, Callable[..., Any]] = {".xz": lzma.open, ".gz": gzip.open}
CHUNK = 20_000  # texts cut into tokens at a time

Encode = Callable[[list[str]], np.ndarray]


@dataclass(frozen=True, slots=True)
class Abstract:
    """A paper of the corpus; `tldr` is its author's summary, or empty."""

    title: str
    text: str
    tldr: str = ""

    @property
    def whole(self) -> str:
        """What stands for the paper when it is searched."""
        return f"{self.title}. {self.text}"

    @property
    def segments(self) -> list[str]:
        """The title and the sentences of the abstract."""
        return [self.title, *sentences(self.text)]


def read_corpus(path: Path) -> list[Abstract]:
    """The abstracts of a JSONL file (plain, .xz or .gz) with `title`, `abstract` and perhaps `tldr`.

    Raises OSError, or ValueError with the line that is no such paper.
    """
    found: list[Abstract] = []
    with OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8") as lines:
        try:
            for row in map(json.loads, lines):
                found.append(Abstract(row["title"], row["abstract"], row.get("tldr") or ""))
        except (ValueError, KeyError, TypeError, EOFError, lzma.LZMAError) as error:
            raise ValueError(
                f"{path}, line {len(found) + 1}: no JSON object with a title and an abstract ({error!r})"
            ) from None
    if not found:
        raise ValueError(f"{path}: no abstracts in it")
    return found


@dataclass(frozen=True, slots=True)
class Bags:
    """The tokens of several texts end to end, and how many of them each text has."""

    tokens: np.ndarray
    lengths: np.ndarray

    def thinned(self, kept: float, rng: np.random.Generator) -> "Bags":
        """Each token kept with this probability; a text that would lose all of them stays as it is."""
        stays = rng.random(len(self.tokens)) < kept
        text = np.repeat(np.arange(len(self.lengths)), self.lengths)
        left = np.bincount(text[stays], minlength=len(self.lengths))
        stays |= (left == 0)[text]
        return Bags(self.tokens[stays], np.where(left == 0, self.lengths, left))


class Segments:
    """The tokens of every paper in one array: its title, then its sentences one by one."""

    def __init__(self, texts: Sequence[Sequence[str]], tokenizer: "Tokenizer") -> None:
        flat = [text for of_paper in texts for text in of_paper]
        found: list[np.ndarray] = []
        for start in range(0, len(flat), CHUNK):
            encodings = tokenizer.encode_batch_fast(flat[start : start + CHUNK], add_special_tokens=False)
            found += [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]
        self.tokens = np.concatenate(found)
        self.bounds = np.cumsum([0, *map(len, found)])  # where each segment begins among the tokens
        self.papers = np.cumsum([0, *map(len, texts)])  # where each paper begins among the segments

    def __len__(self) -> int:
        """The number of papers."""
        return len(self.papers) - 1

    def bags(self, first: np.ndarray, last: np.ndarray) -> Bags:
        """For each pair of numbers the tokens of the segments from `first` up to, without, `last`."""
        starts, lengths = self.bounds[first], self.bounds[last] - self.bounds[first]
        shift = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
        return Bags(self.tokens[shift + np.arange(lengths.sum())], lengths)

    def whole(self, papers: np.ndarray) -> Bags:
        """All tokens of these papers."""
        return self.bags(self.papers[papers], self.papers[papers + 1])

    def pairs(self, papers: np.ndarray, title_share: float, rng: np.random.Generator) -> tuple[Bags, Bags]:
        """For each paper a query, its title or one of its sentences, and the rest of that paper."""
        first, last = self.papers[papers], self.papers[papers + 1]
        sentence = first + 1 + (rng.random(len(papers)) * np.maximum(last - first - 1, 1)).astype(np.int64)
        by_title = (rng.random(len(papers)) < title_share) | (last - first < 3)
        query = np.where(by_title, first, sentence)
        around = self.bags(np.stack([first, query + 1], 1).ravel(), np.stack([query, last], 1).ravel())
        return self.bags(query, query + 1), Bags(around.tokens, around.lengths.reshape(-1, 2).sum(1))


def tldr_ranks(papers: list[Abstract], encode: Encode) -> np.ndarray:
    """For each paper with a `tldr`, the rank (from 1) of its abstract when the tldr is asked."""
    held = [i for i, paper in enumerate(papers) if paper.tldr]
    library = encode([paper.whole for paper in papers])
    queries = encode([papers[i].tldr for i in held])
    scores = library @ queries.T
    return 1 + (scores > scores[held, np.arange(len(held))]).sum(0)


def reciprocal(ranks: np.ndarray, most: int = 10) -> float:
    """The mean reciprocal rank, with ranks beyond `most` counting nothing."""
    return float(np.where(ranks <= most, 1 / ranks, 0).mean())
