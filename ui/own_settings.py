"""The settings that the page shows and changes: those of the library folder's own file; the environment comes first."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from rag.errors import SettingsError
from rag.settings import (
    CHOICES,
    ENVIRONMENT,
    RANGES,
    SECRETS,
    VARIABLES,
    Settings,
    read_env,
    read_env_file,
    read_settings,
    settings_file,
)
from store.records import without_password
from ui.console import write

# What the page can change while it is served, each with its words; what is not here is for the file itself.
SHOWN = {
    "openai_base_url": "Server",
    "openai_model": "Model",
    "openai_api_key": "Key",
    "check": "Check of answers",
    "sources": "Papers read for an answer",
    "steps": "Further searches",
    "max_tokens": "Most tokens of one answer",
    "timeout": "Seconds to wait for the server",
    "retries": "Tries after a failure",
    "price_prompt": "US$ per million tokens read",
    "price_completion": "US$ per million tokens written",
}
LONGEST = 2_000  # characters of a value
_SECRET = "openai_api_key"
_DEFAULTS = {field.name: field.default for field in fields(Settings)}


@dataclass(frozen=True, slots=True)
class Field:
    """A setting as the page shows it: `origin` says who gave it, `fixed` that the page cannot change that.

    `value` of the key is never given, only `is_set`.
    """

    name: str
    label: str
    variable: str
    value: str
    is_set: bool
    origin: str
    fixed: bool
    default: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None


def shown(settings: Settings) -> list[Field]:
    """The settings of SHOWN, in its order."""
    own, found = str(settings_file(settings.home)), []
    for name, label in SHOWN.items():
        variable, value = VARIABLES[name], without_password(_text(getattr(settings, name)))
        origin = settings.origins.get(variable, "")
        said = {"": "the default", own: "this library's file"}.get(origin, origin)
        text = "" if name == _SECRET or not origin else value
        fixed, bounds = origin not in ("", own), RANGES.get(name, (None, None))
        found.append(
            Field(
                name,
                label,
                variable,
                text,
                bool(origin),
                said,
                fixed,
                _text(_DEFAULTS[name]),
                CHOICES.get(name, ()),
                *bounds,
            )
        )
    return found


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def reread(settings: Settings, own: Mapping[str, str] | None = None) -> Settings:
    """The same settings from the same places as they are now, or with `own` for what the library's file holds.

    Raises SettingsError.
    """
    file = str(settings_file(settings.home))
    named = next((Path(one) for one in settings.origins.values() if one not in (ENVIRONMENT, file)), None)
    return read_settings({**os.environ, "CITEWELL_HOME": str(settings.home)}, named, own)


def proposed(settings: Settings, values: Mapping[str, str]) -> dict[str, str]:
    """The library's file, by variable, with these values by name; an empty one is taken out.

    A key that was kept for one server goes with it, unless a new one is given. Raises SettingsError.
    """
    file = settings_file(settings.home)
    kept = dict(read_env_file(file).values) if file.is_file() else {}
    changed = {VARIABLES[name]: text.strip() for name, text in values.items() if name in SHOWN}
    if wrong := next((name for name, text in changed.items() if len(text) > LONGEST or not text.isprintable()), ""):
        raise SettingsError(f"{wrong}: this is too long, or has line breaks in it; give one line.")
    for server, key in ((VARIABLES[one], VARIABLES[other]) for one, other in SECRETS.items()):
        if server in changed and changed[server] != kept.get(server, "") and not changed.get(key):
            kept.pop(key, None)
    now = {name: text for name, text in {**kept, **changed}.items() if text}
    read_settings({**now, "CITEWELL_HOME": str(settings.home)})  # each value is of the right kind
    return now


def keep(settings: Settings, values: Mapping[str, str]) -> Settings:
    """Write `values` into the library's file, readable by its owner alone; the settings as they are then.

    What else stands in the file stays. Raises SettingsError, OutputError.
    """
    file, now = settings_file(settings.home), proposed(settings, values)
    before = file.read_text(encoding="utf-8-sig").splitlines() if file.is_file() else []
    ours = re.compile(rf"\s*(?:export\s+)?(?:{'|'.join(VARIABLES[name] for name in SHOWN)})\s*(?:=|$)")
    lines = [line for line in before if not ours.match(line)]
    lines += [f"{VARIABLES[name]}={_quoted(now[VARIABLES[name]])}" for name in SHOWN if VARIABLES[name] in now]
    text = "".join(f"{line}\n" for line in lines)
    if read_env(text) != now:
        raise SettingsError(f"{file}: cannot be changed from here without losing something; change it by hand.")
    settings.home.mkdir(parents=True, exist_ok=True)
    write(file, text, private=True)
    return reread(settings)


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w./:@+-]+", text) else "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
