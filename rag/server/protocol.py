"""One reply of an OpenAI-compatible server, read from its bytes, however the server strays from the protocol.

Events and whole replies are read, lists of parts, texts in older places; comments, empty events and unknown ones are
passed over. An error that comes in place of a reply, or in the midst of it, is raised with the server's own words.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rag.server.words import own_words

_LINE_END = re.compile(r"[\r\n]")
_FIELD = re.compile(r"(?:data|event|id|retry)?:|data\b")
ENDS = frozenset(
    {"stop", "eos", "eos_token", "stop_sequence", "stop_token", "end_turn", "end", "complete", "completed"}
)
_STOPPED = {
    "length": "The model reached its length limit",
    "max_tokens": "The model reached its length limit",
    "content_filter": "The server's content filter stopped the model",
    "safety": "The server's content filter stopped the model",
    "tool_calls": "The model asked for a tool instead of going on",
    "function_call": "The model asked for a tool instead of going on",
    "error": "The server stopped with an error",
    "": "The server ended without saying that the answer is complete",
    "damaged": "A part of what the server sent could not be read",
}


class ServerError(Exception):
    """What the server sent is an error or no reply: its own words. `foreign` where it is not the protocol at all."""

    def __init__(self, said: str, sent: str = "", foreign: bool = False) -> None:
        super().__init__(said)
        self.sent, self.foreign = sent or said, foreign


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a reply: text of the answer, or that the model thinks, refuses, or calls a tool instead."""

    text: str = ""
    thinks: bool = False
    refuses: str = ""
    calls_tool: bool = False


@dataclass
class Reply:
    """A reply in the reading: iterate `pieces`, then read how it ended ("stop" for its end) and what it cost."""

    finish: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    damaged: bool = False
    _event: str = field(default="", repr=False)

    def pieces(self, sent: Iterable[bytes]) -> Iterator[Piece]:
        """The pieces of the reply in `sent`, in whole characters. Raises ServerError."""
        half = ""
        for piece in self._pieces(sent):
            text = half + piece.text
            # Half of a character that JSON writes as two is put before what comes next.
            half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
            yield replace(piece, text=_joined(text.removesuffix(half)))
        if half:
            yield Piece(_joined(half))

    def _pieces(self, sent: Iterable[bytes]) -> Iterator[Piece]:
        lines = _lines(sent)
        first = next((line for line in lines if line.strip()), "")
        if not _FIELD.match(first):
            yield from self._whole("\n".join([first, *lines]))
            return
        yield from self._line(first)
        for line in lines:
            yield from self._line(line)
        if self.damaged and self.finish in ENDS:
            self.finish = "damaged"

    @property
    def is_whole(self) -> bool:
        """Whether the reply came to its own end."""
        return self.finish in ENDS

    @property
    def stopped(self) -> str:
        """Why a reply that is not whole stopped, in words."""
        return _STOPPED.get(self.finish, f"The server stopped the model ({self.finish[:40]})")

    def _line(self, line: str) -> Iterator[Piece]:
        name, _, value = line.partition(":")
        value = value.strip()
        if name == "event":
            self._event = value
        if name != "data" or not value:
            return
        if value == "[DONE]":
            self.finish = self.finish or "stop"
        elif self._event == "error":
            raise ServerError(own_words(value), value)
        else:
            yield from self._read(_json(value), value)
        self._event = ""

    def _whole(self, sent: str) -> Iterator[Piece]:
        """A reply in one piece; it may come as the only event of a stream, or for one."""
        if not sent.strip():
            return
        data = _json(sent)
        if not isinstance(data, dict):
            raise ServerError(own_words(sent), sent, foreign=True)
        found = list(self._read(data, sent))
        if not isinstance(data.get("choices"), list):
            raise ServerError(own_words(sent), sent, foreign=True)
        self.finish = self.finish or "stop"
        yield from found

    def _read(self, data: Any, sent: str) -> Iterator[Piece]:
        if not isinstance(data, dict):
            self.damaged = True
            return
        if data.get("error") or data.get("object") == "error":
            raise ServerError(own_words(json.dumps(data.get("error") or data)), sent)
        self._count(data.get("usage"))
        choices = [choice for choice in data.get("choices") or () if isinstance(choice, dict)]
        choice = min(choices, key=lambda c: c.get("index") or 0, default={})
        if choice.get("index"):  # another answer than the first
            return
        self.finish = str(choice.get("finish_reason") or "").lower() or self.finish
        if piece := _piece(choice):
            yield piece

    def _count(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self.prompt_tokens = _number(usage.get("prompt_tokens")) or self.prompt_tokens
            self.completion_tokens = _number(usage.get("completion_tokens")) or self.completion_tokens


def _lines(sent: Iterable[bytes]) -> Iterator[str]:
    """The lines of a stream; bytes that are no UTF-8 are replaced."""
    decoder, held = codecs.getincrementaldecoder("utf-8")("replace"), list[str]()
    for piece in sent:
        first, *rest = _LINE_END.split(decoder.decode(piece))
        held.append(first)  # a line that grows long is put together once
        for line in rest:
            yield "".join(held).removeprefix("\ufeff")
            held = [line]
    yield "".join([*held, decoder.decode(b"", final=True)]).removeprefix("\ufeff")


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _piece(choice: dict) -> Piece | None:
    body = choice.get("delta")
    body = body if body is not None else choice.get("message")
    body = body if isinstance(body, dict) else {}
    text = _text(body.get("content")) or _text(choice.get("text"))
    thinks = any(body.get(key) for key in ("reasoning_content", "reasoning", "thinking")) or _is_thought(body)
    piece = Piece(text, thinks, _text(body.get("refusal")), bool(body.get("tool_calls") or body.get("function_call")))
    return piece if piece != Piece() else None


def _joined(text: str) -> str:
    """Text with its characters put together of their halves, and what is half of one replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _text(content: Any) -> str:
    """The text of a content: a string, or a list of parts of which those of type text count."""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and part.get("type", "text") == "text"]
        return "".join(_text(part.get("text")) for part in parts)
    return content if isinstance(content, str) else ""


def _is_thought(body: dict) -> bool:
    content = body.get("content")
    return isinstance(content, list) and any(isinstance(p, dict) and p.get("type") == "thinking" for p in content)


def _number(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
