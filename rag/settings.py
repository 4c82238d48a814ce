"""Settings: plain values, read once from the environment, a file that the user named, and the library folder's own.

A file is data: nothing in it is expanded, and a server that it names gets no key but one that stands beside it.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from platformdirs import user_data_path

from rag.errors import SettingsError
from store.records import USER, ChromaServer, Progress

if TYPE_CHECKING:
    from store.library import Library
    from store.services.client import Client

DEFAULT_EMBEDDING_MODEL = "all-MiniLM-L6-v2"
DEFAULT_MAX_TOKENS = 8_192  # of one answer


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, each with a working default: no key and no server is needed."""

    home: Path
    openai_api_key: str = field(default="", repr=False)
    openai_base_url: str = field(default="", repr=False)
    openai_model: str = ""
    embedding_model: str = DEFAULT_EMBEDDING_MODEL
    check: str = ""
    nli_model: str = ""
    nli_template: str = ""
    nli_threshold: float = 0.5
    chroma_url: str = field(default="", repr=False)
    chroma_token: str = field(default="", repr=False)
    chroma_tenant: str = "default_tenant"
    chroma_database: str = "default_database"
    shipped_papers: bool = True
    services: str = ""
    contact: str = ""
    sources: int = 8
    steps: int = 4
    price_prompt: float = 0.0
    price_completion: float = 0.0
    timeout: float = 60.0
    retries: int = 2
    max_tokens: int = DEFAULT_MAX_TOKENS
    host: str = "127.0.0.1"
    port: int = 7860
    token: str = field(default="", repr=False)
    allowed_hosts: str = ""
    limits: str = ""
    log: str = ""
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)  # by variable: who gave it
    withheld: tuple[str, ...] = field(default=(), compare=False, repr=False)  # keys that no server gets, and why

    @property
    def has_server(self) -> bool:
        """Whether the user configured a language model; a base URL without a key is enough."""
        return bool(self.openai_api_key or self.openai_base_url)

    @property
    def asks_model(self) -> bool:
        """Whether a language model judges what was written: by default where a server is configured."""
        return self.has_server and self.check != "local"

    @property
    def chroma_server(self) -> ChromaServer | None:
        """The Chroma server that keeps the vectors; None when they are kept in `home`."""
        if not self.chroma_url:
            return None
        return ChromaServer(self.chroma_url.rstrip("/"), self.chroma_token, self.chroma_tenant, self.chroma_database)

    def client(self) -> "Client":
        """What asks services for papers. Raises SettingsError for addresses of services that there are not."""
        from store.services.client import ADDRESSES, Client

        given = [one.partition("=") for one in self.services.split(",") if one.strip()]
        addresses = {name.strip(): url.strip() for name, _, url in given}
        if unknown := [name for name in addresses if name not in ADDRESSES or not addresses[name]]:
            known = ", ".join(f"{name}=…" for name in ADDRESSES)
            raise SettingsError(f"CITEWELL_SERVICES: {unknown[0][:40]!r} is none of {known}; write such.")
        return Client(addresses, self.contact, self.home / "cache" / "services")

    def open_library(self, progress: Progress | None = None, mend: bool = False, hurry: bool = False) -> "Library":
        """The library of `home`, opened as the settings say. Raises StoreError, EmbeddingError."""
        from store.library import Library

        model, seed, server = self.embedding_model, self.shipped_papers, self.chroma_server
        return Library.open(self.home, model, progress, seed=seed, server=server, mend=mend, hurry=hurry)


# The variable of each setting; `.env.example` lists exactly these.
VARIABLES = {
    setting.name: setting.name.upper() if setting.name.startswith("openai_") else f"CITEWELL_{setting.name.upper()}"
    for setting in fields(Settings)
    if setting.compare
}

# Least and greatest value of each number.
RANGES = {
    "nli_threshold": (0, 1),
    "sources": (1, 50),
    "steps": (0, 4),
    "price_prompt": (0, 1e6),
    "price_completion": (0, 1e6),
    "timeout": (1, 3600),
    "retries": (0, 10),
    "max_tokens": (0, 1_000_000),
    "port": (0, 65535),
}
CHOICES = {"check": ("model", "local")}
# What is sent to a server, by the setting that names the server.
SECRETS = {"openai_base_url": "openai_api_key", "chroma_url": "chroma_token"}
ENVIRONMENT = "the environment"
_LARGEST_FILE = 100_000  # bytes


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The settings that a file gives, by variable; what else stands in it is not looked at."""

    path: Path
    values: Mapping[str, str]
    digest: str


def read_env_file(path: Path) -> EnvFile:
    """The settings of a file of `NAME=value` lines, as they stand there. Raises SettingsError."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise SettingsError(f"{path}: is too large for a file of settings; name another.")
        values = read_env(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); mend it or remove it.") from None
    return EnvFile(path, values, sha256(content).hexdigest())


def read_env(text: str) -> dict[str, str]:
    """The settings in the text of such a file, by variable; what is empty is not there."""
    from dotenv import dotenv_values

    found = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value for name in VARIABLES.values() if (value := (found.get(name) or "").strip())}


def settings_file(home: Path) -> Path:
    """The file of settings of the library in `home`."""
    return home / "settings.env"


def read_settings(
    environ: Mapping[str, str] | None = None,
    env_file: Path | EnvFile | None = None,
    own: Mapping[str, str] | None = None,
) -> Settings:
    """The settings from `environ` (default: the process's), then `env_file`, then the library folder's own file.

    `env_file` is one that the user named or said yes to, `own` stands for what the last one holds. Raises
    SettingsError, naming the variable, for a value of the wrong kind or out of range.
    """
    given = {name: (os.environ if environ is None else environ).get(name, "").strip() for name in VARIABLES.values()}
    sources: dict[str, Mapping[str, str]] = {ENVIRONMENT: {name: text for name, text in given.items() if text}}
    if env_file is not None:
        read = read_env_file(env_file) if isinstance(env_file, Path) else env_file
        sources[str(read.path)] = read.values
    homes = [values["CITEWELL_HOME"] for values in sources.values() if "CITEWELL_HOME" in values]
    home = _path("CITEWELL_HOME", homes[0]) if homes else user_data_path("citewell", appauthor=False)
    with suppress(OSError):  # a name longer than a file system takes, say
        if own is None and settings_file(home).is_file():
            own = read_env_file(settings_file(home)).values
    if own:
        sources[str(settings_file(home))] = {k: v for k, v in own.items() if k != "CITEWELL_HOME"}
    return _settings(home, sources)


def _settings(home: Path, sources: Mapping[str, Mapping[str, str]]) -> Settings:
    """The settings of `sources`, the first that gives one first; a key goes with the server of its own file."""
    texts: dict[str, str] = {}
    origins: dict[str, str] = {}
    for origin, values in sources.items():
        texts, origins = {**values, **texts}, {**dict.fromkeys(values, origin), **origins}
    withheld = []
    for server, secret in ((VARIABLES[url], VARIABLES[key]) for url, key in SECRETS.items()):
        file = origins.get(server, ENVIRONMENT)
        if file == ENVIRONMENT or secret not in texts or origins[secret] == file:
            continue
        if secret in sources[file]:
            texts[secret], origins[secret] = sources[file][secret], file
            continue
        withheld.append(
            f"{secret} of {origins.pop(secret)} is not sent to the server that {file} names; give both in one place."
        )
        del texts[secret]
    kinds, converted = get_type_hints(Settings), dict[str, Any]()
    for name, variable in VARIABLES.items():
        if variable in texts and name != "home":
            converted[name] = _convert(name, kinds[name], texts[variable])
    return Settings(home, origins=origins, withheld=tuple(withheld), **converted)


def redacted(text: str, settings: Settings) -> str:
    """`text` without the keys and passwords of `settings`, for whatever is shown or logged."""
    secrets = [settings.openai_api_key, settings.chroma_token, settings.token]
    for url in (settings.openai_base_url, settings.chroma_url):
        secrets += [user[0][:-1].partition(":")[2] for user in USER.finditer(url)]
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return text


def _path(variable: str, text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise SettingsError(f"{variable}={text[:40]}: {error} Give the whole path.") from None


def _convert(name: str, kind: type, text: str) -> Any:
    said = f"{VARIABLES[name]}={text[:40]!r}"
    if name in CHOICES and text not in CHOICES[name]:
        raise SettingsError(f"{said} is neither {' nor '.join(CHOICES[name])}; write one of them.")
    if kind is str:
        return text
    if kind is bool:
        return _switch(name, text)
    try:
        number = kind(text)
    except ValueError:
        raise SettingsError(f"{said} is not a number; give one or unset it.") from None
    least, greatest = RANGES[name]
    if not least <= number <= greatest:
        raise SettingsError(f"{VARIABLES[name]}={text[:40]} is not between {least} and {greatest}.")
    return number


def _switch(name: str, text: str) -> bool:
    if text.lower() not in {"on", "off", "1", "0", "true", "false", "yes", "no"}:
        raise SettingsError(f"{VARIABLES[name]}={text[:40]!r} is neither on nor off; write one of the two.")
    return text.lower() in {"on", "1", "true", "yes"}
