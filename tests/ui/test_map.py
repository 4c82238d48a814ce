"""The place of the map: papers pointed at, opened, found, chosen and lit, by mouse and by keyboard."""

import numpy as np
import pytest
from test_access import obstacles_in_both_schemes

from rag.search.atlas import Atlas
from store.records import Paper
from tests.fakes_web import EVIL
from ui import routes_map
from ui.routes_map import _inside, _shown


def test_what_lies_within_a_lasso_is_told():
    places = np.array([[0.1, 0.1], [0.5, 0.5], [0.9, 0.5], [0.5, 0.95]], np.float32)
    assert _inside(places, [0.3, 0.3, 0.7, 0.3, 0.7, 0.7, 0.3, 0.7]) == [1]
    assert _inside(places, [0.0, 0.0, 1.0, 0.0, 0.0, 1.0]) == [0]  # a triangle
    assert _inside(places, [0.2, 0.2, 0.8, 0.8, 0.2, 0.8, 0.8, 0.2]) == []  # the middle of a bow tie is its edge


def test_many_papers_are_heaps_until_one_is_near(small, monkeypatch):
    monkeypatch.setattr(routes_map, "POINTS", 10)
    ids = tuple(paper.paper_id for paper in small.papers())
    atlas = Atlas(ids, np.linspace(0, 1, 120, dtype=np.float32).reshape(60, 2))
    far = _shown(small, atlas, (0, 0, 1, 1))
    assert far["total"] == 60 == sum(n for *_, n in far["heaps"]) and "points" not in far
    close = _shown(small, atlas, (0, 0, 0.1, 0.1))
    assert [one[0] for one in close["points"]] == list(ids[:6])


@pytest.fixture(scope="module")
def map_page(open_page, serve_for_module, tmp_path_factory):
    from small_library import NEW, open_empty

    from rag.answer import Assistant
    from rag.settings import Settings

    with open_empty(tmp_path_factory.mktemp("map")) as library:
        bare = Paper("bare", "A chapter of which there is a title", "")
        library.add([*NEW, bare, Paper("evil", f"Evil {EVIL}", f"We look at maps in setting 3. {EVIL}")])
        page = open_page(serve_for_module(Assistant(library, Settings(library.home))) + "?p=map")
        page.wait_for_selector(".map-themes li")
        yield page
        assert not page.errors and page.asked_hosts == {"127.0.0.1"}
        assert page.evaluate("window.hacked") is None
        page.close()


def test_the_map_is_used_by_keyboard_alone(map_page):
    page = map_page
    page.wait_for_selector("[data-part=said] >> text=/^61 papers · 1 paper without an abstract is not on it$/")
    page.locator(".map-field").focus()
    page.keyboard.press("ArrowRight")
    first = page.locator(".map-tip b").inner_text()
    assert first and first in page.locator("[data-part=told]").inner_text()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    assert page.locator("#map [data-part=chosen-count]").inner_text() == "2 chosen"
    page.keyboard.press("Enter")
    page.wait_for_selector(".paper-page h1")
    page.go_back()
    page.wait_for_selector(".map-field:visible")
    assert page.locator("#map [data-part=chosen-count]").inner_text() == "2 chosen"
    page.locator("#map [data-act=none]").click()
    page.get_by_role("button", name="Undo").click()
    assert page.locator("#map [data-part=chosen-count]").inner_text() == "2 chosen"


def test_papers_are_found_lit_pointed_at_and_chosen_by_a_lasso(map_page):
    page = map_page
    page.goto(page.url.partition("?")[0])
    page.wait_for_selector("body.ready")
    page.fill("#question textarea", "What does Study 7 of video help?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#turn-1[data-id][aria-busy=false] .cite")
    page.get_by_role("link", name="Map", exact=True).click()
    page.wait_for_selector("#map [data-part=lit] li")
    assert "Cited for “What does Study 7" in page.locator("[data-part=lit-head]").inner_text()
    page.fill("#map [data-part=find]", "Evil")
    page.wait_for_selector("#map [data-part=found] li:has-text('onerror')")
    assert "Cited for" in page.locator("#map [data-part=dimmed]").inner_text()
    assert not obstacles_in_both_schemes(page)
    page.get_by_role("button", name="Show all alike").click()
    page.wait_for_selector("#map [data-part=dimmed]", state="hidden")
    box = page.locator(".map-field").bounding_box()
    left, top, right, bottom = box["x"] + 3, box["y"] + 3, box["x"] + box["width"] - 3, box["y"] + box["height"] - 3
    page.locator("[data-act=lasso]").click()
    page.mouse.move(left, top)
    page.mouse.down()
    for corner in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(*corner)
    page.mouse.up()
    page.wait_for_selector("#map [data-part=chosen-count]:has-text('61 chosen')")
    page.locator("#map [data-act=ask]").click()
    page.wait_for_selector("#scope .chips li:has-text('61 chosen')")


def test_a_hostile_title_is_text_in_every_place(map_page):
    page, start = map_page, map_page.url.partition("?")[0]
    places = {
        "papers&paper=evil": ".paper-page h1",
        'compare&ids=["evil"]': ".compare .compared th bdi",
        'draft&ids=["evil"]': "#draft .chips li",
        "settings": ".settings dd",
    }
    for place, shown in places.items():
        page.goto(f"{start}?p={place}")
        page.wait_for_selector(f"{shown}:visible")
        if place != "settings":
            assert EVIL in page.locator(shown).first.inner_text()
    page.goto(f"{start}?p=papers")
    page.fill(".filters [name=q]", "Evil")
    page.wait_for_selector(".paper-row:has-text('onerror')")
