"""The plan of a draft as cards under its themes: pinned, left out and moved by buttons."""

from rag.drafting.plan import PlanItem
from ui.drafting import Drafting
from ui.markup import escape
from ui.sentences import where_and_when


def plan_html(state: Drafting) -> str:
    """The plan of a draft as the page shows it; "" without one."""
    if state.plan is None:
        return ""
    themes = "".join(_theme(state, theme) for theme in state.plan.themes)
    return (
        f'<details class="plan place"{"" if state.draft else " open"}><summary><h2>Plan</h2></summary><p class="soft">'
        f"Leave out, pin (kept word for word) or move what is here, then write.</p>{themes}</details>"
    )


def _theme(state: Drafting, theme: str) -> str:
    items = [item for item in (state.plan.items if state.plan else ()) if item.theme == theme]
    cards = "".join(_card(state, item, paper_id) for item in items for paper_id in item.paper_ids)
    return (
        f'<section class="plan-theme" data-theme="{escape(theme)}"><h3 dir="auto">{escape(theme)}</h3>'
        f"<ol>{cards}</ol></section>"
    )


def _card(state: Drafting, item: PlanItem, paper_id: str) -> str:
    paper = next((paper for paper in state.papers if paper.paper_id == paper_id), None)
    title, about = (paper.title, where_and_when(paper)) if paper else (paper_id, "")
    themes = state.plan.themes if state.plan else ()
    others = "".join(f'<option value="{escape(t)}">{escape(t)}</option>' for t in themes if t != item.theme)
    pinned = '<span class="tag">pinned</span>' if item.pinned else ""
    name = escape(f"“{title}”")
    return (
        f'<li data-paper="{escape(paper_id)}" draggable="true"><div><b dir="auto">{escape(title)}</b> {pinned}'
        f'<small>{escape(about)}</small></div><div class="plan-acts">'
        f'<button type="button" class="quiet" data-plan="pin" aria-label="{"Unpin" if item.pinned else "Pin"} {name}">'
        f"{'Unpin' if item.pinned else 'Pin'}</button>"
        f'<button type="button" class="quiet" data-plan="drop" aria-label="Leave out {name}">Leave out</button>'
        f'<select data-plan="move" aria-label="Move {name}"><option value="">Move to …</option>{others}'
        '<option value="new">A new theme …</option></select></div></li>'
    )
