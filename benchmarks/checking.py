"""How long the check of one answer takes: every sentence of a gold answer, against the papers it cites.

    python -m benchmarks.checking --questions benchmarks/questions/*.jsonl --out benchmarks/results/checking.json

Gold answers are paraphrases, so each sentence takes the whole way through the checker; a sentence copied
from an abstract is recognised at once. Each answer is checked as new: no sentence was seen before.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.claims import Claim, gold_claims
from benchmarks.machine import facts
from rag.evaluating.measures import quantile
from rag.settings import read_settings
from rag.verifying.verify import Verifier
from store.library import Library


def main() -> None:
    """Check every gold answer and write the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    settings = read_settings()
    with Library.open(settings.home, settings.embedding_model) as library:
        papers = list(library.papers())
        verifier = Verifier()
        _time(verifier, gold_claims(args.questions[0], papers)[:1])  # the first one loads what is loaded once
        times = {path.stem: times_of(verifier, gold_claims(path, papers)) for path in args.questions}
    every = [ms for some in times.values() for ms in some]
    result = {
        "machine": facts(),
        "answers": len(every),
        "ms an answer": {"median": round(quantile(every, 0.5), 1), "p95": round(quantile(every, 0.95), 1)},
        "by file": {name: round(quantile(some, 0.5), 1) for name, some in times.items()},
    }
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result["ms an answer"]), json.dumps(result["by file"]))


def times_of(verifier: Verifier, claims: list[Claim]) -> list[float]:
    """The milliseconds each answer takes."""
    answers: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        answers[claim.answer].append(claim)
    return [_time(verifier, sentences) for sentences in answers.values()]


def _time(verifier: Verifier, claims: list[Claim]) -> float:
    started = time.perf_counter()
    for claim in claims:
        verifier.check(claim.text, claim.papers)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
