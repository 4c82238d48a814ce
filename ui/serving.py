"""Serving the page: on which address, behind which door, and how it ends."""

import ipaddress
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported: nothing is sent anywhere

import gradio as gr
import uvicorn
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from gradio.routes import App

from store.errors import CitewellError
from ui.assets import Start
from ui.connections import Connection
from ui.conversation import end_work
from ui.doors import Door, is_loopback
from ui.limits import DEFAULT, Limits, TooMuch
from ui.lock import Lock
from ui.saved import NoConversation

_STATUS = {NoConversation: 404, TooMuch: 429}
SESSIONS = 200  # windows whose draft is kept in memory; the longest unused goes


class PageError(CitewellError):
    """The page cannot be served."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is served: Gradio's page, and the routes that it asks past Gradio."""

    blocks: gr.Blocks
    routes: APIRouter
    limits: Limits = DEFAULT


class Served:
    """A page that is being served, until it is closed."""

    def __init__(self, door: Door, listening: socket.socket, address: str) -> None:
        self.address = address
        config = uvicorn.Config(
            door,
            http=Connection,
            log_config=None,
            ws="none",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()
        while self._thread.is_alive() and not self._server.started:
            time.sleep(0.01)

    def wait(self) -> None:
        """Wait until the page ends or this process is interrupted."""
        while self._thread.is_alive():
            self._thread.join(1)

    def close(self) -> None:
        """End the page; what was in the making is stopped."""
        said = logging.getLogger("uvicorn.error")
        said.addFilter(_nothing)  # a question that is cut off by the end is no error
        self._server.should_exit = True
        self._thread.join(10)
        said.removeFilter(_nothing)
        end_work()


def _nothing(record: logging.LogRecord) -> bool:
    return False


@contextmanager
def one_app() -> Iterator[None]:
    """Within it Blocks get no web application: Gradio makes one each time they are entered, and serves another."""
    make = App.create_app
    App.create_app = staticmethod(lambda *_, **__: None)  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        App.create_app = staticmethod(make)  # type: ignore[assignment, method-assign]


def launch(page: Page, host: str, port: int, lock: Lock | None = None, further: str = "") -> Served:
    """Serve `page`. Port 0 takes a free one, `lock` asks for a password, `further` are more names for `host`.

    Raises PageError when `host` and `port` cannot be listened on, or when more than this machine would reach the
    page and no password is asked for.
    """
    lock = lock or Lock()
    check_reach(host, lock)
    listening = _listen(host, port)
    page.blocks.state_session_capacity = SESSIONS  # Gradio takes it from `Blocks.launch` alone
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(page.routes)
    app.add_exception_handler(CitewellError, _said)
    gradio = gr.mount_gradio_app(
        app,
        page.blocks,
        "/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=_theme(),
        favicon_path=str(files(__package__) / "favicon.svg"),
        show_error=False,
        footer_links=[],
        run_history=False,
        max_file_size=1,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
    )
    page.blocks.app = gradio.routes[-1].app  # as `Blocks.launch` has it: its queue asks the application that is served
    return Served(Door(Start(gradio), host, lock, further, page.limits), listening, _address(listening, host))


def check_reach(host: str, lock: Lock) -> None:
    """Raises PageError where more than this machine would reach a page that asks for no password."""
    if not lock and not is_loopback(host):
        raise PageError(
            f"On {host} others could reach your library: set a password with `citewell password` first, "
            "or serve it on 127.0.0.1."
        )


def _listen(host: str, port: int) -> socket.socket:
    """A socket on the first address of `host` that can be listened on. Raises PageError."""
    error: Exception = OSError("no such host")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as failure:
        found, error = [], failure
    for family, kind, protocol, _, address in sorted(found, key=lambda one: one[0] != socket.AF_INET):
        listening = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(512)
        except OSError as failure:
            error = failure
            listening.close()
        else:
            return listening
    raise PageError(f"{host}:{port} cannot be served ({error}); try another --host or --port.")


def _address(listening: socket.socket, host: str) -> str:
    """The address to open: where more than one leads here, the machine's name."""
    at, port = listening.getsockname()[:2]
    if ipaddress.ip_address(at).is_unspecified:
        at = socket.gethostname()
    elif not is_loopback(host):
        at = host
    return f"http://{f'[{at}]' if ':' in at else at}:{port}/"


async def _said(request: Request, error: Exception) -> JSONResponse:
    """What went wrong, for the page to show."""
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)
    return JSONResponse({"error": str(error)}, status)


def _theme() -> gr.themes.Base:
    """Plain colours and the reader's own fonts: the default theme loads its fonts from the web."""
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="stone",
        radius_size="sm",
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )
