"""Reading the earlier turns of a conversation from a JSON file."""

import json
from pathlib import Path

from rag.errors import QuestionError
from rag.records import Turn


def read_history(path: Path) -> tuple[Turn, ...]:
    """The turns of a JSON list of {"role", "content"}; an answer's "sources" (as `ask --json`
    prints them) keep the numbers of its citations. Raises QuestionError."""
    try:
        turns = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise QuestionError(f"{path}: cannot be read ({error.strerror}); give the path of a JSON file.") from None
    except ValueError as error:
        raise QuestionError(f"{path}: is not JSON ({error}); it should be a list of turns.") from None
    if not isinstance(turns, list):
        raise QuestionError(f'{path}: should be a JSON list of {{"role", "content"}} objects.')
    return tuple(_turn(path, place, turn) for place, turn in enumerate(turns, 1))


def _turn(path: Path, place: int, turn: object) -> Turn:
    try:
        role, content = turn["role"], turn["content"]
        cited = tuple((int(s["n"]), str(s["paper_id"])) for s in turn.get("sources", ()) if s.get("cited", True))
    except (TypeError, KeyError, AttributeError, ValueError):
        raise QuestionError(f'{path}: turn {place} should be {{"role": …, "content": …}}.') from None
    if role not in {"user", "assistant"} or not isinstance(content, str):
        raise QuestionError(f'{path}: turn {place} should have the role "user" or "assistant" and a text.')
    return Turn(role, content, cited)
