"""The plan of a draft: which paper goes into which sentence under which theme, and why; and its files to edit.

A plan is written and read as JSON, or as Markdown with one list item a sentence.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from rag.errors import DraftError
from store.readers.values import from_json
from store.records import Paper

Style = Literal["narrative", "chronological", "method"]
Length = Literal["short", "medium", "long"]
STYLES: tuple[Style, ...] = ("narrative", "chronological", "method")
LENGTHS: tuple[Length, ...] = ("short", "medium", "long")
NO_PAPER = "The plan has no paper; add one, or draft from a topic."

_HELP = (
    "Move a line under another heading to change its theme, delete it to drop the paper, write (pinned) "
    "behind the ids to keep its sentence word for word."
)
_ITEM = re.compile(r"^- (?P<ids>(?:\[[^\]]+\]\s*)+)(?P<pinned>\(pinned\))?")
_DETAIL = re.compile(r"^\s+- (?P<name>sentence|why):\s*(?P<text>.*)$")
_SETTING = re.compile(r"^(?P<name>Topic|Style|Length):\s*(?P<text>.*)$")


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
class Fact:
    """A key fact of a paper, to write from: what it `tells` ("proposes", "on", "result") in its abstract's own words.

    `abstract[start:end] == quote`.
    """

    paper_id: str
    tells: str
    quote: str
    start: int
    end: int


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
    facts: tuple[Fact, ...] = ()

    def facts_of(self, paper_ids: Collection[str]) -> list[Fact]:
        """The key facts of some papers."""
        return [fact for fact in self.facts if fact.paper_id in paper_ids]

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
        plan = self._changed(item, replace(item, paper_ids=rest) if rest else None)
        return replace(plan, omissions=(*self.omissions, Omission(paper_id, "dropped by hand")))

    def with_pin(self, paper_id: str, pinned: bool = True) -> "Plan":
        """The plan with the sentence of `paper_id` pinned, or let go."""
        item = self._item_of(paper_id)
        return self._changed(item, replace(item, pinned=pinned))

    def checked(self) -> "Plan":
        """The plan, its items grouped by theme. Raises DraftError when it has no paper, or one twice."""
        planned = [paper_id for item in self.items for paper_id in item.paper_ids]
        if not planned:
            raise DraftError(NO_PAPER)
        if twice := [paper_id for paper_id in self.paper_ids if planned.count(paper_id) > 1]:
            raise DraftError(f"{', '.join(twice)}: planned more than once; keep one sentence a paper.")
        return replace(self, items=tuple(sorted(self.items, key=lambda item: self.themes.index(item.theme))))

    def _changed(self, item: PlanItem, new: PlanItem | None) -> "Plan":
        items = (new if other is item else other for other in self.items)
        return replace(self, items=tuple(other for other in items if other))

    def _item_of(self, paper_id: str) -> PlanItem:
        item = next((item for item in self.items if paper_id in item.paper_ids), None)
        if item is None:
            raise DraftError(f"{paper_id} is not in the plan; its papers are {', '.join(self.paper_ids)}.")
        return item


def to_json(plan: Plan) -> str:
    """The plan as a JSON object with topic, style, length, items, omissions and facts."""
    return json.dumps(asdict(plan), ensure_ascii=False, indent=2) + "\n"


def to_markdown(plan: Plan, papers: Mapping[str, Paper]) -> str:
    """The plan as Markdown; `papers` give the titles shown behind the ids."""
    settings = f"Topic: {' '.join(plan.topic.split())}\nStyle: {plan.style}\nLength: {plan.length}"
    lines = ["# Plan", "", settings, "", f"<!-- {_HELP} -->"]
    for theme in plan.themes:
        lines += ["", f"## {theme}", ""]
        for item in (item for item in plan.items if item.theme == theme):
            ids = " ".join(f"[{paper_id}]" for paper_id in item.paper_ids)
            titles = "; ".join(papers[i].title for i in item.paper_ids if i in papers)
            lines.append(f"- {ids}{' (pinned)' if item.pinned else ''} {titles}")
            lines += [f"  - sentence: {' '.join(item.sentence.split())}"] if item.sentence else []
            lines += [f"  - why: {item.why}"] if item.why else []
            lines += [f"  - {f.tells}: “{' '.join(f.quote.split())}”" for f in plan.facts_of(item.paper_ids)]
    if plan.omissions:
        lines += ["", "<!-- Left out:", *(f"[{o.paper_id}] {o.why}" for o in plan.omissions), "-->"]
    return "\n".join(lines) + "\n"


def read_plan(text: str, name: str = "plan") -> Plan:
    """The plan of a JSON or Markdown file. Raises DraftError, naming the place, for what is no plan."""
    read = _from_json if text.lstrip().startswith("{") else _from_markdown
    settings, items, omissions = read(text, name)
    style = next((style for style in STYLES if style == settings.get("style", STYLES[0])), None)
    length = next((length for length in LENGTHS if length == settings.get("length", "medium")), None)
    if style is None or length is None:
        raise DraftError(f"{name}: style must be one of {', '.join(STYLES)}, length one of {', '.join(LENGTHS)}.")
    if not items:
        raise DraftError(
            f"{name}: no sentence is planned; a line such as `- [2411.00508] title` under a `## theme` plans one."
        )
    return Plan(str(settings.get("topic") or ""), tuple(items), style, length, tuple(omissions))


_Read = tuple[Mapping[str, object], list[PlanItem], list[Omission]]


def _from_json(text: str, name: str) -> _Read:
    try:
        value = from_json(text)
    except json.JSONDecodeError as error:
        raise DraftError(f"{name}:{error.lineno}: this is not JSON ({error.msg}); mend it or plan anew.") from None
    items = [_item(record, f"{name}: item {n}") for n, record in enumerate(_records(value, "items", name), 1)]
    left = [Omission(str(o.get("paper_id", "")), str(o.get("why", ""))) for o in _records(value, "omissions", name)]
    return value, items, left


def _records(value: dict, field: str, name: str) -> list[dict]:
    found = value.get(field) or []
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise DraftError(f"{name}: {field} is not a list of objects; mend it or plan anew.")
    return found


def _item(record: dict, where: str) -> PlanItem:
    theme, ids = record.get("theme"), record.get("paper_ids")
    if not isinstance(theme, str) or not isinstance(ids, list) or not all(isinstance(i, str) and i for i in ids):
        raise DraftError(f"{where}: wants a theme (a text) and paper_ids (a list of ids); mend it or plan anew.")
    sentence, why = (str(record.get(field) or "") for field in ("sentence", "why"))
    return PlanItem(theme, tuple(ids), sentence, why, record.get("pinned") is True)


def _from_markdown(text: str, name: str) -> _Read:
    settings: dict[str, object] = {}
    items: list[dict] = []
    theme = "Related work"
    for line in re.sub(r"<!--.*?-->", "", text, flags=re.S).splitlines():
        if line.startswith("## "):
            theme = line[3:].strip()
        elif item := _ITEM.match(line):
            ids = re.findall(r"\[([^\]]+)\]", item["ids"])
            items.append({"theme": theme, "paper_ids": ids, "pinned": bool(item["pinned"])})
        elif items and (detail := _DETAIL.match(line)):
            items[-1][detail["name"]] = detail["text"].strip()
        elif setting := _SETTING.match(line):
            settings[setting["name"].lower()] = setting["text"].strip()
    return settings, [_item(record, name) for record in items], []
