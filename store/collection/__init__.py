"""The papers that ship with Citewell."""

from pathlib import Path

from store.dedup import merge_all
from store.readers import read_papers
from store.records import Paper


def shipped_papers() -> list[Paper]:
    """The papers of the two listing pages, with what the metadata knows of them."""
    folder = Path(__file__).parent
    files = [*sorted(folder.glob("listing-*.txt")), folder / "metadata.jsonl"]
    return merge_all(paper for path in files for paper in read_papers(path)[0])
