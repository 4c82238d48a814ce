"""What a page gives back while it rests."""

import gc
import weakref
from threading import Event

from rag.answer import Assistant
from rag.settings import Settings
from tests.page_client import PageClient
from ui import jobs
from ui.memory import Tidier


class _Circle:
    def __init__(self) -> None:
        self.itself = self


def test_what_is_in_circles_goes_now_and_then():
    gc.disable()  # it would go by itself
    try:
        found = weakref.ref(_Circle())
        assert not Tidier(60).tidy() and found()
        assert Tidier(0).tidy() and not found()
    finally:
        gc.enable()


def test_it_goes_once_the_last_answer_is_there(serve, small, monkeypatch):
    tidied = Event()
    monkeypatch.setattr(jobs.Tidier, "tidy", lambda self: tidied.set())
    PageClient(serve(Assistant(small, Settings(small.home)))).ask("What is walking?")
    assert tidied.wait(5)
