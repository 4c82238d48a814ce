"""The user's library, opened as the settings say: the one place that does."""

from rag.settings import Settings
from store.library import Library
from store.records import Progress


def open_library(settings: Settings, progress: Progress | None = None) -> Library:
    """The library of the settings' home. Raises StoreError, EmbeddingError."""
    return Library.open(
        settings.home, settings.embedding_model, progress, seed=settings.shipped_papers, server=settings.chroma_server
    )
