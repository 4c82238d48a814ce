"""What a page gives back while it rests."""

from ui.memory import Tidier


def test_it_tidies_now_and_then():
    assert Tidier(0).tidy() and not Tidier(60).tidy()
