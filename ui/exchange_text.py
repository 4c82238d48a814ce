"""An exchange as the text that is kept of it."""

import json
from contextlib import suppress
from functools import cache

from pydantic import TypeAdapter, ValidationError

from ui.conversation import Exchange

OTHER_VERSION = "This answer was kept by another version of Citewell and cannot be shown; ask again."


@cache
def _exchanges() -> TypeAdapter[Exchange]:
    return TypeAdapter(Exchange)


def written(exchange: Exchange) -> str:
    """The exchange as JSON."""
    return json.dumps(_exchanges().dump_python(exchange))


def read_exchange(text: str) -> Exchange:
    """The exchange as it was kept; of one that another version wrote in a way unknown here, its question."""
    try:
        return _exchanges().validate_python(json.loads(text))
    except (ValueError, ValidationError):
        with suppress(ValueError, KeyError, TypeError):
            return Exchange(str(json.loads(text)["question"]), error=OTHER_VERSION)
        return Exchange("", error=OTHER_VERSION)
