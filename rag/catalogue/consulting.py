"""A question as the records see it: one about the library, with its reply, or one about content, with its filter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.catalogue.asking import Request, read_form
from rag.catalogue.catalogue import Catalogue, catalogue_of
from rag.catalogue.reading import read_filter
from rag.catalogue.replies import Clerk
from rag.catalogue.subjects import called, nearest
from rag.catalogue.telling import Reply, described, listed, papers_said, said
from rag.catalogue.wording import PAPERS
from rag.filters import NO_LIMIT, Filter
from rag.question import any_of
from rag.records import Turn
from rag.tuning import Catalogued
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library

_NEEDS_ONE = "like"  # a kind that can tell nothing without a paper
_ABOUT_ONE = frozenset({"who", "when", "where", "bibtex", "link", "abstract", "title", "have", "like"})
# These words ask for a record of a paper, whether the library has it or not; others may ask for content.
_SURE = any_of(
    r"\bwho (?:wrote|authored|co-?authored)\b|\bauthors? of\b|\bbibtex\b|\bdo you have\b|\bis there an? paper\b"
)
_OPENING = any_of(r"^\W*(?:(?:and|but|so|ok(?:ay)?|now|then|also|what about|how about|what of|only|just)\b[\s,]*)+")
_THESE = any_of(r"\b(?:of )?(?:these|those|them|the ones)\b")
_POINTER = any_of(
    r"^(?:it|this|that|them|these|those|they|all of (?:them|these))(?: (?:papers?|works?|ones?|study|article))?$",
    r"^(?:its|their)$",
    r"^(?:the )?(?:(?P<place>first|second|third|fourth|fifth|last|latter|former)|\[?(?P<number>\d{1,2})\]?)"
    r"(?: (?:one|paper|work|of (?:these|those|them)))?$",
    r"^(?:the )?(?:papers?|works?|ones?|same(?: one| paper)?)?$",
)
_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "latter": -1}
_SPEAKS_OF_PAPERS = any_of(rf"\b{PAPERS}\b")
_ASKED_BEFORE = 4  # questions looked back at


@dataclass(frozen=True, slots=True)
class Consulted:
    """`question` without the words of the `filter` that it states; `reply` where the records alone answer it.

    `meant` are the papers that the request calls by name or points at. `stands_alone` says that what it carried on is
    in it already.
    """

    question: str
    filter: Filter = NO_LIMIT
    request: Request | None = None
    reply: Reply | None = None
    meant: tuple[Paper, ...] = ()
    stands_alone: bool = False


def consult(question: str, history: Sequence[Turn], library: "Library", given: Filter) -> Consulted:
    """What the records say to `question`, asked after `history`; `given` limits it beside what it says itself."""
    reader = _Reader(library, given)
    return reader.read(question, history, reply=True)


class _Reader:
    def __init__(self, library: "Library", given: Filter) -> None:
        self._library, self._given = library, given
        self._catalogue: Catalogue = catalogue_of(library)
        self._clerk = Clerk(library, self._catalogue)
        self._names: dict[str, list[Paper]] = {}

    def read(self, question: str, history: Sequence[Turn], reply: bool) -> Consulted:
        """The question by itself, or as it carries on what was asked before."""
        asked = [n for n, turn in enumerate(history) if turn.role == "user" and turn.content.strip()]
        carried = self._carried(question, history, asked, reply) if asked else None
        return carried or self._alone(question, reply)

    def _alone(self, question: str, reply: bool) -> Consulted:
        whole = self._about_one(question, NO_LIMIT, {}, reply)
        if whole:
            return whole
        free = read_filter(question, self._catalogue, freely=True)
        for request in read_form(free.text, free.filter):
            if request.kind in _ABOUT_ONE:
                found = self._about_one(free.text, free.filter, {}, reply)
                if found:
                    return found
            elif _counts(request, free.text) and self._finds(request):
                return self._replied(question, request, (), reply)
        strict = read_filter(question, self._catalogue, freely=False)
        limit = strict.filter.and_(self._given)
        if limit and not self._catalogue.fitting(limit):
            return self._replied(question, Request("list", limit), (), reply)
        return Consulted(strict.text if strict.filter else question, limit)

    def _replied(self, question: str, request: Request, meant: Sequence[Paper], reply: bool) -> Consulted:
        request = self._limited(request)
        told = self._clerk.reply(request, meant) if reply else None
        return Consulted(question, request.filter, request, told, tuple(meant))

    def _limited(self, request: Request) -> Request:
        return replace(request, filter=request.filter.and_(self._given))

    def _finds(self, request: Request) -> bool:
        """Whether keywords, which may also ask for content, are the subject of a paper."""
        return request.kind != "keywords" or bool(self._clerk.papers(self._limited(request)))

    def _called(self, name: str) -> list[Paper]:
        if name not in self._names:
            self._names[name] = called(name, self._library)
        return self._names[name]

    def _about_one(self, text: str, limit: Filter, cited: Mapping[int, Paper], reply: bool) -> Consulted | None:
        """The reply to a question for a record of one paper; None where it is none, or may ask for content."""
        for request in read_form(text, limit):
            if request.kind not in _ABOUT_ONE:
                continue
            pointer = _POINTER.search(request.called)
            if pointer and (limit or cited):
                meant = _pointed(pointer, cited) if cited else []
                if meant or (limit and request.kind != _NEEDS_ONE):
                    return self._replied(text, request, meant, reply)
            papers = [] if pointer else self._called(request.called)
            fitting = set(self._catalogue.fitting(limit)) if limit else None
            papers = [paper for paper in papers if fitting is None or paper.paper_id in fitting]
            if papers and (outside := self._outside(papers)):
                return Consulted(text, self._given, request, outside if reply else None)
            if papers:
                return self._replied(text, replace(request, filter=NO_LIMIT), papers, reply)
            if request.called and not pointer and not limit and _SURE.search(text):
                return Consulted(text, self._given, request, self._unknown(request.called) if reply else None)
        return None

    def _outside(self, papers: Sequence[Paper]) -> Reply | None:
        """What is said where none of the papers that are called by name may be used."""
        allowed = set(self._catalogue.fitting(self._given)) if self._given else None
        if allowed is None or any(paper.paper_id in allowed for paper in papers):
            return None
        return said(f"“{papers[0].title}” is in this library, but not {self._given.of_papers}.")

    def _unknown(self, name: str) -> Reply:
        lead = f"No paper in this library is called “{name}”. The nearest"
        return listed(lead, nearest(name, self._library, Catalogued.NEAREST))

    def _carried(self, question: str, history: Sequence[Turn], asked: list[int], reply: bool) -> Consulted | None:
        """A question that carries on the one before it: other limits, another subject, a part of what was listed."""
        cited = self._cited(history[asked[-1] :])
        if found := self._about_one(_OPENING.sub("", question), NO_LIMIT, cited, reply):
            return found
        text = _OPENING.sub("", question)
        opened, these = text != question, _THESE.search(text)
        if not (opened or these or len(text.split()) <= 4):
            return None
        free = read_filter(text, self._catalogue, freely=True)
        request = next((r for r in read_form(free.text, free.filter) if r.kind not in _ABOUT_ONE), None)
        if request is None or request.kind == "talk" or not (free.filter or request.subject or these):
            return None
        bare = request.kind == "list" and not _SPEAKS_OF_PAPERS.search(_THESE.sub("", free.text))
        if not (bare or these):
            return None
        before = self.read(history[asked[-1]].content, history[: asked[-1]][-2 * _ASKED_BEFORE :], reply=False)
        if before.request is None:
            return self._of_cited(question, request, list(cited.values()), before, bool(these), reply)
        limit = before.request.filter
        limit = limit.and_(free.filter) if these else limit.then(free.filter)
        kind = before.request if bare and not these else request
        whole = replace(kind, filter=limit, subject=request.subject or before.request.subject)
        meant = before.meant if whole.kind == _NEEDS_ONE else ()
        return self._replied(f"papers{described(whole)}", whole, meant, reply)

    def _of_cited(
        self, question: str, request: Request, cited: list[Paper], before: Consulted, these: bool, reply: bool
    ) -> Consulted | None:
        """After an answer about content: "these" are the papers cited; another limit asks the same question again."""
        if these and cited:
            fitting = set(self._catalogue.fitting(request.filter)) if request.filter else None
            meant = [paper for paper in cited if fitting is None or paper.paper_id in fitting]
            if meant:
                return self._replied(question, request, meant, reply)
            nothing = said(f"None of the {papers_said(len(cited))} named before is {request.filter.of_papers}.")
            return Consulted(question, request.filter, request, nothing)
        if request.subject or not request.filter:
            return None
        limit = before.filter.then(request.filter).and_(self._given)
        return Consulted(before.question, limit, stands_alone=True)

    def _cited(self, turns: Sequence[Turn]) -> dict[int, Paper]:
        """The papers that `turns` cite, by their numbers and in the order of these."""
        cited = dict(sorted(pair for turn in turns for pair in turn.cited))
        papers = {paper.paper_id: paper for paper in self._library.get_many(list(dict.fromkeys(cited.values())))}
        return {number: papers[paper_id] for number, paper_id in cited.items() if paper_id in papers}


def _counts(request: Request, text: str) -> bool:
    """Whether a form is surely about the library: a list on a subject alone is searched for as any question is."""
    if request.kind == "coauthors":
        return bool(request.filter.authors)
    if request.kind == "keywords":
        return bool(request.filter and request.subject)
    if request.kind == "list":
        whole = not request.subject or request.by_date
        return bool(request.filter) or (whole and bool(_SPEAKS_OF_PAPERS.search(text)))
    return True


def _pointed(pointer: re.Match, cited: Mapping[int, Paper]) -> list[Paper]:
    """The papers among those cited last, by their numbers, that "it", "the second one", "[5]" or "them" are."""
    if pointer["number"]:
        return [paper for number, paper in cited.items() if number == int(pointer["number"])]
    papers = list(cited.values())
    if pointer["place"]:
        return papers[_PLACES[pointer["place"].lower()] :][:1]
    many = re.search(r"(?i)\b(?:them|these|those|they|their)\b|s$", pointer[0])
    return papers if many else papers[:1]
