"""The connection to a configured server and its bounds: what it sends, which models it has, and why a call failed."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from threading import Timer
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.server.protocol import ServerError
from rag.server.words import address_hint, own_words, quoted, server_url, status_in_words, where
from rag.settings import Settings, redacted

if TYPE_CHECKING:
    from openai import OpenAI

DEFAULT_OPENAI_MODEL = "gpt-4o-mini"

# Bounds of one call. A server may stay silent for the set time, say so many times that long nothing but that it is
# alive, and send for so many times that long altogether.
WAITING, PATIENCE = 3, 10
LONGEST_REPLY = 20_000_000  # bytes of the protocol: a token takes some 300

_NAMES = ("id", "name", "model")  # where a list of models has them
# Models that answer no question, by what they are called everywhere.
_NO_CHAT = re.compile(
    r"embed|\b(?:bge|gte|e5|minilm|colbert|rerank(?:er)?|whisper|tts|dall-e|moderation|clip|stable-diffusion|flux)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8)
def client(settings: Settings) -> "OpenAI":
    """The vendor's client of the configured server, one for all who ask it; what the server sends is counted."""
    from openai import DefaultHttpxClient, OpenAI

    def watch(request: Any) -> None:
        request.headers["connection"] = "close"  # each has a connection of its own, which its watch can end
        request.extensions = {**request.extensions, "trace": _Watch(settings)}

    def bound(response: Any) -> None:
        if response.has_redirect_location:  # nothing is sent to a server that nobody configured
            raise ModelError(f"{where(settings)} has moved to {response.headers.get('location')}; set OPENAI_BASE_URL.")
        watched = response.request.extensions["trace"]
        response.iter_bytes = watched.bounded(response.iter_bytes)  # whoever reads a response reads these

    return OpenAI(
        base_url=server_url(settings),
        api_key=settings.openai_api_key or "none",
        timeout=settings.timeout,
        max_retries=settings.retries,
        http_client=DefaultHttpxClient(timeout=settings.timeout, event_hooks={"request": [watch], "response": [bound]}),
    )


class _Watch:
    """Ends the connection of a request that is late: a server can hold each read for ever, a byte at a time.

    It is what the HTTP library tells of its steps to.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings, self._late = settings, False
        self._socket: Any = None
        self._timer = Timer(0, self._end)

    def __call__(self, step: str, told: dict[str, Any]) -> None:
        """Take the connection once it is there. Raises ModelError where the answer did not begin in time."""
        if step.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = told["return_value"].get_extra_info("socket")
            self._wait(self._settings.timeout)
        elif step.endswith(".receive_response_headers.failed"):
            self._timer.cancel()
            if self._late:
                raise silent(self._settings)

    def bounded(self, read: Callable[..., Iterator[bytes]]) -> Callable[..., Iterator[bytes]]:
        """The same pieces of a reply that has begun; they raise ModelError where they are too many or too late."""
        self._wait(PATIENCE * self._settings.timeout)

        def pieces(*args: Any) -> Iterator[bytes]:
            size = 0
            try:
                for piece in read(*args):
                    size += len(piece)
                    if size > LONGEST_REPLY:
                        raise too_much(self._settings)
                    yield piece
            except Exception:
                if not self._late:
                    raise
            finally:
                self._timer.cancel()
            if self._late:
                raise too_much(self._settings)

        return pieces

    def _wait(self, seconds: float) -> None:
        self._timer.cancel()
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        self._late = True
        if self._socket:
            with suppress(OSError):  # it may have ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)


def silent(settings: Settings, seconds: float = 0.0) -> ModelError:
    """The error of a server that sends nothing of an answer, for the set time unless another is given."""
    waited = seconds or settings.timeout
    return ModelError(
        f"{where(settings)} sent nothing of an answer for {waited:g} s; try again, or raise CITEWELL_TIMEOUT."
    )


def too_much(settings: Settings) -> ModelError:
    """The error of a reply that is longer than any that was asked for."""
    return ModelError(
        f"{where(settings)} does not come to an end; the rest was not read. Try again, or another OPENAI_MODEL."
    )


def model_name(settings: Settings) -> str:
    """The model to ask for: the one that is set, else the server's first that chats."""
    if settings.openai_model:
        return settings.openai_model
    if not settings.openai_base_url:
        return DEFAULT_OPENAI_MODEL
    names = list_models(settings)
    if not names:
        raise ModelError(f"{where(settings)} lists no models; set OPENAI_MODEL.")
    if chatting := [name for name in names if not _NO_CHAT.search(name)]:
        return chatting[0]
    raise ModelError(
        f"{where(settings)} lists no chat model, only {', '.join(names[:5])}; load one, or set OPENAI_MODEL."
    )


def list_models(settings: Settings) -> list[str]:
    """The names of the models that the server offers. Raises ModelError when it cannot be asked."""
    with server_errors(settings):
        from openai import APIStatusError

        try:
            return _names(client(settings).models.with_raw_response.list().text)
        except APIStatusError as error:
            if error.status_code not in (404, 405, 501):
                raise
            told = quoted(sent_with(error))
            raise ModelError(f"{where(settings)} has no list of models{told}; set OPENAI_MODEL.") from error


def _names(sent: str) -> list[str]:
    """The names in a list of models, in any of the shapes that servers give it. Raises ServerError."""
    try:
        listed = json.loads(sent)
    except (ValueError, RecursionError):
        raise ServerError(own_words(sent), sent, foreign=True) from None
    if isinstance(listed, dict) and listed.get("error"):
        raise ServerError(own_words(sent), sent)
    if isinstance(listed, dict):
        listed = next((listed[key] for key in ("data", "models") if key in listed), None)
    rows = listed if isinstance(listed, list) else []
    named = (next(filter(None, map(row.get, _NAMES)), "") if isinstance(row, dict) else row for row in rows)
    return [name for name in named if isinstance(name, str) and name]


@contextmanager
def server_errors(settings: Settings) -> Iterator[None]:
    """Turn whatever a call to the server raises into a ModelError that says what to do.

    Anything can come back from a server that is not what it claims to be, so this is the one
    place that catches every exception.
    """
    try:
        yield
    except ModelError:
        raise
    except Exception as error:
        raise _own(error) or ModelError(redacted(_in_words(error, settings), settings)) from error


def _own(error: BaseException | None) -> ModelError | None:
    """The ModelError that a library wrapped into errors of its own, if any."""
    while error is not None and not isinstance(error, ModelError):
        error = error.__cause__ or error.__context__
    return error


def _in_words(error: Exception, settings: Settings) -> str:
    import openai

    server = where(settings)
    if isinstance(error, ServerError):
        return f"{server} {_said_in_words(error, settings)}"
    if isinstance(error, openai.APITimeoutError) or "timeout" in type(error).__name__.lower():
        return str(silent(settings))
    if _broke_off(error):
        return f"{server} broke off in the middle of its answer; try again."
    if isinstance(error, openai.APIConnectionError):
        return f"{server} cannot be reached; check OPENAI_BASE_URL and that the server runs."
    if isinstance(error, openai.APIStatusError):
        return f"{server} {status_in_words(error.status_code, sent_with(error), settings)}"
    return f"{server} sent what cannot be read{quoted(own_words(str(error)))}; check OPENAI_BASE_URL."


def _said_in_words(error: ServerError, settings: Settings) -> str:
    if not error.foreign and re.search(r"\b(?:endpoint|route|path|method)\b", str(error)):
        return f"reported an error{quoted(str(error))}; check OPENAI_BASE_URL{address_hint(settings)}."
    if not error.foreign:
        return f"reported an error{quoted(str(error))}; see its log, or try again."
    page = "a web page" if error.sent.lstrip().startswith("<") else "what is not the OpenAI protocol"
    return f"sent {page}{quoted(str(error))}; check OPENAI_BASE_URL{address_hint(settings)}."


def sent_with(error: Any) -> str:
    """The server's own words with a status that is an error."""
    try:
        return own_words(error.response.text)
    except Exception:  # a response that broke off has no text
        return ""


def _broke_off(error: BaseException | None) -> bool:
    # The HTTP library is openai's affair and has changed before: its errors are known by their names.
    if error is None or type(error).__name__ in {"RemoteProtocolError", "ReadError"}:
        return error is not None
    return _broke_off(error.__cause__ or error.__context__)
