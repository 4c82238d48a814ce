"""Settings: plain values, read once from the environment and an optional `.env` file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from rag.errors import SettingsError
from store.records import ChromaServer

DEFAULT_EMBEDDING_MODEL = "all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, each with a working default: no key and no server is needed."""

    home: Path
    openai_api_key: str = ""
    openai_base_url: str = ""
    openai_model: str = ""
    embedding_model: str = DEFAULT_EMBEDDING_MODEL
    check: str = ""
    nli_model: str = ""
    nli_template: str = ""
    nli_threshold: float = 0.5
    chroma_url: str = ""
    chroma_token: str = ""
    chroma_tenant: str = "default_tenant"
    chroma_database: str = "default_database"
    shipped_papers: bool = True
    sources: int = 8
    price_prompt: float = 0.0
    price_completion: float = 0.0
    timeout: float = 60.0
    retries: int = 2
    host: str = "127.0.0.1"
    port: int = 7860

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


# The variable of each setting; `.env.example` lists exactly these.
VARIABLES = {
    "home": "CITEWELL_HOME",
    "openai_api_key": "OPENAI_API_KEY",
    "openai_base_url": "OPENAI_BASE_URL",
    "openai_model": "OPENAI_MODEL",
    "embedding_model": "CITEWELL_EMBEDDING_MODEL",
    "check": "CITEWELL_CHECK",
    "nli_model": "CITEWELL_NLI_MODEL",
    "nli_template": "CITEWELL_NLI_TEMPLATE",
    "nli_threshold": "CITEWELL_NLI_THRESHOLD",
    "chroma_url": "CITEWELL_CHROMA_URL",
    "chroma_token": "CITEWELL_CHROMA_TOKEN",
    "chroma_tenant": "CITEWELL_CHROMA_TENANT",
    "chroma_database": "CITEWELL_CHROMA_DATABASE",
    "shipped_papers": "CITEWELL_SHIPPED_PAPERS",
    "sources": "CITEWELL_SOURCES",
    "price_prompt": "CITEWELL_PRICE_PROMPT",
    "price_completion": "CITEWELL_PRICE_COMPLETION",
    "timeout": "CITEWELL_TIMEOUT",
    "retries": "CITEWELL_RETRIES",
    "host": "CITEWELL_HOST",
    "port": "CITEWELL_PORT",
}

# Least and greatest value of each number.
RANGES = {
    "nli_threshold": (0, 1),
    "sources": (1, 50),
    "price_prompt": (0, 1e6),
    "price_completion": (0, 1e6),
    "timeout": (1, 3600),
    "retries": (0, 10),
    "port": (0, 65535),
}


def read_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
    """The settings from `environ` (default: the process's), an `.env` file filling what it lacks.

    Raises SettingsError, naming the variable, for a value of the wrong kind or out of range.
    """
    environ = {**_read_env_file(env_file), **(os.environ if environ is None else environ)}
    kinds = {f.name: f.type for f in fields(Settings)}
    given = {
        name: environ[variable].strip() for name, variable in VARIABLES.items() if environ.get(variable, "").strip()
    }
    values = {name: _convert(name, kinds[name], text) for name, text in given.items()}
    if values.get("check", "") not in ("", "model", "local"):
        raise SettingsError(f"CITEWELL_CHECK={values['check']!r} is neither model nor local; write one of the two.")
    values.setdefault("home", _default_home())
    return Settings(**values)


def _read_env_file(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        return {name: value or "" for name, value in dotenv_values(path).items()}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); mend it or remove it.") from None


def _default_home() -> Path:
    from platformdirs import user_data_path

    return user_data_path("citewell", appauthor=False)


def _convert(name: str, kind: type, text: str) -> str | bool | int | float | Path:
    if kind is Path:
        return Path(text).expanduser()
    if kind is str:
        return text
    if kind is bool:
        return _switch(name, text)
    try:
        number = kind(text)
    except ValueError:
        raise SettingsError(f"{VARIABLES[name]}={text!r} is not a number; give one or unset it.") from None
    least, greatest = RANGES[name]
    if not least <= number <= greatest:
        raise SettingsError(f"{VARIABLES[name]}={text} is not between {least} and {greatest}.")
    return number


def _switch(name: str, text: str) -> bool:
    if text.lower() not in {"on", "off", "1", "0", "true", "false", "yes", "no"}:
        raise SettingsError(f"{VARIABLES[name]}={text!r} is neither on nor off; write one of the two.")
    return text.lower() in {"on", "1", "true", "yes"}
