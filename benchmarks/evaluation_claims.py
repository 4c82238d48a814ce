"""What docs/evaluation.md says of natural claims."""

from collections.abc import Mapping

from benchmarks.machine import read, table

_NATURAL = """## Natural claims

Sentences that people write about papers, half of them true, half with one natural error, over the shipped papers, by
writers who had not seen the code. The thresholds were chosen with these claims in view, so the figures flatter."""

_MODEL = """With a language model as the judge: 150 other claims, on which nothing was trained, over other papers.
Careful readers who saw nothing else answered its prompts, and one who says yes to everything. They come from the same
making as the claims that the local judge was trained on, which flatters it (not the readers)."""


def natural_claims() -> str:
    """The section of docs/evaluation.md on claims as people write them."""
    found, played = read("claims"), read("model-judge")
    heads = ["claims", "n", "supported", "weak", "unsupported"]
    rows = [[row["name"], *_shown(row["shares"] | {"claims": row["claims"]})] for row in found["rows"]]
    judged = [
        [f"{label}, {who}", *_shown(played[who][label])]
        for who in ("local", "careful readers", "yes to everything")
        for label in ("true", "false")
    ]
    return (
        f"{_NATURAL}\n\n{table(heads, rows)}\n\nThe score's area under the curve is {found['auc']:.3f}; of what is "
        f"shown as supported {found['precision']:.2f} is true.\n\n{_MODEL}\n\n{table(heads, judged)}"
    )


def _shown(shares: Mapping[str, float]) -> list[str]:
    told = (share(shares.get(verdict, 0.0)) for verdict in ("supported", "weak", "unsupported"))
    return [str(shares["claims"]), *told]


def share(value: float | None) -> str:
    """A share as the page writes it."""
    return "–" if value is None else f"{value:.3f}"
