"""The language model of a configured server, and the one place where its errors are put into words."""

from collections.abc import Iterator
from contextlib import contextmanager

from langchain_core.language_models import BaseChatModel

from rag.errors import ModelError
from rag.settings import Settings

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_OPENAI_MODEL = "gpt-4o-mini"


def load_server_model(settings: Settings) -> BaseChatModel:
    """The chat model of the configured OpenAI-compatible server.

    Without OPENAI_MODEL it is the first model that the server lists, and on OpenAI's own
    server DEFAULT_OPENAI_MODEL. Raises ModelError when the server cannot be asked for its list.
    """
    with server_errors(settings):
        from langchain.chat_models import init_chat_model

        return init_chat_model(
            model_name(settings),
            model_provider="openai",
            base_url=server_url(settings),
            api_key=settings.openai_api_key or "none",
            temperature=0,
            stream_usage=True,
            timeout=settings.timeout,
            stream_chunk_timeout=settings.timeout,
            max_retries=settings.retries,
        )


def model_name(settings: Settings) -> str:
    """The model to ask for: the one that is set, else the server's first."""
    if settings.openai_model:
        return settings.openai_model
    if not settings.openai_base_url:
        return DEFAULT_OPENAI_MODEL
    names = list_models(settings)
    if not names:
        raise ModelError(f"The server at {server_url(settings)} lists no models; set OPENAI_MODEL.")
    return names[0]


def list_models(settings: Settings) -> list[str]:
    """The names of the models that the server offers. Raises ModelError when it cannot be asked."""
    with server_errors(settings):
        from openai import OpenAI

        client = OpenAI(
            api_key=settings.openai_api_key or "none",
            base_url=server_url(settings),
            timeout=settings.timeout,
            max_retries=settings.retries,
        )
        return [model.id for model in client.models.list()]


def server_url(settings: Settings) -> str:
    """The base URL of the configured server."""
    return settings.openai_base_url or OPENAI_URL


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
        raise ModelError(_in_words(error, settings)) from error


def _in_words(error: Exception, settings: Settings) -> str:
    import openai

    where = f"The model server at {server_url(settings)}"
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
        400: f"refused the request (400); check that OPENAI_MODEL ({model}) is a chat model.",
        401: "refused the key (401); check OPENAI_API_KEY.",
        403: "does not allow this key to use the model (403); check OPENAI_API_KEY and OPENAI_MODEL.",
        404: f"does not know {model} or this address (404); check OPENAI_MODEL and OPENAI_BASE_URL.",
        429: "has had too many requests, or the account has no credit left (429); wait, or check the account.",
    }
    return known.get(status, f"failed (status {status}); try again later.")


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]
