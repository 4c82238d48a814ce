"""Citation keys of papers, and authors as running text names them."""

from collections.abc import Iterable, Sequence

from store.citekeys import base_key, endings
from store.names import split_name
from store.records import Paper


def in_text(authors: Sequence[str]) -> str:
    """Authors as running text names them: "Kang et al.", "Yuan and Fox", "Plato"; empty without any."""
    names = [split_name(author).surname for author in authors]
    return f"{names[0]} et al." if len(names) > 2 else " and ".join(names)


def citation_keys(papers: Iterable[Paper]) -> dict[str, str]:
    """paper_id → key: the papers' own, and for those outside a library one made here, unique over `papers`."""
    every = {paper.paper_id: paper for paper in papers}
    keys = {paper_id: paper.citekey for paper_id, paper in every.items() if paper.citekey}
    taken = {key.lower() for key in keys.values()}
    for paper_id in sorted(every.keys() - keys.keys()):
        keys[paper_id] = next(key for key in endings(base_key(every[paper_id])) if key.lower() not in taken)
        taken.add(keys[paper_id].lower())
    return keys
