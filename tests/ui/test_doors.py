"""Who the page lets in: names, origins, passwords, and how much of a request is read."""

import re
import select
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi.routing import iter_route_contexts

from rag.errors import SettingsError
from tests.fakes_web import FakeAssistant
from tests.page_client import PageClient
from ui import doors, lock
from ui.cli import main
from ui.doors import LARGEST_BODY, LARGEST_FILE, Door, is_loopback
from ui.limits import Limits
from ui.lock import Lock, Sessions, Tries, password_file, set_password
from ui.serving import PageError, launch
from ui.web import create_app

ROOT = Path(__file__).parents[2]
PASSWORD = "three brown horses"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def serve_on(served, host="127.0.0.1", **more):
    """A page that is served until `served` ends."""
    page = launch(create_app(FakeAssistant(), limits=Limits(requests=0)), host, 0, **more)
    return served.enter_context(closing(page))


@pytest.fixture
def served():
    """Serves a page until the test is through."""
    with ExitStack() as stack:
        yield partial(serve_on, stack)


@pytest.fixture(scope="module")
def served_for_all():
    """Serves a page until the module's tests are through."""
    with ExitStack() as stack:
        yield partial(serve_on, stack)


@pytest.fixture(scope="module")
def unlocked(served_for_all):
    return served_for_all()


@pytest.fixture(scope="module")
def open_page(unlocked):
    return PageClient(unlocked.address)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locked")
    set_password(folder, PASSWORD)
    return folder


@pytest.fixture(scope="module")
def locked(served_for_all, home):
    """A page with a password."""
    return PageClient(served_for_all(lock=Lock.of(home, token="for-programs")).address)


def log_in(client, password):
    return client.request("POST", "/login", urlencode({"password": password}).encode(), **FORM)


def routes_of(routes, before=""):
    """Method and path of every route that an application has, its own and Gradio's, their parameters filled in."""
    for route in iter_route_contexts(routes):
        path = before + (route.path or "").rstrip("/")
        below = getattr(getattr(route, "original_route", route), "app", None)
        if hasattr(below, "routes"):
            yield from routes_of(below.routes, path)
        for method in route.methods or ():
            yield method, re.sub(r"\{[^}]*\}", "x", before + route.path)


@pytest.fixture(scope="module")
def every_route(unlocked):
    """Every route of a page, and some that there are not."""
    found = {*routes_of(unlocked._server.config.app._app._app.routes)}
    assert {"/config", "/gradio_api/upload", "/gradio_api/queue/data", "/citewell/ask"} <= {path for _, path in found}
    assert len(found) > 90
    return sorted(found | {("GET", "/no/such/route"), ("PUT", "/"), ("GET", "/login"), ("OPTIONS", "/config")})


SOCKET = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x" * 24}


def test_with_a_password_every_route_asks_for_it(locked, every_route):
    for method, path in every_route:
        assert locked.request(method, path)[0] == 401, (method, path)
        if method == "GET":
            assert locked.request(method, path, **SOCKET)[0] == 401, path
            assert locked.request(method, f"{path}/", accept="text/event-stream")[0] == 401, path


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_no_route_is_asked_under_another_name_or_by_another_page(open_page, locked, every_route, headers):
    for method, path in every_route:
        assert open_page.request(method, path, **headers)[0] == 403, (method, path)
        assert locked.request(method, path, **headers)[0] == 403, (method, path)


def test_the_password_opens_the_page_for_one_browser(locked):
    status, headers, body = locked.request("GET", "/", accept="text/html")
    assert status == 401 and b'type="password"' in body and b"gradio" not in body
    status, headers, _ = log_in(locked, PASSWORD)
    cookie = headers["set-cookie"].partition(";")[0]
    assert status == 303 and "HttpOnly" in headers["set-cookie"] and "SameSite=Strict" in headers["set-cookie"]
    inside = PageClient(f"http://127.0.0.1:{locked._at.port}/", Cookie=cookie)
    assert inside.request("GET", "/")[0] == 200 and inside.ask("compare them")
    assert locked.request("GET", "/")[0] == 401
    assert locked.request("GET", "/", cookie=f"{cookie}x")[0] == 401


def test_a_token_opens_the_page_for_programs(locked):
    assert locked.request("GET", "/config", authorization="Bearer for-programs")[0] == 200
    assert locked.request("GET", "/config", authorization="Bearer for-program")[0] == 401
    assert locked.request("GET", "/config", authorization="Basic Zm9yLXByb2dyYW1z")[0] == 401


def test_who_guesses_has_to_wait(served, home):
    locked = PageClient(served(lock=Lock.of(home, token="for-programs")).address)
    codes = [log_in(locked, f"guess {n}")[0] for n in range(lock.FREE_TRIES)]
    assert codes == [401] * lock.FREE_TRIES
    status, headers, said = log_in(locked, PASSWORD)
    assert (
        status == 429 and int(headers["retry-after"]) >= 1 and f"wait {headers['retry-after']} second" in said.decode()
    )
    assert locked.request("GET", "/config", authorization="Bearer for-programs")[0] == 429


def test_tries_are_counted_by_address_and_forgotten_after_a_right_one():
    tries = Tries()
    for _ in range(lock.FREE_TRIES + 20):
        tries.count("192.0.2.1", False)
        tries.count("2001:db8::1", False)
    assert lock.LONGEST_WAIT - 1 < tries.wait("192.0.2.1") <= lock.LONGEST_WAIT
    assert tries.wait("192.0.2.2") == 0 and tries.wait("2001:db8::2") > 0 and tries.wait("2001:db8:1::2") == 0
    tries.count("192.0.2.1", True)
    assert tries.wait("192.0.2.1") == 0


def test_sessions_end_when_nobody_asks_for_long(monkeypatch):
    sessions, now = Sessions(), [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    secret = sessions.begin()
    now[0] += lock.SESSION - 1
    assert sessions.knows(secret)
    now[0] += lock.SESSION - 1
    assert sessions.knows(secret)
    now[0] += lock.SESSION + 1
    assert not sessions.knows(secret) and not sessions.knows("")


def test_only_a_hash_of_the_password_is_kept_and_only_for_the_user(home):
    kept = password_file(home)
    assert PASSWORD not in kept.read_text(encoding="utf-8") and PASSWORD not in repr(Lock.of(home))
    assert sys.platform == "win32" or kept.stat().st_mode & 0o077 == 0
    assert Lock.of(home).opens(PASSWORD) and not Lock.of(home).opens("three brown cows") and not Lock().opens("")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"n": 1, "r": 8, "p": 1, "salt": "", "hash": "xx"}'])
def test_a_file_that_holds_no_hash_opens_nothing(tmp_path, content):
    password_file(tmp_path).write_text(content)
    with pytest.raises(SettingsError, match="citewell password"):
        Lock.of(tmp_path)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:7860"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "192.168.0.1"},
        {"Host": "127.0.0.1:7860.evil.example"},
        {"Host": "localhost/evil"},
        {"Host": "[::1].evil.example"},
        {"Host": "[::1"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1@evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_another_name_and_another_page_are_refused(open_page, locked, headers):
    for path, method in (("/", "GET"), ("/config", "GET"), ("/gradio_api/queue/join", "POST"), ("/assets/x", "GET")):
        assert open_page.request(method, path, **headers)[0] == 403
        assert locked.request(method, path, **headers)[0] == 403
    assert locked.request("POST", "/login", b"password=x", **headers)[0] == 403


def test_a_link_to_the_page_and_its_own_requests_are_answered(open_page):
    here = f"127.0.0.1:{open_page._at.port}"
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert open_page.request("GET", "/", **link)[0] == 200
    assert open_page.request("POST", "/", **link)[0] == 403
    for host in (here, f"localhost:{open_page._at.port}", "LOCALHOST"):
        assert open_page.request("GET", "/config", Host=host)[0] == 200
    own = {"Origin": f"http://{here}", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert open_page.request("GET", "/config", **own)[0] == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/run-history/records"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("GET", "/gradio_api/proxy=http://example.org"),
        ("GET", "/monitoring"),
        ("POST", "/gradio_api/call/answer"),
        ("POST", "/gradio_api/run/answer"),
        ("GET", "/docs"),
        ("GET", "//gradio_api/runs"),
        ("GET", "/assets/../gradio_api/runs"),
        ("GET", "/assets/..%2F..%2Froutes.py"),
        ("DELETE", "/"),
    ],
)
def test_what_the_page_does_not_need_is_not_there(open_page, method, path):
    assert open_page.request(method, path, b"" if method == "POST" else None)[0] in (403, 404)


def test_the_page_may_be_shown_in_no_other_and_loads_from_nowhere_else(open_page):
    headers = open_page.request("GET", "/")[1]
    assert headers["x-frame-options"] == "DENY" and headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "img-src 'self' data:" in headers["content-security-policy"]


def test_a_large_request_is_refused_and_a_slow_one_ended(open_page, monkeypatch):
    assert open_page.request("POST", "/gradio_api/queue/join", b"x" * (LARGEST_BODY + 1))[0] == 413
    monkeypatch.setattr(doors, "SLOWEST_BODY", 0.1)
    for head, code in (
        ("Content-Length: 10", b"408"),
        ("Content-Length: -1", b"4"),
        ("Content-Length: 9999999", b"413"),
    ):
        with socket.create_connection(("127.0.0.1", open_page._at.port), timeout=10) as connection:
            connection.sendall(f"POST /gradio_api/queue/join HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n".encode())
            assert connection.recv(1_000).startswith(b"HTTP/1.1 " + code)


def test_a_body_without_a_length_is_counted(open_page):
    with socket.create_connection(("127.0.0.1", open_page._at.port), timeout=10) as connection:
        head = b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head + (b"10000\r\n" + b"x" * 0x10000 + b"\r\n") * 5)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 413")


def test_a_body_of_200_mb_is_not_read_and_stops_no_question(open_page):
    large = 200_000_000
    for path, most in (("/citewell/ask", LARGEST_BODY), ("/citewell/papers/add?name=x.bib", LARGEST_FILE)):
        for length in (f"Content-Length: {large}", "Transfer-Encoding: chunked"):
            with socket.create_connection(("127.0.0.1", open_page._at.port), timeout=10) as connection:
                connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n".encode())
                piece, sent = b"100000\r\n" + b"x" * 0x100000 + b"\r\n", 0
                with suppress(ConnectionError):
                    while sent < large and not select.select([connection], [], [], 0)[0]:
                        connection.sendall(piece)
                        sent += len(piece)
                assert sent < most + 10_000_000, (path, length)  # what the system holds between the two apart
    assert open_page.ask("compare them")


def test_slow_connections_stop_no_question(open_page):
    waiting = [socket.create_connection(("127.0.0.1", open_page._at.port), timeout=10) for _ in range(200)]
    for connection in waiting:
        connection.sendall(b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
    assert open_page.ask("compare them")
    for connection in waiting:
        connection.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_others_are_let_in_only_with_a_password(served, home, host):
    with pytest.raises(PageError, match="citewell password") as caught:
        served(host)
    assert "\n" not in str(caught.value)


def test_a_wide_page_is_called_by_its_machine_its_numbers_and_further_names(served, home):
    page = served("0.0.0.0", lock=Lock.of(home), further="papers.example, Other.Example")
    client = PageClient(f"http://127.0.0.1:{page.address.rsplit(':', 1)[1]}")
    assert page.address.startswith(f"http://{socket.gethostname()}:")
    for host in ("192.168.7.7:80", "[2001:db8::1]:80", socket.gethostname(), "papers.example", "other.example:443"):
        assert client.request("GET", "/", Host=host)[0] == 401, host
    assert client.request("GET", "/", Host="evil.example")[0] == 403
    behind = {"Host": "127.0.0.1:7860", "Origin": "https://papers.example"}
    assert client.request("GET", "/", **behind)[0] == 401
    assert client.request("GET", "/", **{**behind, "Origin": f"http://{socket.gethostname()}:1"})[0] == 403


@pytest.mark.skipif(not socket.has_ipv6 or not is_loopback("::1"), reason="no IPv6 here")
def test_an_address_of_ipv6_is_served_and_said(served):
    try:
        page = served("::1")
    except PageError:
        pytest.skip("no IPv6 here")
    assert page.address.startswith("http://[::1]:")
    client = PageClient(page.address)
    assert client.request("GET", "/")[0] == 200 and client.request("GET", "/", Host="evil.example")[0] == 403


@pytest.mark.parametrize("host", ["no.such.host", "x" * 300])
def test_a_host_that_there_is_not_is_said_in_one_line(served, home, host, monkeypatch):
    asked = socket.getaddrinfo

    def offline(name, *more, **options):
        if name == "no.such.host":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return asked(name, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    with pytest.raises(PageError) as caught:
        served(host, lock=Lock.of(home))
    assert "\n" not in str(caught.value)


def test_a_port_that_is_taken_is_said(served):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PageError, match="cannot be served"):
        launch(create_app(FakeAssistant()), "127.0.0.1", taken.getsockname()[1])


def test_no_socket_is_opened_and_startup_is_passed_on():
    import asyncio

    sent, asked = [], []

    async def app(scope, receive, send):
        asked.append(scope["type"])

    async def send(message):
        sent.append(message)

    door = Door(app, "127.0.0.1", Lock())
    with ThreadPoolExecutor(1) as beside:  # the loop of a browser may run in this thread
        beside.submit(asyncio.run, door({"type": "websocket", "path": "/", "headers": []}, None, send)).result()
        beside.submit(asyncio.run, door({"type": "lifespan"}, None, send)).result()
    assert sent == [{"type": "websocket.close", "code": 1008}] and asked == ["lifespan"]


@pytest.fixture
def user(monkeypatch, tmp_path):
    monkeypatch.setenv("CITEWELL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_a_password_is_set_checked_and_removed(user, monkeypatch, capsys):
    given = iter(["short", "short", "long enough", "long enoughh", "long enough", "long enough"])
    monkeypatch.setattr("ui.commands_setup.getpass", lambda prompt: next(given))
    assert main(["password"]) == 1 and "8 characters" in capsys.readouterr().err
    assert main(["password"]) == 1 and "not the same" in capsys.readouterr().err
    assert main(["password"]) == 0 and Lock.of(user).opens("long enough")
    assert main(["password", "--remove"]) == 0 and not Lock.of(user)


def test_a_wide_page_without_a_password_is_refused_before_the_library_opens(user, capsys):
    assert main(["chat", "--host", "0.0.0.0"]) == 1
    said = capsys.readouterr().err
    assert "citewell password" in said and said.count("\n") == 1 and not user.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_page_ends_in_order_also_with_a_question_in_the_making(library_home, tmp_path):
    import os

    environ = {name: text for name, text in os.environ.items() if not name.startswith("OPENAI_")}
    environ |= {"CITEWELL_HOME": str(library_home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "ui.cli", "chat", "--port", "0"]
    process = subprocess.Popen(command, env=environ, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    said = process.stderr.readline()
    client = PageClient(re.search(r"http://\S+", said)[0])
    client.begin("Which papers speed up vision-language-action models?")
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1] == "citewell: stopped; what was finished is kept.\n"
    assert process.returncode == 1
