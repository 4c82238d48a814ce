"""Who writes an answer: the model of a configured server (rag/server), or the offline one in its place.

Every model reads the same sources; what a server writes is read by rag/citing.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from prompts import fill
from rag.citing.citations import CitationReader, markers_of, with_round_brackets
from rag.citing.claims import claim_text
from rag.errors import ContextError, ModelError
from rag.offline.composing import MODEL_NAME, Said
from rag.records import FALSE_PREMISE, NONE_FOUND, NOT_STATED, CitedSentence, Repair, Usage
from rag.server.chat import ServerModel, usage_of
from rag.server.words import shown_url
from rag.settings import Settings
from store.records import Paper

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_NAMED = 8  # authors of a source that a model is told


def one_line(text: str) -> str:
    """`text` with each line break replaced by one space: the same length, the same offsets."""
    return _BREAK.sub(" ", text)


def quotable(paper: Paper) -> Paper:
    """The paper as a model reads it: one line for title and abstract, in which their own `[2]` reads `(2)`.

    Copied into an answer `[2]` would cite source 2; with line breaks a text could pose as the next source.
    """
    title, abstract = (with_round_brackets(one_line(text)) for text in (paper.title, paper.abstract))
    return replace(paper, title=title, abstract=abstract)


def write_sources(papers: Sequence[Paper]) -> str:
    """The block of sources for a prompt, numbered from 1: `[n] title`, who, where and when, and the abstract.

    Each on a line of its own, a blank one between sources.
    """
    return "\n\n".join(f"[{n}] {p.title}\n{_record(p)}\n{p.abstract}" for n, p in enumerate(map(quotable, papers), 1))


def _record(paper: Paper) -> str:
    """Authors, venue and year of a source on one line."""
    names = ", ".join(paper.authors[:_NAMED]) + (" et al." if len(paper.authors) > _NAMED else "")
    about = "; ".join(filter(None, [names, paper.venue, str(paper.year or "")]))
    return with_round_brackets(f"({one_line(about) or 'no authors, venue or year on record'})")


class Model(Protocol):
    """A chat model: the name that users see, and messages in chunks; raises ModelError."""

    name: str

    def stream(self, messages: "list[BaseMessage]") -> Iterator: ...  # noqa: D102


class Writer:
    """Writes one answer: iterate `write`, then read `repairs`, `usage`, `model`, `numbers` and `read`.

    `server` writes it where there is one, else `offline`. `papers` are the sources in order, of which the first `read`
    were read; `taken` maps paper ids to the numbers that the conversation already shows for them.
    """

    def __init__(
        self,
        server: ServerModel | None,
        offline: Callable[[], Iterable[Said]],
        papers: Sequence[Paper],
        taken: Mapping[str, int],
    ) -> None:
        self._server, self._offline = server, offline
        self._papers, self._taken = [paper.paper_id for paper in papers], taken
        self.read = len(papers)
        self.numbers: dict[str, int] = dict(taken)
        self.repairs: list[Repair] = []
        self.model, self.usage = server.name if server else MODEL_NAME, Usage()

    def write(self, messages: "Callable[[int], list[BaseMessage]]") -> Iterator[CitedSentence]:
        """The sentences of the answer; `messages` gives the prompt with so many of the sources. A server that fails
        before its first sentence is replaced by the offline model; one that fails later leaves what it wrote; either
        is said in `repairs`."""
        if self._server is None:
            yield from self._compose()
            return
        self._reader, written = self._new_reader(), False
        try:
            for sentence in self._fitted(self._server, messages):
                written = True
                yield sentence
            if not written:
                raise ModelError("The model wrote nothing; try again, or another OPENAI_MODEL.")
        except ModelError as error:
            yield from self._recover(self._server, error, written, self._reader.close())

    def _new_reader(self) -> CitationReader:
        reader = CitationReader(dict(enumerate(self._papers[: self.read], 1)), self._taken)
        self.numbers = reader.numbers
        return reader

    def _recover(
        self, server: ServerModel, error: ModelError, written: bool, rest: list[CitedSentence]
    ) -> Iterator[CitedSentence]:
        if written or rest:
            self.model = server.name
            self.repairs.append(Repair("cut-off", f"{error} The answer is incomplete."))
            yield from self._noted(rest)
            return
        self.repairs.append(Repair("model-failed", f"{error} This is the offline answer instead."))
        yield from self._compose()

    def _compose(self) -> Iterator[CitedSentence]:
        self.model, self.numbers, self.read = MODEL_NAME, dict(self._taken), len(self._papers)
        said = list(self._offline())
        for one, after in zip(said, [*(s.gap for s in said[1:]), ""], strict=True):
            cited = (self._papers[one.n - 1],) if one.n else ()
            text = one.marked(markers_of(cited, self.numbers))
            yield CitedSentence(text, after, claim_text("text", one.claim or one.text, bool(cited)), cited)

    def _fitted(self, server: ServerModel, messages: "Callable[[int], list[BaseMessage]]") -> Iterator[CitedSentence]:
        """The sentences, asked for with half as many sources as long as the context is too small for them."""
        refusal = ""
        while True:
            asked = messages(self.read)
            if self.read > 1 and server.too_long and _length(asked) >= server.too_long:
                self.read //= 2
                continue
            try:
                self._reader = self._new_reader()
                yield from self._read(server, asked)
                break
            except ContextError as error:  # raised before the first word
                if self.read == 1:
                    raise
                refusal = str(error)
        if self.read < len(self._papers):
            told = f"The model's context is too small: it read {self.read} of {len(self._papers)} sources. {refusal}"
            self.repairs.append(Repair("fewer-sources", told.strip()))

    def _read(self, server: ServerModel, messages: "list[BaseMessage]") -> Iterator[CitedSentence]:
        ending: Mapping = {}
        for chunk in server.stream(messages):
            self.usage, ending = usage_of(chunk) or self.usage, chunk.response_metadata
            yield from self._noted(self._reader.feed(str(chunk.text)))
        self.model = server.name
        yield from self._noted(self._reader.close())
        if ending.get("reasoning"):
            self.repairs.append(Repair("reasoning", "The model's reasoning was left out of its answer."))
        if ending.get("incomplete"):
            self.repairs.append(Repair("cut-off", f"{ending['incomplete']}; the answer is incomplete."))

    def _noted(self, sentences: list[CitedSentence]) -> Iterator[CitedSentence]:
        for sentence in sentences:
            self.repairs.extend(sentence.repairs)
            yield sentence


def _length(messages: "list[BaseMessage]") -> int:
    return sum(len(message.text) for message in messages)


def answer_messages(question: str, papers: Sequence[Paper], records: str = "") -> "list[BaseMessage]":
    """The prompt for an answer to `question` from `papers`, behind what is told of the library's `records`."""
    from langchain_core.messages import HumanMessage, SystemMessage

    rules = fill("answer_system", no_answer=NONE_FOUND, not_stated=NOT_STATED, false_premise=FALSE_PREMISE)
    return [
        SystemMessage(rules),
        HumanMessage(records + fill("answer", sources=write_sources(papers), question=one_line(question))),
    ]


_TRIAL = Paper("trial", "Counting Sheep", "Sheep are rarely counted. We visit three farms and count 412 sheep.")


def tried(settings: Settings) -> str:
    """What the configured model makes of a small question about one source, in words. Raises ModelError."""
    model, started = ServerModel(settings), time.perf_counter()
    reply = one_line(model.complete(answer_messages("How many sheep were counted?", [_TRIAL])))
    told = f"{model.name} at {shown_url(settings)} answers in {time.perf_counter() - started:.1f} s"
    told += f", without {' and '.join(model.left_out)}, which the server refuses" if model.left_out else ""
    if "412" in reply and "[1]" in reply:
        return told
    return f"{told}, but not as asked: “{reply[:80]}” for “… 412 … [1]”; a larger model may follow better"
