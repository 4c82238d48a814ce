"""A BERT encoder in numpy: a query is encoded in milliseconds, without loading torch.

The forward pass is that of Devlin et al. 2019, "BERT" (arXiv 1810.04805), read from the same
`model.safetensors` and `tokenizer.json` as sentence-transformers reads, which remains the
reference: the two agree to a cosine above .999.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

# (start, end) of each word in its text, shape (n, 2), and the words' unit vectors in context, shape (n, d).
Words = tuple[np.ndarray, np.ndarray]
ROW_BUDGET = 512  # tokens in one pass: what is made of them stays near the processor


class BertEncoder:
    """Texts to unit vectors with a BERT of sentence-transformers' layout."""

    row_budget = ROW_BUDGET

    def __init__(self, folder: Path) -> None:
        """Reads `folder`; raises OSError, KeyError or ValueError when it is not such a model."""
        config = json.loads((folder / "config.json").read_text())
        self._check(config)
        self.heads: int = config["num_attention_heads"]
        self.layers: int = config["num_hidden_layers"]
        self.epsilon: float = config["layer_norm_eps"]
        self.dimension: int = config["hidden_size"]
        self._take_first = _pooling(folder) == "cls"
        self._weights = _map_safetensors(folder / "model.safetensors")
        self._tokenizer = _load_tokenizer(folder, _max_length(folder, config["max_position_embeddings"]))
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
        for row, (_, hidden) in self._encoded(texts):
            vectors[row] = self._pool(hidden)
        return _unit(vectors)

    def encode_words(self, texts: list[str]) -> tuple[np.ndarray, list[Words]]:
        """The rows of `encode`, and the words of each text: where they stand, and their unit vectors in context."""
        vectors, found = np.zeros((len(texts), self.dimension), dtype=np.float32), {}
        for row, (encoding, hidden) in self._encoded(texts):
            vectors[row] = self._pool(hidden)
            found[row] = _word_vectors(encoding, hidden)
        return _unit(vectors), [found[row] for row in range(len(texts))]

    def _pool(self, hidden: np.ndarray) -> np.ndarray:
        return hidden[0] if self._take_first else hidden.sum(0)

    def _encoded(self, texts: list[str]) -> Iterator[tuple[int, tuple["Encoding", np.ndarray]]]:
        """Each text's number, its tokens and their last hidden state; texts of like length together."""
        if len(texts) == 1:
            yield 0, self._remembered(texts[0])
            return
        encodings = self._tokenizer.encode_batch(texts)
        batches = _batches([len(encoding.ids) for encoding in encodings], self.row_budget)
        states = self._forward_all([[encodings[row].ids for row in rows] for rows in batches])
        for rows, hidden in zip(batches, states, strict=True):
            yield from ((row, (encodings[row], state)) for row, state in zip(rows, hidden, strict=True))

    def _encode_one(self, text: str) -> tuple["Encoding", np.ndarray]:
        encoding = self._tokenizer.encode(text)
        return encoding, self._forward([encoding.ids])[0]

    def _forward_all(self, batches: list[list[list[int]]]) -> Iterator[list[np.ndarray]]:
        return map(self._forward, batches)

    def _forward(self, ids: list[list[int]]) -> list[np.ndarray]:
        width = max(map(len, ids))
        mask = np.arange(width) < np.array([[len(row)] for row in ids])
        padded = np.array([row + [0] * (width - len(row)) for row in ids])
        hidden = self._embed(padded)
        for layer in range(self.layers):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden, mask)
        return [state[: len(row)] for state, row in zip(hidden, ids, strict=True)]

    def _embed(self, ids: np.ndarray) -> np.ndarray:
        weights = self._weights
        hidden = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        return self._normalise("embeddings.LayerNorm", hidden)

    def _layer(self, name: str, hidden: np.ndarray, mask: np.ndarray) -> np.ndarray:
        attended = self._linear(name + "attention.output.dense", self._attend(name, hidden, mask))
        hidden = self._normalise(name + "attention.output.LayerNorm", hidden + attended)
        inner = gelu(self._linear(name + "intermediate.dense", hidden))
        return self._normalise(name + "output.LayerNorm", hidden + self._linear(name + "output.dense", inner))

    def _attend(self, name: str, hidden: np.ndarray, mask: np.ndarray) -> np.ndarray:
        texts, width, size = hidden.shape
        query, key, value = (
            self._linear(f"{name}attention.self.{part}", hidden)
            .reshape(texts, width, self.heads, -1)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(np.float32(size // self.heads))
        scores += np.where(mask, np.float32(0), np.float32(-1e9))[:, None, None, :]
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


def _batches(lengths: list[int], budget: int = ROW_BUDGET) -> list[list[int]]:
    """Row numbers in groups of like length, each within `budget` tokens once padded."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batches and lengths[row] * (len(batches[-1]) + 1) <= budget:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def _pooling(folder: Path) -> str:
    """How token vectors become one; ValueError for any but the mean and the first token."""
    modules = json.loads((folder / "modules.json").read_text())
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise ValueError("other modules than a transformer and pooling")
    config = json.loads((folder / "1_Pooling" / "config.json").read_text())
    modes = [name for name, on in config.items() if name.startswith("pooling_mode_") and on is True]
    if modes == ["pooling_mode_mean_tokens"]:
        return "mean"
    if modes == ["pooling_mode_cls_token"]:
        return "cls"
    raise ValueError(f"pooling {modes}")


def _map_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The float32 tensors of a safetensors file, mapped: only what is used is read from disk."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + size)
    return {
        name: data[slice(*entry["data_offsets"])].view(np.float32).reshape(entry["shape"])
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def _word_vectors(encoding: "Encoding", hidden: np.ndarray) -> Words:
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


def _load_tokenizer(folder: Path, length: int) -> "Tokenizer":
    """The tokenizer of a model folder, cutting at `length` tokens and padding nothing."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(length)
    return tokenizer


def _max_length(folder: Path, most: int) -> int:
    """The number of tokens at which sentence-transformers cuts a text for this model."""
    path = folder / "sentence_bert_config.json"
    given = json.loads(path.read_text()).get("max_seq_length") if path.is_file() else None
    return min(given or most, most)
