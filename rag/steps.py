"""Further searches: for a question that has parts, or whose first search finds nothing sure.

A question is searched for by its parts. Where nothing sure is found for one, its words are joined with those of the
library's nearest papers; a language model words such searches itself, and says which candidates would answer. All of
it stays within a budget, and a model that fails, says nothing of use or approves of everything leaves what the first
search found.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from prompts import fill
from rag.catalogue.asking import subject_listed
from rag.catalogue.onsubject import on_subject
from rag.errors import ModelError
from rag.language.phrases import subjects_in
from rag.language.terms import content_stems, plain, weight
from rag.offline.doing import deed_of, says_so
from rag.question import read_question
from rag.records import Embed, Found, Repair, Usage
from rag.search.retrieve import retrieve, whole
from rag.tuning import Doubting, Further, Tuning
from store.records import Paper
from store.sentences import sentences

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
        *_, last = self.looks(count)
        return last

    def looks(self, count: int) -> Iterator[Looked]:
        """What is found as far as it is known: by the first search where others follow, at last by all of them."""
        first = _EXCLUDED.sub("", self._question) or self._question  # what is named there would be found first
        found = self._with_those_listed(self._retrieve(first, count), count)
        read = enough(found, read_question(first).kind) if self._model else found
        looked, parts = Looked(tuple(read), (first,)), parts_of(first)
        if self._most and (len(parts) > 1 or not self._is_sure(parts, looked)):
            yield looked
            looked = self._further(looked, parts, count)
        yield looked

    def _is_sure(self, parts: Sequence[str], looked: Looked) -> bool:
        return all(is_sure(part, looked.found, self._library.embed) for part in parts)

    def _further(self, first: Looked, parts: Sequence[str], count: int) -> Looked:
        looked = self._with(first, parts, count) if len(parts) > 1 else first
        if len(parts) > 1 and self._is_sure(parts, looked):
            return looked
        try:
            wanted = self._asked(looked) if self._model else own_words(first.searches[0], looked.found)
            looked = self._with(looked, wanted, count)
            if self._model:
                looked = replace(looked, found=tuple(self._reranked(looked.found)))
        except ModelError as error:
            told = f"{error} What was found until then was read."
            looked = replace(looked, repairs=(Repair("step-failed", told),))
        return replace(looked, usage=self._usage)

    def _with(self, looked: Looked, searches: Sequence[str], count: int) -> Looked:
        """The same with what further searches add, of those that may still be made."""
        fresh = [search for search in dict.fromkeys(searches) if search not in looked.searches]
        fresh = fresh[: self._most - len(looked.searches) + 1]
        gained = [self._retrieve(search, Further.GAINED + count) for search in fresh]
        return Looked(tuple(_merged(looked.found, gained, count)), (*looked.searches, *fresh))

    def _retrieve(self, search: str, count: int) -> list[Found]:
        return retrieve(self._library, search, count, self._tuning)

    def _with_those_listed(self, found: list[Found], count: int) -> list[Found]:
        """What was found with the papers of a list, as many as are read, in the place of the last that are none."""
        papers = self._listed(count)
        known, wanted = {f.paper.paper_id for f in found}, {paper.paper_id for paper in papers}
        lowest = found[-1].score if found else 0.0
        missing = [Found(p, whole(p), lowest) for p in papers if p.paper_id not in known]
        over = max(0, len(found) + len(missing) - count)
        spare = [f for f in reversed(found) if f.paper.paper_id not in wanted][:over]
        return [*(f for f in found if f not in spare), *missing]

    def _listed(self, count: int) -> Sequence[Paper]:
        """The papers of a list that are known before any sentence is chosen: by their subject, or by what they do."""
        if subject := subject_listed(self._question):
            return on_subject(subject, self._library).papers[:count]
        asked = read_question(self._question)
        deed = deed_of(asked.wanted.claim) if asked.wanted.form == "list" else None
        near = (f.paper for f in (self._retrieve(self._question, Further.DEEPER) if deed else ()))
        return [p for p in near if deed and says_so(deed, p.title, sentences(p.abstract))][:count]

    def _asked(self, looked: Looked) -> list[str]:
        """The searches that the model wants, of those lines that look like one."""
        titles = "\n".join(f"- {_line(f.paper.title)}" for f in looked.found)
        reply = self._complete(
            "searches",
            most=str(self._most),
            question=_line(self._question),
            searched=_line("; ".join(looked.searches)),
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


def own_words(question: str, found: Sequence[Found]) -> list[str]:
    """The question with each of the subjects that several of the nearest papers speak of, and it does not."""
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


def parts_of(question: str) -> list[str]:
    """What a question asks that can each be searched for: lists and surveys are, by their pieces, at once."""
    asked = read_question(question)
    parts = [] if asked.kind in ("list", "survey") else [_LEAD.sub("", part).strip() for part in asked.parts]
    telling = [p for p in parts if sum(weight(stem) for stem in content_stems(plain(p))) >= Further.TELLING]
    return telling if len(telling) > 1 else [question]


def is_sure(question: str, found: Sequence[Found], embed: Embed) -> bool:
    """Whether a paper shares most of a question's words, by weight, or has a sentence near to it in meaning."""
    wanted = content_stems(plain(question))
    total = sum(map(weight, wanted))
    if any(_share(wanted, f.paper) >= Further.SURE * total for f in found):
        return True
    near = [sentence for f in found[: Further.NEAREST] for sentence in sentences(f.passage.text)]  # these are kept
    asked, *rows = embed([question, *near], [f.paper for f in found[: Further.NEAREST]])
    return any(float(row @ asked) >= Doubting.NEAR for row in rows)


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
