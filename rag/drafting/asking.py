"""What a language model is asked for: a whole plan, papers it left out, a sentence that it copied, the gap."""

from collections.abc import Mapping, Sequence

from langchain_core.messages import HumanMessage, SystemMessage

from prompts import fill
from rag.drafting.plan import Plan
from rag.models import one_line, write_sources
from rag.references.keys import in_text
from store.records import Paper

_LENGTHS = {"short": "one short sentence", "medium": "one sentence", "long": "one full sentence"}
Papers = Mapping[str, Paper]


def plan_messages(plan: Plan, papers: Papers) -> list:
    """The prompt for a whole plan."""
    numbers = {paper_id: n for n, paper_id in enumerate(plan.paper_ids, 1)}
    lines = []
    for theme in plan.themes:
        lines.append(f"### {one_line(theme)}")
        for item in (item for item in plan.items if item.theme == theme):
            cited = "".join(f"[{numbers[paper_id]}]" for paper_id in item.paper_ids)
            lines.append(
                f"- {cited} {one_line(item.sentence)}{' (is written already: leave it out)' * item.pinned}".rstrip()
            )
    told = {"plan": "\n".join(lines), "style": plan.style, "length": f"{_LENGTHS[plan.length]} a paper"}
    return _messages("draft", plan, papers, plan.paper_ids, told)


def missing_messages(plan: Plan, papers: Papers, missing: Sequence[str], avoid: str = "(none)") -> list:
    """The prompt for one sentence a paper of `missing`, in other words than `avoid`."""
    return _messages("draft_missing", plan, papers, missing, {"avoid": one_line(avoid)})


def reword_messages(sentence: str, plan: Plan, papers: Papers, ids: Sequence[str]) -> list:
    """The prompt for `sentence`, which copies an abstract, in other words; its citations are numbered as `ids` are."""
    return _messages("draft_reword", plan, papers, ids, {"sentence": one_line(sentence)})


def gap_messages(abstract: str) -> list:
    """The prompt for the sentence that sets the user's own work, of which this is the abstract, apart."""
    return [SystemMessage(fill("draft_gap_system")), HumanMessage(fill("draft_gap", abstract=one_line(abstract)))]


def _messages(name: str, plan: Plan, papers: Papers, ids: Sequence[str], told: Mapping[str, str]) -> list:
    named = enumerate((one_line(in_text(papers[paper_id].authors)) or "unknown" for paper_id in ids), 1)
    text = fill(
        name,
        sources=write_sources([papers[paper_id] for paper_id in ids]),
        authors="; ".join(f"[{n}] {authors}" for n, authors in named),
        topic=one_line(plan.topic),
        **told,
    )
    return [SystemMessage(fill("draft_system")), HumanMessage(text)]
