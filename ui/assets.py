"""The page's own scripts, styles and fonts, served packed and kept by the browser for as long as they are the same."""

import gzip
import hashlib
import mimetypes
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_SUFFIXES = (".js", ".css", ".woff2")
_STYLES = ("page", "chat", "sources", "places", "papers", "check", "compare", "settings", "scope", "draft", "map")
# No script but ours runs, and the styles are there before the first paint.
HEAD = "".join(f'<link rel="stylesheet" href="citewell/files/{name}.css">' for name in _STYLES) + (
    '<script type="module" src="citewell/files/page.js"></script>'
)

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
    found = {}
    for folder in ("", "fonts", "katex", "katex/fonts"):
        for path in files(__package__).joinpath(folder).iterdir():
            if path.name.endswith(_SUFFIXES):
                name, content = f"{folder}/{path.name}".removeprefix("/"), path.read_bytes()
                packed = not name.endswith(".woff2")
                body = gzip.compress(content, mtime=0) if packed else content
                kind = mimetypes.guess_type(name)[0] or "font/woff2"
                found[name] = (body, f'"{hashlib.sha256(content).hexdigest()[:16]}"', kind, packed)
    return found


class PackedStart:
    """An application whose first page, which Gradio sends as it is, is packed; streams stay unpacked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._packing = app, GZipMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await (self._packing if scope.get("path") == "/" else self._app)(scope, receive, send)
