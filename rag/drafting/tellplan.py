"""A plan written offline: each paper's own statement, joined to the one before it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

from rag.drafting.plan import Plan, PlanItem
from rag.drafting.telling import MARKER, Told, ranked_statements, shaped, tell
from rag.drafting.text import Written, cite, uncited
from rag.drafting.voice import third_person
from rag.errors import DraftError
from rag.records import Repair
from rag.references.authors import in_text
from rag.verifying.attribution import bare_claim
from rag.verifying.verify import Verifier
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library

# What may open a sentence that follows another of its theme; none says more than that it follows.
_OPENINGS = ("In the same line of work, ", "", "Further, ", "", "In related work, ", "")


def tell_plan(
    library: "Library", plan: Plan, papers: Mapping[str, Paper], verifier: Verifier
) -> Iterator[Written]:
    """The sentences of `plan`; a paper that nothing can be told of is accounted for in a repair."""
    about = library.embed_query(plan.topic or " ".join(plan.themes))
    said: set[str] = set()
    theme, year, openings = None, None, _Openings()
    pending: list[Repair] = []
    for item in plan.items:
        for paper_id in item.paper_ids:
            paper = papers[paper_id]
            told, repairs = _tell_item(library, item, paper, about, plan, verifier, said)
            pending += repairs
            if told is None:
                continue
            said.add(told.text)
            opening = "" if item.pinned else openings.next(item.theme == theme, year, paper.year)
            theme, year = item.theme, paper.year
            yield Written(
                item.theme, _joined(opening, told.marked(cite(paper_id)), paper), told.finding, tuple(pending)
            )
            pending = []


def _tell_item(
    library: "Library", item: PlanItem, paper: Paper, about, plan: Plan, verifier: Verifier, said: set[str]
) -> tuple[Told | None, list[Repair]]:
    ranked = ranked_statements(paper, about, library.embed)
    planned = _planned(item, paper, verifier) if item.sentence and len(item.paper_ids) == 1 else None
    if planned and (item.pinned or planned.finding.verdict in ("supported", "weak")):
        return planned, []
    repairs = (
        [
            Repair(
                "plan-not-supported",
                f"The planned sentence for {paper.paper_id} is not what its abstract "
                "says; one of its own statements stands instead.",
            )
        ]
        if planned
        else []
    )
    told = tell(paper, ranked, verifier, said)
    told = told and shaped(told, paper, ranked, verifier, plan.length)
    if told is None:
        repairs.append(
            Repair(
                "left-out",
                f"{paper.paper_id} is not cited: no sentence of its abstract can be told on its own.",
            )
        )
    return told, repairs


def _planned(item: PlanItem, paper: Paper, verifier: Verifier) -> Told:
    """The planned sentence, its marker behind the authors where it names them, else at its end."""
    who = re.search(rf"{re.escape(in_text(paper.authors) or '?')}(?:\s\([^()]*\))?(?=[\s,])", item.sentence)
    cut = who.end() if who and paper.authors else len(item.sentence.rstrip(" ."))
    text = f"{item.sentence[:cut]} {MARKER}{item.sentence[cut:].rstrip(' .')}."
    return Told(paper.paper_id, text, verifier.check(bare_claim(item.sentence, paper), [paper]))


class _Openings:
    """Openings in turn; "Later" once a theme, where the paper is later than the one before."""

    def __init__(self) -> None:
        self._turns, self._later = cycle(_OPENINGS), False

    def next(self, goes_on: bool, before: int | None, year: int | None) -> str:
        """The opening of the next sentence; none for the first of a theme."""
        if not goes_on:
            self._later = False
            return ""
        opening = next(self._turns)
        if self._later or not (opening and before and year and year > before):
            return opening
        self._later = True
        return "Later, "


def _joined(opening: str, text: str, paper: Paper) -> str:
    """`text` behind `opening`, unless it opens with a clause of its own."""
    if not opening or "," in text.split("\ue000")[0]:
        return text
    lowered = (
        text[0].lower() + text[1:]
        if text.startswith(("The paper by", "The work by", "The study by", "The thesis by", "According to"))
        else text
    )
    return opening + lowered


def rewrite_item(
    library: "Library",
    old: Written,
    papers: Mapping[str, Paper],
    topic: str,
    said: Sequence[str],
    verifier: Verifier,
) -> Written:
    """The sentence `old` said otherwise: the next best statement of its paper. Raises DraftError for none."""
    paper = papers[old.paper_ids[0]]
    used = {uncited(text) for text in said}
    ranked = [
        s
        for s in ranked_statements(paper, library.embed_query(topic), library.embed)
        if not any((third_person(s.text, paper, "") or "-").split(" ", 3)[-1] in text for text in used)
    ]
    told = tell(paper, ranked, verifier, used)
    if told is None:
        raise DraftError(
            f"{paper.paper_id} has no other sentence that can be told on its own; edit it by hand."
        )
    return Written(old.theme, told.marked(cite(paper.paper_id)), told.finding, old.repairs)
