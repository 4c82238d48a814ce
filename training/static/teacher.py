"""What a slow model that knows more than the corpus says of the corpus' texts."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.static.corpus import Segments

CHUNK = 8192  # texts encoded at a time


@dataclass(frozen=True, slots=True)
class Teacher:
    """A model that makes unit vectors of texts, and the pieces of words that it knows."""

    name: str
    pieces: Sequence[str]
    encode: Callable[[list[str]], np.ndarray]


@dataclass(frozen=True, slots=True)
class Lessons:
    """Texts whose vectors are known: every paper's title and some of its sentences.

    `segments` numbers them among the corpus' segments, shape (papers, texts); `vectors`, float16,
    has the shape (papers, texts, dimension).
    """

    segments: np.ndarray
    vectors: np.ndarray

    def draw(self, papers: np.ndarray, title_share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """One text of each paper: the numbers of their segments, and their vectors in float32."""
        sentence = rng.integers(1, self.segments.shape[1], len(papers))
        text = np.where(rng.random(len(papers)) < title_share, 0, sentence)
        return self.segments[papers, text], self.vectors[papers, text].astype(np.float32)


def load_teacher(name: str, cache: Path) -> Teacher:
    """The model called `name`, with the files that sentence-transformers reads.

    Raises EmbeddingError, which says what to do, when its weights are not to be had.
    """
    from tokenizers import Tokenizer

    from store.encoders import load_embedder
    from store.encoders.weights import find_folder

    numbers = Tokenizer.from_file(str(find_folder(name, cache) / "tokenizer.json")).get_vocab()
    embedder = load_embedder(name, cache)
    return Teacher(embedder.fingerprint, sorted(numbers, key=numbers.__getitem__), embedder.encode)


def learn(
    texts: Sequence[Sequence[str]],
    segments: Segments,
    teacher: Teacher,
    each: int,
    seed: int,
    cache: Path | None,
    report: Callable[[str], None],
) -> Lessons:
    """The teacher's vectors of every title and of `each` sentences a paper, drawn at random."""
    flat = [text for of_paper in texts for text in of_paper]
    chosen = _choose(segments, each, np.random.default_rng(seed))
    vectors = encode([flat[number] for number in chosen.ravel()], teacher, cache, report)
    return Lessons(chosen, vectors.reshape(*chosen.shape, -1))


def encode(texts: Sequence[str], teacher: Teacher, cache: Path | None, report: Callable[[str], None]) -> np.ndarray:
    """The teacher's vectors, float16, shape (texts, dimension).

    What is in `cache` is not encoded again, so that an interrupted training loses little.
    """
    vectors = []
    for start in range(0, len(texts), CHUNK):
        vectors.append(_encode(list(texts[start : start + CHUNK]), teacher, cache))
        report(f"{min(start + CHUNK, len(texts))}/{len(texts)} texts encoded by the teacher")
    return np.concatenate(vectors)


def _choose(segments: Segments, each: int, rng: np.random.Generator) -> np.ndarray:
    """For each paper its title and `each` of its sentences; some of them again where there are too few."""
    rows = []
    for first, last in zip(segments.papers[:-1], segments.papers[1:], strict=True):
        others = first + 1 + rng.permutation(last - first - 1) if last > first + 1 else [first]
        rows.append([first, *np.resize(others, each)])
    return np.array(rows)


def _encode(texts: list[str], teacher: Teacher, cache: Path | None) -> np.ndarray:
    if cache is None:
        return teacher.encode(texts).astype(np.float16)
    name = hashlib.sha256(chr(0).join([teacher.name, *texts]).encode()).hexdigest()[:20]
    path, partial = cache / f"{name}.npy", cache / f"{name}.part.npy"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        np.save(partial, teacher.encode(texts).astype(np.float16))
        partial.replace(path)
    return np.load(path)
