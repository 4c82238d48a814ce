"""Whoever reads the page with a screen reader finds no serious obstacle in the chat."""

from axe_playwright_python.sync_playwright import Axe

SERIOUS = {"serious", "critical"}


def obstacles(page):
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], node["html"][:150], node.get("failureSummary", "")[:250])
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def obstacles_in_both_schemes(page):
    found = []
    for _ in "light", "dark":
        found += obstacles(page)
        page.evaluate("document.body.classList.toggle('dark')")
    return found


def test_the_chat_has_no_serious_obstacle(page):
    assert not obstacles(page)
    page.fill("#question textarea", "compare them")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#turn-1[data-id][aria-busy=false]")
    page.locator(".cite").first.click()
    page.locator(".verdict.weak").click()
    assert not obstacles(page)
    page.keyboard.press("Escape")
