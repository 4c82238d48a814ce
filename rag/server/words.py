"""What a server says when it refuses or fails, found in whatever it sent, and told in one line with what to do."""

import json
import re
from typing import Any

from rag.settings import Settings
from store.records import without_password

OPENAI_URL = "https://api.openai.com/v1"
LONGEST = 300  # characters of a server's own words

_TAG = re.compile(r"<(head|script|style)\b.*?</\1\s*>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_SAYS = ("message", "msg", "detail", "error", "errors", "title", "description")
_TOO_SMALL = re.compile(
    r"context.{0,20}(?:length|size|window|limit|overflow|exceed)|context_length_exceeded|exceed_context|\bn_ctx\b"
    r"|(?:prompt|input|message)s?\b.{0,40}\b(?:too (?:long|large|many tokens)|exceed)|request too large"
    r"|too many (?:input )?tokens|maximum.{0,30}\btokens\b.{0,60}\b(?:prompt|input|messages)"
    r"|reduce the length|shorter input|token limit",
    re.IGNORECASE | re.DOTALL,
)


def server_url(settings: Settings) -> str:
    """The base URL of the configured server."""
    return settings.openai_base_url or OPENAI_URL


def shown_url(settings: Settings) -> str:
    """The same for people: a password in it is left out."""
    return without_password(server_url(settings))


def where(settings: Settings) -> str:
    """The server as a sentence begins."""
    return f"The model server at {shown_url(settings)}"


def own_words(sent: str) -> str:
    """The server's own words in what it sent, in one line: of JSON its message, of a web page its text."""
    try:
        said = _message(json.loads(sent))
    except (ValueError, RecursionError):
        title = _TITLE.search(sent)
        said = title[1] if title else _TAG.sub(" ", sent) if sent.lstrip().startswith("<") else sent
    line = " ".join(said.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _message(value: Any) -> str:
    """The message in an error's JSON, in any of the shapes that servers give it."""
    if isinstance(value, list):
        return "; ".join(filter(None, map(_message, value)))
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    told = next(filter(None, (_message(value[key]) for key in _SAYS if key in value)), "")
    place = value.get("loc")
    if told and isinstance(place, list):
        told = f"{'.'.join(map(str, place))}: {told}"
    return told or " ".join(filter(None, (_message(value.get(key)) for key in ("type", "code"))))


def is_too_long(said: str) -> bool:
    """Whether a server says that the prompt is too long for the model's context."""
    return bool(_TOO_SMALL.search(said))


def quoted(said: str) -> str:
    """Those words behind a colon; nothing where there are none."""
    return f": “{said.rstrip('.')}”" if said else ""


def status_in_words(status: int, said: str, settings: Settings) -> str:
    """What a status other than 200 means, with the server's own words and what to do."""
    model, told = settings.openai_model or "its model", quoted(said)
    if is_too_long(said):
        return f"finds the prompt too long ({status}){told}; give the model more context, or lower CITEWELL_SOURCES."
    known = {
        400: f"refused the request (400){told}; check that {model} is a chat model.",
        401: f"refused the key (401){told}; {' '.join(settings.withheld) or 'check OPENAI_API_KEY.'}",
        402: f"wants to be paid first (402){told}; check the account.",
        403: f"does not allow this key to use the model (403){told}; check OPENAI_API_KEY and OPENAI_MODEL.",
        404: f"does not know {model} or this address (404){told}; check OPENAI_MODEL, and OPENAI_BASE_URL"
        f"{address_hint(settings)}.",
        405: f"takes no questions at this address (405){told}; check OPENAI_BASE_URL{address_hint(settings)}.",
        422: f"did not understand the request (422){told}; check that {model} is a chat model.",
        429: f"takes no more requests for now, or the account has no credit (429){told}; wait, or check the account.",
        503: f"is not ready (503){told}; try again in a while.",
    }
    return known.get(status, f"failed ({status}){told}; see the server's log, or try again later.")


def address_hint(settings: Settings) -> str:
    """What is likely missing in an address: most end in /v1."""
    url = shown_url(settings).rstrip("/")
    return "" if re.search(r"/v\d+[a-z]*(?:/|$)", url) else f" (most end in /v1: {url}/v1)"
