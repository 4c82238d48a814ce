"""What asks services for papers: under a name of its own, slowly, again after failures, and never twice in a week."""

import hashlib
import ipaddress
import json
import re
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from store.errors import CitewellError
from store.records import without_password

ADDRESSES = {
    "arxiv": "https://export.arxiv.org/api/query",
    "crossref": "https://api.crossref.org",
    "openalex": "https://api.openalex.org",
    "openreview": "https://api2.openreview.net",
    "acl": "https://aclanthology.org",
    "zotero": "http://localhost:23119/api/users/0",
}
_PAUSES = {"arxiv": 3.0}  # seconds between two requests, as arXiv asks for
_PAUSE, _TIMEOUT, _TRIES = 0.2, 30.0, 3
_LONGEST_WAIT = 30.0  # seconds that a service may ask us to wait
_LARGEST = 1 << 26  # bytes of an answer
_FRESH = 7 * 24 * 3600  # seconds


class ServiceError(CitewellError):
    """A service could not be asked, or has no such paper."""


class NotThere(ServiceError):
    """A service has no such paper."""


@dataclass
class Client:
    """Asks the services at `addresses` (ADDRESSES where none is given), and keeps their answers in the folder `cache`.

    `contact` is a mail address that some services want for their faster servers.
    """

    addresses: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
    cache: Path | None = None
    _asked: dict[str, float] = field(default_factory=dict)

    def address(self, service: str) -> str:
        """Where a service is."""
        return self.addresses.get(service, ADDRESSES[service]).rstrip("/")

    def json(self, service: str, path: str = "", **query: Any) -> Any:
        """The JSON that a service answers. Raises ServiceError."""
        text, _ = self.text(service, path, **query)
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise ServiceError(f"{self._shown(service)} answered with something else than JSON; try later.") from None

    def text(self, service: str, path: str = "", **query: Any) -> tuple[str, Mapping[str, str]]:
        """What a service answers, and its headers, which a kept answer has none of. Raises ServiceError."""
        import httpx

        url = str(httpx.URL(self.address(service) + path, params=query)) if query else self.address(service) + path
        kept = self._kept(service, url)
        if kept and kept.is_file() and time.time() - kept.stat().st_mtime < _FRESH:
            return kept.read_text(encoding="utf-8"), {}
        body, headers = self.fetch(url, service)
        if kept:
            with suppress(OSError):  # then it is asked for again
                kept.parent.mkdir(parents=True, exist_ok=True)
                partial = kept.with_suffix(".part")
                partial.write_text(body, encoding="utf-8")
                partial.replace(kept)
        return body, headers

    def fetch(self, url: str, service: str = "") -> tuple[str, Mapping[str, str]]:
        """What stands at an address now, and the headers. Raises ServiceError."""
        import httpx

        shown, failure = without_password(url).partition("?")[0], ""
        for attempt in range(_TRIES):
            self._wait(url, service)
            try:
                status, body, headers = self._get(url)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                failure = f"{shown} does not answer ({_why(error)})"
                if isinstance(error, (httpx.ConnectError, httpx.InvalidURL, httpx.UnsupportedProtocol)):
                    break
                continue
            if status == 200:
                return body, headers
            failure = f"{shown} answered {status}"
            if status in (404, 410):
                raise NotThere(f"{failure}: there is no such paper; check the id.")
            if status != 429 and status < 500:
                break
            if attempt + 1 < _TRIES and not is_here(url):
                time.sleep(min(_seconds(headers.get("retry-after", "")) or 2.0**attempt, _LONGEST_WAIT))
        raise ServiceError(f"{failure}; check the network, or try later.")

    def _get(self, url: str) -> tuple[int, str, Mapping[str, str]]:
        import httpx

        contact = f" (mailto:{self.contact})" if self.contact else ""
        name = {"User-Agent": f"citewell/{version('citewell')}{contact}", "Zotero-API-Version": "3"}
        with httpx.stream("GET", url, headers=name, timeout=_TIMEOUT, follow_redirects=not is_here(url)) as answer:
            body = bytearray()
            for block in answer.iter_bytes():
                body += block
                if len(body) > _LARGEST:
                    raise ServiceError(f"{without_password(url)}: an answer of more than {_LARGEST >> 20} MB; refused.")
            return answer.status_code, body.decode("utf-8", "replace"), answer.headers

    def _wait(self, url: str, service: str) -> None:
        """One request at a time, and a pause between two to the same service; not to this machine."""
        host = urlsplit(url).netloc
        if host in self._asked and not is_here(url):
            time.sleep(max(0.0, self._asked[host] + _PAUSES.get(service, _PAUSE) - time.monotonic()))
        self._asked[host] = time.monotonic()

    def _kept(self, service: str, url: str) -> Path | None:
        if self.cache is None or service == "zotero":  # it is here, and changes
            return None
        return self.cache / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.txt"

    def _shown(self, service: str) -> str:
        return without_password(self.address(service))


def is_here(url: str) -> bool:
    """Whether an address is one of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else 0.0


def _why(error: Exception) -> str:
    """What kept a service from being asked, without the numbers of the system."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return "its name is not known here; is this machine connected to the network?"
        cause = cause.__cause__ or cause.__context__
    return re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
