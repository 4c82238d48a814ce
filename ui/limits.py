"""How much one address may ask of the page, so that nobody there keeps the others waiting."""

import ipaddress
import time
from dataclasses import asdict, dataclass, replace
from math import ceil

from rag.errors import SettingsError
from store.errors import CitewellError

MOST = 10_000  # addresses that are remembered
MADE_OF = ("/assets/", "/static/", "/svelte/", "/citewell/files/")  # the page's own files: many at once, and cheap
# What is asked of Gradio; what needs no place in its queue, as Stop, is run at once.
ORDERS = {"/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/cancel", "/gradio_api/reset"}
FILES = {"/citewell/papers/add", "/citewell/check"}  # what somebody reads from a disk
_TO_ADD = {"/citewell/papers/add", "/citewell/papers/fetch"}


class TooMuch(CitewellError):
    """An address asks for more than it may; `wait` is the seconds until it may again, where that is known."""

    def __init__(self, said: str, wait: float = 0.0) -> None:
        super().__init__(said)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Limits:
    """What one address may have: 0 of a kind is no limit.

    Requests a minute, those for the page's own files apart; questions that wait or are being answered at one time,
    and five times as many orders to the Draft place a minute; files and lists of papers to add an hour.
    """

    requests: int = 600
    questions: int = 20
    files: int = 200

    @classmethod
    def of(cls, text: str) -> "Limits":
        """The limits of a text such as "requests=600, files=20"; what it does not name stays. Raises SettingsError."""
        limits = cls()
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, number = (word.strip() for word in part.partition("="))
            if name not in asdict(limits) or not (number.isascii() and number.isdigit() and len(number) < 10):
                known = ", ".join(f"{name}=NUMBER" for name in asdict(limits))
                raise SettingsError(f"CITEWELL_LIMITS: {part[:40]!r} is none of {known}; write such.")
            limits = replace(limits, **{name: int(number)})
        return limits


DEFAULT = Limits()


class Allowance:
    """So much at once for each address, given back evenly over `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._left: dict[str, tuple[float, float]] = {}  # and when that was

    def take(self, address: str) -> float:
        """Take one; where there is none left, the seconds until there is."""
        if not self._most:
            return 0.0
        now, whose, pace = time.monotonic(), network(address), self._most / self._seconds
        left, when = self._left.pop(whose, (float(self._most), now))
        left = min(self._most, left + (now - when) * pace)
        if len(self._left) >= MOST:
            del self._left[next(iter(self._left))]
        self._left[whose] = (left - 1 if left >= 1 else left, now)
        return 0.0 if left >= 1 else (1 - left) / pace


class Allowances:
    """What is left to each address of what `limits` give it."""

    def __init__(self, limits: Limits) -> None:
        self._requests = Allowance(limits.requests, 60)
        self._orders, self._files = Allowance(limits.questions * 5, 60), Allowance(limits.files, 3_600)

    def take(self, path: str, address: str) -> None:
        """Count a request for `path`. Raises TooMuch where nothing is left for it."""
        counted = {
            "requests": None if path.startswith(MADE_OF) else self._requests,
            "orders": self._orders if path in ORDERS else None,
            "files to add": self._files if path in _TO_ADD else None,
        }
        for what, allowance in counted.items():
            if allowance and (wait := allowance.take(address)):
                raise TooMuch(f"Too many {what} from this address; wait {in_seconds(wait)}.", wait)


def whole(wait: float) -> int:
    """The whole seconds after which so many have gone by, one at least."""
    return max(1, ceil(wait))


def in_seconds(wait: float) -> str:
    """The same in words."""
    return "1 second" if whole(wait) == 1 else f"{whole(wait)} seconds"


def network(address: str) -> str:
    """The address; of IPv6 the network that one machine has to itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
