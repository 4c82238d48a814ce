"""What a language model is told to write a draft: plan, sources and authors in one prompt."""

from collections.abc import Mapping, Sequence

from langchain_core.messages import HumanMessage, SystemMessage

from prompts import fill
from rag.drafting.plan import Plan, PlanItem
from rag.models import one_line, write_sources
from rag.references.keys import in_text
from store.records import Paper

_LENGTHS = {
    "short": "one short sentence a paper",
    "medium": "one sentence a paper",
    "long": "one full sentence a paper",
}


def draft_messages(plan: Plan, papers: Mapping[str, Paper]) -> list:
    """The prompt for a whole plan."""
    numbers = {paper_id: n for n, paper_id in enumerate(plan.paper_ids, 1)}
    lines = []
    for theme in plan.themes:
        lines.append(f"### {one_line(theme)}")
        lines += [_plan_line(item, numbers) for item in plan.items if item.theme == theme]
    text = fill(
        "draft",
        sources=write_sources([papers[i] for i in plan.paper_ids]),
        plan="\n".join(lines),
        authors=_authors(plan.paper_ids, papers),
        style=plan.style,
        length=_LENGTHS[plan.length],
        topic=one_line(plan.topic),
    )
    return [SystemMessage(fill("draft_system")), HumanMessage(text)]


def missing_messages(plan: Plan, papers: Mapping[str, Paper], missing: Sequence[str], avoid: str = "(none)") -> list:
    """The prompt for one sentence a paper of `missing`, in other words than `avoid`."""
    text = fill(
        "draft_missing",
        sources=write_sources([papers[i] for i in missing]),
        avoid=one_line(avoid),
        authors=_authors(missing, papers),
        topic=one_line(plan.topic),
    )
    return [SystemMessage(fill("draft_system")), HumanMessage(text)]


def _plan_line(item: PlanItem, numbers: Mapping[str, int]) -> str:
    cited = "".join(f"[{numbers[paper_id]}]" for paper_id in item.paper_ids)
    return f"- {cited} {one_line(item.sentence)}{' (keep this wording)' if item.pinned else ''}".rstrip()


def _authors(ids: Sequence[str], papers: Mapping[str, Paper]) -> str:
    return "; ".join(
        f"[{n}] {one_line(in_text(papers[paper_id].authors)) or 'unknown'}" for n, paper_id in enumerate(ids, 1)
    )
