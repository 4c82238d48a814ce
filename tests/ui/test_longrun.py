"""A page left open: nothing of a question stays behind."""

import gc
import sys
import threading
from pathlib import Path

import pytest

from rag.answer import Assistant
from rag.settings import Settings
from tests.page_client import PageClient
from ui.serving import launch
from ui.web import create_app


def held():
    """The descriptors and threads of this process."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
def test_a_page_left_open_keeps_no_file_and_no_thread_of_a_question(small, tmp_path):
    page = launch(create_app(Assistant(small, Settings(tmp_path))), "127.0.0.1", 0)
    client = PageClient(page.address)

    def ask(times):
        for _ in range(times):
            assert client.ask("What does the study number 7 say?")

    ask(5)
    before = held()
    ask(20)
    descriptors, threads = held()
    page.close()
    assert descriptors <= before[0] + 4 and threads <= before[1] + 4
