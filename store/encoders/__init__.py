"""Texts to vectors: one embedder for the whole library, chosen by one setting."""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from langchain_core.embeddings import Embeddings

from store.encoders import weights
from store.errors import EmbeddingError
from store.records import Sheet

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from store.encoders.bert import Read, Words

_LARGE = 5_000  # papers that take a slow model some ten minutes on two cores
MANY = 8_000  # characters from which loading the fast encoder pays off: 1,600 tokens, a second of the light one


class Encoder(Protocol):
    """Texts to unit vectors, float32, one row a text."""

    dimension: int

    def encode(self, texts: list[str]) -> np.ndarray: ...  # noqa: D102


class WordEncoder(Encoder, Protocol):
    """An encoder that has the vectors of words in their context too."""

    def encode_words(self, text: str) -> "Words": ...  # noqa: D102

    def read(self, sheets: Sequence[Sheet]) -> "list[Read]": ...  # noqa: D102


class Embedder(Embeddings):
    """An embedding model: few texts by a light encoder, many by a fast one that loads slowly.

    `fingerprint` names the model and its weights: vectors of two fingerprints never mix.
    `slow` tells whether vectors are worth keeping, `reads_words` whether it has vectors of
    words in context too. `note` is empty, or tells the user why
    another model than the wanted one stands in.
    """

    def __init__(
        self, fingerprint: str, light: Encoder, load_fast: Callable[[], Encoder] | None = None, note: str = ""
    ) -> None:
        self.fingerprint = fingerprint
        self.note = note
        self.dimension = light.dimension
        self.slow = load_fast is not None
        self.reads_words = hasattr(light, "encode_words")
        self._light = light
        self._load_fast = load_fast
        self._fast: Encoder | None = None
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit rows, float32, shape (len(texts), dimension)."""
        return self._encoder(sum(map(len, texts))).encode(list(texts))

    def encode_query(self, text: str) -> np.ndarray:
        """The unit vector of a query, float32, shape (dimension,)."""
        return self._light.encode([text])[0]

    def encode_words(self, text: str) -> "Words":
        """The words of a text, as spans and unit vectors in context. Only if it `reads_words`."""
        return cast("WordEncoder", self._light).encode_words(text)

    def read(self, sheets: Sequence[Sheet]) -> "list[Read]":
        """The passages of papers and their words, from one pass through the model. Only if it `reads_words`."""
        characters = sum(len(piece) for sheet in sheets for piece in sheet.pieces)
        return cast("WordEncoder", self._encoder(characters)).read(sheets) if sheets else []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The vectors of `texts` as lists, for LangChain."""
        return self.encode(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        """The vector of a query as a list, for LangChain."""
        return self.encode_query(text).tolist()

    def _encoder(self, characters: int) -> Encoder:
        if self._load_fast is None or characters < MANY:  # also where the fast one is loaded: an answer stays the same
            return self._light
        with self._lock:
            if self._fast is None:
                self._fast = self._load_fast()
        return self._fast


def advice(embedder: Embedder, papers: int) -> str:
    """Which embedding model would index `papers` papers in minutes where this one takes hours; else empty."""
    if not embedder.slow or papers < _LARGE:
        return ""
    return f"For a library so large, set CITEWELL_EMBEDDING_MODEL={weights.STATIC}: it indexes many times as fast."


def load_embedder(name: str, cache: Path) -> Embedder:
    """The embedder called `name`: `citewell-static`, a folder, or a name on the hub.

    The static model stands in for MiniLM where its weights are not to be had, and says so in
    `note`. `cache` is a folder for what is cheap to make again. Raises EmbeddingError, which
    says what to do, when there are no weights or they are not a model's.
    """
    try:
        return _load_folder(name, weights.find_folder(name, cache), cache)
    except weights.MissingWeights as error:
        if not weights.is_default(name):
            raise
        note = f"{error} Meanwhile {weights.STATIC} stands in."
        return _load_folder(weights.STATIC, weights.find_folder(weights.STATIC, cache), cache, note)


def _load_folder(name: str, folder: Path, cache: Path, note: str = "") -> Embedder:
    from store.encoders.bert import BertEncoder
    from store.encoders.static import StaticEncoder

    fingerprint = _fingerprint(name, folder, cache)
    # What is no such model may fail in any way, and the last says how: tokenizers raise a bare Exception.
    with suppress(Exception):
        return Embedder(fingerprint, StaticEncoder(folder), note=note)
    with suppress(Exception):
        return Embedder(fingerprint, BertEncoder(folder, alone=True), lambda: load_fast(folder))
    reference = ReferenceEncoder(folder)
    return Embedder(fingerprint, reference, lambda: reference)


def load_fast(folder: Path) -> Encoder:
    """A BERT for many texts: on a GPU where there is one, else on all cores."""
    from store.encoders.torch_bert import TorchBert, has_gpu

    if has_gpu():
        return TorchBert(folder)
    from store.encoders.onnx_bert import OnnxBert

    return OnnxBert(folder)


def _fingerprint(name: str, folder: Path, cache: Path) -> str:
    """The model's name and a part of its weights' SHA-256."""
    sums = [weights.checksum(path, cache)[:12] for path in sorted(folder.rglob(weights.WEIGHTS))]
    return "-".join([Path(name).name, *sums])


class ReferenceEncoder:
    """The reference, and the engine for all but plain BERTs: a SentenceTransformer, on a GPU if there is one."""

    def __init__(self, folder: Path) -> None:
        """Reads `folder`; raises EmbeddingError when it is not a sentence-transformers model."""
        self._model = _load(folder)
        self.dimension = self._model.get_embedding_dimension() or 0

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
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise EmbeddingError(
            f"{folder} is not a sentence-transformers model ({reason}); "
            f"set CITEWELL_EMBEDDING_MODEL to one or unset it."
        ) from None


def _unit(vectors: np.ndarray) -> np.ndarray:
    vectors = np.asarray(vectors, dtype=np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
