"""What MiniLM makes of the shipped papers, shipped as well: a new library need not embed them.

`python -m store.collection.embedded` makes the file anew, in float32, when the papers, their passages or the
model change; a text that is not in it is embedded like any other.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from store.blobs import Blobs

KINDS = ("vectors", "words")
FILE = Path(__file__).parent / "embedded.npz"


def embedded(kind: str, fingerprint: str) -> Callable[[], dict[bytes, bytes]]:
    """A reader of the blobs by key of `kind`, "vectors" or "words"; of another model there are none."""

    def read() -> dict[bytes, bytes]:
        if not FILE.is_file():
            return {}
        with np.load(FILE) as arrays:
            if arrays["model"] != fingerprint:
                return {}
            ends = arrays[f"{kind} ends"].tolist()
            blob = arrays[kind].tobytes()
            keys = [row.tobytes() for row in arrays[f"{kind} keys"]]
        return {key: blob[start:end] for key, start, end in zip(keys, [0, *ends], ends, strict=False)}

    return read


def write(blobs: Mapping[str, Mapping[bytes, bytes]], fingerprint: str, path: Path) -> None:
    """The file of these blobs, by kind and key."""
    arrays: dict[str, np.ndarray] = {"model": np.array(fingerprint)}
    for kind, found in blobs.items():
        ordered = sorted(found.items())
        arrays[f"{kind} keys"] = np.array([np.frombuffer(key, np.uint8) for key, _ in ordered])
        arrays[f"{kind} ends"] = np.cumsum([len(blob) for _, blob in ordered])
        arrays[kind] = np.frombuffer(b"".join(blob for _, blob in ordered), np.uint8)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def make(path: Path) -> None:
    """Embed the shipped papers by the default model in float32 and write the file."""
    from store.embeddings import Embedder, load_embedder
    from store.encoders.bert import BertEncoder
    from store.encoders.weights import DEFAULT, find_folder
    from store.library import Library

    path.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        encoder = BertEncoder(find_folder(DEFAULT, home))
        exact = Embedder(load_embedder(DEFAULT, home).fingerprint, encoder, lambda: encoder)
        Library.open(home, DEFAULT, embedder=exact).close()
        kept = {kind: Blobs(next((home / "cache").glob(f"{kind}-*.db"))) for kind in KINDS}
        write({kind: blobs.items() for kind, blobs in kept.items()}, exact.fingerprint, path)


if __name__ == "__main__":
    make(FILE)
    print(f"{FILE}: {FILE.stat().st_size:,} bytes", file=sys.stderr)
