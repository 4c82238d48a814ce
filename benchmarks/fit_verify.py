"""Counts what the check weighs words by: `python -m benchmarks.fit_verify CORPUS` → rag/language/word_weights.tsv."""

import argparse
import json
import lzma
import math
import sys
from collections import Counter
from pathlib import Path

from rag.language import terms

LEAST = 80  # abstracts that have to use a word for it to be listed


def main() -> int:
    """Count in how many abstracts each stem stands in small letters; write the weights."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit_verify", description=__doc__)
    parser.add_argument("corpus", type=Path, help="a jsonl.xz of papers")
    found: Counter[str] = Counter()
    count = 0
    with lzma.open(parser.parse_args().corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            count += 1
            words = terms.words(terms.plain(json.loads(line)["abstract"]))
            found.update({w.stem for w in words if w.text.islower() and w.is_content and len(w.text) > 1})
    rows = [f"{word}\t{math.log(count / n):.1f}\n" for word, n in sorted(found.items()) if n >= LEAST]
    (Path(terms.__file__).parent / "word_weights.tsv").write_text("".join(rows), encoding="utf-8")
    print(f"{len(rows)} words from {count} abstracts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
