"""A small library whose vectors can be worked out by hand, and all that tells two of them apart."""

from pathlib import Path

from fakes import WordEmbedder

from store.library import Library
from store.records import Paper

TOPICS = ["gripper", "walking", "vision", "planning", "speech", "maps", "games", "video", "touch", "text"]
LOOK = "We look at {0} in setting {1}. "
HELP = "It helps {0} by {1} percent. The end."
NEW = [
    Paper("", f"Study {n} of {topic}", LOOK.format(topic, n) * (1 + n % 4) + HELP.format(TOPICS[(n + 3) % 10], n))
    for n, topic in enumerate(TOPICS * 6)
]


def open_empty(home: Path, embedder: WordEmbedder | None = None, model: str = "words") -> Library:
    return Library.open(home, model, embedder=embedder or WordEmbedder(), seed=False)


def state(library: Library) -> object:
    """All that a user can tell two libraries apart by."""
    words = [[(i, round(score, 3)) for i, score in library.by_words(topic, 9)] for topic in TOPICS]
    return list(library.papers()), nearest(library), words


def nearest(library: Library) -> dict[str, object]:
    """The best passage for the text of some papers: no two are equally near."""
    some = [paper for paper in library.papers() if paper.title.split()[1] in ("7", "21", "34", "58")]
    found = {paper.paper_id: library.by_meaning(f"{paper.title}. {paper.abstract}", 1) for paper in some}
    return {i: [(hit.passage, round(hit.score, 3)) for hit in hits] for i, hits in found.items()}
