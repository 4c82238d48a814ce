"""Makes the shipped vectors anew: `python -m training.embedded`.

They are MiniLM's, in float32, rounded as the library keeps them. Run it when the shipped papers, their passages or
the model change; a text that is not among them is embedded like any other.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from store.cache import Cache
from store.collection import EMBEDDED
from store.encoders import Embedder, load_embedder
from store.encoders.bert import BertEncoder
from store.encoders.weights import DEFAULT, find_folder
from store.library import Library
from store.sentences import abstract_sentences

KINDS = ("vectors", "words")


def make(path: Path) -> None:
    """Embed the shipped papers by the default model and write the file."""
    path.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        encoder = BertEncoder(find_folder(DEFAULT, home), alone=True)
        exact = Embedder(load_embedder(DEFAULT, home).fingerprint, encoder, lambda: encoder)
        with Library.open(home, DEFAULT, embedder=exact) as library:
            papers = list(library.papers())
            library.embed([text for paper in papers for text in abstract_sentences(paper)], papers)
        kept = {kind: Cache(next((home / "cache").glob(f"{kind}-*.db"))) for kind in KINDS}
        write({kind: blobs.items() for kind, blobs in kept.items()}, exact.fingerprint, path)


def write(blobs: Mapping[str, Mapping[bytes, bytes]], fingerprint: str, path: Path) -> None:
    """The file of these blobs, by kind and key, as `store.collection.embedded` reads it."""
    arrays: dict[str, np.ndarray] = {"model": np.array(fingerprint)}
    for kind, found in blobs.items():
        ordered = sorted(found.items())
        arrays[f"{kind} keys"] = np.array([np.frombuffer(key, np.uint8) for key, _ in ordered])
        arrays[f"{kind} ends"] = np.cumsum([len(blob) for _, blob in ordered])
        arrays[kind] = np.frombuffer(b"".join(blob for _, blob in ordered), np.uint8)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # numpy's own stub takes no mapping


if __name__ == "__main__":
    make(EMBEDDED)
    print(f"{EMBEDDED}: {EMBEDDED.stat().st_size:,} bytes", file=sys.stderr)
