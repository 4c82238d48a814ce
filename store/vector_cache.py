"""Vectors of texts that were embedded before, kept by text; safe to delete."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from store.blobs import Blobs, key_of


class VectorCache:
    """Vectors by text, in half precision, of one embedding model; `shipped` reads those that come with Citewell."""

    def __init__(self, path: Path, shipped: Callable[[], Mapping[bytes, bytes]] = dict):
        self._blobs = Blobs(path, shipped)

    def embed(self, texts: Sequence[str], encode: Callable[[list[str]], np.ndarray], keep: bool = False) -> np.ndarray:
        """Unit rows, float32: those kept, and the rest by `encode`; with `keep` these are kept too.

        A row is the same whether it was kept or is fresh: both are rounded to half precision.
        """
        if not texts:
            return encode([])
        keys = [key_of(text) for text in texts]
        known = {key: np.frombuffer(blob, np.float16) for key, blob in self._blobs.get(keys).items()}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            fresh = encode(list(missing.values())).astype(np.float16)
            found = dict(zip(missing, fresh, strict=True))
            known |= found
            if keep:
                self._blobs.put({key: vector.tobytes() for key, vector in found.items()})
        rows = np.stack([known[key] for key in keys]).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)

    def close(self) -> None:
        """Close the file."""
        self._blobs.close()
