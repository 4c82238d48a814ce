"""What opens the page: a password of which the library folder keeps a hash, or a token; sessions, limits on tries."""

import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from hashlib import scrypt
from pathlib import Path

from rag.errors import SettingsError
from ui.console import write
from ui.limits import network

SHORTEST = 8  # characters of a password
FREE_TRIES, LONGEST_WAIT = 5, 300.0  # wrong ones of an address before it waits, each time twice as long, seconds
SESSION = 12 * 3600.0  # seconds without a request after which the password is asked for again
MOST = 10_000  # sessions, and addresses with wrong tries, that are remembered
_COST = {"n": 2**15, "r": 8, "p": 1}  # of scrypt: 32 MB and a tenth of a second


def password_file(home: Path) -> Path:
    """Where the hash of the page's password is kept."""
    return home / "password.json"


def set_password(home: Path, password: str) -> None:
    """Keep the scrypt hash of a new password. Raises SettingsError for one that is too short, OutputError."""
    if len(password) < SHORTEST:
        raise SettingsError(f"A password needs {SHORTEST} characters or more; choose a longer one.")
    salt = secrets.token_bytes(16)
    kept = {**_COST, "salt": salt.hex(), "hash": _hashed(password, salt, _COST).hex()}
    home.mkdir(parents=True, exist_ok=True)
    write(password_file(home), json.dumps(kept) + "\n", private=True)


def _hashed(password: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return scrypt(password.encode("utf-8", "replace"), salt=salt, maxmem=256 * cost["n"] * cost["r"], **cost)


@dataclass(frozen=True, slots=True)
class Lock:
    """A password's hash, a token, or both; with none of them nothing is asked for."""

    salt: bytes = field(default=b"", repr=False)
    hash: bytes = field(default=b"", repr=False)
    cost: dict[str, int] = field(default_factory=dict)
    token: str = field(default="", repr=False)

    @classmethod
    def of(cls, home: Path, token: str = "") -> "Lock":
        """The lock of the library in `home`. Raises SettingsError for a file that holds no hash."""
        file = password_file(home)
        if not file.exists():
            return cls(token=token)
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            cost = {name: int(kept[name]) for name in _COST}
            lock = cls(bytes.fromhex(kept["salt"]), bytes.fromhex(kept["hash"]), cost, token)
            _hashed("", lock.salt, cost)
        except (OSError, ValueError, KeyError, TypeError):
            raise SettingsError(f"{file}: holds no password's hash; set one with `citewell password`.") from None
        return lock

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.hash or self.token)

    def has_token(self, given: str) -> bool:
        """Whether `given` is the token."""
        return bool(self.token) and hmac.compare_digest(given.encode(), self.token.encode())

    def opens(self, given: str) -> bool:
        """Whether `given` is the password or the token; slow, as a guess should be."""
        right = bool(self.hash) and hmac.compare_digest(_hashed(given, self.salt, self.cost), self.hash)
        return right or self.has_token(given)


class Sessions:
    """Who has given the password, by the secrets in their cookies."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}

    def begin(self) -> str:
        """The secret of a new session."""
        secret = secrets.token_urlsafe(32)
        self._seen = dict(list(self._seen.items())[1 - MOST :]) | {secret: time.monotonic()}
        return secret

    def knows(self, secret: str) -> bool:
        """Whether a session with this secret is open; it is then kept open."""
        open_still = time.monotonic() - self._seen.pop(secret, -SESSION) < SESSION
        if open_still:
            self._seen[secret] = time.monotonic()
        return open_still


class Tries:
    """Wrong passwords by address: after a few, an address has to wait before it is listened to."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, float]] = {}

    def wait(self, address: str) -> float:
        """Seconds until this address may try."""
        return max(0.0, self._wrong.get(network(address), (0, 0.0))[1] - time.monotonic())

    def count(self, address: str, right: bool) -> None:
        """Note a try."""
        count, _ = self._wrong.pop(network(address), (0, 0.0))
        if not right:
            wait = min(LONGEST_WAIT, 2.0 ** (count + 1 - FREE_TRIES)) if count + 1 >= FREE_TRIES else 0.0
            kept = dict(list(self._wrong.items())[1 - MOST :])
            self._wrong = kept | {network(address): (count + 1, time.monotonic() + wait)}
