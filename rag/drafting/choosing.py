"""Which sentence of an abstract tells best what the paper did."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rag.drafting.roles import Statement, statements
from rag.drafting.standing import PROBLEMS, self_contained
from rag.drafting.voice import name_of
from rag.language.terms import content_stems, plain, weight
from store.records import Paper

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray"]

# What speaks for a statement: likeness to the title and to the topic, the words of the title, cues of a
# method, that it proposes, names the system; against it, that it stands late, goes on, points back,
# tries something out, tells of the work of others, is long.
# `python -m benchmarks.telling` measures them on summaries that authors wrote of their papers.
_TITLE, _TOPIC, _WORDS, _METHOD, _PROPOSAL, _NAMED = 1.0, 0.6, 0.25, 0.08, 0.12, 0.1
_LATE, _FURTHER, _POINTING, _OTHERS, _LENGTH = 0.15, 0.12, 0.2, 0.8, 0.008
LONGEST = 40  # words from which on a sentence costs more than it tells

PROPOSES = re.compile(
    r"\b(?:we|this (?:paper|work|study|article|thesis)) (?:\w+ )?(?:propos|introduc|present|develop|design"
    r"|devis|describ|build|construct|creat|formulat)|\b(?:is|are) (?:proposed|presented|introduced|developed)\b",
    re.I,
)
OWN = re.compile(
    r"\b(?:we|our|this (?:paper|work|study|article|thesis|survey))\b|\b(?:is|are) (?:proposed|presented"
    r"|introduced|developed)\b",
    re.I,
)
_MORE = re.compile(
    r"^(?:additionally|in addition|moreover|furthermore|besides|we (?:further|also|then)|finally|lastly)\b", re.I
)
# Statements that nobody cites a paper for.
AVAILABLE = re.compile(
    r"\b(?:code|website|project page|data|models?|weights)\b.{0,60}\b(?:available|released?|found)\b"
    r"|\bopen-?sourc|\bwe (?:hope|believe|release|plan)\b|^(?:previously|in previous work|in prior work)\b",
    re.I,
)
_TRYING = re.compile(
    r"^(?:all of |both of )?(?:our|the|these) (?:\w+ )?(?:results|experiments)\b|\bwe (?:\w+ )?(?:apply|evaluated?|test"
    r"|validated?|verif(?:y|ied)|conduct(?:ed)?|perform(?:ed)?|compared?|run|call|name|follow up|also)\b",
    re.I,
)
_BACK = re.compile(
    rf"\b(?:this|these|such|it|those|them|both|former|latter|above|aforementioned|the {PROBLEMS})\b", re.I
)


def ranked_statements(paper: Paper, topic: "np.ndarray", embed: Embed) -> list[Statement]:
    """The statements of `paper` by how well each alone tells what it did about `topic` (a unit vector)."""
    found = [s for s in statements(paper) if not AVAILABLE.search(s.text)]
    if not found:
        return []
    *vectors, title = embed([*(s.text for s in found), paper.title])
    scores = [
        _TITLE * float(v @ title) + _TOPIC * float(v @ topic) + worth(s, paper)
        for s, v in zip(found, vectors, strict=True)
    ]
    return [found[i] for i in sorted(range(len(found)), key=lambda i: (-scores[i], i))]


def worth(statement: Statement, paper: Paper) -> float:
    """What speaks for `statement` besides its meaning."""
    text = self_contained(statement.text) or statement.text
    name = name_of(paper)
    named = bool(name) and name.lower() in text.lower()
    credits = (
        _WORDS * _shared_words(paper.title, text)
        + _METHOD * min(1.5, statement.plays("method"))
        + _PROPOSAL * bool(PROPOSES.search(text))
        + _NAMED * named
    )
    debits = (
        _LATE * statement.place
        + _FURTHER * bool(_MORE.match(statement.text))
        + _POINTING * min(2, len(_BACK.findall(text)))
        + _LATE * bool(_TRYING.search(text))
        + _OTHERS * (not named and not OWN.search(text))
        + _LENGTH * max(0, len(text.split()) - LONGEST)
    )
    return credits - debits


def _shared_words(title: str, text: str) -> float:
    """The share of the title's words, by weight, that `text` has."""
    wanted, there = content_stems(plain(title)), content_stems(plain(text))
    total = sum(map(weight, wanted))
    return sum(map(weight, wanted & there)) / total if total else 0.0
