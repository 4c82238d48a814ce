"""What is asked of the library itself: how many papers, which, who, when, where, the latest, what is like it.

A question counts only when one form of `forms.txt` fits all of it, what limits it aside. So a question about content is
none: "how many demonstrations does it need", "when does it help".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rag.catalogue.wording import IS_PAPERS
from rag.filters import NO_LIMIT, Filter
from rag.language.quantities import ONES
from rag.language.terms import STOP, content_stems, listed, plain
from rag.question import ASKING, any_of, read_question
from rag.tuning import Composing

_LONGEST = 240  # characters of a question about the library
_CAPTURE = {"subject": r"(?P<subject>\S.*?)", "x": r"(?P<x>\S.*?)", "x2": r"(?P<x2>\S.*?)"}
_NO_SUBJECT = re.compile(
    r"(?:here|it|this|that|them|these|those|there|total|general|library|collection|and|)", re.IGNORECASE
)
# Asked beside another thing: what tells of a paper's authors tells this as well.
_AND_WHERE = any_of(
    r",? and (?:when|where|in (?:which|what) year|(?:at|in) (?:which|what) (?:venue|conference|journal)) "
    r"(?:was|were|did|is) (?:it|this|that|they) (?:published|released|presented|appear|come out|accepted)$"
)
_ANOTHER_QUESTION = any_of(
    r"(?:,|\band\b) (?:\w+ ){0,2}(?:who|what|which|how|why|when|where|whose|do|does|did|is|was|are)\b"
)
# Within a subject: a clause, or a denial.
_NO_SUBJECT_OF_ONE = any_of(r"\b(?:which|who|what|how|why|when|whether|that|not|no|without|they|it|is|are|does|do)\b")
_PREPOSITION = re.compile(r"(?:by|from|on|about|in|at|for|of|to|with)\b", re.IGNORECASE)  # begins no paper's name
_PLAIN = re.compile(
    r"(?:(?:new|good|interesting|scientific|academic|research|conference|journal|review|published|single|other|relevant)\s*)+",
    re.IGNORECASE,
)
_NO_KIND = (STOP | ASKING) - frozenset(listed("of for in and to with on from via"))
_MARKS = " \"“”'‘’?.,!"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the library, of a `kind` that `forms.txt` names.

    `subject` is what the papers are to be about, `called` the words for one of them. `most` is how many are wanted, 0
    for no number; `number` says that nothing but theirs is.
    """

    kind: str
    filter: Filter = NO_LIMIT
    subject: str = ""
    called: str = ""
    most: int = 0
    number: bool = False
    by_date: bool = False
    upwards: bool = False


def read_form(text: str, limit: Filter) -> Iterator[Request]:
    """The forms that fit all of `text`, the likeliest first; the words of `limit` are not in it any more."""
    text = _AND_WHERE.sub("", " ".join(text.split()).strip(_MARKS))
    if not text and not limit:
        yield Request("talk")
    if len(text) > _LONGEST:
        return
    for kind, form in _forms():
        if found := form.fullmatch(text):
            given = {name: value for name, value in found.groupdict().items() if value}
            called = (given.get("x") or given.get("x2") or "").strip(_MARKS)
            if _PREPOSITION.match(called) or _ANOTHER_QUESTION.search(called) or not _is_kind(given.get("kind", "")):
                continue
            most = given.get("most") or given.get("most2") or "0"
            yield Request(
                kind,
                limit,
                _subject(given.get("subject") or given.get("kind") or ""),
                called,
                int(most) if most.isdigit() else ONES[most.lower()],
                "number" in given,
                "order" in given,
                "up" in given,
            )


def subject_listed(question: str) -> str:
    """The subject of a question that asks which papers are about it, as one that asks how many has it; "" of others."""
    asked = read_question(question)
    if asked.kind != "list" or asked.wanted.role:
        return ""
    forms = (request for request in read_form(question, NO_LIMIT) if request.kind == "list")
    subject = next((request.subject for request in forms), "")
    is_short = 0 < len(content_stems(plain(subject))) <= Composing.SUBJECT
    return subject if is_short and not _NO_SUBJECT_OF_ONE.search(subject) else ""


def _is_kind(text: str) -> bool:
    """Whether the words before "papers" say what these are about, and ask for nothing else."""
    words = text.lower().split()
    return not any(word in _NO_KIND or IS_PAPERS.fullmatch(word) for word in words)


def _subject(text: str) -> str:
    text = re.sub(r"(?i)^(?:the (?:topic|subject|area|field|problem|task) of|the) ", "", text.strip(_MARKS))
    return "" if _NO_SUBJECT.fullmatch(text) or _PLAIN.fullmatch(text) else text


@cache
def _forms() -> tuple[tuple[str, re.Pattern], ...]:
    text = files(__package__).joinpath("forms.txt").read_text(encoding="utf-8")
    lines = [line for line in text.replace("\n ", "").splitlines() if line and not line.startswith("#")]
    macros, forms = dict(_CAPTURE), []
    for line in lines:
        name, mark, pattern = re.split(r"( = |: )", line, maxsplit=1)
        pattern = re.sub(r"\((?!\?)", "(?:", pattern)
        pattern = re.sub("‹(.+?)›", lambda found: macros[found[1]], pattern)
        if mark == " = ":
            macros[name] = pattern
        else:
            forms.append((name, re.compile(pattern, re.IGNORECASE)))
    return tuple(forms)
