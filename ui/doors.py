"""Who may ask the page for anything: under which name, from which pages, with which password, and how much at once.

All of it stands before Gradio, as one ASGI application around it: no route is reached past these checks.
"""

import asyncio
import ipaddress
import logging
import re
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from html import escape
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ui.limits import DEFAULT, FILES, MADE_OF, ORDERS, Allowances, Limits, TooMuch, in_seconds, whole
from ui.lock import SESSION, Lock, Sessions, Tries

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = dict[str, str]

LARGEST_BODY = 300_000  # bytes of a request: the longest plan of a draft, and some
LARGEST_FILE = 32_000_000  # bytes of a file of papers or a text to check, from somebody who may come in
SLOWEST_BODY = 20.0  # seconds until it is there
COOKIE = "citewell"
# What the page asks of Gradio; uploads, files, run history and all else that it could do are not there.
_SHOWN = {"/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", "/gradio_api/info"}
_SHOWN |= {"/gradio_api/theme.css", "/gradio_api/app_id", "/gradio_api/startup-events", "/gradio_api/queue/data"}
_OURS = "/citewell/"  # what the page asks of us, past Gradio
_BELOW = (*MADE_OF, "/gradio_api/heartbeat/", _OURS)
_POLICY = "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": f"{_POLICY}; img-src 'self' data: blob:; connect-src 'self' data: blob:",
}
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/?#@,\[\]]+)(?::\d{1,5})?")
_LOGIN = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Citewell</title>
<meta name="viewport" content="width=device-width"><style>body{font:16px system-ui,sans-serif;max-width:20rem;
margin:20vh auto;padding:0 1rem}input,button{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;
margin:.5rem 0}</style><h1>Citewell</h1><form method="post" action="/login"><label>Password
<input type="password" name="password" autocomplete="current-password" autofocus required></label>
<button>Open</button></form><p role="alert">"""


class Refusal(Exception):
    """A request that is not passed on: its status, and why."""

    def __init__(self, status: int, said: str, **headers: str) -> None:
        super().__init__(said)
        self.status, self.said, self.headers = status, said, headers


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what is served on `host`."""
    try:
        return all(ipaddress.ip_address(found[4][0]).is_loopback for found in socket.getaddrinfo(host, None))
    except (OSError, UnicodeError, ValueError):
        return False


class Door:
    """The page behind its checks: an ASGI application around another.

    `host` is what it is served on, `further` are names that it is called by besides, "a.example, b.example".
    """

    def __init__(self, app: App, host: str, lock: Lock, further: str = "", limits: Limits = DEFAULT) -> None:
        self._app, self._lock = app, lock
        self._further = {name.strip().lower() for name in further.split(",")} - {""}
        self._names = {"localhost", "127.0.0.1", "::1", host.strip("[]").lower()} | self._further
        self._by_number = not is_loopback(host)  # a name in numbers cannot be made to lead elsewhere
        if self._by_number:
            self._names |= {socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"}
        self._allowances = Allowances(limits)
        self._sessions, self._tries, self._trying = Sessions(), Tries(), asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":  # Gradio's page opens no other connection
            return await send({"type": "websocket.close", "code": 1008})
        try:
            headers = _headers(scope)
            self._check_origin(scope, headers)
            self._check_allowance(scope)
            adding = scope["path"] in FILES and (not self._lock or self._is_known(scope, headers))
            body = await _read(receive, headers, LARGEST_FILE if adding else LARGEST_BODY)
            if self._lock and not self._is_known(scope, headers):
                return await self._ask(scope, headers, body, send)
            self._check_route(scope)
        except Refusal as refusal:
            log.info("%s %s: %s %s", scope["method"], scope["path"][:100], refusal.status, refusal.said)
            return await _answer(send, refusal.status, refusal.said, refusal.headers)
        return await self._app(scope, _again(body, receive), _with_headers(send))

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        """Asked under its own name, and by its own page: what a browser tells of the page that asks is looked at."""
        host, origin, site = headers.get("host", ""), headers.get("origin", ""), headers.get("sec-fetch-site", "none")
        if not _HOST.fullmatch(host) or not self._is_own(_name(f"//{host}")):
            raise Refusal(403, "This page is not served under that name; see CITEWELL_ALLOWED_HOSTS.")
        if origin and origin.partition("//")[2].lower() != host.lower() and _name(origin) not in self._further:
            raise Refusal(403, "Another page may not use this one.")
        opened = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if site not in ("none", "same-origin") and not (opened and scope["method"] in ("GET", "HEAD")):
            raise Refusal(403, "Another page may not use this one.")

    def _is_own(self, name: str) -> bool:
        if name in self._names or not self._by_number:
            return name in self._names
        try:
            return bool(ipaddress.ip_address(name))
        except ValueError:
            return False

    def _check_allowance(self, scope: Scope) -> None:
        try:
            self._allowances.take(scope["path"], _address(scope))
        except TooMuch as error:
            raise Refusal(429, str(error), **{"retry-after": f"{whole(error.wait)}"}) from None

    def _check_route(self, scope: Scope) -> None:
        path, method = scope["path"].rstrip("/") or "/", scope["method"]
        shown = method in ("GET", "HEAD") and (path in _SHOWN or path.startswith(_BELOW))
        if not shown and not (method == "POST" and (path in ORDERS or path.startswith(_OURS))):
            raise Refusal(404, "There is nothing here.")

    def _is_known(self, scope: Scope, headers: Headers) -> bool:
        """Whether the request comes with an open session or with the token."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._lock.token:
            self._check_tries(scope)
            right = self._lock.has_token(token.strip())
            self._tries.count(_address(scope), right)
            return right
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and self._sessions.knows(cookie.value)

    async def _ask(self, scope: Scope, headers: Headers, body: bytes, send: Send) -> None:
        """Ask for the password, or look at the one that was given."""
        if scope["method"] != "POST" or scope["path"].rstrip("/") != "/login":
            return await _answer(
                send, 401, "A password is asked for here.", page="text/html" in headers.get("accept", "")
            )
        given = parse_qs(body.decode("utf-8", "replace")).get("password", [""])[0]
        async with self._trying:  # one at a time: each takes memory
            self._check_tries(scope)
            right = await asyncio.to_thread(self._lock.opens, given)
            self._tries.count(_address(scope), right)
        if not right:
            log.info("a wrong password from %s", _address(scope))
            return await _answer(send, 401, "That was not it.", page=True)
        cookie = f"{COOKIE}={self._sessions.begin()}; Path=/; HttpOnly; SameSite=Strict; Max-Age={SESSION:.0f}"
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        return await _answer(send, 303, "", {"location": "/", "set-cookie": cookie + secure})

    def _check_tries(self, scope: Scope) -> None:
        if wait := self._tries.wait(_address(scope)):
            raise Refusal(429, f"Too many wrong tries; wait {in_seconds(wait)}.", **{"retry-after": f"{whole(wait)}"})


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _name(address: str) -> str:
    """The host's name in an address; "" where there is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _headers(scope: Scope) -> Headers:
    """The headers by name; one that comes twice is joined, and so is no name that we know."""
    found: Headers = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


async def _read(receive: Receive, headers: Headers, largest: int) -> bytes:
    """The body of a request, up to its limits."""
    length, body = headers.get("content-length", ""), bytearray()
    if length and (not length.isascii() or not length.isdigit() or len(length) > 12 or int(length) > largest):
        raise Refusal(413, f"A request may have {largest:,} bytes.", connection="close")
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            more = True
            while more:
                message = await receive()
                body += message.get("body", b"")
                more = message["type"] == "http.request" and message.get("more_body", False)
                if len(body) > largest:
                    raise Refusal(413, f"A request may have {largest:,} bytes.", connection="close")
    except TimeoutError:
        raise Refusal(408, "The request took too long.", connection="close") from None
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """A receive that gives `body` first, and then what else comes: the end of the connection."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return left.pop() if left else await receive()

    return replayed


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *ours]}
        await send(message)

    return sent


async def _answer(send: Send, status: int, said: str, headers: Headers | None = None, page: bool = False) -> None:
    """A short answer of our own: text, or the page that asks for the password."""
    body = f"{_LOGIN}{escape(said)}</p></html>" if page else f"{said}\n"
    policy = f"default-src 'none'; style-src 'unsafe-inline'; {_POLICY}"
    shown = _HEADERS | {
        "content-type": f"text/{'html' if page else 'plain'}; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": policy,
        "content-length": str(len(body.encode())),
    }
    sent = [(name.encode(), value.encode("latin-1")) for name, value in (shown | (headers or {})).items()]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body.encode()})
