"""What a conversation is limited to: chips that are added, taken off and kept, and a search that obeys them."""

import json
import re
import sqlite3

import pytest
from test_access import obstacles_in_both_schemes

from rag.answer import Assistant
from rag.errors import QuestionError
from rag.filters import NO_LIMIT, Filter
from rag.settings import Settings
from tests.page_client import PageClient
from ui.saved import Saved
from ui.scope import Scope, kept_scope

BOX = "#question textarea"


def test_a_scope_limits_as_the_options_do_and_is_kept_with_its_conversation(tmp_path):
    scope = Scope(year="2023-2025", venues=["CoRL", "RSS"], authors=["Kim"], ids=["a"])
    assert scope.limit() == Filter(2023, 2025, ("CoRL or RSS",), ("Kim",), (), ("a",))
    assert Scope().limit() == NO_LIMIT and Scope(ids=[]).limit() != NO_LIMIT and Scope().text == ""
    with pytest.raises(QuestionError):
        Scope(year="soon").limit()
    old = sqlite3.connect(tmp_path / "conversations.db")  # as version 0.2 made it
    old.execute("CREATE TABLE talk (id TEXT PRIMARY KEY, person TEXT, title TEXT, touched REAL, head INT, deleted)")
    old.close()
    saved = Saved(tmp_path)
    talk = saved.begin("", "a question")
    assert kept_scope(saved, "", talk) == Scope()
    saved.limit("", talk, scope.text)
    assert kept_scope(saved, "", talk) == scope
    saved.close()


def test_the_search_obeys_the_scope_of_its_conversation(serve, library, tmp_path):
    client = PageClient(serve(Assistant(library, Settings(tmp_path))))
    chosen = [paper.paper_id for paper in library.papers() if paper.year == 2024][:3]

    def sources(question, **scope):
        asked = {"question": question, **scope}
        _, _, said = client.request("POST", "/citewell/ask", asked)
        whole = client.get(f"talks/{json.loads(said.splitlines()[0])['talk']}")
        return whole, set(re.findall(r'class="card" id="card-\d+-([^"]+)"', whole["turns"][-1]["cards"]))

    first, found = sources("How do robots follow instructions?", scope={"ids": chosen})
    assert found and len(found) <= 3 and "among the 3 chosen" in first["turns"][0]["html"]
    assert first["scope"]["ids"] == chosen
    _, again = sources("How do they learn to grasp?", talk=first["id"], parent=first["turns"][0]["turn"])
    assert again and len(found | again) <= 3
    named = next(paper for paper in library.papers() if paper.paper_id not in chosen)
    outside, _ = sources(f"Who wrote {named.title}?", scope={"ids": chosen})
    assert "is in this library, but not among the 3 chosen" in outside["turns"][0]["html"]
    status, _, said = client.request("POST", "/citewell/ask", {"question": "x", "scope": {"year": "soon"}})
    assert status == 400 and b"is no year" in said


def chips(page):
    return page.locator("#scope .scope > .chips li").all_inner_texts()


def test_chips_are_added_taken_off_and_survive_a_reload(page, assistant):
    page.get_by_role("button", name="Limit to").click()
    page.fill("#scope [name=year]", "2024-2025")
    page.fill("#scope [name=venues]", "RSS 2025")
    page.keyboard.press("Enter")
    page.wait_for_selector("#scope .chips li:nth-child(2)")
    page.wait_for_selector("#scope [data-part=count]:has-text('1 of 4 papers')")
    assert page.locator(".welcome h1").inner_text() == "Ask 1 of 4 papers"
    page.get_by_role("button", name="Limit further").click()
    page.fill("#scope [name=year]", "soon")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toast:has-text('is no year')")
    page.keyboard.press("Escape")
    page.fill(BOX, "compare them")
    page.press(BOX, "Enter")
    page.wait_for_selector("#turn-1[data-id][aria-busy=false] .searched:has-text('from 2024 to 2025, at RSS 2025')")
    assert assistant.limits[-1] == Filter(2024, 2025, ("RSS 2025",))
    page.reload()
    page.wait_for_selector("#scope .chips li:nth-child(2)")
    page.get_by_role("button", name="No longer limit to RSS 2025").click()
    page.wait_for_function("document.querySelectorAll('#scope .scope > .chips li').length === 1")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("#scope .chips li:nth-child(2)")
    assert not page.locator("#toast").inner_text()  # another limit is set, so that of the last one is over
    page.click("#new")
    page.wait_for_function("!document.querySelector('#scope .scope > .chips li')")
    page.go_back()
    page.wait_for_selector("#scope .chips li:nth-child(2)")
    assert chips(page)[0].startswith("2024-2025")


def test_a_limited_refusal_is_asked_of_all_papers_by_a_button(page, assistant):
    page.get_by_role("button", name="Limit to").click()
    page.fill("#scope [name=year]", "2024")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_selector("#scope .chips li")
    page.wait_for_selector("#scope-form", state="hidden")
    page.fill(BOX, "refuse this")
    page.press(BOX, "Enter")
    page.get_by_role("button", name="Ask all 4 papers").click()
    page.wait_for_selector("#turn-2[data-id][aria-busy=false]")
    assert assistant.limits[-2:] == [Filter(2024, 2024), NO_LIMIT] and not chips(page)


def test_rows_of_the_papers_are_asked_and_drafted(desk):
    page = desk("papers")
    page.wait_for_selector(".paper-row")
    page.locator("#papers [data-part=all]").check()
    page.wait_for_selector("[data-part=chosen-count]:has-text('60 chosen')")
    page.locator("#papers [data-act=none]").click()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("[data-part=chosen-count]:has-text('60 chosen')")
    page.locator("#papers [data-part=all]").uncheck()
    for n in (0, 1):
        page.locator(".paper-row input").nth(n).check()
    assert not obstacles_in_both_schemes(page)
    page.locator("#papers [data-act=draft]").click()
    page.wait_for_selector("#draft .chips li:nth-child(2)")
    page.fill("#topic textarea", "What studies look at")
    page.click("#make-plan")
    page.wait_for_function("document.querySelectorAll('#draft-cards .card').length === 2")
    page.wait_for_selector(".plan [data-paper]:nth-child(1)")
    assert page.locator("#place-draft h1").inner_text() == "Draft related work"
    assert not obstacles_in_both_schemes(page)
    page.go_back()
    page.wait_for_selector("[data-part=chosen-count]:has-text('2 chosen')")
    page.locator("#papers [data-act=ask]").click()
    page.wait_for_selector("#scope .chips li:has-text('2 chosen')")
    page.get_by_role("button", name="2 chosen", exact=True).click()
    page.wait_for_selector("#scope .picker .chips li:nth-child(2)")
    assert not obstacles_in_both_schemes(page)
    page.locator("#scope .picker .chips button").first.click()
    page.wait_for_selector("#scope .chips li:has-text('1 chosen')")
    page.reload()
    page.wait_for_selector("#scope .chips li:has-text('1 chosen')")
    page.get_by_role("button", name="No longer limit to 1 chosen").click()
    page.wait_for_function("!document.querySelector('#scope .scope > .chips li')")
