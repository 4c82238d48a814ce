"""Claims from outside, one JSON object a line, and the same objects with what the check finds."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from rag.errors import CheckError
from rag.records import Finding
from rag.verifying.checking import quotes
from rag.verifying.modeljudge import Completes, Statement, check_by_model
from rag.verifying.verify import Verifier
from store.readers.values import from_json
from store.records import Paper, Progress, silent


@dataclass(frozen=True, slots=True)
class OutsideClaim:
    """A claim with the papers it cites; `given` is the object that it came in."""

    given: dict
    text: str
    papers: tuple[Paper, ...]

    def with_finding(self, finding: Finding) -> dict:
        """The object that came in, with `verdict`, `kind`, `reason`, `score` and `citations`."""
        numbers = {paper.paper_id: n for n, paper in enumerate(self.papers, 1)}
        found = quotes(finding, {paper.paper_id: paper for paper in self.papers}, numbers)
        return {
            **self.given,
            "verdict": finding.verdict,
            "kind": finding.kind,
            "reason": finding.reason,
            "score": finding.score,
            "citations": [asdict(citation) for citation in found],
        }


def check_claims(
    text: str,
    where: str,
    known: Callable[[Sequence[str]], list[Paper]],
    verifier: Verifier,
    model: Completes | None = None,
    progress: Progress = silent,
) -> tuple[list[dict], list[str]]:
    """The claims of a JSON-lines text `where`, each as it came in with its finding; see `read_claims`.

    With a language model each claim is also judged by it, one call a claim; beside the claims stands why that was
    of no help, where it was not. Raises CheckError, and SettingsError where the user's model cannot be loaded.
    """
    claims = list(read_claims(text.splitlines(), where, known))
    checked, notes = [], []
    for done, claim in enumerate(claims, 1):
        finding = verifier.check(claim.text, claim.papers)
        if model is not None:
            judged = check_by_model([Statement(claim.text, claim.papers, finding)], model)
            finding = judged.findings[0]
            notes += [f"claim {done}: {judged.unused}"] if judged.unused else []
        checked.append(claim.with_finding(finding))
        progress(done, len(claims), "claims")
    return checked, notes


def read_claims(
    lines: Iterable[str], where: str, known: Callable[[Sequence[str]], list[Paper]]
) -> Iterator[OutsideClaim]:
    """The claims of the lines of file `where`; `known` gives the library's papers of some ids.

    Each has a `claim` and either `paper_ids` or `sources` (objects with `title` and `abstract`). Raises CheckError,
    naming the line, for what is no such object and for ids that no paper has.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _claim(from_json(line), known)
            except ValueError as error:
                reason = "is no JSON object" if isinstance(error, json.JSONDecodeError) else error
                raise CheckError(f"{where}:{number}: {reason}; give a claim with paper_ids or sources.") from None


def _claim(given: object, known: Callable[[Sequence[str]], list[Paper]]) -> OutsideClaim:
    if not isinstance(given, dict) or not isinstance(given.get("claim"), str) or not given["claim"].strip():
        raise ValueError("has no claim")
    if "sources" in given:
        return OutsideClaim(given, given["claim"], tuple(_papers(given["sources"])))
    ids = given.get("paper_ids")
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        raise ValueError("has neither paper_ids nor sources")
    papers = {paper.paper_id: paper for paper in known(ids)}
    lost = [i for i in ids if i not in papers]
    if lost:
        raise ValueError(f"{', '.join(lost)}: no such paper in the library")
    return OutsideClaim(given, given["claim"], tuple(papers[i] for i in dict.fromkeys(ids)))


def _papers(sources: object) -> Iterator[Paper]:
    if not isinstance(sources, list) or not all(isinstance(source, dict) for source in sources):
        raise ValueError("has sources that are no list of objects")
    for number, source in enumerate(sources, 1):
        title, abstract = source.get("title", ""), source.get("abstract")
        if not isinstance(title, str) or not isinstance(abstract, str):
            raise ValueError(f"source {number} has no abstract")
        yield Paper(str(source.get("paper_id") or number), title, abstract)
