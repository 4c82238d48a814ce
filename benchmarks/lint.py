"""How many planted faults `citewell lint` finds, kind by kind, and how often it cries wolf.

    python -m benchmarks.lint [--home FOLDER] [--rounds N]

Clean texts: the paragraphs of benchmarks/paragraphs, written by hand, the drafts of docs/examples in LaTeX and
Markdown, and, for alarms alone, the answers of the questions, which sum up one paper or several. In each round every
other text gets up to ten faults of different kinds, each in a sentence of its own.
A fault counts as found when a finding of a fitting verdict stands at its line; an alarm is a finding of a clean text.
"""

import argparse
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.claims import gold_claims
from benchmarks.faults import KINDS, Text, plant
from rag.linting.findings import LintLine
from rag.linting.lint import lint
from rag.references.bibtex import to_bibtex
from rag.references.keys import citation_keys
from rag.settings import DEFAULT_EMBEDDING_MODEL
from rag.verifying.verify import Verifier
from store.library import Library
from store.sentences import sentences

ROOT = Path(__file__).parents[1]
FAULTS, ROUNDS, SEED = 10, 4, 9


def main() -> None:
    """Measure, print a table and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, help="library folder (default: a new one)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--show", action="store_true", help="print every alarm and every fault that is missed")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(args.home or Path(folder), DEFAULT_EMBEDDING_MODEL) as library,
    ):
        checker = _Checker(library, args.show)
        results = {name: checker.measure(texts, args.rounds) for name, texts in _sources(library).items()}
        results["answers to the questions"] = checker.measure(_answers(library), 0)
    for name, result in results.items():
        print(name, result)
    machine.write("lint", results)


def _sources(library: Library) -> dict[str, list[Text]]:
    papers = list(library.papers())
    whole = to_bibtex(papers, citation_keys(papers), abstracts=False)
    by_hand = [
        Text(path.name, path.read_text(encoding="utf-8"), whole)
        for path in sorted((ROOT / "benchmarks" / "paragraphs").iterdir())
        if path.name != "README.md"
    ]
    drafts = [
        Text(
            f"{path.parent.name}.tex",
            path.read_text(encoding="utf-8"),
            (path.parent / "references.bib").read_text(encoding="utf-8"),
        )
        for path in sorted((ROOT / "docs" / "examples").glob("*/draft.tex"))
    ]
    plain = [
        Text(f"{path.parent.name}.md", _by_line(path.read_text(encoding="utf-8")), "")
        for path in sorted((ROOT / "docs" / "examples").glob("*/draft.md"))
    ]
    return {"by hand": by_hand, "drafts, LaTeX": drafts, "drafts, Markdown": plain}


def _answers(library: Library) -> list[Text]:
    papers = list(library.papers())
    keys = citation_keys(papers)
    claims = [
        claim
        for path in sorted((ROOT / "benchmarks" / "questions").glob("*.jsonl"))
        for claim in gold_claims(path, papers)
    ]
    cited = ["; ".join(f"@{keys[paper.paper_id]}" for paper in claim.papers) for claim in claims]
    return [
        Text(f"{n}.md", f"{claim.text.rstrip('.')} [{ids}].\n", "")
        for n, (claim, ids) in enumerate(zip(claims, cited, strict=True))
    ]


def _by_line(text: str) -> str:
    """A text with its sentences on lines of their own, its list of references as it is."""
    body, head, listed = text.partition("## References")
    return "\n\n".join("\n".join(sentences(paragraph)) for paragraph in body.split("\n\n")) + f"\n\n{head}{listed}"


class _Checker:
    def __init__(self, library: Library, show: bool) -> None:
        self._library, self._show = library, show
        self._verifier = Verifier()
        self._papers = list(library.papers())

    def measure(self, texts: Sequence[Text], rounds: int) -> dict:
        """Alarms of the clean texts, and the share found of each kind of fault."""
        planted, found, tens = Counter(), Counter(), []
        cited, alarms = 0, 0
        for text in texts:
            lines = self._lint(text)
            cited += sum(bool(line.key) for line in lines)
            alarms += self._count("alarm", [line for line in lines if line.is_fault])
        for n in range(rounds):
            for text in texts:
                hits = self._round(text, random.Random(f"{SEED} {n} {text.name}"))
                planted.update(hits.keys())
                found.update(kind for kind, hit in hits.items() if hit)
                tens.append((len(hits), sum(hits.values())))
        shares = {kind: f"{found[kind]} of {planted[kind]}" for kind in KINDS if planted[kind]}
        ten = [hit for count, hit in tens if count == FAULTS]
        clean = {"citations": cited, "alarms": alarms}
        return (
            clean
            if not rounds
            else {
                **clean,
                "planted": sum(planted.values()),
                "found": sum(found.values()),
                "share": round(sum(found.values()) / max(1, sum(planted.values())), 3),
                "kinds": shares,
                "of_ten": dict(sorted(Counter(ten).items())),
            }
        )

    def _lint(self, text: Text) -> list[LintLine]:
        bibs = {"x.bib": text.bib} if text.bib else {}
        return lint(text.body, text.name, bibs, self._library, self._verifier)

    def _round(self, text: Text, draw: random.Random) -> dict[str, bool]:
        """Kind → whether the fault of that kind was found."""
        faulty, faults = plant(text, self._papers, FAULTS, draw)
        lines = defaultdict(set)
        for line in self._lint(faulty):
            lines[line.line if line.path == text.name else 0].add(line.verdict)
        hits = {f.kind: any(KINDS[f.kind].verdicts & lines[place] for place in f.lines) for f in faults}
        self._count("missed", [f"{f.kind}: {f.line_of(faulty)}" for f in faults if not hits[f.kind]])
        return hits

    def _count(self, what: str, found: Sequence[object]) -> int:
        for item in found if self._show else ():
            print(f"{what}: {item}")
        return len(found)


if __name__ == "__main__":
    main()
