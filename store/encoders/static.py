"""A static model: a text's vector is the mean of its tokens' vectors. No torch, no network.

Files as sentence-transformers' `StaticEmbedding` reads them: `tokenizer.json`, and
`model.safetensors` with int8 `embeddings` and one float32 of `weights` a token.
"""

import json
from pathlib import Path

import numpy as np

CHUNK = 512  # texts at a time, so that memory stays flat


class StaticEncoder:
    """Texts to unit vectors by a table of token vectors."""

    def __init__(self, folder: Path) -> None:
        """Reads `folder`; raises OSError, KeyError or ValueError when it is not such a model."""
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        if [m["type"].rsplit(".", 1)[-1] for m in json.loads((folder / "modules.json").read_text())] not in (
            ["StaticEmbedding"],
            ["StaticEmbedding", "Normalize"],
        ):
            raise ValueError("not a static model")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._rows, self._weights = _table(load_file(folder / "model.safetensors"))
        self.dimension: int = self._rows.shape[1]

    def encode(self, texts: list[str]) -> np.ndarray:
        """Unit rows, float32, shape (len(texts), dimension); a text without tokens is all zeros."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), CHUNK):
            found = self._tokenizer.encode_batch_fast(texts[start : start + CHUNK], add_special_tokens=False)
            for row, encoding in enumerate(found, start):
                if encoding.ids:
                    vectors[row] = self._weights[encoding.ids] @ self._rows[encoding.ids]
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def _table(tensors: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """A row of numbers for each token, and the weight it is multiplied by."""
    rows = tensors["embedding.weight" if "embedding.weight" in tensors else "embeddings"]
    return rows, tensors.get("weights", np.ones(len(rows), dtype=np.float32))
