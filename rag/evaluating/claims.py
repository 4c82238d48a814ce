"""How the check does on natural claims that are labelled: what of the true and of the false ones is shown as what."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import CheckError
from rag.records import HOLDS, Verdict
from rag.verifying.claims import OutsideClaim, read_claims
from rag.verifying.verify import Verifier
from store.library import Library
from store.records import Progress, silent

SHOWN: tuple[tuple[str, frozenset[Verdict]], ...] = (
    ("supported", HOLDS),
    ("weak", frozenset({"weak", "unchecked"})),
    ("unsupported", frozenset({"unsupported", "uncited"})),
)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """Claims of one label, or of one kind of error, and the share of them shown as each verdict."""

    name: str
    claims: int
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """`rows` for true and false claims over one paper and over several, `kinds` for each kind of error.

    `auc` is the area under the ROC curve of the score: the chance that a true claim scores above a false one.
    `precision` is the share of true ones among what is shown as supported, were both equally frequent.
    """

    rows: tuple[ClaimRow, ...]
    kinds: tuple[ClaimRow, ...]
    auc: float
    precision: float


def evaluate_claims(file: Path, library: Library, verifier: Verifier, progress: Progress = silent) -> ClaimReport:
    """Check every claim of `file` that is labelled true or false.

    Raises CheckError where a line is no claim, or where none of both labels is there.
    """
    claims = [
        c for c in read_claims(_lines(file), str(file), library.get_many) if c.given.get("label") in ("true", "false")
    ]
    if {c.given["label"] for c in claims} != {"true", "false"}:
        raise CheckError(f"{file}: has no claims of both labels; give each a label, true or false.")
    shown, scores = [], []
    for done, claim in enumerate(claims, 1):
        finding = verifier.check(claim.text, claim.papers)
        shown.append((claim, next(name for name, verdicts in SHOWN if finding.verdict in verdicts)))
        scores.append((finding.score, claim.given["label"] == "true"))
        progress(done, len(claims), "claims")
    return _report(shown, scores)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CheckError(f"{file}: cannot be read ({error}); give JSON lines in UTF-8.") from None


def _report(shown: Sequence[tuple[OutsideClaim, str]], scores: Sequence[tuple[float, bool]]) -> ClaimReport:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for claim, verdict in shown:
        label, papers = claim.given["label"], "several papers" if len(claim.papers) > 1 else "one paper"
        groups[f"{label}, {papers}"][verdict] += 1
        groups[label][verdict] += 1
        if label == "false":
            kinds[str(claim.given.get("kind", ""))][verdict] += 1
    rows = {name: _row(name, counts) for name, counts in groups.items()}
    passed, wrong = rows["true"].shares["supported"], rows["false"].shares["supported"]
    return ClaimReport(
        tuple(rows[name] for name in sorted(rows, reverse=True)),
        tuple(_row(name, counts) for name, counts in sorted(kinds.items())),
        area_under_curve(scores),
        passed / (passed + wrong) if passed + wrong else 0.0,
    )


def _row(name: str, counts: Counter[str]) -> ClaimRow:
    total = sum(counts.values())
    return ClaimRow(name, total, {verdict: counts[verdict] / total for verdict, _ in SHOWN})


def area_under_curve(scores: Sequence[tuple[float, bool]]) -> float:
    """The chance that one of the true has a higher score than one of the false; ties count half."""
    ranks, place, ordered = 0.0, 0, sorted(scores)
    while place < len(ordered):
        tied = [true for score, true in ordered[place:] if score == ordered[place][0]]
        ranks += sum(tied) * (place + (len(tied) + 1) / 2)
        place += len(tied)
    true = sum(label for _, label in ordered)
    return (ranks - true * (true + 1) / 2) / (true * (len(ordered) - true))
