"""Counts which words are predicates: `python -m benchmarks.fit_predicates CORPUS` → rag/language/predicates.tsv.

Of each word, as it is written, the share of its uses that follow "can", "does", "to" and the like (a verb in its base
form), and the share that follow "is", "are" and the like (what something is, or has done to it).
"""

import argparse
import json
import lzma
import re
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

from rag.language import terms

_MODAL = frozenset(terms.listed("can cannot could will would may might does do did doesn't must should"))
_BEING = frozenset(terms.listed("is are was were be been remain remains"))
_BETWEEN = frozenset(terms.listed("not also often still even more very highly less much further only effectively"))
LEAST, RATE, SHARE = 5, 0.01, 25  # times as a predicate, share of uses; uses of a word that is counted at all


def main() -> int:
    """Count, and write the words that are predicates often enough."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit_predicates", description=__doc__)
    parser.add_argument("corpus", type=Path, help="a jsonl.xz of papers")
    uses: Counter[str] = Counter()
    found: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    with lzma.open(parser.parse_args().corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            _count(re.findall(r"[a-z][a-z'-]*", json.loads(line)["abstract"].lower()), uses, found)
    shares = {w: [min(1.0, some[w] / n) for some in found] for w, n in uses.items() if n >= SHARE}
    kept = {w: pair for w, pair in shares.items() if max(pair) >= RATE and max(some[w] for some in found) >= LEAST}
    rows = [f"{w}\t{verb:.2f}\t{being:.2f}\n" for w, (verb, being) in sorted(kept.items()) if w not in terms.STOP]
    (Path(terms.__file__).parent / "predicates.tsv").write_text("".join(rows), encoding="utf-8")
    print(f"{len(rows)} words")
    return 0


def _count(words: list[str], uses: Counter[str], found: tuple[Counter[str], Counter[str]]) -> None:
    uses.update(words)
    before = ""
    for word, following in pairwise(words):
        lead = before if word in _BETWEEN else word
        found[0][following] += lead in _MODAL
        found[1][following] += lead in _BEING
        before = word


if __name__ == "__main__":
    sys.exit(main())
