"""The page without a browser: the requests that its script sends, one after the other."""

import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit


class PageClient:
    """A user of the page at `address`; `headers` go with every request."""

    def __init__(self, address: str, **headers: str) -> None:
        self._at, self._headers = urlsplit(address), {name.replace("_", "-"): text for name, text in headers.items()}
        self._sessions = 0

    def request(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer to one request; a `body` that is not bytes is sent as JSON."""
        connection, answer = self._open(method, path, body, **headers)
        content = answer.read()
        connection.close()
        return answer.status, {name.lower(): text for name, text in answer.getheaders()}, content

    def ask(self, question: str, talk: str = "", parent: int | None = None) -> list[dict]:
        """What the page is sent of an answer: the turn as it grows, the last one whole."""
        asked = {"question": question, "talk": talk, "parent": parent}
        status, _, said = self.request("POST", "/citewell/ask", asked)
        assert status == 200, said
        return [json.loads(line) for line in said.splitlines() if line.strip()]

    def begin(self, question: str) -> dict:
        """The first that is sent of an answer; the rest of it is not waited for."""
        _, answer = self._open("POST", "/citewell/ask", {"question": question})
        return json.loads(answer.readline())

    def get(self, path: str) -> dict:
        """What one of the page's own routes answers."""
        status, _, said = self.request("GET", f"/citewell/{path}")
        assert status == 200, said
        return json.loads(said)

    def call(self, function: str, *values: object, session: str = "") -> list:
        """The last outputs of a function of the page, by the name it has in the code."""
        *_, last = self.stream(function, *values, session=session)
        return last

    def stream(self, function: str, *values: object, session: str = "") -> Iterator[list]:
        """The outputs of a function as they come; as they were sent, changes only where Gradio sends those."""
        self._sessions += 1
        session = session or f"session{self._sessions}"
        known = json.loads(self.request("GET", "/config")[2])["dependencies"]
        chosen = next(one for one in known if one["api_name"] == function)
        order = {
            "data": [*values, *([None] * (len(chosen["inputs"]) - len(values)))],
            "fn_index": chosen["id"],
            "trigger_id": chosen["targets"][0][0],
            "session_hash": session,
        }
        status, _, said = self.request("POST", "/gradio_api/queue/join", order)
        assert status == 200, said
        connection, answer = self._open("GET", f"/gradio_api/queue/data?session_hash={session}")
        for line in answer:
            message = json.loads(line.removeprefix(b"data:")) if line.startswith(b"data:") else {}
            if message.get("msg") in ("process_generating", "process_completed"):
                assert message["success"], message
                yield message["output"].get("data", [])
            if message.get("msg") == "close_stream":
                break
        connection.close()

    def _open(self, method: str, path: str, body: object = None, **headers: str):
        connection = http.client.HTTPConnection(self._at.hostname, self._at.port, timeout=60)
        kind = {} if body is None or isinstance(body, bytes) else {"Content-Type": "application/json"}
        content = body if body is None or isinstance(body, bytes) else json.dumps(body)
        more = {name.replace("_", "-"): text for name, text in headers.items()}
        connection.request(method, path, content, {**kind, **self._headers, **more})
        return connection, connection.getresponse()
