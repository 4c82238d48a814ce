"""Test questions: files of them, one JSON object a line, and short ones made from the papers of a library."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import QuestionError
from rag.language.terms import content_stems, plain
from rag.question import read_question
from rag.records import Turn
from store.readers.values import from_json
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library


@dataclass(frozen=True, slots=True)
class Question:
    """A test question. `gold` are the titles that answer it, `acceptable` further right ones.

    `key_facts` lists what an answer must state, each as alternatives in words; `left_out` is a paper that must
    not be found for it.
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
    left_out: str = ""


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
        record = from_json(line)
    except json.JSONDecodeError as error:
        raise QuestionError(f"{where}: is no JSON ({error.msg}); write one object a line.") from None
    if not isinstance(record, dict):
        raise QuestionError(f"{where}: is no JSON object; write one object a line.")
    for name in ("id", "type", "question"):
        if not isinstance(record.get(name), str) or not record[name].strip():
            raise QuestionError(f"{where}: {name!r} is missing or no text; give it one.")
    facts = record.get("key_facts") or []
    if not isinstance(facts, list) or not all(isinstance(item, list) and item for item in facts):
        raise QuestionError(f"{where}: 'key_facts' is no list of lists of alternatives; make it one.")
    return Question(
        record["id"],
        record["type"],
        record["question"],
        history=_history(record, where),
        answer=str(record.get("answer") or ""),
        key_facts=tuple(_texts({"key_facts": item}, "key_facts", where) for item in facts),
        gold=_texts(record, "gold", where),
        acceptable=_texts(record, "acceptable", where),
        evidence=_texts(record, "evidence", where),
    )


def _texts(record: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = record.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise QuestionError(f"{where}: {name!r} is no list of texts; make it one.")
    return tuple(value)


def _history(record: dict[str, Any], where: str) -> tuple[Turn, ...]:
    try:
        turns = [(turn["role"], turn["content"]) for turn in record.get("history") or []]
    except (TypeError, KeyError):
        turns = [("", "")]
    if not all(role in ("user", "assistant") and isinstance(content, str) for role, content in turns):
        raise QuestionError(f"{where}: 'history' needs a role (user or assistant) and a content each time.")
    return tuple(Turn(role, content) for role, content in turns)


MADE = "generated"  # the id of questions that are made
_EVERY = 2  # every so many papers of the library a question is made from
# Forms of questions for a system, for two, for a subject, and for details that abstracts seldom state.
_SYSTEM = (
    *("What is {name}?", "How does {name} work?", "what's the main idea of {name}?"),
    *("Why was {name} developed?", "Summarise {name}.", "What are the strengths of {name}?"),
)
_PAIR = (
    *("How does {name} differ from {other}?", "what's the difference between {name} and {other}?"),
    *("Compare {name} with {other}.", "How do {name} and {other} relate?"),
)
_SUBJECT = ("Is there work on {subject}?", "What is known about {subject}?", "How is {subject} done?")
_DETAIL = (
    *("How many GPUs were used to train {name}?", "Under which licence is {name} released?"),
    *("Which learning rate was used to train {name}?", "How many hours did the training of {name} take?"),
    *("Who is the first author of {name}?", "How many annotators took part in the work on {name}?"),
    *("What is the memory footprint of {name} in gigabytes?", "Which optimiser was used for {name}?"),
)
_COUNTED = re.compile(r"(?<![\w.,-])\d[\d.,]*[kKM]?\s((?:[a-z]+\s)?[a-z]{3,}s)\b")


def generated_questions(library: "Library") -> list[Question]:
    """Short questions about papers of `library`: some that its abstracts answer, and some that they do not.

    They keep a fit from leaning on what the files' questions have in common, such as their length.
    """
    papers = list(library.papers())[::_EVERY]
    named = [paper for paper in papers if ":" in paper.title]
    made = [one for i, paper in enumerate(papers) for one in _of_subject(paper, _turn(_SUBJECT, i))]
    return made + [one for i, paper in enumerate(named) for one in _of_system(paper, named[i - 1], i)]


def _turn(forms: Sequence[str], i: int) -> str:
    return forms[i % len(forms)]


def _of_subject(paper: Paper, form: str) -> list[Question]:
    """A question for a paper's subject, with the paper to be found, and with it left out."""
    _, colon, rest = paper.title.partition(":")
    text = form.format(subject=rest.strip() if colon and len(rest.split()) > 3 else paper.title)
    found = Question(MADE, "generated", text, gold=(paper.title,))
    return [found, Question(MADE, "unanswerable", text, left_out=paper.paper_id)]


def _of_system(paper: Paper, other: Paper, i: int) -> list[Question]:
    """Questions for a system by its name: what it is, how it compares, what is said of it and what is not."""
    name, another = (p.title.split(":")[0] for p in (paper, other))
    asked = [_turn(_SYSTEM, i).format(name=name), _turn(_PAIR, i).format(name=name, other=another)]
    counted = _COUNTED.search(plain(paper.abstract))
    asked += [f"How many {counted[1]} are there in {name}?"] if counted else []
    made = [Question(MADE, "generated", text, gold=(paper.title,)) for text in asked]
    wanted = read_question(_turn(_DETAIL, i).format(name=""))
    if not content_stems(" ".join(wanted.counted + wanted.sought)) & content_stems(plain(paper.abstract)):
        made.append(Question(MADE, "unanswerable", _turn(_DETAIL, i).format(name=name)))
    return made
