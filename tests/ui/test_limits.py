"""How much one address may ask of the page, and how many connections it may hold."""

import json
import socket
import time

import pytest

from rag.errors import SettingsError
from tests.fakes_web import FakeAssistant
from tests.page_client import PageClient
from ui import connections, limits
from ui.limits import Allowance, Limits
from ui.serving import launch
from ui.web import create_app

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def serve():
    """Serves a page with limits of its own until the test is through."""
    pages = []

    def start(**few):
        assistant = FakeAssistant()
        pages.append((launch(create_app(assistant, limits=Limits(**few)), "127.0.0.1", 0), assistant))
        return PageClient(pages[-1][0].address)

    yield start
    for page, assistant in pages:
        assistant.gate.set()
        page.close()


def refused(client, method, path, body=None):
    """The line that a request is refused with, with the seconds that it says to wait."""
    status, headers, said = client.request(method, path, body)
    assert status == 429 and said.count(b"\n") == 1, (status, said)
    return said.decode(), int(headers["retry-after"])


def test_requests_of_an_address_are_counted_and_those_for_the_pages_own_files_are_not(serve):
    client = serve(requests=3)
    assert all(client.request("GET", "/citewell/files/page.js")[0] == 200 for _ in range(9))
    assert [client.request("GET", "/config")[0] for _ in range(3)] == [200] * 3
    said, wait = refused(client, "GET", "/config")
    assert "Too many requests from this address" in said and 1 <= wait <= 21
    assert client.request("GET", "/citewell/files/page.js")[0] == 200


def test_questions_of_an_address_that_are_in_the_making_are_counted(serve):
    client = serve(questions=2)
    began = [client.begin("slow one"), client.begin("slow two")]
    status, _, said = client.request("POST", "/citewell/ask", {"question": "a third"})
    assert status == 429 and b"2 questions of this address wait" in said
    client.request("POST", f"/citewell/talks/{began[0]['talk']}/stop/{began[0]['turn']}", {})
    for _ in range(100):
        if client.request("POST", "/citewell/ask", {"question": "a third"})[0] == 200:
            break
        time.sleep(0.05)
    else:
        pytest.fail("no question was taken in again")
    assert len(client.get("talks")["talks"]) == 3  # of what was refused nothing is kept


def test_files_and_lists_to_add_are_counted(serve):
    client = serve(files=2)
    for path in ("/citewell/papers/add?name=x.bib", "/citewell/papers/fetch"):
        assert client.request("POST", path, b"{}")[0] != 429
    said, _ = refused(client, "POST", "/citewell/papers/add?name=x.bib", b"x")
    assert "files to add" in said


def test_orders_of_the_draft_are_counted(serve):
    client = serve(questions=1)
    codes = [client.request("POST", "/gradio_api/run/predict", {"fn_index": 99})[0] for _ in range(5)]
    assert 429 not in codes
    assert "orders" in refused(client, "POST", "/gradio_api/queue/join", {})[0]


def test_a_draft_is_not_made_past_the_queue(serve):
    client = serve()
    known = json.loads(client.request("GET", "/config")[2])["dependencies"]
    queued = [one["id"] for one in known if one["queue"]]
    order = {"data": [None] * 9, "session_hash": "x"}
    assert queued
    for number in queued:
        status, _, said = client.request("POST", "/gradio_api/run/predict", {**order, "fn_index": number})
        assert status == 404 and b"queue" in said, (number, status, said)


def test_an_allowance_comes_back_evenly_and_for_each_address_of_its_own(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    allowance = Allowance(2, 60)
    assert [allowance.take("192.0.2.1") for _ in range(3)] == [0, 0, 30]
    assert allowance.take("192.0.2.2") == 0
    now[0] += 30
    assert [allowance.take("192.0.2.1") for _ in range(2)] == [0, 30]
    assert [allowance.take(f"2001:db8::{n}") for n in range(3)] == [0, 0, 30]
    assert [Allowance(0, 60).take("x") for _ in range(9)] == [0] * 9


def test_no_more_addresses_are_remembered_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(limits, "MOST", 5)
    allowance = Allowance(1, 60)
    assert [allowance.take(f"192.0.2.{n}") for n in range(20)] == [0] * 20
    assert len(allowance._left) == 5 and allowance.take("192.0.2.19") > 0


def test_limits_are_read_and_what_is_none_is_said_in_one_line():
    assert Limits.of("") == Limits() and Limits.of(" requests = 9, files=0 ") == Limits(requests=9, files=0)
    for text in (
        "request=9",
        "files",
        "files=-1",
        "files=1e3",
        "questions=\N{SUPERSCRIPT TWO}",
        f"files={'9' * 5_000}",
    ):
        with pytest.raises(SettingsError, match="CITEWELL_LIMITS") as caught:
            Limits.of(text)
        assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_connections_that_only_begin_to_ask_stop_no_question_of_the_same_address(serve, monkeypatch):
    monkeypatch.setattr(connections, "MOST_OPEN", 5)
    client = serve()
    slow = [socket.create_connection(("127.0.0.1", client._at.port), timeout=10) for _ in range(20)]
    for connection in slow:
        connection.sendall(HEAD)
    assert client.ask("compare them")
    ended = 0
    for connection in slow:
        connection.settimeout(0.1)
        try:
            ended += connection.recv(1) == b""
        except ConnectionError:
            ended += 1
        except TimeoutError:
            pass
        connection.close()
    assert ended >= 15


def test_an_address_whose_connections_are_all_in_use_is_refused_in_one_line(serve, monkeypatch):
    monkeypatch.setattr(connections, "MOST_OPEN", 1)
    client = serve()
    _, answer = client._open("POST", "/citewell/ask", {"question": "slow question"})
    answer.readline()
    status, _, said = client.request("GET", "/config")
    assert status == 429 and said.count(b"\n") == 1 and b"connections" in said
    answer.close()


def test_a_request_that_does_not_come_to_its_end_is_ended(serve, monkeypatch):
    monkeypatch.setattr(connections, "SLOWEST_HEAD", 0.1)
    client = serve()
    for begun in (b"", HEAD):
        with socket.create_connection(("127.0.0.1", client._at.port), timeout=10) as connection:
            connection.sendall(begun)
            while connection.recv(100_000):
                pass


def test_a_head_without_end_is_not_read(serve):
    client = serve()
    with socket.create_connection(("127.0.0.1", client._at.port), timeout=10) as connection:
        connection.sendall(HEAD + b"X: " + b"x" * 200_000)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 400")
