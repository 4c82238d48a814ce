"""Does the sentence that a draft tells of a paper say what its authors say of it? Measured on their own summaries.

    python -m benchmarks.telling CORPUS.jsonl.xz [--count N]

CORPUS has a JSON object a line with title, abstract, authors and, for some, `tldr`: one sentence that the authors
wrote of their paper. How near a statement comes to it is the mean of the cosine and of the shared words (F1 of
stems by weight). Compared: the statement that drafts tell, the first one, the one nearest to the title, and the
best there is.
"""

import argparse
import json
import lzma
import random
import tempfile
from pathlib import Path
from statistics import fmean

from benchmarks import machine
from rag.language.terms import content_stems, plain, weight
from rag.records import Embed
from rag.settings import DEFAULT_EMBEDDING_MODEL
from rag.telling.statements import Statement, ranked_statements, statements
from rag.telling.thirdperson import third_person
from store.library import Library
from store.records import Paper

COUNT, SEED = 300, 7


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--count", type=int, default=COUNT, help=f"papers to take (default: {COUNT})")
    args = parser.parse_args()
    told = _summed_up(args.corpus)
    random.Random(SEED).shuffle(told)
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder), DEFAULT_EMBEDDING_MODEL, seed=False) as library,
    ):
        rows = [row for record in told[: args.count] if (row := _nearness(record, library.embed))]
    results = {"papers": len(rows), **{name: round(fmean(row[name] for row in rows), 3) for name in rows[0]}}
    print(results)
    machine.write("telling", results)


def _summed_up(path: Path) -> list[dict]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [record for record in map(json.loads, lines) if record.get("tldr")]


def _nearness(record: dict, embed: Embed) -> dict[str, float] | None:
    """How near each way of choosing comes to the summary; None where nothing can be told."""
    paper = Paper(record["id"], record["title"], record["abstract"], tuple(record["authors"]), record["year"])
    found = [s for s in statements(paper) if third_person(s.text, paper, "")]
    if len(found) < 2:
        return None
    *vectors, title, summary = embed([*(s.text for s in found), paper.title, record["tldr"]])
    near = {s: (float(v @ summary) + _shared(s, record["tldr"])) / 2 for s, v in zip(found, vectors, strict=True)}
    to_title = {s: float(v @ title) for s, v in zip(found, vectors, strict=True)}
    chosen = next(s for s in ranked_statements(paper, title, embed) if s in near)
    return {
        "drafts": near[chosen],
        "first": near[found[0]],
        "nearest to the title": near[max(found, key=to_title.get)],
        "best": max(near.values()),
    }


def _shared(statement: Statement, summary: str) -> float:
    ours, theirs = content_stems(plain(statement.text)), content_stems(plain(summary))
    both = sum(map(weight, ours & theirs))
    return 2 * both / max(1e-9, sum(map(weight, ours)) + sum(map(weight, theirs)))


if __name__ == "__main__":
    main()
