"""The plan of a draft: which paper goes into which sentence under which theme, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.errors import DraftError

Style = Literal["narrative", "chronological", "method"]
Length = Literal["short", "medium", "long"]
STYLES: tuple[Style, ...] = ("narrative", "chronological", "method")
LENGTHS: tuple[Length, ...] = ("short", "medium", "long")


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One sentence to write: the papers it cites, under which theme, and why they are here.

    `sentence` is what the plan proposes to say, in the words of the abstract; a `pinned` item is
    written as it stands and kept whatever is planned anew.
    """

    theme: str
    paper_ids: tuple[str, ...]
    sentence: str = ""
    why: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Omission:
    """A candidate that the plan leaves out, and why."""

    paper_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a draft will say about `topic`; items of one theme stand together."""

    topic: str
    items: tuple[PlanItem, ...]
    style: Style = "narrative"
    length: Length = "medium"
    omissions: tuple[Omission, ...] = ()

    @property
    def paper_ids(self) -> tuple[str, ...]:
        """Every chosen paper, in the order of the sentences."""
        return tuple(dict.fromkeys(paper_id for item in self.items for paper_id in item.paper_ids))

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes, in order."""
        return tuple(dict.fromkeys(item.theme for item in self.items))

    def moved(self, paper_id: str, theme: str) -> "Plan":
        """The plan with the sentence of `paper_id` at the end of `theme`, which may be new."""
        item = self._item_of(paper_id)
        rest = [other for other in self.items if other is not item]
        last = max((i for i, other in enumerate(rest) if other.theme == theme), default=len(rest) - 1)
        return replace(self, items=(*rest[: last + 1], replace(item, theme=theme), *rest[last + 1 :]))

    def dropped(self, paper_id: str) -> "Plan":
        """The plan without `paper_id`; that it was dropped is kept in `omissions`."""
        item = self._item_of(paper_id)
        rest = tuple(other for other in item.paper_ids if other != paper_id)
        items = tuple(
            replace(item, paper_ids=rest) if other is item else other
            for other in self.items
            if rest or other is not item
        )
        return replace(self, items=items, omissions=(*self.omissions, Omission(paper_id, "dropped by hand")))

    def with_pin(self, paper_id: str, pinned: bool = True) -> "Plan":
        """The plan with the sentence of `paper_id` pinned, or let go."""
        item = self._item_of(paper_id)
        return replace(self, items=tuple(replace(i, pinned=pinned) if i is item else i for i in self.items))

    def _item_of(self, paper_id: str) -> PlanItem:
        item = next((item for item in self.items if paper_id in item.paper_ids), None)
        if item is None:
            raise DraftError(f"{paper_id} is not in the plan; its papers are {', '.join(self.paper_ids)}.")
        return item


def checked(plan: Plan, known: Sequence[str]) -> Plan:
    """`plan`, its items grouped by theme. Raises DraftError for none, unknown or repeated papers."""
    planned = [paper_id for item in plan.items for paper_id in item.paper_ids]
    if not planned:
        raise DraftError("The plan has no paper; add one, or draft from a topic.")
    unknown = [paper_id for paper_id in planned if paper_id not in known]
    if unknown:
        raise DraftError(f"{', '.join(unknown)}: no such paper; `citewell papers list` shows the ids.")
    twice = [paper_id for paper_id in dict.fromkeys(planned) if planned.count(paper_id) > 1]
    if twice:
        raise DraftError(f"{', '.join(twice)}: planned more than once; keep one sentence a paper.")
    order = {theme: i for i, theme in enumerate(plan.themes)}
    return replace(plan, items=tuple(sorted(plan.items, key=lambda item: order[item.theme])))
