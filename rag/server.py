"""The connection to a configured server, its bounds, and the one place where its errors are put into words."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.settings import Settings, redacted
from store.records import without_password

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.outputs import ChatGenerationChunk

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_OPENAI_MODEL = "gpt-4o-mini"


# Bounds of one call. A server may stay silent for the set time, and send for so many times that long altogether.
PATIENCE = 10
LONGEST_REPLY = 20_000_000  # bytes of the protocol: a token takes some 300
CHARACTERS = 6  # of text for each token that was asked for, at most; no language needs more on average
LONGEST_TEXT = 30_000  # characters: a hundred sentences of related work; every one of them is checked


def load_chat(settings: Settings, model: str) -> "BaseChatModel":
    """The chat model called `model` of the configured OpenAI-compatible server."""
    from langchain_openai import ChatOpenAI

    class BoundedChat(ChatOpenAI):
        """The text of an answer ends with an error where it is longer than what was asked for."""

        def _stream(self, *args: Any, **kwargs: Any) -> "Iterator[ChatGenerationChunk]":
            most, read = min(CHARACTERS * settings.max_tokens or LONGEST_TEXT, LONGEST_TEXT), 0
            for chunk in super()._stream(*args, **kwargs):
                read += len(chunk.text)
                if read > most:
                    raise _too_much(settings)
                yield chunk

    return BoundedChat(
        model=model,
        max_completion_tokens=settings.max_tokens or None,
        temperature=0,
        streaming=True,
        stream_usage=True,
        **_connection(settings),
    )


def _connection(settings: Settings) -> dict[str, Any]:
    """How to reach the server, for whatever speaks the protocol; what it sends is counted."""
    from openai import DefaultHttpxClient

    def bound(response: Any) -> None:
        response.iter_bytes = _bounded(response.iter_bytes, settings)  # whoever reads a response reads these

    return {
        "base_url": server_url(settings),
        "api_key": settings.openai_api_key or "none",
        "timeout": settings.timeout,
        "max_retries": settings.retries,
        "http_client": DefaultHttpxClient(timeout=settings.timeout, event_hooks={"response": [bound]}),
    }


def _bounded(read: Callable[..., Iterator[bytes]], settings: Settings) -> Callable[..., Iterator[bytes]]:
    def bounded(*args: Any) -> Iterator[bytes]:
        size, started = 0, time.monotonic()
        for piece in read(*args):
            size += len(piece)
            if size > LONGEST_REPLY or time.monotonic() - started > PATIENCE * settings.timeout:
                raise _too_much(settings)
            yield piece

    return bounded


def _too_much(settings: Settings) -> ModelError:
    return ModelError(
        f"The model server at {shown_url(settings)} does not come to an end; the rest was not read. "
        "Try again, or another OPENAI_MODEL."
    )


def model_name(settings: Settings) -> str:
    """The model to ask for: the one that is set, else the server's first."""
    if settings.openai_model:
        return settings.openai_model
    if not settings.openai_base_url:
        return DEFAULT_OPENAI_MODEL
    names = list_models(settings)
    if not names:
        raise ModelError(f"The server at {shown_url(settings)} lists no models; set OPENAI_MODEL.")
    return names[0]


def list_models(settings: Settings) -> list[str]:
    """The names of the models that the server offers. Raises ModelError when it cannot be asked."""
    with server_errors(settings):
        from openai import OpenAI

        client = OpenAI(**_connection(settings))
        return [model.id for model in client.models.list()]


def server_url(settings: Settings) -> str:
    """The base URL of the configured server."""
    return settings.openai_base_url or OPENAI_URL


def shown_url(settings: Settings) -> str:
    """The same for people: a password in it is left out."""
    return without_password(server_url(settings))


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

    where = f"The model server at {shown_url(settings)}"
    if isinstance(error, openai.APITimeoutError) or "timeout" in type(error).__name__.lower():
        return f"{where} sent nothing for {settings.timeout:g} s; try again, or raise CITEWELL_TIMEOUT."
    if _broke_off(error):
        return f"{where} broke off in the middle of its answer; try again."
    if isinstance(error, openai.APIConnectionError):
        return f"{where} cannot be reached; check OPENAI_BASE_URL and that the server runs."
    if isinstance(error, openai.APIStatusError):
        return f"{where} {_status_in_words(error.status_code, settings)}"
    if isinstance(error, openai.OpenAIError):
        return f"{where} reported an error: {_first_line(error)}; see the server's log."
    return f"{where} sent what is not the OpenAI protocol ({_first_line(error)}); check OPENAI_BASE_URL."


def _broke_off(error: BaseException | None) -> bool:
    # The HTTP library is openai's affair and has changed before: its errors are known by their names.
    if error is None or type(error).__name__ in {"RemoteProtocolError", "ReadError"}:
        return error is not None
    return _broke_off(error.__cause__ or error.__context__)


def _status_in_words(status: int, settings: Settings) -> str:
    model = settings.openai_model or "its model"
    known = {
        400: f"refused the request (400); check that {model} is a chat model, or set CITEWELL_MAX_TOKENS=0.",
        401: f"refused the key (401); {' '.join(settings.withheld) or 'check OPENAI_API_KEY.'}",
        403: "does not allow this key to use the model (403); check OPENAI_API_KEY and OPENAI_MODEL.",
        422: "did not understand the request (422); set CITEWELL_MAX_TOKENS=0.",
        404: f"does not know {model} or this address (404); check OPENAI_MODEL and OPENAI_BASE_URL.",
        429: "has had too many requests, or the account has no credit left (429); wait, or check the account.",
    }
    return known.get(status, f"failed (status {status}); try again later.")


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]
