"""Papers into the place of record: new, merged with what is known, or known already."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from store.dedup import identify, join
from store.papers import Papers
from store.progress import Progress
from store.records import AddReport, Paper, Skipped

_BATCH = 1_000  # papers a transaction


def record(papers: Papers, new: Iterable[Paper], progress: Progress) -> AddReport:
    """Keep the `new` papers, a batch a transaction; what is kept survives an interruption.

    Records without an abstract add to papers that are known once all others are in;
    those that match none are skipped.
    """
    counts: Counter[str] = Counter()
    bare: list[Paper] = []
    for batch in _batches(_with_abstract(new, bare)):
        with papers.transaction():
            counts.update(_keep(papers, paper) for paper in batch)
        progress(counts.total(), 0, "papers read")
    skipped: list[Skipped] = []
    with papers.transaction():
        for paper in bare:
            if join(papers.sharing_keys(identify(paper)), identify(paper))[0]:
                counts[_keep(papers, paper)] += 1
            else:
                skipped.append(Skipped(", ".join((*paper.sources, paper.title)), "no abstract"))
    return AddReport(
        counts.total() + len(skipped), counts["added"], counts["merged"], counts["unchanged"], tuple(skipped)
    )


def keep_all(papers: Papers, new: Iterable[Paper]) -> None:
    """Keep all `new` papers within the caller's transaction."""
    for paper in new:
        _keep(papers, paper)


def _with_abstract(papers: Iterable[Paper], bare: list[Paper]) -> Iterator[Paper]:
    for paper in papers:
        if paper.abstract.strip():
            yield paper
        else:
            bare.append(paper)


def _batches(papers: Iterator[Paper]) -> Iterator[list[Paper]]:
    while batch := list(islice(papers, _BATCH)):
        yield batch


def _keep(papers: Papers, paper: Paper) -> str:
    paper = identify(paper)
    known = dict(papers.sharing_keys(paper))
    found, whole = join(list(known.items()), paper)
    if not found:
        papers.insert(paper)
        return "added"
    first, *others = found
    if whole == known[first] and not others:
        return "unchanged"
    for other in others:
        papers.delete(known[other].paper_id, heir=first)
    papers.update(first, whole)
    return "merged"
