"""Asking the model of a configured server, and what the server turns out to refuse, kept for the session."""

import re
import time
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NoReturn

from rag.errors import ContextError, ModelError
from rag.records import Usage
from rag.server.connection import WAITING, client, model_name, sent_with, server_errors, silent, too_much
from rag.server.protocol import Piece, Reply, ServerError
from rag.server.thoughts import Thoughts
from rag.server.words import is_too_long, quoted, status_in_words, where
from rag.settings import Settings, redacted

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk, BaseMessage

CHARACTERS = 6  # of text for each token that was asked for, at most; no language needs more on average
LONGEST_TEXT = 30_000  # characters: a hundred sentences of related work; every one of them is checked

_ROLES = {"human": "user", "ai": "assistant"}
# What servers refuse, and by which word of theirs it is known; the first named counts. What a model may
# write at most has two names, the second of which is sent only once the first was refused.
_LIMITS = ("max_completion_tokens", "max_tokens")
_OPTIONS = ("temperature", "stream_options", *_LIMITS, "stream", "system")
_SYSTEM = re.compile(
    r"\bsystem\b.{0,40}\b(?:role|message|prompt|instruction)|\broles?\b.{0,60}\bsystem\b|roles must",
    re.IGNORECASE,
)
_REFUSALS = (200, 400, 404, 422, 500, 501)  # of a request that would be taken without an option
_REFUSING = re.compile(r"support|unknown|recogni[sz]ed|invalid|permitted|allowed|unexpected", re.IGNORECASE)


class ServerModel:
    """The model of a configured server, reached at its first use so that a failure is an answer's failure.

    What the server refused once is left out from then on; `too_long` is the length in characters of the shortest
    prompt that its context had no room for (0: none was).
    """

    def __init__(self, settings: Settings) -> None:
        self._settings, self.name = settings, settings.openai_model or "the server's model"
        self._asked = False
        self._left_out: set[str] = set() if settings.max_tokens else set(_LIMITS)
        self._begins_thinking: bool | None = None
        self.too_long = 0

    @property
    def left_out(self) -> tuple[str, ...]:
        """What the server turned out to refuse."""
        mine = () if self._settings.max_tokens else _LIMITS
        return tuple(option for option in _OPTIONS if option in self._left_out and option not in mine)

    def stream(self, messages: "list[BaseMessage]") -> "Iterator[AIMessageChunk]":
        """The message in chunks; `response_metadata` of the last says in `incomplete` why it is not whole, if so, and
        in `reasoning` whether reasoning was left out. Raises ModelError, and ContextError for too long a prompt."""
        from langchain_core.messages import AIMessageChunk

        reply, thoughts, said = Reply(), Thoughts(self._begins_thinking), ""
        instead = Piece()
        with server_errors(self._settings):
            try:
                for piece in self._pieces(messages, reply):
                    instead = _both(instead, piece)
                    text = thoughts.feed(piece.text)
                    said += text
                    self._bound(len(said) + thoughts.waiting)
                    if text:
                        yield AIMessageChunk(content=text)
            except Exception:
                yield AIMessageChunk(content=thoughts.break_off())
                raise
            rest = thoughts.close()
            self._begins_thinking = thoughts.begins_thinking
            if not (said + rest).strip():
                raise self._silent(reply, instead, thoughts.found)
        yield _last(rest, reply, thoughts.found)

    def complete(self, messages: "list[BaseMessage]") -> str:
        """The text of one whole reply. Raises ModelError."""
        return self.completed(messages)[0]

    def completed(self, messages: "list[BaseMessage]") -> tuple[str, Usage]:
        """The text of one whole reply, and what it cost. Raises ModelError."""
        text, used = "", Usage()
        for chunk in self.stream(messages):
            text += str(chunk.text)
            used = usage_of(chunk) or used
        return text.strip(), used

    def _bound(self, length: int) -> None:
        most = min(CHARACTERS * self._settings.max_tokens or LONGEST_TEXT, LONGEST_TEXT)
        if length > most:
            raise too_much(self._settings)

    def _pieces(self, messages: "list[BaseMessage]", reply: Reply) -> Iterator[Piece]:
        """The reply, asked for again without what the server refuses, until it begins."""
        known = set(self._left_out)
        for left in range(len(_OPTIONS), -1, -1):
            pieces = self._send(messages, reply)
            try:
                begun = list(islice(pieces, 1))
                break
            except Exception as error:
                if not left or not self._gives_way(error, messages):
                    self._left_out = known  # leaving out more was no help
                    raise
        yield from chain(begun, pieces)

    def _send(self, messages: "list[BaseMessage]", reply: Reply) -> Iterator[Piece]:
        if not self._asked:
            self.name, self._asked = model_name(self._settings), True
        options = {name: value for name, value in self._options().items() if name not in self._left_out}
        asked = {"model": self.name, "messages": _as_sent(messages, "system" in self._left_out), **options}
        with client(self._settings).chat.completions.with_streaming_response.create(**asked) as response:
            yield from self._speaking(reply, response.iter_bytes())

    def _speaking(self, reply: Reply, sent: Iterator[bytes]) -> Iterator[Piece]:
        """The pieces of the reply. Raises ModelError where for too long none is in what is sent."""
        heard, patience = time.monotonic(), WAITING * self._settings.timeout

        def listened() -> Iterator[bytes]:
            for some in sent:
                if time.monotonic() - heard > patience:
                    raise silent(self._settings, patience)
                yield some

        for piece in reply.pieces(listened()):
            yield piece
            heard = time.monotonic()

    def _options(self) -> dict[str, Any]:
        limit = _LIMITS[_LIMITS[0] in self._left_out]
        streams = {} if "stream" in self._left_out else {"stream": True, "stream_options": {"include_usage": True}}
        return {"temperature": 0, limit: self._settings.max_tokens, **streams}

    def _gives_way(self, error: Exception, messages: "list[BaseMessage]") -> bool:
        """Whether the server may answer without something that is left out from now on. Raises ContextError."""
        import openai

        if isinstance(error, openai.APIStatusError):
            status, said, told = error.status_code, sent_with(error), error.response.text
        elif isinstance(error, ServerError) and not error.foreign:
            status, said, told = 200, str(error), error.sent
        else:
            return False
        if is_too_long(said):
            if self._without_limit(said):
                return True
            self._too_long(status, said, messages)
        if status not in _REFUSALS or (status >= 500 and not _REFUSING.search(said)):
            return False
        sent = self._sent(messages)
        return self._without(_refused(said, sent) or _refused(told, sent), status)

    def _sent(self, messages: "list[BaseMessage]") -> list[str]:
        """The options that were sent and can be left out."""
        sent = [name for name in _OPTIONS if name in self._options() and name not in self._left_out]
        has_system = any(m.type == "system" for m in messages) and "system" not in self._left_out
        return [*sent, "system"] if has_system else sent

    def _without(self, refused: list[str], status: int) -> bool:
        """Leave out what is refused; what refuses without naming anything gets the bare question once."""
        if not refused and status in (400, 422):
            refused = [name for name in ("temperature", "stream_options", *_LIMITS) if name not in self._left_out]
        self._left_out.update(refused)
        return bool(refused)

    def _without_limit(self, said: str) -> bool:
        """Where the length that was asked for is what does not fit, it is left to the server."""
        if not re.search(r"completion|output|max_tokens|generat", said) or self._left_out.issuperset(_LIMITS):
            return False
        self._left_out.update(_LIMITS)
        return True

    def _too_long(self, status: int, said: str, messages: "list[BaseMessage]") -> NoReturn:
        length = sum(len(m.text) for m in messages)
        self.too_long = min(length, self.too_long or length)
        told = f"{where(self._settings)} {status_in_words(status, said, self._settings)}"
        raise ContextError(redacted(told, self._settings))

    def _silent(self, reply: Reply, instead: Piece, thought: bool) -> ModelError:
        """Why there is no answer in a reply, and what to do."""
        if instead.refuses:
            return ModelError(f"The model refused to answer{quoted(' '.join(instead.refuses.split())[:200])}.")
        if instead.calls_tool:
            return ModelError("The model asked for a tool instead of answering; try another OPENAI_MODEL.")
        if instead.thinks or thought:
            cure = "raise CITEWELL_MAX_TOKENS" if not reply.is_whole else "switch its reasoning off"
            return ModelError(f"The model wrote its reasoning and no answer; {cure}, or try another OPENAI_MODEL.")
        if not reply.is_whole and reply.finish:
            return ModelError(f"{reply.stopped} before it wrote anything; try again, or another OPENAI_MODEL.")
        return ModelError("The model wrote nothing; try again, or another OPENAI_MODEL.")


def usage_of(chunk: "AIMessageChunk") -> Usage | None:
    """What a chunk says that its reply cost; None where it says nothing."""
    told = chunk.usage_metadata
    return Usage(told["input_tokens"], told["output_tokens"]) if told else None


def _last(rest: str, reply: Reply, thought: bool) -> "AIMessageChunk":
    from langchain_core.messages import AIMessageChunk
    from langchain_core.messages.ai import UsageMetadata

    told, wrote = reply.prompt_tokens, reply.completion_tokens
    used = UsageMetadata(input_tokens=told, output_tokens=wrote, total_tokens=told + wrote) if told or wrote else None
    ending = {"incomplete": "" if reply.is_whole else reply.stopped, "reasoning": thought}
    return AIMessageChunk(content=rest, usage_metadata=used, response_metadata=ending)


def _both(before: Piece, piece: Piece) -> Piece:
    return Piece(
        thinks=before.thinks or piece.thinks,
        refuses=before.refuses + piece.refuses,
        calls_tool=before.calls_tool or piece.calls_tool,
    )


def _as_sent(messages: "list[BaseMessage]", without_system: bool) -> list[dict[str, str]]:
    """The messages as the protocol has them; a server that takes no system message gets it before the question."""
    rows = [{"role": _ROLES.get(message.type, message.type), "content": message.text} for message in messages]
    if not without_system:
        return rows
    rules = "\n\n".join(row["content"] for row in rows if row["role"] == "system")
    rows = [row for row in rows if row["role"] != "system"]
    return [{**rows[0], "content": f"{rules}\n\n{rows[0]['content']}"}, *rows[1:]] if rules and rows else rows


def _refused(told: str, sent: list[str]) -> list[str]:
    """Which of the options `sent` an error names, as its `param` or else in its words."""
    param = re.search(r"\"param\":\s*\"([\w.]+)\"", told)
    named = [name for name in sent if param and param[1].split(".")[0] == name]
    named = named or [name for name in sent if re.search(rf"(?<!\w){name}(?!\w)", told) and name != "system"]
    if not named and "max_tokens" in told:
        named = [name for name in sent if name in _LIMITS]
    if not named and "system" in sent and _SYSTEM.search(told):
        return ["system"]
    return named[:1]
