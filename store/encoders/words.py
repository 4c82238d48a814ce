"""Words of a text with their vectors in context: the pieces of a word are averaged."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Encoding

# (start, end) of each word in its text, shape (n, 2), and the words' unit vectors, shape (n, d).
Words = tuple[np.ndarray, np.ndarray]


def word_vectors(encoding: "Encoding", hidden: np.ndarray) -> Words:
    """The words of an encoded text, from the last hidden state of its tokens, shape (tokens, d)."""
    of_word = encoding.word_ids
    inside = [n for n, word in enumerate(of_word) if word is not None]
    if not inside:
        return np.zeros((0, 2), np.int64), np.zeros((0, hidden.shape[1]), np.float32)
    first = [n for n in inside if n == inside[0] or of_word[n] != of_word[n - 1]]
    last = [*(n - 1 for n in first[1:]), inside[-1]]
    places = encoding.offsets
    spans = np.array([(places[a][0], places[b][1]) for a, b in zip(first, last, strict=True)])
    sums = np.add.reduceat(hidden[: inside[-1] + 1], first, axis=0)
    return spans, sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-12)
