"""Follow-ups made into questions that stand alone, by rules: what an LLM does with a prompt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.asking.conversation import Exchange, exchanges, guessed, named_papers
from rag.asking.dependence import content_words, depends, pointers
from rag.language.naming import system_name, where_named
from store.records import Paper

if TYPE_CHECKING:
    from rag.records import Turn
    from store.library import Library

__all__ = ["depends", "standalone"]

_OTHER_ONE = re.compile(
    r"\bthe other (?:one|paper|work|method|model|study|approach|system|two)\b|\bthe others?\b(?! [a-z])", re.IGNORECASE
)
_ANOTHER = re.compile(
    r"\banother\b|\bany others?\b|\bothers? (?:that|which|who)\b|\bis there (?:also |maybe )?(?:one|any)\b"
    r"|\bare there (?:also |any |other |more )+|\bone that\b|\b(?:any(?:one|thing)|who|what|something) else\b"
    r"|\bsomething similar\b|\b(?:which|what) other\b|\balternatives?\b",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\b(?:the|these|those) two\b|\bboth\b|\beither\b|\bneither\b|\beach (?:of|one)\b|\bbetween them\b"
    r"|\bone another\b",
    re.IGNORECASE,
)
_PLACES = (
    (re.compile(r"\bthe (?:first|former)\b", re.IGNORECASE), 0),
    (re.compile(r"\bthe second\b", re.IGNORECASE), 1),
    (re.compile(r"\bthe third\b", re.IGNORECASE), 2),
    (re.compile(r"\bthe (?:latter|last)\b", re.IGNORECASE), -1),
)
_MANY = re.compile(r"\b(?:they|them|these|those|their|all of)\b", re.IGNORECASE)
_ONE = re.compile(r"its?(?:elf)?|they|them|theirs?|s?he|his|her|the same|this|that")
_CARRY = re.compile(
    r"^\W*(?:(?:and|but|so|then|or|also|ok(?:ay)?|what|how|about|for|of|in|on|with|the|a|an)\b\W*)+", re.IGNORECASE
)
_ASKING = re.compile(
    r"^\W*(?:(?:and|but|so|then|can you tell me|tell me|please)\b\W*)*"
    r"(?:(?:in |on |by )?(?:what|which|who|whose|where|when|why|how)\b|is there\b|are there\b)?\s*"
    r"(?:(?:is|are|was|were|does|do|did|can|could|has|have|would|will)\b)?\s*(?:there\b)?\s*"
    r"(?:(?:do|work|perform|fare|compare)\s+(?:on|in|with|at|for|to)\b)?\s*",
    re.IGNORECASE,
)
_MOST = 3  # papers put into a question at once
_NEW_SUBJECT = 5  # content words at most in "What about X?"


def standalone(question: str, history: Sequence[Turn], library: Library) -> str:
    """`question` with what it leans on put in front; unchanged where it stands on its own.

    Papers spoken of are put in by their titles, so that the search finds them by name; a question
    for another paper gets the subject of the question before instead.
    """
    if not depends(question, history):
        return question
    past = exchanges(history, library)
    own = named_papers(question, library)
    if own and not _points_at_paper(question, own):
        return _replaced(question, own, past) or _on(_topic(past), question)
    papers = _meant(question, past, library)
    return _about(papers, question) if papers else _on(_topic(past), question)


def _points_at_paper(question: str, own: Sequence[Paper]) -> bool:
    """Whether the question has a pronoun besides the papers that it names itself."""
    return any(_ONE.fullmatch(pointer) for pointer in pointers(question)) and all(
        where_named(paper, question) > 0 for paper in own
    )


def _meant(question: str, past: Sequence[Exchange], library: Library) -> list[Paper]:
    """The papers of the conversation that the question speaks of; none when it wants another one."""
    latest = next((e.papers for e in reversed(past) if e.papers), [])
    spoken = _distinct([paper for e in past for paper in e.papers])
    if _OTHER_ONE.search(question) and len(spoken) > 1:
        return _not_answered(past, spoken)
    if _ANOTHER.search(question):
        return []
    if _BOTH.search(question):
        return spoken[-2:] if len(spoken) > 1 else guessed(past[-1], library, 2)
    listed = latest if len(latest) > 1 else spoken
    for pattern, place in _PLACES if len(listed) > 1 else ():
        if pattern.search(question) and -len(listed) <= place < len(listed):
            return [listed[place]]
    return list(latest[:_MOST]) if _MANY.search(question) else list(latest[:1])


def _not_answered(past: Sequence[Exchange], spoken: Sequence[Paper]) -> list[Paper]:
    """ "The other one": of the last two papers, the one the last answer was not about."""
    answered = next((e.answered for e in reversed(past) if e.answered), [])
    rest = [paper for paper in spoken if paper not in answered]
    return rest[-1:] or list(spoken[:1])


def _replaced(question: str, own: Sequence[Paper], past: Sequence[Exchange]) -> str:
    """ "And of X?" after "What is the idea of Y?": the question before, with X for Y."""
    before = past[-1]
    rest = _CARRY.sub("", question).strip(" ?.!")
    if len(content_words(rest)) > _NEW_SUBJECT or rest == question.strip(" ?.!"):
        return ""
    old = [name for paper in before.papers if (name := system_name(paper.title)) and name in before.question]
    if not old:
        return ""
    asked = before.question.replace(old[0], rest)
    for name in old[1:]:
        asked = asked.replace(name, "")
    return " ".join(asked.split())


def _topic(past: Sequence[Exchange]) -> str:
    """What the last question that stood alone was about, without the names of papers."""
    asked = next((e.question for e in reversed(past) if e.stands_alone), past[-1].question)
    for paper in (paper for e in past for paper in e.papers):
        name = system_name(paper.title)
        asked = asked.replace(name, " ") if name else asked
    topic = " ".join(_ASKING.sub("", asked, count=1).split()).strip(" ?.!,")
    return topic if content_words(topic) else asked.strip(" ?")


def _about(papers: Sequence[Paper], question: str) -> str:
    return f"About {' and '.join(f'“{paper.title}”' for paper in papers)}: {question}"


def _on(topic: str, question: str) -> str:
    return f"On “{topic}”: {question}"


def _distinct(papers: Sequence[Paper]) -> list[Paper]:
    """Each paper once, in the order in which they were last spoken of."""
    return list(dict.fromkeys(reversed(papers)))[::-1]
