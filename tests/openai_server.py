"""A real HTTP server on the loopback that speaks the OpenAI protocol and plays a scripted model."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Script:
    """What the server does: `reply(messages)` gives the text; the rest makes it misbehave."""

    reply: Callable[[list[dict]], str] = lambda messages: "Hello [1]."
    status: int = 200
    cut_after: int | None = None  # bytes of the stream's text after which the connection drops
    stall_s: float = 0.0  # silence before the first word
    finish_reason: str | None = "stop"
    body: bytes | None = None  # a raw body instead of the protocol
    flood: bytes | None = None  # sent again and again until the reader goes, as an endless stream
    models: tuple[str, ...] = ("tiny",)
    requests: list[dict] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    send: Callable[[str, dict], "Sent | None"] = lambda path, request: None  # in place of all that, where it sends


@dataclass(frozen=True)
class Sent:
    """What is sent as it stands: a piece that is a number is silence of so many seconds; status 0 has no head."""

    pieces: tuple[bytes | float, ...]
    status: int = 200
    type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@contextmanager
def serve(script: Script) -> Iterator[str]:
    """The base URL of a server that follows `script`; it ends with the block."""

    class Handler(_Handler):
        pass

    Handler.script = script
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    script: Script
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        if sent := self.script.send(self.path, {}):
            return self._send_as(sent)
        self._send(
            200,
            json.dumps(
                {
                    "object": "list",
                    "data": [
                        {"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in self.script.models
                    ],
                }
            ).encode(),
        )

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.script.requests.append(request)
        self.script.keys.append(self.headers.get("Authorization", ""))
        if sent := self.script.send(self.path, request):
            return self._send_as(sent)
        time.sleep(self.script.stall_s)
        if self.script.status != 200:
            error = {"error": {"message": "no", "type": "error", "code": None}}
            return self._send(self.script.status, json.dumps(error).encode())
        if self.script.flood is not None:
            return self._flood(self.script.flood)
        if self.script.body is not None:
            return self._send(200, self.script.body)
        text = self.script.reply(request["messages"])
        self._stream(text) if request.get("stream") else self._whole(text)

    def _send(self, status: int, body: bytes):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_as(self, sent: Sent):
        if sent.status:
            self.send_response(sent.status)
            for name, value in (("Content-Type", sent.type), ("Connection", "close"), *sent.headers):
                self.send_header(name, value)
            self.end_headers()
        self.close_connection = True
        with suppress(OSError):  # whoever asked may be gone
            for piece in sent.pieces:
                if isinstance(piece, bytes):
                    self.wfile.write(piece)
                    self.wfile.flush()
                else:
                    time.sleep(piece)

    def _whole(self, text: str):
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        self._send(
            200,
            json.dumps(
                {
                    "id": "c",
                    "object": "chat.completion",
                    "created": 0,
                    "model": "tiny",
                    "choices": [choice],
                    "usage": _usage(),
                }
            ).encode(),
        )

    def _stream(self, text: str):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        cut = self.script.cut_after
        text = text if cut is None else text[:cut]
        pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
        for piece in pieces:
            self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}}]})
        if cut is not None:
            self.close_connection = True
            return
        if self.script.finish_reason:
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": self.script.finish_reason}]})
        self._event({"choices": [], "usage": _usage()})
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _flood(self, piece: bytes):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                self.wfile.write(piece)
        except OSError:
            pass

    def _event(self, data: dict):
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "tiny", **data}
        self._chunk(b"data: " + json.dumps(chunk).encode() + b"\n\n")

    def _chunk(self, data: bytes):
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _usage() -> dict:
    return {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
