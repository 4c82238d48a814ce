"""Real Chroma servers on this machine, and a gate that asks for a token as the proxies in front of them do."""

import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Server:
    """A Chroma server over a folder, that can be stopped and started again at the same address."""

    def __init__(self, folder: Path):
        self._folder, self._port = folder, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        command = [Path(sys.executable).with_name("chroma"), "run", "--path", self._folder, "--port", str(self._port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(1200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.05)
        raise TimeoutError("chroma run did not start")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def gate(behind: str, token: str) -> Iterator[str]:
    """The address of a proxy that passes on what bears `token`, and answers 401 to the rest."""

    class Gate(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)) or None
            status, reply = self.ask(body) if self.headers.get("x-chroma-token") == token else (401, b"<h1>No</h1>")
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def ask(self, body: bytes | None) -> tuple[int, bytes]:
            headers = {"content-type": "application/json"}
            request = urllib.request.Request(behind + self.path, body, headers, method=self.command)
            try:
                with urllib.request.urlopen(request) as reply:
                    return reply.status, reply.read()
            except urllib.error.HTTPError as error:
                return error.code, error.read()

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            pass

    with _serving(Gate) as url:
        yield url


@contextmanager
def other_server() -> Iterator[str]:
    """The address of a web server that knows nothing of Chroma and answers everything with a page."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>\n<h1>Welcome</h1>\n</html>")

        def log_message(self, *_: object) -> None:
            pass

    with _serving(Pages) as url:
        yield url


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
