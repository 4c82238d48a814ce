"""A question that follows up, made to stand alone by rules; a language model does it with the prompt `condense`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.catalogue.subjects import named_papers
from rag.forms import asked_of
from rag.language.naming import system_name, where_named
from rag.pointing import content_words, depends, pointers
from rag.question import any_of
from rag.records import Turn, read_refusal
from rag.search.retrieve import retrieve
from rag.tuning import Reading
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library

_OTHER_ONE = any_of(
    r"\bthe other (?:one|paper|work|method|model|study|approach|system|two)\b|\bthe others?\b(?! [a-z])"
)
_ANOTHER = any_of(
    r"\banother\b|\bany others?\b|\bothers? (?:that|which|who)\b|\bis there (?:also |maybe )?(?:one|any)\b",
    r"\bare there (?:also |any |other |more )+|\bone that\b|\b(?:any(?:one|thing)|who|what|something) else\b",
    r"\bsomething similar\b|\b(?:which|what) other\b|\balternatives?\b",
)
_BOTH = any_of(
    r"\b(?:the|these|those) two\b|\bboth\b|\beither\b|\bneither\b|\beach (?:of|one)\b|\bbetween them\b|\bone another\b"
)
_PLACES = {"first|former": 0, "second": 1, "third": 2, "latter|last": -1}
# What asks for some of the papers listed, and what asks the same of something else.
_SOME_OF = any_of(
    r"^\W*(?:and |so |but )?which (?:ones? )?of (?:these|those|them)\b(?! two)(?: (?:papers|works|ones))?\s+(?=\w)"
)
_ELSEWHERE = any_of(r"^\W*(?:and|but|what about|how about)(?: what)? (?:for|in|on|with|to|about|among)\b")
_MANY = any_of(r"\b(?:they|them|these|those|their|all of)\b")
_ONE = re.compile(r"its?(?:elf)?|they|them|theirs?|s?he|his|her|the same|this|that")
_CARRY = any_of(r"^\W*(?:(?:and|but|so|then|or|also|ok(?:ay)?|what|how|about|for|of|in|on|with|the|a|an)\b\W*)+")
_ASKING = any_of(
    r"^\W*(?:(?:and|but|so|then|can you tell me|tell me|please)\b\W*)*"
    r"(?:(?:in |on |by )?(?:what|which|who|whose|where|when|why|how)\b|is there\b|are there\b)?\s*"
    r"(?:(?:is|are|was|were|does|do|did|can|could|has|have|would|will)\b)?\s*(?:there\b)?\s*"
    r"(?:(?:do|work|perform|fare|compare)\s+(?:on|in|with|at|for|to)\b)?\s*"
)


@dataclass(frozen=True, slots=True)
class _Past:
    """A question asked before, and the papers that it and its answer speak of; `answered` are the answer's."""

    question: str
    answer: str
    papers: tuple[Paper, ...]
    answered: tuple[Paper, ...]
    stands_alone: bool


def standalone(question: str, history: Sequence[Turn], library: "Library") -> str:
    """`question` with what it leans on put in front; unchanged where it stands on its own.

    Papers spoken of are put in by their titles, so that the search finds them by name; a question
    for another paper gets the subject of the question before instead.
    """
    if not depends(question, history):
        return question
    past = _asked_before(history, library)
    own = named_papers(question, library)
    points = any(_ONE.fullmatch(pointer) for pointer in pointers(question))
    if own and not (points and all(where_named(paper, question) > 0 for paper in own)):
        return _replaced(question, past) or f"On “{_topic(past)}”: {question}"
    listed = next((p.answered for p in reversed(past) if p.answered), ())
    if _SOME_OF.match(question) and len(listed) > 1:
        return asked_of([paper.title for paper in listed], _SOME_OF.sub("", question))
    named = any(where_named(paper, past[-1].question) >= 0 for paper in past[-1].papers)
    papers = [] if _ELSEWHERE.match(question) and not named else _meant(question, past, library)
    if not papers:
        return f"On “{_topic(past)}”: {question}"
    return f"About {' and '.join(f'“{paper.title}”' for paper in papers)}: {question}"


def _asked_before(history: Sequence[Turn], library: "Library") -> list[_Past]:
    """The latest questions and answers, oldest first; answers before the first question are passed over."""
    asked = [n for n, turn in enumerate(history) if turn.role == "user" and turn.content.strip()]
    bounds = list(zip(asked, [*asked[1:], len(history)], strict=True))[-Reading.RECENT :]
    return [_read_past(history[:start], history[start:end], library) for start, end in bounds]


def _read_past(before: Sequence[Turn], turns: Sequence[Turn], library: "Library") -> _Past:
    question, answer = turns[0].content, " ".join(turn.content for turn in turns[1:])
    cited = library.get_many(list(dict.fromkeys(paper_id for turn in turns for _, paper_id in turn.cited)))
    answered = cited or named_papers(answer, library)
    papers = dict.fromkeys([*answered, *named_papers(question, library)])
    past = _Past(question, answer, tuple(papers), tuple(answered), not depends(question, before))
    if papers or not past.stands_alone or not answer or read_refusal(answer) == "no paper":
        return past
    likely = tuple(_likely(past, library, 1))
    return replace(past, papers=likely, answered=likely)


def _likely(past: _Past, library: "Library", count: int) -> list[Paper]:
    """The papers that a question and its answer are most likely about, none of them being named there."""
    return [found.paper for found in retrieve(library, f"{past.question} {past.answer}", count)]


def _meant(question: str, past: Sequence[_Past], library: "Library") -> list[Paper]:
    """The papers of the conversation that the question speaks of; none when it wants another one."""
    latest = next((p.papers for p in reversed(past) if p.papers), ())
    # Each paper once, in the order in which they were last spoken of.
    spoken = list(dict.fromkeys(reversed([paper for p in past for paper in p.papers])))[::-1]
    if _OTHER_ONE.search(question) and len(spoken) > 1:
        answered = next((p.answered for p in reversed(past) if p.answered), ())
        return [paper for paper in spoken if paper not in answered][-1:] or spoken[:1]
    if _ANOTHER.search(question):
        return []
    if _BOTH.search(question):
        return spoken[-2:] if len(spoken) > 1 else _likely(past[-1], library, 2)
    listed = latest if len(latest) > 1 else spoken
    for ordinal, place in _PLACES.items() if len(listed) > 1 else ():
        if re.search(rf"\bthe (?:{ordinal})\b", question, re.IGNORECASE) and -len(listed) <= place < len(listed):
            return [listed[place]]
    return list(latest[: Reading.SPOKEN_OF if _MANY.search(question) else 1])


def _replaced(question: str, past: Sequence[_Past]) -> str:
    """ "And of X?" after "What is the idea of Y?": the question before, with X for Y."""
    before = past[-1]
    rest = _CARRY.sub("", question).strip(" ?.!")
    if len(content_words(rest)) > Reading.NEW_SUBJECT or rest == question.strip(" ?.!"):
        return ""
    old = [name for paper in before.papers if (name := system_name(paper.title)) and name in before.question]
    if not old:
        return ""
    asked = before.question.replace(old[0], rest)
    for name in old[1:]:
        asked = asked.replace(name, "")
    return " ".join(asked.split())


def _topic(past: Sequence[_Past]) -> str:
    """What the last question that stood alone was about, without the names of papers."""
    asked = next((p.question for p in reversed(past) if p.stands_alone), past[-1].question)
    for paper in (paper for p in past for paper in p.papers):
        name = system_name(paper.title)
        asked = asked.replace(name, " ") if name else asked
    topic = " ".join(_ASKING.sub("", asked, count=1).split()).strip(" ?.!,")
    return topic if content_words(topic) else asked.strip(" ?")
