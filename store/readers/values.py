"""Single values of records of any program: names of fields, the first of several, text that can be stored."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_LONGEST_NAME = 200  # characters of a field's name that are looked at


@lru_cache(maxsize=4_096)
def letters(name: str) -> str:
    """A field's name as letters and digits alone, in lower case."""
    return re.sub(r"[\W_]+", "", name[:_LONGEST_NAME]).lower()


def first(fields: Mapping[str, Any], *names: str) -> Any:
    """The first of the fields `names` that there is, or None."""
    return next((fields[name] for name in names if name in fields), None)


def storable(text: str) -> str:
    """The text without what no file can hold: lone surrogates and NULs."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def from_json(text: str) -> Any:
    """The value that a JSON text is, its texts `storable`. Raises json.JSONDecodeError, for what is too deep too."""
    try:
        return all_storable(json.loads(text))
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", text, 0) from None
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            raise
        raise json.JSONDecodeError("a number of too many digits", text, 0) from None


def all_storable(value: Any) -> Any:
    """A value that JSON can have, each text in it `storable`."""
    if isinstance(value, dict):
        return {storable(key): all_storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [all_storable(inner) for inner in value]
    return storable(value) if isinstance(value, str) else value


def plain(value: Any) -> str:
    """A value that is text, as it can be stored; of any other kind nothing."""
    return storable(value) if isinstance(value, str) else ""
