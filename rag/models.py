"""The models that write answers: that of a configured server, and the offline one in its place.

Every model reads the same sources; what a server writes is read by rag/citing; the connection to it is rag/server.py's.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from rag.citing.citations import CitationReader, claim_text, markers_of, with_round_brackets
from rag.errors import ModelError
from rag.offline.composing import MODEL_NAME, Said
from rag.records import CitedSentence, Repair, Usage
from rag.server import load_chat, model_name, server_errors
from rag.settings import Settings
from store.records import Paper

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


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
    """The block of sources for a prompt, numbered from 1: `[n] title` and the abstract, a blank line between."""
    return "\n\n".join(f"[{n}] {p.title}\n{p.abstract}" for n, p in enumerate(map(quotable, papers), 1))


class Model(Protocol):
    """A chat model: the name that users see, and messages in chunks; raises ModelError."""

    name: str

    def stream(self, messages: "list[BaseMessage]") -> Iterator: ...  # noqa: D102


class ServerModel:
    """The model of a configured server, loaded at its first use so that a failure is an answer's failure."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self.name = settings, settings.openai_model or "the server's model"
        self._chat: BaseChatModel | None = None

    def stream(self, messages: "list[BaseMessage]") -> Iterator:
        """The message in chunks. Raises ModelError."""
        with server_errors(self._settings):
            if self._chat is None:
                self.name = model_name(self._settings)
                self._chat = load_chat(self._settings, self.name)
            yield from self._chat.stream(messages)

    def complete(self, messages: "list[BaseMessage]") -> str:
        """The text of one whole reply. Raises ModelError."""
        return self.completed(messages)[0]

    def completed(self, messages: "list[BaseMessage]") -> tuple[str, Usage]:
        """The text of one whole reply, and what it cost. Raises ModelError."""
        text, used = "", Usage()
        for chunk in self.stream(messages):
            text += str(chunk.text)
            if chunk.usage_metadata:
                used = Usage(chunk.usage_metadata["input_tokens"], chunk.usage_metadata["output_tokens"])
        return text.strip(), used


class Writer:
    """Writes one answer: iterate `write`, then read `repairs`, `usage`, `model` and `numbers`.

    `server` writes it where there is one, else `offline`. `papers` are the sources in order, `taken` maps
    paper ids to the numbers that the conversation already shows for them.
    """

    def __init__(
        self,
        server: Model | None,
        offline: Callable[[], Iterable[Said]],
        papers: Sequence[Paper],
        taken: Mapping[str, int],
    ) -> None:
        self._server, self._offline = server, offline
        self._valid, self._taken = {n: paper.paper_id for n, paper in enumerate(papers, 1)}, taken
        self.numbers: dict[str, int] = dict(taken)
        self.repairs: list[Repair] = []
        self.model, self.usage = server.name if server else MODEL_NAME, Usage()

    def write(self, messages: "Callable[[], list[BaseMessage]]") -> Iterator[CitedSentence]:
        """The sentences of the answer. A server that fails before its first sentence is replaced by the
        offline model; one that fails later leaves what it wrote; either is said in `repairs`."""
        if self._server is None:
            yield from self._compose()
            return
        reader = CitationReader(self._valid, self._taken)
        self.numbers, written = reader.numbers, False
        try:
            for sentence in self._read(self._server, messages(), reader):
                written = True
                yield sentence
            if not written:
                raise ModelError("The model wrote nothing; try again, or another OPENAI_MODEL.")
        except ModelError as error:
            yield from self._recover(error, written, reader.close())

    def _recover(self, error: ModelError, written: bool, rest: list[CitedSentence]) -> Iterator[CitedSentence]:
        if written or rest:
            self.model = self._server.name if self._server else MODEL_NAME
            self.repairs.append(Repair("cut-off", f"{error} The answer is incomplete."))
            yield from self._noted(rest)
            return
        self.repairs.append(Repair("model-failed", f"{error} This is the offline answer instead."))
        yield from self._compose()

    def _compose(self) -> Iterator[CitedSentence]:
        self.model, self.numbers = MODEL_NAME, dict(self._taken)
        said = list(self._offline())
        for one, after in zip(said, [*(s.gap for s in said[1:]), ""], strict=True):
            cited = (self._valid[one.n],) if one.n else ()
            text = one.marked(markers_of(cited, self.numbers))
            yield CitedSentence(text, after, claim_text("text", one.claim or one.text, bool(cited)), cited)

    def _read(self, server: Model, messages: "list[BaseMessage]", reader: CitationReader) -> Iterator[CitedSentence]:
        finish = None
        for chunk in server.stream(messages):
            if chunk.usage_metadata:
                self.usage = Usage(chunk.usage_metadata["input_tokens"], chunk.usage_metadata["output_tokens"])
            finish = chunk.response_metadata.get("finish_reason") or finish
            yield from self._noted(reader.feed(str(chunk.text)))
        self.model = server.name
        yield from self._noted(reader.close())
        if finish == "length":
            self.repairs.append(Repair("cut-off", "The model reached its length limit; the answer is incomplete."))
        elif finish is None:
            self.repairs.append(Repair("cut-off", "The server ended without saying that the answer is complete."))

    def _noted(self, sentences: list[CitedSentence]) -> Iterator[CitedSentence]:
        for sentence in sentences:
            self.repairs.extend(sentence.repairs)
            yield sentence
