"""From a prompt to finished sentences: the model's stream, its failures, and the offline answer instead."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from rag.citing.citations import CitationReader
from rag.errors import ModelError
from rag.models import server_errors
from rag.records import CitedSentence, Repair, Usage
from rag.settings import Settings


class Model(Protocol):
    """A chat model, the name that users see, and the errors of its server put into words."""

    name: str

    def stream(self, messages: list[BaseMessage]) -> Iterator:
        """The message in chunks. Raises ModelError."""


class ServerModel:
    """The model of a configured server, loaded at its first use so that a failure is an answer's failure."""

    def __init__(self, settings: Settings, load: Callable[[Settings], BaseChatModel]) -> None:
        self._settings, self._load, self._chat = settings, load, None

    @property
    def name(self) -> str:
        """The model's name as the server knows it."""
        return self._chat.model_name if self._chat else self._settings.openai_model or "the server's model"

    def stream(self, messages: list[BaseMessage]) -> Iterator:
        """The message in chunks. Raises ModelError."""
        with server_errors(self._settings):
            self._chat = self._chat or self._load(self._settings)
            yield from self._chat.stream(messages)

    def complete(self, messages: list[BaseMessage]) -> str:
        """The text of one whole reply. Raises ModelError."""
        return "".join(str(chunk.text) for chunk in self.stream(messages)).strip()


class OfflineModel:
    """The extractive model: no server, nothing that can fail."""

    def __init__(self, chat: BaseChatModel, name: str) -> None:
        self._chat, self.name = chat, name

    def stream(self, messages: list[BaseMessage]) -> Iterator:
        """The message in chunks."""
        return self._chat.stream(messages)


class Writer:
    """Writes one answer: iterate `write`, then read `repairs`, `usage`, `model` and `numbers`.

    `valid` maps the prompt's source numbers to paper ids, `taken` paper ids to the numbers that
    the conversation already shows for them.
    """

    def __init__(self, model: Model, offline: Model, valid: Mapping[int, str], taken: Mapping[str, int]) -> None:
        self._model, self._offline = model, offline
        self._valid, self._taken = valid, taken
        self._reader = CitationReader(valid, taken)
        self.model, self.usage, self.repairs = model.name, Usage(), []

    @property
    def numbers(self) -> dict[str, int]:
        """The number shown for each cited paper."""
        return self._reader.numbers

    def write(self, messages: list[BaseMessage]) -> Iterator[CitedSentence]:
        """The sentences of the answer. A server that fails before its first sentence is replaced by the
        offline model; one that fails later leaves what it wrote; either is said in `repairs`."""
        written = False
        try:
            for sentence in self._read(self._model, messages):
                written = True
                yield sentence
            if not written:
                raise ModelError("The model wrote nothing; try again, or another OPENAI_MODEL.")
        except ModelError as error:
            yield from self._recover(error, written, messages)

    def _recover(self, error: ModelError, written: bool, messages: list[BaseMessage]) -> Iterator[CitedSentence]:
        rest = self._reader.close()
        if written or rest:
            self.model = self._model.name
            self.repairs.append(Repair("cut-off", f"{error} The answer is incomplete."))
            yield from self._noted(rest)
            return
        self.repairs.append(Repair("model-failed", f"{error} This is the offline answer instead."))
        self.model, self._reader = self._offline.name, CitationReader(self._valid, self._taken)
        yield from self._read(self._offline, messages)

    def _read(self, model: Model, messages: list[BaseMessage]) -> Iterator[CitedSentence]:
        finish = None
        for chunk in model.stream(messages):
            self._count(chunk)
            finish = chunk.response_metadata.get("finish_reason") or finish
            yield from self._noted(self._reader.feed(str(chunk.text)))
        self.model = model.name
        yield from self._noted(self._reader.close())
        if finish == "length":
            self.repairs.append(Repair("cut-off", "The model reached its length limit; the answer is incomplete."))
        elif finish is None and model is not self._offline:
            self.repairs.append(Repair("cut-off", "The server ended without saying that the answer is complete."))

    def _noted(self, sentences: list[CitedSentence]) -> Iterator[CitedSentence]:
        for sentence in sentences:
            self.repairs.extend(sentence.repairs)
            yield sentence

    def _count(self, chunk: object) -> None:
        counted = getattr(chunk, "usage_metadata", None)
        if counted:
            self.usage = Usage(counted["input_tokens"], counted["output_tokens"])
