"""Claims with their papers as what the judge reads: pairs of a claim and the sentences that speak of it."""

import json
import lzma
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.language.terms import plain
from rag.verifying.abstracts import read
from rag.verifying.clauses import bare, without_opening
from rag.verifying.judge import CLASSES
from store.records import Paper

CLAIMS = Path(__file__).parents[1] / "claims" / "claims.jsonl.xz"
# The writers' kinds as the judge tells them.
FAULTS = {
    "negation": "contradicted",
    "invented": "not said",
    "contrast": "not said",
    "swapped": "role",
    "common": "scope",
    "order": "direction",
}


@dataclass(frozen=True, slots=True)
class NaturalClaim:
    """A claim of training/claims: what it cites, by ids of the corpus, and what two readers say of it.

    `edits` (the number of a paper, from, to, new text) change its abstracts so that a false claim is true;
    `part` is the side of the split that its papers stand on: train, validation, writer (one left out) or field
    (fields that gave no training claims).
    """

    claim_id: str
    text: str
    paper_ids: tuple[str, ...]
    label: str
    kind: str
    field: str
    writer: int
    part: str
    edits: tuple[tuple[int, int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """What the judge reads, and what it should say; `kind` is the fault of a false claim."""

    claim: str
    premise: str
    label: int
    kind: str


def natural_claims(file: Path = CLAIMS) -> list[NaturalClaim]:
    """All claims of the data set."""
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        return [_claim(json.loads(line)) for line in lines]


def _claim(row: dict) -> NaturalClaim:
    ids, edits = tuple(row["paper_ids"]), tuple(tuple(edit) for edit in row.get("edits", ()))
    return NaturalClaim(
        row["id"], row["claim"], ids, row["label"], row["kind"], row["field"], row["writer"], row["part"], edits
    )


def corpus_papers(file: Path, wanted: Iterable[str] | None = None) -> dict[str, Paper]:
    """The papers of a `jsonl.xz` corpus by id; all of them, or those wanted."""
    ids = None if wanted is None else set(wanted)
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        records = (json.loads(line) for line in lines)
        return {r["id"]: _paper(r) for r in records if ids is None or r["id"] in ids}


def _paper(record: dict) -> Paper:
    return Paper(record["id"], " ".join(record["title"].split()), " ".join(record["abstract"].split()))


def pair(claim: str, papers: Iterable[Paper], label: str, kind: str) -> Pair:
    """A claim as it is written, as the pair that the judge reads."""
    said = without_opening(plain(bare(claim)))
    premise = " | ".join(reading.premise for reading in read(said, list(papers)))
    return Pair(said, premise, CLASSES.index(label), kind)


def natural_pairs(claims: Iterable[NaturalClaim], papers: dict[str, Paper]) -> Iterator[Pair]:
    """The pairs of natural claims."""
    for claim in claims:
        kind = FAULTS.get(claim.kind, claim.kind)
        yield pair(claim.text, [papers[i] for i in claim.paper_ids], claim.label, kind)


def title_key(title: str) -> str:
    """A title without case, spaces and signs, to know a paper by."""
    return re.sub(r"\W", "", title.lower())
