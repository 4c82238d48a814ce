"""`citewell eval --mine`: search tests made from the user's own library, with nobody to write questions.

Two tests, both after the way retrievers are trained without labels (inverse cloze task, Lee et al. 2019):
a paper's title must find its abstract, and one sentence must find the rest of its abstract. What is searched
for is taken out of the indexed text first: the tests run on a library of their own, in a temporary folder.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.evaluating.measures import Progress, followed, quantile, recall_at, reciprocal_rank
from rag.search.retrieve import retrieve
from store.records import Paper
from store.sentences import sentence_spans

if TYPE_CHECKING:
    from store.library import Library

TITLE, SENTENCE = "title finds its abstract", "left-out sentence finds the rest"
RECALL_AT = (1, 10)
# Most papers in the test's own library, and most questions of each kind: about a minute on two cores.
LARGEST, MOST_QUESTIONS = 1_000, 200
_SEED = 20
_FEWEST_WORDS = 8


@dataclass(frozen=True, slots=True)
class SearchTest:
    """Searching `query` must find paper `paper_id`."""

    kind: str
    query: str
    paper_id: str


@dataclass(frozen=True, slots=True)
class MinedRow:
    """The results of one kind of test: shares from 0 to 1, time of a search in milliseconds."""

    kind: str
    questions: int
    recall: dict[int, float]
    mrr: float
    p50_ms: float


@dataclass(frozen=True, slots=True)
class MinedReport:
    """The rows, the number of papers searched, and how many of the library's were left aside."""

    papers: int
    left_aside: int
    rows: tuple[MinedRow, ...]


def mine(library: "Library", embedding_model: str, progress: Progress | None = None) -> MinedReport:
    """Measures the search on tests made from `library`, which is only read.

    Raises QuestionError for a library with fewer than two papers.
    """
    from store.library import Library

    papers = list(library.papers())
    if len(papers) < 2:
        raise QuestionError("The library has fewer than two papers; add some first.")
    chosen = Random(_SEED).sample(papers, min(LARGEST, len(papers)))
    changed, tests = search_tests(chosen)
    results: dict[str, list[tuple[SearchTest, list[str], float]]] = {}
    with (
        TemporaryDirectory(prefix="citewell-mine-") as folder,
        Library.open(Path(folder), embedding_model, seed=False) as own,
    ):
        own.add(changed)
        for test in followed(tests, progress):
            started = time.perf_counter()
            found = [f.paper.paper_id for f in retrieve(own, test.query, max(RECALL_AT))]
            results.setdefault(test.kind, []).append((test, found, 1000 * (time.perf_counter() - started)))
    rows = tuple(_row(kind, some) for kind, some in results.items())
    return MinedReport(len(chosen), len(papers) - len(chosen), rows)


def _row(kind: str, results: Sequence[tuple[SearchTest, list[str], float]]) -> MinedRow:
    recall = {k: fmean(recall_at(found, {test.paper_id}, k) for test, found, _ in results) for k in RECALL_AT}
    mrr = fmean(reciprocal_rank(found, {test.paper_id}) for test, found, _ in results)
    return MinedRow(kind, len(results), recall, mrr, quantile([ms for *_, ms in results], 0.5))


def search_tests(papers: Sequence[Paper]) -> tuple[list[Paper], list[SearchTest]]:
    """The papers to index and the tests to run on them.

    Turn by turn a paper loses its title or one sentence of its abstract, which becomes the query.
    """
    random, changed, tests = Random(_SEED), list[Paper](), list[SearchTest]()
    for i, paper in enumerate(papers):
        kind = TITLE if i % 2 == 0 else SENTENCE
        cut = _without_title(paper) if kind == TITLE else _without_sentence(paper, random)
        if cut is None or len(tests) >= 2 * MOST_QUESTIONS:
            changed.append(paper)
            continue
        changed.append(cut[0])
        tests.append(SearchTest(kind, cut[1], paper.paper_id))
    return changed, tests


def _without_title(paper: Paper) -> tuple[Paper, str] | None:
    return (replace(paper, title=paper.paper_id), paper.title) if paper.title and paper.abstract else None


def _without_sentence(paper: Paper, random: Random) -> tuple[Paper, str] | None:
    spans = sentence_spans(paper.abstract)
    long = [(a, b) for a, b in spans if len(paper.abstract[a:b].split()) >= _FEWEST_WORDS]
    if len(spans) < 3 or not long:
        return None
    start, end = random.choice(long)
    rest = f"{paper.abstract[:start].rstrip()} {paper.abstract[end:].lstrip()}".strip()
    return replace(paper, abstract=rest), paper.abstract[start:end]
