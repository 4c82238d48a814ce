"""Fits what the verifier decides by; each command prints, or writes, what the program carries.

    python -m benchmarks.fit_verify words --corpus FILE          → rag/language/word_weights.tsv
    python -m benchmarks.fit_verify thresholds --questions FILE --corpus FILE → constants of rag/verifying/verify.py

The thresholds separate true claims (gold answers, authors' summaries) cited rightly from the same
claims cited to the nearest other paper: logistic regression on the numbers of rag.verifying.support.Support.
"""

import argparse
import json
import math
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.claims import Claim, corpus, gold_claims
from benchmarks.mutations import neighbours
from rag.language import terms
from rag.settings import DEFAULT_EMBEDDING_MODEL
from rag.verifying.clauses import without_opening
from rag.verifying.support import abstract_text, support
from store.library import Library
from store.records import Paper

LEAST = 80  # abstracts that have to use a word for it to be listed
SUMMARIES = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two fits."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit_verify", description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("words", "thresholds"))
    parser.add_argument("--corpus", type=Path, required=True, help="a jsonl.xz of papers, some with a `tldr`")
    parser.add_argument("--questions", type=Path, nargs="*", default=[], help="questions files with gold answers")
    parser.add_argument("--library", type=Path, help="a library folder; the shipped collection when left out")
    options = parser.parse_args(arguments)
    return fit_words(options.corpus) if options.what == "words" else fit_thresholds(options)


def fit_words(file: Path) -> int:
    """Count in how many abstracts each stem stands in small letters; write the weights."""
    import lzma

    found: Counter[str] = Counter()
    count = 0
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            count += 1
            words = terms.words(terms.plain(json.loads(line)["abstract"]))
            found.update({w.stem for w in words if w.text.islower() and w.text not in terms.STOP and len(w.text) > 1})
    rows = [f"{word}\t{math.log(count / n):.1f}\n" for word, n in sorted(found.items()) if n >= LEAST]
    (Path(terms.__file__).parent / "word_weights.tsv").write_text("".join(rows), encoding="utf-8")
    print(f"{len(rows)} words from {count} abstracts")
    return 0


def fit_thresholds(options: argparse.Namespace) -> int:
    """Print the weights with and without vectors, and what share of true and moved claims they let pass."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(options.library or Path(folder), DEFAULT_EMBEDDING_MODEL)
        rows = []
        papers = list(library.papers())
        for file in options.questions:
            rows += _rows(gold_claims(file, papers), papers, library)
        rows += _rows(*corpus(options.corpus, SUMMARIES, random.Random(1)), library)
    for name, columns in (("WITH_VECTORS", slice(0, 5)), ("WITHOUT_VECTORS", slice(0, 3))):
        _fit(name, [row[columns] for row, _ in rows], [true for _, true in rows])
    return 0


def _rows(claims: Sequence[Claim], papers: Sequence[Paper], library: Library) -> list[tuple[list[float], bool]]:
    """The numbers of each claim that cites one paper, against that paper and against its neighbour."""
    nearest = neighbours(papers, library)
    rows = []
    for claim in claims:
        if len(claim.papers) == 1:
            for paper in (claim.papers[0], nearest[claim.papers[0].paper_id]):
                rows.append((_numbers(claim.text, paper, library), paper is claim.papers[0]))
    return rows


def _numbers(claim: str, paper: Paper, library: Library) -> list[float]:
    text = abstract_text(paper)
    said = without_opening(terms.plain(claim))
    vectors = library.embed([paper.abstract[start:end] for start, end in text.spans])
    found = support(said, text, library.embed([said])[0], vectors)
    return [found.alone, found.both, found.anywhere, found.near, found.near_both]


def _fit(name: str, numbers: list[list[float]], true: list[bool]) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    model = LogisticRegression(C=10, max_iter=1000)
    odds = cross_val_predict(model, numbers, true, cv=5, method="predict_proba")[:, 1]
    model.fit(numbers, true)
    print(f"{name} = ({', '.join(f'{w:.1f}' for w in model.coef_[0])}; {model.intercept_[0]:.1f})")
    for least in (0.05, 0.1, 0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        passed = [
            sum(p >= least for p, t in zip(odds, true, strict=True) if t is kind) / true.count(kind)
            for kind in (True, False)
        ]
        print(f"  p >= {least:.2f}: true {passed[0]:.3f}, moved {passed[1]:.3f}")


if __name__ == "__main__":
    sys.exit(main())
