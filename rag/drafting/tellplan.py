"""A plan written offline: each paper's own statement, joined to the one before it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.drafting.choosing import ranked_statements
from rag.drafting.linking import Links
from rag.drafting.plan import Plan, PlanItem
from rag.drafting.shaping import MARKER
from rag.drafting.telling import Told, named_first, tell
from rag.drafting.text import Written, cite, uncited
from rag.drafting.voice import name_of
from rag.errors import DraftError
from rag.records import Repair
from rag.references.authors import in_text
from rag.verifying.attribution import bare_claim
from rag.verifying.verify import Verifier
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library


def tell_plan(library: "Library", plan: Plan, papers: Mapping[str, Paper], verifier: Verifier) -> Iterator[Written]:
    """The sentences of `plan`; a paper that nothing can be told of is accounted for in a repair."""
    about = library.embed_query(plan.topic or " ".join(plan.themes))
    said: set[str] = set()
    theme, links, turn = None, Links(library.embed), 0
    pending: list[Repair] = []
    for item in plan.items:
        for paper_id in item.paper_ids:
            paper = papers[paper_id]
            told, repairs = _tell_item(library, item, paper, about, plan, verifier, said)
            pending += repairs
            if told is None:
                continue
            if item.theme != theme:
                theme, turn = item.theme, 0
                links.new_theme()
            said.add(told.text)
            yield Written(
                theme,
                _styled(told, paper, item, links, turn, verifier).marked(cite(paper_id)),
                told.finding,
                tuple(pending),
            )
            pending, turn = [], turn + 1


def _styled(told: Told, paper: Paper, item: PlanItem, links: Links, turn: int, verifier: Verifier) -> Told:
    """`told` joined to what stands before it, every other one led by its system's name; a pinned one as it is."""
    if item.pinned:
        return told
    turned = named_first(told, paper, verifier) if turn % 2 else told
    return replace(told, text=links.joined(told, paper, turned))


def _tell_item(
    library: "Library", item: PlanItem, paper: Paper, about, plan: Plan, verifier: Verifier, said: set[str]
) -> tuple[Told | None, list[Repair]]:
    planned = _planned(item, paper, verifier) if item.sentence and len(item.paper_ids) == 1 else None
    if planned and (item.pinned or (planned.finding.holds or planned.finding.verdict == "weak")):
        return planned, []
    told = tell(paper, ranked_statements(paper, about, library.embed), verifier, plan.length, said)
    repairs = (
        [
            Repair(
                "plan-not-supported",
                f"The planned sentence for {paper.paper_id} is not what its abstract "
                "says; one of its own statements stands instead.",
            )
        ]
        if planned and told
        else []
    )
    if told is None:
        repairs.append(
            Repair("left-out", f"{paper.paper_id} is not cited: no sentence of its abstract can be told on its own.")
        )
    return told, repairs


def _planned(item: PlanItem, paper: Paper, verifier: Verifier) -> Told:
    """The planned sentence, its marker behind the authors or the system that it names, else at its end."""
    sentence = item.sentence.strip().rstrip(" .")
    names = [rf"{re.escape(in_text(paper.authors))}(?:\s\([^()]*\))?"] if paper.authors else []
    names += [rf"^{re.escape(name_of(paper))}"] if name_of(paper) else []
    who = next((found for name in names if (found := re.search(rf"{name}(?=[\s,])", sentence))), None)
    cut = who.end() if who else len(sentence)
    text = f"{sentence[:cut]} {MARKER}{sentence[cut:]}."
    return Told(paper.paper_id, text, verifier.check(bare_claim(item.sentence, paper), [paper]))


def rewrite_item(
    library: "Library", old: Written, papers: Mapping[str, Paper], plan: Plan, verifier: Verifier
) -> Written:
    """The sentence `old` said otherwise: the next best statement of each of its papers, in turn.

    Raises DraftError when a paper has nothing else to say.
    """
    told = [_told_anew(library, old, papers[paper_id], plan, verifier) for paper_id in old.paper_ids]
    text = "; ".join(one.marked(cite(one.paper_id)).rstrip(".") for one in told) + "."
    weakest = min((one.finding for one in told), key=lambda finding: finding.holds)
    evidence = tuple(found for one in told for found in one.finding.evidence)
    return Written(old.theme, text, replace(weakest, evidence=evidence), old.repairs)


def _told_anew(library: "Library", old: Written, paper: Paper, plan: Plan, verifier: Verifier) -> Told:
    ranked = ranked_statements(paper, library.embed_query(plan.topic), library.embed)
    spans = [(e.start, e.end) for e in old.finding.evidence if e.paper_id == paper.paper_id]
    used = [s for s in ranked if any(s.start < end and start < s.end for start, end in spans)]
    after = 1 + max((ranked.index(s) for s in used), default=-1)
    others = [s for s in [*ranked[after:], *ranked[:after]] if s not in used]
    told = tell(paper, others, verifier, plan.length, [uncited(old.text)])
    if told is None:
        raise DraftError(f"{paper.paper_id} has no other sentence that can be told on its own; edit it by hand.")
    return told
