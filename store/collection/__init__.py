"""The papers that ship with Citewell, and what MiniLM makes of them: a new library need not embed them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from store.merging import merge_all
from store.readers import read_papers
from store.records import Paper

EMBEDDED = Path(__file__).parent / "embedded.npz"  # made by `python -m training.embedded`


def shipped_papers() -> list[Paper]:
    """The papers of the two listing pages, with what the metadata knows of them."""
    folder = Path(__file__).parent
    files = [*sorted(folder.glob("listing-*.txt")), folder / "metadata.jsonl"]
    papers = merge_all(paper for path in files for paper in read_papers(path).papers)
    return [replace(paper, origins={}) for paper in papers]  # their keys are ours: one of the user's own goes first


def embedded(kind: str, fingerprint: str) -> Callable[[], dict[bytes, bytes]]:
    """A reader of the shipped blobs of `kind`, "vectors" or "words", by key; of another model there are none."""

    def read() -> dict[bytes, bytes]:
        import numpy as np

        if not EMBEDDED.is_file():
            return {}
        with np.load(EMBEDDED) as arrays:
            if arrays["model"] != fingerprint:
                return {}
            ends = arrays[f"{kind} ends"].tolist()
            blob = arrays[kind].tobytes()
            keys = [row.tobytes() for row in arrays[f"{kind} keys"]]
        return {key: blob[start:end] for key, start, end in zip(keys, [0, *ends], ends, strict=False)}

    return read
