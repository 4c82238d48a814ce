"""A BERT encoder in numpy: a query is encoded in milliseconds, without loading torch.

The forward pass is that of Devlin et al. 2019, "BERT" (arXiv 1810.04805), read from the same
`model.safetensors` and `tokenizer.json` as sentence-transformers reads, which remains the
reference: the two agree to a cosine above .999.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.encoders.files import load_tokenizer, map_safetensors, max_length, pooling
from store.encoders.laid import Row, lay, of_pieces, plain, pooled
from store.records import Sheet

if TYPE_CHECKING:
    from tokenizers import Encoding

# (start, end) of each word in its text, shape (n, 2), and the words' unit vectors in context, shape (n, d).
Words = tuple[np.ndarray, np.ndarray]
ROW_BUDGET = 512  # tokens in one pass: what is made of them stays near the processor
AGREEMENT = 0.995  # least cosine with float32, of these, at which a faster way to reckon is taken
SAMPLE = [
    "We present a method that halves the training cost of large language models.",
    "A robot arm learns to pour water from demonstrations.",
    "The benchmark holds 12,000 questions about medical images.",
]


@dataclass(frozen=True, slots=True)
class Read:
    """What is made of a sheet: a unit row for each passage, float32, and the words of each of its pieces."""

    vectors: np.ndarray
    words: tuple[Words, ...]


class BertEncoder:
    """Texts to unit vectors with a BERT of sentence-transformers' layout."""

    row_budget = ROW_BUDGET

    def __init__(self, folder: Path, alone: bool = False) -> None:
        """Reads `folder`; raises OSError, KeyError or ValueError when it is not such a model.

        `alone` has each passage of a paper read by itself: slower, and the vectors are those of `encode`.
        """
        config = json.loads((folder / "config.json").read_text())
        self._check(config)
        self.heads: int = config["num_attention_heads"]
        self.layers: int = config["num_hidden_layers"]
        self.epsilon: float = config["layer_norm_eps"]
        self.dimension: int = config["hidden_size"]
        self._take_first = pooling(folder) == "cls"
        self._weights = map_safetensors(folder / "model.safetensors")
        self._alone = alone or self._take_first
        self._most = max_length(folder, config["max_position_embeddings"])
        self._tokenizer = load_tokenizer(folder, self._most)
        self._ends: tuple[int, int] = _marks(self._tokenizer.encode("").ids)
        # A query is encoded whole and by its words.
        self._remembered = lru_cache(maxsize=4)(self._encode_one)

    @staticmethod
    def _check(config: dict) -> None:
        known = (
            config["model_type"] == "bert"
            and config["hidden_act"] == "gelu"
            and config.get("position_embedding_type", "absolute") == "absolute"
        )
        if not known:
            raise ValueError("not a plain BERT")

    def encode(self, texts: list[str]) -> np.ndarray:
        """Unit rows, float32, shape (len(texts), dimension)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, hidden in self._encoded(texts):
            vectors[row] = self._pool(hidden)
        return _unit(vectors)

    def encode_words(self, text: str) -> Words:
        """The words of a text: where they stand, and their unit vectors in context."""
        return _word_vectors(*self._remembered(text))

    def read(self, sheets: Sequence[Sheet]) -> list[Read]:
        """The passages and the words of papers, from one pass through the model; a piece read twice counts once."""
        encodings = self._tokenizer.encode_batch(
            [piece for sheet in sheets for piece in sheet.pieces], add_special_tokens=False
        )
        rest = iter(encodings)
        pieces = [[next(rest) for _ in sheet.pieces] for sheet in sheets]
        laid = [
            lay(sheet, [piece.ids for piece in some], self._ends, self._most, self._alone)
            for sheet, some in zip(sheets, pieces, strict=True)
        ]
        states = iter(self._states([row for rows in laid for row in rows]))
        return [self._gather(rows, [next(states) for _ in rows], some) for rows, some in zip(laid, pieces, strict=True)]

    def _gather(self, rows: list[Row], states: list[np.ndarray], pieces: "list[Encoding]") -> Read:
        sums: dict[int, np.ndarray] = {}
        for row, state in zip(rows, states, strict=True):
            for number, found in of_pieces(row, state):
                known = sums.setdefault(number, np.zeros((0, self.dimension), np.float32))
                longer, shorter = (known, found) if len(known) > len(found) else (found, known)
                longer[: len(shorter)] += shorter
                sums[number] = longer
        none = np.zeros((0, self.dimension), np.float32)
        words = tuple(_word_vectors(piece, sums.get(number, none)) for number, piece in enumerate(pieces))
        vectors = [pooled(*one, self._take_first) for one in zip(rows, states, strict=True)]
        return Read(_unit(np.concatenate(vectors)), words)

    def _pool(self, hidden: np.ndarray) -> np.ndarray:
        return hidden[0] if self._take_first else hidden.sum(0)

    def _encoded(self, texts: list[str]) -> Iterator[tuple[int, np.ndarray]]:
        """Each text's number, and the last hidden state of its tokens."""
        if len(texts) == 1:
            return enumerate([self._remembered(texts[0])[1]])
        return enumerate(self._states([plain(encoding.ids) for encoding in self._tokenizer.encode_batch(texts)]))

    def _encode_one(self, text: str) -> tuple["Encoding", np.ndarray]:
        encoding = self._tokenizer.encode(text)
        return encoding, self._forward([plain(encoding.ids)])[0]

    def _states(self, rows: Sequence[Row]) -> list[np.ndarray]:
        """The last hidden state of each row's tokens; rows of like length go through together."""
        found: dict[int, np.ndarray] = {}
        for batch in batches_of(list(map(len, rows)), self.row_budget):
            found |= zip(batch, self._forward([rows[n] for n in batch]), strict=True)
        return [found[n] for n in range(len(rows))]

    def _forward(self, rows: list[Row]) -> list[np.ndarray]:
        ids, places, sees = padded(rows)
        hidden = self._normalise("embeddings.LayerNorm", self._embed(ids, places))
        for layer in range(self.layers):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden, sees)
        return [state[: len(row)] for state, row in zip(hidden, rows, strict=True)]

    def _embed(self, ids: np.ndarray, places: np.ndarray) -> np.ndarray:
        weights = self._weights
        return (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][places]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )

    def _layer(self, name: str, hidden: np.ndarray, sees: np.ndarray) -> np.ndarray:
        attended = self._linear(name + "attention.output.dense", self._attend(name, hidden, sees))
        hidden = self._normalise(name + "attention.output.LayerNorm", hidden + attended)
        inner = self._inner(name, hidden)
        return self._normalise(name + "output.LayerNorm", hidden + self._linear(name + "output.dense", inner))

    def _inner(self, name: str, hidden: np.ndarray) -> np.ndarray:
        return gelu(self._linear(name + "intermediate.dense", hidden))

    def _attend(self, name: str, hidden: np.ndarray, sees: np.ndarray) -> np.ndarray:
        texts, width, size = hidden.shape
        query, key, value = (
            self._linear(f"{name}attention.self.{part}", hidden)
            .reshape(texts, width, self.heads, -1)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(np.float32(size // self.heads))
        scores += np.where(sees, np.float32(0), np.float32(-1e9))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        return (scores @ value).transpose(0, 2, 1, 3).reshape(texts, width, size)

    def _linear(self, name: str, hidden: np.ndarray) -> np.ndarray:
        flat = hidden.reshape(-1, hidden.shape[-1]) @ self._weights[name + ".weight"].T
        flat += self._weights[name + ".bias"]
        return flat.reshape(*hidden.shape[:-1], -1)

    def _normalise(self, name: str, hidden: np.ndarray) -> np.ndarray:
        hidden = hidden - hidden.mean(-1, keepdims=True)
        hidden /= np.sqrt(np.square(hidden).mean(-1, keepdims=True) + np.float32(self.epsilon))
        return hidden * self._weights[name + ".weight"] + self._weights[name + ".bias"]


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)


def gelu(x: np.ndarray) -> np.ndarray:
    """x · Φ(x), with erf by Abramowitz and Stegun 7.1.26 (error below 2e-7): numpy has none."""
    z = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * z)
    tail = np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail = tail * t + np.float32(coefficient)
    tail *= t * np.exp(-z * z) / 2
    return x * np.where(x < 0, tail, 1 - tail)


def padded(rows: Sequence[Row]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids and places of rows filled up to the longest, (rows, n), and what sees what, to (rows, 1, n, n) broadcast."""
    width = max(map(len, rows))
    fill = [width - len(row) for row in rows]
    ids, places = (
        np.stack([np.pad(part, (0, more)) for part, more in zip(parts, fill, strict=True)])
        for parts in zip(*((row.ids, row.places) for row in rows), strict=True)
    )
    inside = np.arange(width) < np.array([[len(row)] for row in rows])
    if all(row.sees is None for row in rows):
        return ids, places, inside[:, None, None, :]
    sees = np.repeat(inside[:, None, None, :], width, axis=2)
    for n, row in enumerate(rows):
        if row.sees is not None:
            sees[n, 0, : len(row), : len(row)] = row.sees
    return ids, places, sees


def batches_of(lengths: list[int], budget: int = ROW_BUDGET) -> list[list[int]]:
    """Row numbers in groups of like length, each within `budget` tokens once padded."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batches and lengths[row] * (len(batches[-1]) + 1) <= budget:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def _word_vectors(encoding: "Encoding", hidden: np.ndarray) -> Words:
    """The words of an encoded text, from the last hidden state of its first tokens, shape (tokens, d)."""
    of_word = encoding.word_ids[: len(hidden)]
    inside = [n for n, word in enumerate(of_word) if word is not None]
    if not inside:
        return np.zeros((0, 2), np.int64), np.zeros((0, hidden.shape[1]), np.float32)
    first = [n for n in inside if n == inside[0] or of_word[n] != of_word[n - 1]]
    last = [*(n - 1 for n in first[1:]), inside[-1]]
    places = encoding.offsets
    spans = np.array([(places[a][0], places[b][1]) for a, b in zip(first, last, strict=True)])
    sums = np.add.reduceat(hidden[: inside[-1] + 1], first, axis=0)
    return spans, sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-12)


def _marks(ids: list[int]) -> tuple[int, int]:
    """The marks in front of a text and behind it; ValueError where there are others."""
    start, end = ids
    return start, end
