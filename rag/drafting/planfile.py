"""A plan as a file that people edit: JSON, or Markdown with one list item a sentence."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict

from rag.drafting.plan import LENGTHS, STYLES, Omission, Plan, PlanItem
from rag.errors import DraftError
from store.records import Paper

_HELP = (
    "Move a line under another heading to change its theme, delete it to drop the paper, write (pinned) "
    "behind the ids to keep its sentence word for word."
)
_ITEM = re.compile(r"^- (?P<ids>(?:\[[^\]]+\]\s*)+)(?P<pinned>\(pinned\))?")
_DETAIL = re.compile(r"^\s+- (?P<name>sentence|why):\s*(?P<text>.*)$")
_SETTING = re.compile(r"^(?P<name>Topic|Style|Length):\s*(?P<text>.*)$")


def to_json(plan: Plan) -> str:
    """The plan as a JSON object with topic, style, length, items and omissions."""
    return json.dumps(asdict(plan), ensure_ascii=False, indent=2) + "\n"


def to_markdown(plan: Plan, papers: Mapping[str, Paper]) -> str:
    """The plan as Markdown; `papers` give the titles shown behind the ids."""
    lines = [
        "# Plan",
        "",
        f"Topic: {' '.join(plan.topic.split())}",
        f"Style: {plan.style}",
        f"Length: {plan.length}",
        "",
        f"<!-- {_HELP} -->",
    ]
    for theme in plan.themes:
        lines += ["", f"## {theme}", ""]
        for item in plan.items:
            if item.theme == theme:
                lines += _item_lines(item, papers)
    if plan.omissions:
        lines += ["", "<!-- Left out:", *(f"[{o.paper_id}] {o.why}" for o in plan.omissions), "-->"]
    return "\n".join(lines) + "\n"


def _item_lines(item: PlanItem, papers: Mapping[str, Paper]) -> list[str]:
    ids = " ".join(f"[{paper_id}]" for paper_id in item.paper_ids)
    titles = "; ".join(papers[i].title for i in item.paper_ids if i in papers)
    lines = [f"- {ids}{' (pinned)' if item.pinned else ''} {titles}"]
    lines += [f"  - sentence: {' '.join(item.sentence.split())}"] if item.sentence else []
    return lines + ([f"  - why: {item.why}"] if item.why else [])


def read_plan(text: str, name: str = "plan") -> Plan:
    """The plan of a JSON or Markdown file. Raises DraftError, naming the place, for what is no plan."""
    plan = _from_json(text, name) if text.lstrip().startswith("{") else _from_markdown(text)
    if plan.style not in STYLES or plan.length not in LENGTHS:
        raise DraftError(f"{name}: style must be one of {', '.join(STYLES)}, length one of {', '.join(LENGTHS)}.")
    if not plan.items:
        raise DraftError(
            f"{name}: no sentence is planned; a line such as `- [2411.00508] title` under a `## theme` plans one."
        )
    return plan


def _from_json(text: str, name: str) -> Plan:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise DraftError(f"{name}:{error.lineno}: this is not JSON ({error.msg}); mend it or plan anew.") from None
    items = [_item(record, f"{name}: item {n}") for n, record in enumerate(_records(value, "items", name), 1)]
    left = [Omission(str(o.get("paper_id", "")), str(o.get("why", ""))) for o in _records(value, "omissions", name)]
    return Plan(
        str(value.get("topic") or ""),
        tuple(items),
        value.get("style", "narrative"),
        value.get("length", "medium"),
        tuple(left),
    )


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


def _from_markdown(text: str) -> Plan:
    settings: dict[str, str] = {}
    items: list[dict] = []
    theme = "Related work"
    for line in re.sub(r"<!--.*?-->", "", text, flags=re.S).splitlines():
        if line.startswith("## "):
            theme = line[3:].strip()
        elif item := _ITEM.match(line):
            ids = tuple(re.findall(r"\[([^\]]+)\]", item["ids"]))
            items.append({"theme": theme, "paper_ids": ids, "pinned": bool(item["pinned"])})
        elif items and (detail := _DETAIL.match(line)):
            items[-1][detail["name"]] = detail["text"].strip()
        elif setting := _SETTING.match(line):
            settings[setting["name"].lower()] = setting["text"].strip()
    return Plan(
        settings.get("topic", ""),
        tuple(PlanItem(**item) for item in items),
        settings.get("style", "narrative"),
        settings.get("length", "medium"),
    )
