"""Natural claims each beside a text that says it and one that does not, so that the claim alone tells nothing.

A false claim gets an abstract edited by hand until it is true (as VitaminC pairs revisions, Schuster et al. 2021,
arXiv 2103.08541); a true one the abstract edited for its false twin, or one whose telling sentence was made wrong or
taken out.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from benchmarks import mutate
from rag.language.terms import plain, stem, words
from rag.verifying.abstracts import read
from rag.verifying.clauses import bare, without_opening
from store.records import Paper
from training.judge.rows import FAULTS, NaturalClaim, Pair, pair

TWIN = 0.6  # share of words from which a true and a false claim of one paper are twins
MADE_WRONG = 0.65  # of the true claims without a twin; of the others the telling sentences are taken out
_NOUN = re.compile(r"\b[a-z]{5,}\b")
_CHANGES = (
    ("number", mutate.change_number),
    ("contradicted", mutate.put_negation),
    ("contradicted", mutate.remove_negation),
    ("direction", mutate.flip_direction),
    ("role", mutate.swap_roles),
)


def contrasted(claims: Iterable[NaturalClaim], papers: dict[str, Paper], seed: int = 11) -> Iterator[Pair]:
    """Two pairs a claim, of opposite labels; false claims without an edit are left out."""
    rng = random.Random(seed)
    groups: dict[tuple[str, ...], list[NaturalClaim]] = defaultdict(list)
    for claim in claims:
        groups[claim.paper_ids].append(claim)
    for ids, group in groups.items():
        cited = [papers[i] for i in ids]
        false = [claim for claim in group if claim.label != "supported" and claim.edits]
        for claim in false:
            kind = FAULTS.get(claim.kind, claim.kind)
            yield pair(claim.text, cited, claim.label, kind)
            yield pair(claim.text, edited(cited, claim), "supported", kind)
        for claim in group:
            if claim.label == "supported":
                yield pair(claim.text, cited, "supported", "")
                yield _counterpart(claim, false, cited, rng)


def edited(papers: Sequence[Paper], claim: NaturalClaim) -> list[Paper]:
    """The papers of a false claim, their abstracts changed so that it is true."""
    texts = [paper.abstract for paper in papers]
    for place, start, end, new in sorted(claim.edits, reverse=True):
        texts[place] = texts[place][:start] + new + texts[place][end:]
    return [_with_abstract(paper, text) for paper, text in zip(papers, texts, strict=True)]


def _counterpart(claim: NaturalClaim, false: Sequence[NaturalClaim], cited: list[Paper], rng: random.Random) -> Pair:
    """A true claim beside a text that does not say it."""
    twins = [other for other in false if _alike(claim.text, other.text) > TWIN]
    if twins:
        twin = rng.choice(twins)
        return pair(claim.text, edited(cited, twin), "contradicted", FAULTS.get(twin.kind, twin.kind))
    wrong = _made_wrong(claim.text, cited, rng) if rng.random() < MADE_WRONG else None
    if wrong:
        return pair(claim.text, wrong[1], "contradicted", wrong[0])
    return pair(claim.text, _taken_out(claim.text, cited), "not said", "not said")


def _alike(one: str, other: str) -> float:
    ours, theirs = ({w.stem for w in words(plain(text))} for text in (one, other))
    return len(ours & theirs) / len(ours | theirs)


def _made_wrong(claim: str, cited: list[Paper], rng: random.Random) -> tuple[str, list[Paper]] | None:
    """The kind of fault, and the papers with a word of the claim made wrong in a telling sentence."""
    said = without_opening(plain(bare(claim)))
    ours = {w.stem for w in words(said)}
    changes = [*_CHANGES, ("name", _noun_changer(ours, cited))]
    for place, reading in enumerate(read(said, cited)):
        for pick in reading.picks[:2]:
            start, end = reading.text.spans[pick]
            sentence = cited[place].abstract[start:end]
            rng.shuffle(changes)
            for kind, change in changes:
                new = change(sentence, rng, said)
                gone = {w.stem for w in words(sentence)} - {w.stem for w in words(new or sentence)}
                if new and new != sentence and (kind == "contradicted" or gone & ours):
                    text = cited[place].abstract[:start] + new + cited[place].abstract[end:]
                    return kind, [*cited[:place], _with_abstract(cited[place], text), *cited[place + 1 :]]
    return None


def _noun_changer(ours: set[str], cited: list[Paper]):
    others = sorted({w for paper in cited for w in _NOUN.findall(paper.abstract)})

    def change(sentence: str, rng: random.Random, said: str) -> str | None:
        """Another word of the abstract, of the same ending, for one that the claim has."""
        found = [m for m in _NOUN.finditer(sentence) if stem(m[0]) in ours]
        if not found:
            return None
        match = rng.choice(found)
        fitting = [w for w in others if w[-2:] == match[0][-2:] and w[:4] != match[0][:4] and w not in sentence]
        return sentence[: match.start()] + rng.choice(fitting) + sentence[match.end() :] if fitting else None

    return change


def _taken_out(claim: str, cited: list[Paper]) -> list[Paper]:
    """The papers without the sentences that speak most of the claim."""
    readings = read(without_opening(plain(bare(claim))), cited)
    kept = []
    for paper, reading in zip(cited, readings, strict=True):
        drop = set(reading.picks[: 2 if len(reading.text.spans) > 4 else 1])
        told = (paper.abstract[s:e] for i, (s, e) in enumerate(reading.text.spans) if i not in drop)
        kept.append(_with_abstract(paper, " ".join(told)))
    return kept


def _with_abstract(paper: Paper, abstract: str) -> Paper:
    return replace(paper, paper_id=f"{paper.paper_id}*", abstract=abstract)
