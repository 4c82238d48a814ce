"""The page's own scripts, styles and fonts, served packed and kept by the browser for as long as they are the same."""

import gzip
import hashlib
import mimetypes
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SUFFIXES = (".js", ".css", ".woff2")
# Those of the page in their order, sent as one file.
_STYLES = ("page", "chat", "sources", "places", "papers", "check", "compare", "settings", "scope", "draft", "map")
_ALL_STYLES = "all.css"
# No script but ours runs, and the styles are there before the first paint.
_HEAD = (
    f'<link rel="stylesheet" href="citewell/files/{_ALL_STYLES}">'
    '<script type="module" src="citewell/files/page.js"></script></head>'
)
_GRADIOS = "/assets/"  # its own scripts and styles, whose names change with what they hold
_LASTING = (b"cache-control", b"private, max-age=31536000, immutable")

routes = APIRouter(prefix="/citewell/files")


@routes.get("/{name:path}")
def file(name: str, request: Request) -> Response:
    """A file of the page's own."""
    found = _packed().get(name)
    if found is None:
        return Response("There is nothing here.\n", 404)
    body, tag, kind, packed = found
    headers = {"etag": tag, "cache-control": "no-cache"}  # asked again each time, sent when it has changed
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers | ({"content-encoding": "gzip"} if packed else {}))


@cache
def _packed() -> dict[str, tuple[bytes, str, str, bool]]:
    """By name: the content, what tells two versions of it apart, its type, and whether it is packed."""
    own = files(__package__)
    read = {_ALL_STYLES: b"\n".join(own.joinpath(f"{name}.css").read_bytes() for name in _STYLES)}
    for folder in ("", "fonts", "katex", "katex/fonts"):
        for path in own.joinpath(folder).iterdir():
            if path.name.endswith(_SUFFIXES):
                read[f"{folder}/{path.name}".removeprefix("/")] = path.read_bytes()
    return {name: _as_sent(name, content) for name, content in read.items()}


def _as_sent(name: str, content: bytes) -> tuple[bytes, str, str, bool]:
    packed = not name.endswith(".woff2")
    body = gzip.compress(content, mtime=0) if packed else content
    kind = mimetypes.guess_type(name)[0] or "font/woff2"
    return body, f'"{hashlib.sha256(content).hexdigest()[:16]}"', kind, packed


class Start:
    """Gradio's application: our scripts and styles join its first page, which is packed; its files are kept at hand.

    What it sends of its own files is packed anew at every request, which is most of what it does while a page loads.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._first = app, GZipMiddleware(self._with_ours)
        self._kept: dict[tuple[str, bool, bool], list[Message]] = {}
        _packed()  # now, that no one waits for it

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = scope.get("path", "")
        if path == "/":
            await self._first(scope, receive, send)
        elif path.startswith(_GRADIOS) and scope["method"] == "GET":
            await self._keeping(path, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _with_ours(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, body = await _whole(self._app, scope, receive)
        body = body.replace(b"</head>", _HEAD.encode(), 1)
        others = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "headers": [*others, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    async def _keeping(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        ways = asked.get("accept-encoding", "")
        key = (path, "br" in ways, "gzip" in ways)
        if key not in self._kept:
            start, body = await _whole(self._app, scope, receive)
            if start["status"] == 200 and "range" not in asked:
                others = [pair for pair in start["headers"] if pair[0].lower() != _LASTING[0]]
                ending: Message = {"type": "http.response.body", "body": body}
                self._kept[key] = [{**start, "headers": [*others, _LASTING]}, ending]
            else:
                await send(start)
                await send({"type": "http.response.body", "body": body})
                return
        for message in self._kept[key]:
            await send(message)


async def _whole(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """What `app` answers: how it begins, and its whole body."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])
