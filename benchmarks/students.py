"""What `citewell lint` says of sixty sentences as students write them, half of them with one error of thirteen kinds.

    python -m benchmarks.students [--half 1|2] [--show]

The sentences (students.jsonl) were written before the lint was tuned, on the first half alone. An error counts as
found when a finding that is a fault stands at its sentence or its entry; of the true ones it is counted how many are
said to disagree, and how many get any other finding.
"""

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks import machine
from rag.linting.findings import LintLine
from rag.linting.lint import lint
from rag.references.bibtex import to_bibtex
from rag.references.keys import citation_keys
from rag.settings import DEFAULT_EMBEDDING_MODEL
from rag.verifying.verify import Verifier
from store.library import Library

SENTENCES = Path(__file__).with_name("students.jsonl")
# What lint decides by itself; the check of claims decides the others.
OWN = frozenset({"overclaim", "close copy", "wrong reference", "wrong paper", "name", "number"})


def main() -> None:
    """Measure both halves, print them and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", type=int, choices=(1, 2))
    parser.add_argument("--show", action="store_true", help="print what each sentence gets")
    args = parser.parse_args()
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder), DEFAULT_EMBEDDING_MODEL) as library:
        checker = _Checker(library)
        said = [(row, checker.lines(row)) for row in rows if args.half in (None, row["half"])]
    for row, lines in said if args.show else ():
        print(f"{row['kind'] or 'true':16}{row['text'][:100]}\n" + "".join(f"{'':8}{line}\n" for line in lines))
    results = {half: _figures([pair for pair in said if pair[0]["half"] == half]) for half in (1, 2)}
    names = {1: "tuned on", 2: "kept for afterwards"}
    for half, figures in results.items():
        print(names[half], figures)
    if args.half is None:
        machine.write("students", {names[half]: figures for half, figures in results.items()})


class _Checker:
    def __init__(self, library: Library) -> None:
        self._library, self._verifier = library, Verifier()
        keys = citation_keys(library.papers())
        self._keys, self._ids = keys, {key: paper_id for paper_id, key in keys.items()}

    def lines(self, row: dict) -> list[LintLine]:
        """What the sentence and the entry that it cites get."""
        [key] = re.findall(r"@(\w+)", row["text"])
        paper = self._library.get(self._ids[key])
        bib = to_bibtex([paper], self._keys, abstracts=False)
        if "field" in row:
            bib = re.sub(rf"(?m)^(  {row['field']} = ).*", lambda m: f"{m[1]}{{{row['value']}}},", bib)
        return lint(row["text"] + "\n", "x.md", {"x.bib": bib}, self._library, self._verifier)


def _figures(said: Iterable[tuple[dict, list[LintLine]]]) -> dict[str, object]:
    found: Counter[str] = Counter()
    planted: Counter[str] = Counter()
    disagrees = faults = true = 0
    for row, lines in said:
        is_found = any(line.is_fault for line in lines)
        planted[row["kind"]] += 1
        found[row["kind"]] += is_found
        if not row["kind"]:
            true += 1
            disagrees += any(line.verdict == "disagrees" for line in lines)
            faults += is_found
    kinds = [kind for kind in planted if kind]
    own = [kind for kind in kinds if kind in OWN]
    return {
        "errors": sum(planted[kind] for kind in kinds),
        "found": sum(found[kind] for kind in kinds),
        "errors of lint's own kinds": sum(planted[kind] for kind in own),
        "found of them": sum(found[kind] for kind in own),
        "true": true,
        "true said to disagree": disagrees,
        "true with another finding": faults - disagrees,
        "kinds": {kind: f"{found[kind]} of {planted[kind]}" for kind in kinds},
    }


if __name__ == "__main__":
    main()
