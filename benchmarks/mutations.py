"""How many false claims the verifier flags, by what made them false, and how many true ones it accepts.

    python -m benchmarks.mutations --questions FILE... [--library HOME] [--corpus FILE] --out FILE

True claims are the sentences of gold answers and of abstracts; a corpus with author-written
summaries adds those. A claim counts as flagged when it is shown neither as supported
nor as quoted.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import mutate
from benchmarks.claims import Claim, abstract_claims, corpus, gold_claims
from rag.settings import DEFAULT_EMBEDDING_MODEL
from rag.verifying.verify import Verifier
from store.library import Library
from store.records import Paper

SEED = 20
NEGATIONS = ("negation put in", "negation taken out")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; prints a table and writes the JSON of it."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(options.library or Path(folder), options.model)
        results = {
            name: measure(claims, papers, library, not options.words)
            for name, claims, papers in _sets(options, list(library.papers()))
        }
    for name, result in results.items():
        print(_table(name, result))
    if options.out:
        options.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description=__doc__.split("\n")[0])
    parser.add_argument("--questions", type=Path, nargs="+", required=True, help="questions files with gold answers")
    parser.add_argument("--library", type=Path, help="a library folder; the shipped collection when left out")
    parser.add_argument("--model", default=DEFAULT_EMBEDDING_MODEL, help="embedding model of the library")
    parser.add_argument("--corpus", type=Path, help="a jsonl.xz of papers, some with a `tldr`")
    parser.add_argument("--count", type=int, default=250, help="summaries of the corpus to take")
    parser.add_argument("--words", action="store_true", help="check by words alone, without vectors")
    parser.add_argument("--out", type=Path, help="where to write the JSON")
    return parser


def _sets(options: argparse.Namespace, papers: list[Paper]) -> Iterator[tuple[str, list[Claim], list[Paper]]]:
    """The sets of true claims, each with the papers that its false ones may draw on."""
    for file in options.questions:
        yield file.stem, gold_claims(file, papers), papers
    yield "abstracts", abstract_claims(papers, random.Random(SEED)), papers
    if options.corpus:
        yield "summaries", *corpus(options.corpus, options.count, random.Random(SEED))


def cases(
    claims: Sequence[Claim],
    papers: Sequence[Paper],
    neighbour: dict[str, Paper],
) -> Iterator[tuple[str, str, tuple[Paper, ...]]]:
    """Every claim as it is ("true") and in each false form it can take: kind, text, cited papers."""
    rng = random.Random(SEED)
    names = mutate.system_names([p.title for p in papers], [p.abstract for p in papers])
    kinds = {
        "number changed": mutate.change_number,
        "number borrowed": mutate.borrow_number,
        NEGATIONS[0]: mutate.put_negation,
        NEGATIONS[1]: mutate.remove_negation,
        "name swapped": mutate.name_swapper(names),
        "direction flipped": mutate.flip_direction,
        "roles swapped": mutate.swap_roles,
    }
    for claim in claims:
        yield "true", claim.text, claim.papers
        moved = neighbour[claim.papers[-1].paper_id]
        if moved not in claim.papers:
            yield "citation moved", claim.text, (*claim.papers[:-1], moved)
        told = " ".join(f"{p.title} {p.abstract}" for p in claim.papers)
        for kind, make in kinds.items():
            false = make(claim.text, rng, told)
            if false and false != claim.text:
                yield kind, false, claim.papers


def neighbours(papers: Sequence[Paper], library: Library) -> dict[str, Paper]:
    """For each paper the other one whose abstract is nearest in meaning."""
    import numpy as np

    vectors = library.embed([f"{p.title}. {p.abstract}" for p in papers])
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -1)
    return {paper.paper_id: papers[int(i)] for paper, i in zip(papers, likeness.argmax(axis=1), strict=True)}


def measure(claims: list[Claim], papers: list[Paper], library: Library, by_meaning: bool) -> dict:
    """The verdicts on `claims` and on their false forms, by kind, and the time of a check."""
    verifier = Verifier()
    verdicts: dict[str, Counter] = defaultdict(Counter)
    times = []
    made = list(cases(claims, papers, neighbours(papers, library)))
    for i, (kind, text, cited) in enumerate(made, 1):
        start = time.perf_counter()
        finding = verifier.check(text, cited)
        verdicts[kind]["supported" if finding.holds else finding.verdict] += 1
        times.append((time.perf_counter() - start) * 1000)
        if sys.stderr.isatty():
            print(f"\r{i}/{len(made)}", end="", file=sys.stderr)
    negated = sum((verdicts[kind] for kind in NEGATIONS), Counter())
    rows = {kind: _row(counts) for kind, counts in {**verdicts, "negation, both": negated}.items()}
    return {"kinds": rows, "ms_a_claim_median": round(statistics.median(times), 2)}


def _row(counts: Counter) -> dict:
    total = sum(counts.values())
    shares = (
        {verdict: round(counts[verdict] / total, 3) for verdict in ("supported", "weak", "unsupported")}
        if total
        else {}
    )
    return {"n": total, **shares, "flagged": round(1 - counts["supported"] / total, 3) if total else None}


def _table(name: str, result: dict) -> str:
    lines = [
        f"\n{name}  (median {result['ms_a_claim_median']} ms a claim)",
        f"  {'kind':20}{'n':>6}{'flagged':>9}{'supported':>11}{'weak':>7}{'unsupported':>13}",
    ]
    for kind, row in result["kinds"].items():
        if row["n"]:
            lines.append(
                f"  {kind:20}{row['n']:>6}{row['flagged']:>9.3f}{row['supported']:>11.3f}"
                f"{row['weak']:>7.3f}{row['unsupported']:>13.3f}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
