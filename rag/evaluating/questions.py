"""Files of test questions: one JSON object a line."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import QuestionError
from rag.records import Turn


@dataclass(frozen=True, slots=True)
class Question:
    """A test question. `gold` are the titles that answer it, `acceptable` further right ones.

    `key_facts` lists what an answer must state, each as alternatives in words.
    """

    id: str
    type: str
    question: str
    history: tuple[Turn, ...] = ()
    gold: tuple[str, ...] = ()
    acceptable: tuple[str, ...] = ()
    answer: str = ""
    key_facts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[str, ...] = ()


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSONL file, in its order; blank lines are passed over.

    Raises QuestionError, naming the file and the line, for anything that is no question.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise QuestionError(f"{path}: cannot be read ({reason}); give a JSONL file of questions.") from None
    found = [_read_line(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise QuestionError(f"{path}: has no question; give one JSON object a line.")
    return found


def _read_line(line: str, where: str) -> Question:
    try:
        record = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise QuestionError(f"{where}: is no JSON ({reason}); write one object a line.") from None
    if not isinstance(record, dict):
        raise QuestionError(f"{where}: is no JSON object; write one object a line.")
    for name in ("id", "type", "question"):
        if not isinstance(record.get(name), str) or not record[name].strip():
            raise QuestionError(f"{where}: {name!r} is missing or no text; give it one.")
    titles = {name: _texts(record, name, where) for name in ("gold", "acceptable", "evidence")}
    return Question(
        record["id"],
        record["type"],
        record["question"],
        history=_history(record, where),
        answer=str(record.get("answer") or ""),
        key_facts=_facts(record, where),
        **titles,
    )


def _texts(record: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = record.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise QuestionError(f"{where}: {name!r} is no list of texts; make it one.")
    return tuple(value)


def _facts(record: dict[str, Any], where: str) -> tuple[tuple[str, ...], ...]:
    value = record.get("key_facts") or []
    if not isinstance(value, list) or not all(isinstance(item, list) and item for item in value):
        raise QuestionError(f"{where}: 'key_facts' is no list of lists of alternatives; make it one.")
    return tuple(_texts({"key_facts": item}, "key_facts", where) for item in value)


def _history(record: dict[str, Any], where: str) -> tuple[Turn, ...]:
    try:
        turns = [(turn["role"], turn["content"]) for turn in record.get("history") or []]
    except (TypeError, KeyError):
        turns = [("", "")]
    if not all(role in ("user", "assistant") and isinstance(content, str) for role, content in turns):
        raise QuestionError(f"{where}: 'history' needs a role (user or assistant) and a content each time.")
    return tuple(Turn(role, content) for role, content in turns)
