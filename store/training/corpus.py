"""The training text: abstracts cut into token segments, the papers with a `tldr` held out."""

import gzip
import json
import lzma
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.sentences import sentences

if TYPE_CHECKING:
    from tokenizers import Tokenizer

OPENERS = {".xz": lzma.open, ".gz": gzip.open}


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


def read_corpus(path: Path) -> list[Abstract]:
    """The abstracts of a JSONL file (plain, .xz or .gz) with `title`, `abstract` and perhaps `tldr`."""
    with OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        return [Abstract(row["title"], row["abstract"], row.get("tldr") or "") for row in rows]


class Segments:
    """The tokens of every paper in one array: its title, then its sentences one by one."""

    def __init__(self, papers: list[Abstract], tokenizer: "Tokenizer") -> None:
        found: list[np.ndarray] = []
        counts = [0]
        for paper in papers:
            texts = [paper.title, *sentences(paper.text)]
            encodings = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
            found += [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]
            counts.append(len(texts))
        self.tokens = np.concatenate(found)
        self.bounds = np.cumsum([0, *map(len, found)])
        self.papers = np.cumsum(counts)

    def __len__(self) -> int:
        """The number of papers."""
        return len(self.papers) - 1

    def segment(self, index: int) -> np.ndarray:
        """The tokens of one segment."""
        return self.tokens[self.bounds[index]:self.bounds[index + 1]]

    def pair(self, paper: int, title_share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """A query, the title or one sentence of a paper, and the rest of that paper."""
        first, last = self.papers[paper], self.papers[paper + 1]
        chosen = first if rng.random() < title_share or last == first + 1 else rng.integers(first + 1, last)
        rest = np.concatenate([self.tokens[self.bounds[first]:self.bounds[chosen]],
                               self.tokens[self.bounds[chosen + 1]:self.bounds[last]]])
        return self.segment(chosen), rest
