"""The language model as a judge of what it or another wrote: one call for all sentences of an answer.

Each sentence stands with the letters of the abstracts it cites; the reply is plain text, a line a sentence. A YES or
NO counts only with words that are found in the abstract, and a reply only when it gets two controls right that are
mixed in: a sentence copied from an abstract, and one that no abstract says. So a model that says yes to everything,
no to everything or anything at all changes nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from langchain_core.messages import BaseMessage, HumanMessage

from prompts import fill
from rag.errors import ModelError
from rag.records import Finding, Usage, Verdict
from rag.verifying.rulings import DOUBTS, REASONS
from rag.verifying.verbatim import has_words
from store.records import Paper
from store.sentences import sentences

UNTOLD = "Four hundred and twelve beekeepers in northern Portugal were interviewed twice."
FEWEST_WORDS = 3  # of the words pointed to
_LINE = re.compile(r"^\W*(\d+)\W*[:.)\-]\W*(yes|no)\b(.*)$", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]+)[\"“”«»]")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence without markers, the papers that it cites, and what the local judges found."""

    claim: str
    papers: tuple[Paper, ...]
    finding: Finding


class Completes(Protocol):
    """A chat model that gives one whole reply."""

    def completed(self, messages: list[BaseMessage]) -> tuple[str, Usage]:
        """The text and what it cost. Raises ModelError."""


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """The findings once a model was asked, why they are the local ones where it was no help, and what it cost."""

    findings: tuple[Finding, ...]
    unused: str = ""
    usage: Usage = field(default_factory=Usage)


def check_by_model(statements: Sequence[Statement], model: Completes) -> ModelCheck:
    """What is found of `statements` with a language model as a judge beside the local ones: one call.

    Quoted and uncited ones are not asked about; a model that fails leaves the local findings.
    """
    local = tuple(statement.finding for statement in statements)
    places = [i for i, s in enumerate(statements) if s.papers and s.finding.verdict not in ("quoted", "uncited")]
    if not places:
        return ModelCheck(local)
    sheet = _Sheet([statements[i] for i in places])
    try:
        reply, used = model.completed([HumanMessage(sheet.prompt)])
    except ModelError as error:
        return ModelCheck(local, str(error))
    judged, unused = sheet.judged(reply)
    found = dict(zip(places, judged, strict=True))
    return ModelCheck(tuple(found.get(i, finding) for i, finding in enumerate(local)), unused, used)


class _Sheet:
    """Statements with their abstracts and two controls, as a model is shown them."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._statements = statements
        papers = list({paper.paper_id: paper for s in statements for paper in s.papers}.values())
        controls = [(_copied(papers[0]), (papers[0],)), (UNTOLD, (papers[0],))]
        self._asked = _mixed([(s.claim, s.papers) for s in statements], controls)
        letters = {paper.paper_id: _letter(place) for place, paper in enumerate(papers)}
        lines = "\n".join(
            f"{n}. {' '.join(claim.split())} [{', '.join(letters[p.paper_id] for p in cited)}]"
            for n, (claim, cited, _) in enumerate(self._asked, 1)
        )
        self.prompt = fill("check", abstracts=_abstracts(papers, letters), statements=lines)

    def judged(self, reply: str) -> tuple[list[Finding], str]:
        """The findings by a model's reply, and why they are the local ones where they are."""
        local, replies = [s.finding for s in self._statements], _read(reply)
        if not replies:
            return local, "its reply could not be read"
        places = {place: n for n, (_, _, place) in enumerate(self._asked, 1)}
        right, wrong = replies.get(places[-1]), replies.get(places[-2])
        if right is None or wrong is None or not right.says or wrong.says:
            return local, "it judged two control sentences wrongly, or not at all"
        return [_combined(s, replies.get(places[i])) for i, s in enumerate(self._statements)], ""


@dataclass(frozen=True, slots=True)
class _Reply:
    says: bool
    contradicted: bool
    words: tuple[str, ...]


def _combined(statement: Statement, reply: _Reply | None) -> Finding:
    """The local finding and the model's word: a number or a name that is not there bars "supported" all the same."""
    local = statement.finding
    if reply is None:
        return local
    found = any(has_words(words, p.abstract) for words in reply.words for p in statement.papers)
    if reply.says:
        return _lifted(local) if found or local.kind == "absence" else local
    if reply.contradicted and not found:
        reply = replace(reply, contradicted=False)
    kind = local.kind or ("contradicted" if reply.contradicted else "not said")
    verdict: Verdict = "unsupported" if reply.contradicted or not local.holds else "weak"
    told = (REASONS if verdict == "unsupported" else DOUBTS)["contradicted" if reply.contradicted else "not said"]
    reason = f"the model finds that {told}"
    return replace(
        local,
        verdict=verdict,
        kind=kind,
        reason=local.reason or reason,
        score=min(local.score, 0.2),
        contradicted=reply.contradicted,
    )


def _lifted(local: Finding) -> Finding:
    if local.barred:
        return local
    return replace(local, verdict="supported", kind="", reason="", score=max(local.score, 0.9), contradicted=False)


def _mixed(asked: list, controls: list) -> list[tuple[str, tuple[Paper, ...], int]]:
    """The statements with their places, and among them the controls: -1 the true one, -2 the untold one."""
    rows = [(claim, papers, place) for place, (claim, papers) in enumerate(asked)]
    true, untold = ((claim, papers, -place) for place, (claim, papers) in enumerate(controls, 1))
    third = len(rows) // 3
    return [*rows[:third], untold, *rows[third : 2 * third + 1], true, *rows[2 * third + 1 :]]


def _copied(paper: Paper) -> str:
    """A sentence of the abstract, not its first."""
    told = sentences(paper.abstract) or [paper.title]
    return " ".join(told[len(told) // 2].split())


def _letter(place: int) -> str:
    return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")


def _abstracts(papers: Sequence[Paper], letters: dict[str, str]) -> str:
    return "\n\n".join(
        f"[{letters[p.paper_id]}] {' '.join(p.title.split())}\n{' '.join(p.abstract.split())}" for p in papers
    )


def _read(reply: str) -> dict[int, _Reply]:
    """The model's lines by number; the last one counts where a number comes twice."""
    found = (_LINE.match(line.strip()) for line in reply.splitlines())
    return dict(_reply(match) for match in found if match)


def _reply(match: re.Match[str]) -> tuple[int, _Reply]:
    rest = match[3]
    words = tuple(w for w in _QUOTED.findall(rest) if len(w.split()) >= FEWEST_WORDS)
    return int(match[1]), _Reply(match[2].lower() == "yes", "contradict" in rest.lower(), words)
