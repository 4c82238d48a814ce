"""Encoding by sentence-transformers: the reference, and the engine for every model but plain BERTs."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from store.errors import EmbeddingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class ReferenceEncoder:
    """A SentenceTransformer, on the GPU where there is one."""

    def __init__(self, folder: Path) -> None:
        """Reads `folder`; raises EmbeddingError when it is not a sentence-transformers model."""
        self._model = _load(folder)
        self.dimension: int = self._model.get_embedding_dimension()

    def encode(self, texts: list[str]) -> np.ndarray:
        """Unit rows, float32, shape (len(texts), dimension)."""
        return _unit(self._model.encode(texts, show_progress_bar=False))


def _load(folder: Path) -> "SentenceTransformer":
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(str(folder), local_files_only=True)
    except (OSError, ValueError, KeyError, ImportError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise EmbeddingError(
            f"{folder} is not a sentence-transformers model ({reason}); "
            f"set CITEWELL_EMBEDDING_MODEL to one or unset it."
        ) from None


def _unit(vectors: np.ndarray) -> np.ndarray:
    vectors = np.asarray(vectors, dtype=np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
