"""Further searches: for a question that has parts, or whose first search finds nothing sure.

Offline they are its parts, and its words with those that the library's nearest papers have; a language model words them
itself and then says which candidates would answer. All of it stays within a budget, and a model that fails, says
nothing of use or approves of everything leaves what the first search found.
"""

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from prompts import fill
from rag.errors import ModelError
from rag.language.phrases import subjects_in
from rag.language.terms import content_stems, plain, weight
from rag.question import read_question
from rag.records import Found, Repair, Usage
from rag.search.retrieve import retrieve
from rag.tuning import Further, Tuning
from store.records import Paper

if TYPE_CHECKING:
    from rag.server.chat import ServerModel
    from store.library import Library, Part

_LINE = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s*[\"“]?(.+?)[\"”]?\s*$", re.MULTILINE)
_EXCLUDED = re.compile(r"\s*\(not [^()]*\)", re.IGNORECASE)
_LEAD = re.compile(r"^\W*(?:(?:and|but|or|so|also)\s+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Looked:
    """The papers found by all `searches`, best first; what the model's help cost, and where it was none."""

    found: tuple[Found, ...]
    searches: tuple[str, ...]
    usage: Usage = field(default_factory=Usage)
    repairs: tuple[Repair, ...] = ()


class Search:
    """The searches for one question, at most `most` beside the first; a `model` words and weighs them where given."""

    def __init__(
        self, question: str, library: "Library | Part", tuning: Tuning, most: int, model: "ServerModel | None"
    ) -> None:
        self._question, self._library, self._tuning = question, library, tuning
        self._most, self._model, self._started = most, model, time.monotonic()
        self._usage, self._calls = Usage(), 0

    def run(self, count: int) -> Looked:
        """The `count` best papers, of the first search and of those that it calls for."""
        first = _EXCLUDED.sub("", self._question) or self._question  # what is named there would be found first
        found = self._retrieve(first, count)
        read = enough(found, read_question(first).kind) if self._model else found
        looked = Looked(tuple(read), (first,))
        if not self._most or not wants_more(first, found):
            return looked
        try:
            return self._further(looked, found, count)
        except ModelError as error:
            told = Repair("step-failed", f"{error} The question was searched for once.")
            return replace(looked, usage=self._usage, repairs=(told,))

    def _further(self, looked: Looked, found: Sequence[Found], count: int) -> Looked:
        asked = self._asked(looked, found) if self._model else offline_searches(looked.searches[0], found)
        more = [search for search in dict.fromkeys(asked) if search not in looked.searches][: self._most]
        gained = [self._retrieve(search, Further.GAINED + count) for search in more]
        merged = _merged(looked.found, gained, count)
        if self._model and more:
            merged = self._reranked(merged)
        return Looked(tuple(merged), (*looked.searches, *more), self._usage)

    def _retrieve(self, search: str, count: int) -> list[Found]:
        return retrieve(self._library, search, count, self._tuning)

    def _asked(self, looked: Looked, found: Sequence[Found]) -> list[str]:
        """The searches that the model wants, of those lines that look like one."""
        titles = "\n".join(f"- {_line(f.paper.title)}" for f in found)
        reply = self._complete(
            "searches",
            most=str(self._most),
            question=_line(self._question),
            searched=_line(looked.searches[0]),
            titles=titles,
        )
        lines = (" ".join(line.split()) for line in _LINE.findall(reply))
        return [line for line in lines if 1 < len(line.split()) <= Further.WORDS]

    def _reranked(self, found: Sequence[Found]) -> list[Found]:
        """The papers that the model takes for answers first; the two best of the search stay, whatever it says."""
        rows = "\n".join(
            f"[{n}] {_line(f.paper.title)}: {_line(f.passage.text)[: Further.SHOWN]}" for n, f in enumerate(found, 1)
        )
        reply = self._complete("rerank", question=_line(self._question), papers=rows)
        numbers = dict.fromkeys(int(n) for n in re.findall(r"\d{1,3}", reply))
        chosen = [found[n - 1] for n in numbers if 0 < n <= len(found)]
        if not chosen or len(chosen) == len(found):
            return list(found)
        return [*chosen, *(f for f in found[: Further.KEPT] if f not in chosen)]

    def _complete(self, prompt: str, **values: str) -> str:
        """The model's reply, "" once the budget of calls, tokens and time is spent. Raises ModelError."""
        from langchain_core.messages import HumanMessage

        text, spent = fill(prompt, **values), self._usage.prompt_tokens + self._usage.completion_tokens
        late = time.monotonic() - self._started > Further.SECONDS
        if late or self._model is None or self._calls >= Further.CALLS or spent + len(text) / 4 > Further.TOKENS:
            return ""
        self._calls += 1
        reply, used = self._model.completed([HumanMessage(text)])
        told, wrote = self._usage.prompt_tokens, self._usage.completion_tokens
        self._usage = Usage(told + used.prompt_tokens, wrote + used.completion_tokens)
        return reply


def wants_more(question: str, found: Sequence[Found]) -> bool:
    """Whether one search is too few: the question asks several things, or the best papers lack most of its words."""
    asked = read_question(question)
    if asked.kind in ("list", "survey"):  # searched for by their pieces at once
        return False
    return len(_parts(question)) > 1 or not _is_sure(question, found)


def offline_searches(question: str, found: Sequence[Found]) -> list[str]:
    """The parts of a question; of one that finds nothing sure, its words with those of the nearest papers."""
    parts = _parts(question)
    if len(parts) > 1:
        return parts
    told = [subjects_in(plain(f"{f.paper.title}. {f.paper.abstract}")) for f in found[: Further.NEAREST]]
    counts = Counter(phrase for phrases in told for phrase in phrases.values())
    wanted = content_stems(plain(question))
    words = [p for p, count in counts.most_common() if count > 1 and not content_stems(plain(p)) <= wanted]
    return [f"{question.rstrip(' ?.!')} {phrase}" for phrase in words[: Further.PHRASES]]


def enough(found: Sequence[Found], kind: str) -> list[Found]:
    """The papers near enough to the best to be read: most facts need one of eight, lists and surveys more."""
    floor = found[0].score - Further.BELOW[kind] if found else 0.0
    least = Further.LEAST[kind]
    return [f for place, f in enumerate(found) if place < least or f.score >= floor]


def _parts(question: str) -> list[str]:
    """The parts of a question that can each be searched for; one that leans on another has too few words of its own."""
    parts = [_LEAD.sub("", part).strip() for part in read_question(question).parts]
    telling = [p for p in parts if sum(weight(stem) for stem in content_stems(plain(p))) >= Further.TELLING]
    return telling if len(telling) > 1 else [question]


def _is_sure(question: str, found: Sequence[Found]) -> bool:
    wanted = content_stems(plain(question))
    total = sum(map(weight, wanted))
    return any(_share(wanted, f.paper) >= Further.SURE * total for f in found[: Further.KEPT])


def _share(wanted: frozenset[str], paper: Paper) -> float:
    there = content_stems(plain(f"{paper.title}. {paper.abstract}"))
    return sum(map(weight, wanted & there))


def _merged(first: Sequence[Found], gained: Sequence[Sequence[Found]], count: int) -> list[Found]:
    """What each search adds goes before the lower half of the first; a paper counts once."""
    half = max(len(first) - len(first) // 2, Further.KEPT)
    added: dict[str, Found] = {}
    known = {f.paper.paper_id for f in first[:half]}
    for found in gained:
        fresh = [f for f in found if f.paper.paper_id not in known | added.keys()]
        added.update({f.paper.paper_id: f for f in fresh[: Further.GAINED]})
    rest = [f for f in first[half:] if f.paper.paper_id not in added]
    return [*first[:half], *added.values(), *rest][:count]


def _line(text: str) -> str:
    return " ".join(text.split())
