"""True claims for the mutation benchmark: gold answers and sentences of abstracts, with what they cite."""

import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mutate import system_names
from store.records import Paper
from store.sentences import sentence_spans, sentences

TYPES = ("fact", "followup", "compare", "topic", "survey")
OPENING = re.compile(r"^(?:Yes|No|Hardly|Poorly)\b[,.:;]?\s+")
SENTENCES_A_PAPER = 4


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with the papers it cites; `kind` is gold, abstract or tldr."""

    text: str
    papers: tuple[Paper, ...]
    kind: str
    answer: str = ""  # the id of the question that it answers


def gold_claims(file: Path, papers: Iterable[Paper]) -> list[Claim]:
    """The sentences of a questions file's answers, each citing the gold papers it is about."""
    by_title = {paper.title: paper for paper in papers}
    claims = []
    for line in file.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        gold = tuple(by_title[title] for title in question["gold"] if title in by_title)
        if question["type"] not in TYPES or len(gold) < len(question["gold"]) or not gold:
            continue
        told = sentences(OPENING.sub("", question["answer"]))
        claims += [
            Claim(sentence, _cited(sentence, gold) if len(told) > 1 else gold, "gold", question["id"])
            for sentence in told
        ]
    return claims


def _cited(sentence: str, gold: tuple[Paper, ...]) -> tuple[Paper, ...]:
    """The gold papers that one of several sentences is about, by names that only they use; all if none is."""
    called = [set(system_names([p.title], [f"{p.title} {p.abstract}"])) for p in gold]
    own = [names - set().union(*(other for other in called if other is not names)) for names in called]
    named = tuple(
        p
        for p, names in zip(gold, own, strict=True)
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sentence) for name in names)
    )
    return named or gold


def abstract_claims(papers: Sequence[Paper], rng: random.Random) -> list[Claim]:
    """Some sentences of each abstract, word for word."""
    claims = []
    for paper in papers:
        spans = sentence_spans(paper.abstract)
        for start, end in rng.sample(spans, min(SENTENCES_A_PAPER, len(spans))):
            claims.append(Claim(paper.abstract[start:end], (paper,), "abstract"))
    return claims


def corpus(file: Path, count: int, rng: random.Random) -> tuple[list[Claim], list[Paper]]:
    """`count` papers of a `jsonl.xz` corpus that have a summary by their authors, and it as a claim."""
    import lzma

    with lzma.open(file, "rt", encoding="utf-8") as lines:
        told = [record for record in map(json.loads, lines) if record.get("tldr")]
    rng.shuffle(told)
    papers = [Paper(r["id"], r["title"], r["abstract"], tuple(r["authors"]), r["year"]) for r in told[:count]]
    claims = [Claim(" ".join(r["tldr"].split()), (paper,), "tldr") for r, paper in zip(told, papers, strict=False)]
    return claims, papers
