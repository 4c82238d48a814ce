"""Offline writing: a paper's own statements told in the third person, each checked before it is used."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.drafting.plan import Length
from rag.drafting.roles import Statement
from rag.drafting.shaping import MARKER, fitted, modest, written_out
from rag.drafting.verbs import RESEARCH
from rag.drafting.voice import name_of, third_person
from rag.records import Finding
from rag.verifying.attribution import bare_claim
from rag.verifying.verify import Verifier
from store.records import Paper

# Words that a sentence may have before it is cut, by the length of the draft; a long one adds a result.
MOST = {"short": 22, "medium": 40, "long": 44}
RESULT = 0.6  # how surely a statement plays the result for a long draft
TRIES = 6  # statements of a paper that are tried before it is given up
_UNTELLABLE = 4

_PROPOSING = r"(?:propos|introduc|present|develop|design|devis|build|construct|creat|describ|adopt|us)(?:e|es|s|ed)?"
_NAMED_FIRST = re.compile(
    rf"^[^,]*? {MARKER} (?:propose|present|introduce|develop)s? (?P<name>[^,]{{2,60}}?), "
    r"(?P<what>(?:an?|the first) .*)$"
)
_GOES_ON = re.compile(rf"\b(?:and|then) (?:\w+ly )?(?:{'|'.join(sorted(RESEARCH))}) |\btheir\b|\bthey\b")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about one paper, without its marker put in: `text` has MARKER where it goes."""

    paper_id: str
    text: str
    finding: Finding

    def marked(self, marker: str) -> str:
        """The sentence with its marker."""
        return self.text.replace(MARKER, marker)


def tell(
    paper: Paper,
    ranked: Sequence[Statement],
    verifier: Verifier,
    length: Length = "medium",
    avoid: Collection[str] = (),
) -> Told | None:
    """The first of `ranked` that can be told alone and that its abstract carries; None when none does.

    What authors do comes before what is only "according to" them. `avoid` are texts (as `Told.text`)
    already used or turned down.
    """
    tried = list(islice(_tellings(paper, ranked, verifier, length, avoid), TRIES))
    best = min(tried, key=_reserve, default=None)
    if best is None or _reserve(best) >= _UNTELLABLE:
        return None
    is_full = length == "long" and best.finding.holds
    return _with_result(best, paper, ranked, verifier) if is_full else best


def _reserve(told: Told) -> int:
    """What speaks against a telling; of equal ones the first is the best."""
    verdicts = {"supported": 0, "quoted": 0, "weak": 2}
    return verdicts.get(told.finding.verdict, _UNTELLABLE) + told.text.startswith("According to ")


def _tellings(
    paper: Paper, ranked: Sequence[Statement], verifier: Verifier, length: Length, avoid: Collection[str]
) -> Iterator[Told]:
    for statement in ranked:
        text = third_person(statement.text, paper, MARKER)
        if text:
            text = with_name(written_out(modest(text), paper.abstract), paper)
            yield from _shapes(text, paper, verifier, length, avoid)


def _shapes(text: str, paper: Paper, verifier: Verifier, length: Length, avoid: Collection[str]) -> Iterator[Told]:
    """The first shape of `text` that is as well carried as it is short."""
    for shape in fitted(text, MOST[length]):
        if shape not in avoid and (told := _checked(shape, paper, verifier)).finding.holds:
            yield told
            return
    if text not in avoid:
        yield _checked(text, paper, verifier)


def _checked(text: str, paper: Paper, verifier: Verifier) -> Told:
    return Told(paper.paper_id, text, verifier.check(bare_claim(unmarked(text), paper), [paper]))


def _with_result(told: Told, paper: Paper, ranked: Sequence[Statement], verifier: Verifier) -> Told:
    """The sentence with the paper's best result behind it, told of "they" or "it", where the abstract carries both."""
    results = sorted((s for s in ranked if s.plays("result") >= RESULT), key=lambda s: -s.plays("result"))
    for statement in results:
        result = third_person(statement.text, paper, MARKER)
        who = re.match(rf"[^,;:]*? {MARKER} (?=[a-z]+ )", result or "")
        is_plain = who and len(paper.authors) > 1 and not result.startswith(("The ", "According"))
        if is_plain and result != told.text:
            subject = "it" if result.startswith(name_of(paper) or " ") else "they"
            longer = _checked(f"{told.text.rstrip('.')}; {subject} {result[who.end() :]}", paper, verifier)
            return longer if longer.finding.holds else told
    return told


def with_name(text: str, paper: Paper) -> str:
    """`text` with the system's name, where it does not say it: "With X, they propose", or behind the authors."""
    name = name_of(paper)
    if not name or name.lower() in text.lower():
        return text
    proposes = re.match(rf"[^,]*? {MARKER} {_PROPOSING} (?:an?|the|to|two|three)\b", text)
    if proposes and not text.startswith(("The ", "In ")):
        return f"With {name}, {text}"
    return text.replace(f" {MARKER}", f" ({name}) {MARKER}", 1)


def named_first(told: Told, paper: Paper, verifier: Verifier) -> Told:
    """ "They propose X, a model that …" as "X is a model that …", where that is all the sentence says."""
    found = _NAMED_FIRST.match(told.text)
    if not found or not found["name"][0].isupper() or _GOES_ON.search(found["what"]):
        return told
    turned = _checked(f"{found['name']} {MARKER} is {found['what']}", paper, verifier)
    return turned if turned.finding.holds else told


def unmarked(text: str) -> str:
    """`text` without the place for its marker."""
    return text.replace(f" {MARKER}", "")
