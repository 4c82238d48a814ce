"""What the tests of the page in a real browser share."""

import os
from contextlib import ExitStack, closing, contextmanager
from urllib.parse import urlsplit

import pytest
from small_library import NEW, open_empty

from rag.answer import Assistant
from rag.settings import Settings
from tests.chromium import NONE, PATH, chromium
from tests.fakes_web import FakeAssistant


@pytest.fixture(scope="session")
def browser():
    if PATH is None and not os.environ.get("CI"):
        pytest.skip(NONE)
    with chromium() as started:
        yield started


@contextmanager
def _serving():
    """Serves assistants' pages on free ports of 127.0.0.1 until it ends: a page that nobody asks is not at rest."""
    from ui.serving import launch
    from ui.web import create_app

    with ExitStack() as served:

        def start(assistant, **more):
            return served.enter_context(closing(launch(create_app(assistant, **more), "127.0.0.1", 0))).address

        yield start


@pytest.fixture
def serve():
    """Serves pages until the test is through."""
    with _serving() as start:
        yield start


@pytest.fixture(scope="module")
def serve_for_module():
    with _serving() as start:
        yield start


@pytest.fixture(scope="session")
def serve_for_all():
    with _serving() as start:
        yield start


@pytest.fixture(scope="session")
def assistant():
    return FakeAssistant(pause=0.05)


@pytest.fixture(scope="session")
def address(serve_for_all, assistant):
    return serve_for_all(assistant)


@pytest.fixture(scope="session")
def window(browser):
    """One browser profile for all tests: what it cached is loaded once."""
    return browser.new_context()


@pytest.fixture(scope="session")
def open_page(window, address):
    """Opens the page as a new window; `page.asked_hosts` collects whom the browser asked for anything."""

    def start(url=address):
        page = window.new_page()
        page.set_default_timeout(60_000)
        page.asked_hosts, page.errors = set(), []
        page.on("request", lambda request: page.asked_hosts.add(urlsplit(request.url).hostname))
        page.on("pageerror", lambda error: page.errors.append(error))
        page.goto(url)
        page.wait_for_selector("body.ready")
        return page

    return start


@pytest.fixture(scope="session")
def opened(open_page):
    return open_page()


@pytest.fixture(scope="session")
def desk_library(tmp_path_factory):
    """Sixty papers for the places that write and check: tests only read them."""
    with open_empty(tmp_path_factory.mktemp("desk")) as library:
        library.add(NEW)
        yield library


@pytest.fixture(scope="session")
def desk_page(open_page, serve_for_all, desk_library):
    return open_page(serve_for_all(Assistant(desk_library, Settings(desk_library.home))))


@pytest.fixture
def desk(desk_page):
    """Goes to a place of the page over those papers, as it is after a reload."""

    def go(place):
        desk_page.goto(f"{desk_page.url.partition('?')[0]}?p={place}")
        desk_page.wait_for_selector("body.ready")
        return desk_page

    yield go
    assert not desk_page.errors and desk_page.asked_hosts == {"127.0.0.1"}
    assert desk_page.evaluate("window.hacked") is None


@pytest.fixture
def page(opened, assistant):
    """A page with nothing asked yet: opening a new one for every test takes a second each."""
    assistant.gate.clear()
    opened.set_viewport_size({"width": 1200, "height": 800})
    opened.evaluate("document.querySelector('#new').click()")
    opened.wait_for_selector(".welcome:visible")
    opened.fill("#question textarea", "")
    yield opened
    assert not opened.errors
