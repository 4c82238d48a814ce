"""Whoever reads the page with a screen reader, or in the dark, finds no serious obstacle in any place."""

import pytest
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_place_has_a_serious_obstacle(page, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", scheme == "dark")
    assert not obstacles(page)
    page.fill("#question textarea", "compare them")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#turn-1[data-id][aria-busy=false]")
    page.locator(".cite").first.click()
    page.locator(".verdict.weak").click()
    assert not obstacles(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Papers").click()
    page.wait_for_selector(".paper-row")
    assert not obstacles(page)
    page.get_by_role("link", name="Draft").click()
    page.wait_for_selector("#topic textarea")
    assert not obstacles(page)
