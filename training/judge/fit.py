"""Fits how the judges' findings make a score, and the thresholds: rag/verifying/check.json.

    python -m training.judge.fit CORPUS.jsonl.xz [CLAIMS.jsonl ...]

On claims of papers that gave none to train on (the validation part), and on files of labelled claims with sources.
Of the false ones at most FALSE_SHOWN are shown as supported there, of the true ones at most TRUE_DENIED as unsupported;
on claims of other writers more of both are (docs/evaluation.md).
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rag.evaluating.claims import area_under_curve
from rag.language.terms import plain
from rag.verifying import verify
from rag.verifying.abstracts import read
from rag.verifying.claims import read_claims
from rag.verifying.clauses import bare, without_opening
from rag.verifying.scoring import NUMBERS, features, opinions, weigh
from rag.verifying.verify import Case
from store.records import Paper
from training.judge.rows import corpus_papers, natural_claims

FALSE_SHOWN = 0.11  # share of the false claims that may be shown as supported
TRUE_DENIED = 0.025  # share of the true claims that may be shown as unsupported
BARRED = 0.3  # what is left of the score of a claim with a number or name that is not there


def main() -> None:
    """Fit, print how the claims fare, write check.json."""
    parser = argparse.ArgumentParser(prog="python -m training.judge.fit", description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("claims", type=Path, nargs="*", help="labelled claims with sources, to tune on as well")
    args = parser.parse_args()
    rows = [*_validation(args.corpus), *(row for file in args.claims for row in _labelled(file))]
    values = [features(c.claim, c.readings, opinions(c.claim, c.readings)) for c, _ in rows]
    names = sorted(values[0])
    weights = _fitted(np.array([[v[name] for name in names] for v in values]), [true for _, true in rows])
    numbers = {"weights": dict(zip([*names, "constant"], weights, strict=True)), "barred": BARRED}
    scores = [(_score(case, v, numbers), true) for (case, true), v in zip(rows, values, strict=True)]
    numbers |= _thresholds(scores)
    NUMBERS.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    print(f"{len(rows)} claims, AUC {area_under_curve(scores):.3f}")
    print(json.dumps(numbers, indent=1))


def _validation(corpus: Path) -> Iterator[tuple[Case, bool]]:
    claims = [claim for claim in natural_claims() if claim.part == "validation"]
    papers = corpus_papers(corpus, {i for claim in claims for i in claim.paper_ids})
    for claim in claims:
        yield _case(claim.text, [papers[i] for i in claim.paper_ids]), claim.label == "supported"


def _labelled(file: Path) -> Iterator[tuple[Case, bool]]:
    for claim in read_claims(file.read_text(encoding="utf-8").splitlines(), str(file), lambda ids: []):
        case = _case(claim.text, list(claim.papers))
        if claim.given["label"] in ("true", "false") and not verify.is_foreign(case.claim, case.premise):
            yield case, claim.given["label"] == "true"


def _case(claim: str, papers: list[Paper]) -> Case:
    said = without_opening(plain(bare(claim)))
    return Case(said, claim, tuple(papers), tuple(read(said, papers)))


def _fitted(values: np.ndarray, true: list[bool]) -> list[float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, max_iter=1000).fit(values, true)
    return [round(float(w), 4) for w in (*model.coef_[0], *model.intercept_)]


def _score(case: Case, values: dict[str, float], numbers: dict) -> float:
    score = weigh(values, numbers["weights"])
    barred = verify.bars(case)
    return score * numbers["barred"] if barred else score


def _thresholds(scores: list[tuple[float, bool]]) -> dict[str, float]:
    true, false = (np.array([s for s, label in scores if label is kind]) for kind in (True, False))
    supported = float(np.quantile(false, 1 - FALSE_SHOWN))
    unsupported = float(np.quantile(true, TRUE_DENIED))
    print(
        f"true shown supported {np.mean(true >= supported):.3f}, false unsupported {np.mean(false < unsupported):.3f}"
    )
    return {"supported": round(supported, 4), "unsupported": round(min(unsupported, supported), 4)}


if __name__ == "__main__":
    main()
