"""Offline writing: a paper's own statements told in the third person, each checked before it is used."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from rag.drafting.plan import Length
from rag.drafting.roles import Statement, statements
from rag.drafting.voice import name_of, self_contained, third_person
from rag.records import Finding
from rag.verifying.attribution import bare_claim
from rag.verifying.verify import Verifier
from store.records import Paper

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray"]

LONGEST = 45  # words from which on a sentence costs more than it tells
BRIEF = 22  # words that a sentence of a short draft may have before it is cut
RESULT = 0.6  # how surely a statement plays the result for a long draft
_TAIL = re.compile(
    r",\s+(?:which|thereby|thus|enabling|allowing|leveraging|facilitating|achieving|establishing|offering|aiming"
    r"|providing|resulting|demonstrating|highlighting|greatly|applying|as well as|combined with)\b"
)
TRIES = 4  # statements of a paper that are tried before it is given up

# What a statement is chosen for: near the topic, saying what the paper does, naming its system.
_TOPIC, _METHOD, _NAMED, _LENGTH, _POINTING = 1.0, 0.7, 0.25, 0.02, 0.4
_SECOND, _OTHERS = 0.25, 0.5  # a further contribution; a statement that is not about the authors' own work
_FURTHER = re.compile(
    r"^(?:additionally|in addition|moreover|furthermore|besides|we (?:further|also|then)|finally)\b", re.I
)
_PROPOSAL = 0.35  # it says outright what is proposed
_PROPOSES = re.compile(
    r"\b(?:we|this (?:paper|work|study|article|thesis)) (?:\w+ )?(?:propos|introduc|present|develop|design"
    r"|devis|describ|build|construct|creat|formulat)",
    re.I,
)
_RELEASE = re.compile(
    r"\b(?:code|website|project page|data|models?|weights)\b.{0,60}\b(?:available|released?|found)\b"
    r"|\bopen-?sourc|\bwe (?:hope|believe|release)\b",
    re.I,
)
_POINTING_WORDS = {"this", "these", "such", "it", "those", "them", "convince", "invested"}
_OWN = re.compile(r"\b(?:we|our|this (?:paper|work|study|article|thesis))\b", re.I)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about one paper, without its marker put in: `text` has `{marker}` where it goes."""

    paper_id: str
    text: str
    finding: Finding

    def marked(self, marker: str) -> str:
        """The sentence with its marker."""
        return self.text.replace(MARKER, marker)


MARKER = "\ue000"  # stands for the marker while sentences are chosen; no abstract has it


def ranked_statements(paper: Paper, topic: "np.ndarray", embed: Embed) -> list[Statement]:
    """The statements of `paper` by how well each alone tells what it did about `topic` (a unit vector)."""
    found = statements(paper)
    if not found:
        return []
    near = embed([s.text for s in found]) @ topic
    name = name_of(paper)
    scores = [_TOPIC * float(n) + _worth(s, name) for s, n in zip(found, near, strict=True)]
    return [found[i] for i in sorted(range(len(found)), key=lambda i: (-scores[i], i))]


def _worth(statement: Statement, name: str) -> float:
    text = self_contained(statement.text) or statement.text
    words = text.split()
    named = bool(name) and name.lower() in text.lower()
    pointing = sum(word.lower().strip(",.;") in _POINTING_WORDS for word in words)
    credits = (
        _METHOD * min(1.5, statement.plays("method"))
        + _NAMED * named
        + _PROPOSAL * bool(_PROPOSES.search(text))
    )
    debits = (
        _POINTING * min(2, pointing)
        + _LENGTH * max(0, len(words) - LONGEST)
        + _OTHERS * (not named and not _OWN.search(text))
        + _SECOND * bool(_FURTHER.match(statement.text))
        + _OTHERS * 2 * bool(_RELEASE.search(text))
    )
    return credits - debits


def tell(
    paper: Paper, ranked: Sequence[Statement], verifier: Verifier, avoid: Collection[str] = ()
) -> Told | None:
    """The first of `ranked` that can be told alone and that its abstract carries; None when none does.

    `avoid` are texts (as `Told.text`) already used or turned down.
    """
    weak = None
    for told in islice(_tellings(paper, ranked, verifier, avoid), TRIES):
        if told.finding.verdict == "supported":
            return told
        weak = weak or (told if told.finding.verdict == "weak" else None)
    return weak


def _tellings(
    paper: Paper, ranked: Sequence[Statement], verifier: Verifier, avoid: Collection[str]
) -> Iterator[Told]:
    for statement in ranked:
        text = third_person(statement.text, paper, MARKER)
        if text and (text := with_name(text, paper)) not in avoid:
            yield Told(paper.paper_id, text, verifier.check(bare_claim(unmarked(text), paper), [paper]))


def shaped(told: Told, paper: Paper, ranked: Sequence[Statement], verifier: Verifier, length: Length) -> Told:
    """`told` cut at its first afterthought for a short draft, with a result added for a long one.

    What the abstract does not carry as well in its new shape stays as it was.
    """
    text = told.text
    if length == "short":
        text = _TAIL.split(text)[0].rstrip(".") + "." if len(text.split()) > BRIEF else text
    if length == "long":
        text = _with_result(told, paper, ranked)
    if text == told.text:
        return told
    finding = verifier.check(bare_claim(unmarked(text), paper), [paper])
    return Told(paper.paper_id, text, finding) if finding.verdict == "supported" else told


def _with_result(told: Told, paper: Paper, ranked: Sequence[Statement]) -> str:
    """The sentence with the paper's best result behind it, told of "they"."""
    results = sorted((s for s in ranked if s.plays("result") >= RESULT), key=lambda s: -s.plays("result"))
    for statement in results:
        result = third_person(statement.text, paper, MARKER)
        who = re.match(rf"[^,;:]*? {MARKER} (?=[a-z]+ )", result or "")
        is_plain = who and len(paper.authors) > 1 and not result.startswith(("The ", "According"))
        if is_plain and result != told.text:
            return f"{told.text.rstrip('.')}; they {result[who.end() :]}"
    return told.text


def with_name(text: str, paper: Paper) -> str:
    """`text` with the system's name behind the authors, where it does not say it."""
    name = name_of(paper)
    if not name or name.lower() in text.lower():
        return text
    return text.replace(f" {MARKER}", f" ({name}) {MARKER}", 1)


def unmarked(text: str) -> str:
    """`text` without the place for its marker."""
    return text.replace(f" {MARKER}", "")
