"""Whoever reads the page with a screen reader finds no serious obstacle in the chat."""

from axe_playwright_python.sync_playwright import Axe

SERIOUS = {"serious", "critical"}
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # the serious rules that a scheme of colours may break
CHANGED = """Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition)
    .map((one) => one.finished)).then(() => null)"""


def obstacles(page, **options):
    page.evaluate(CHANGED)  # a colour on its way to another is neither
    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [
        (one["id"], node["html"][:150], node.get("failureSummary", "")[:250])
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def obstacles_in_both_schemes(page):
    found = obstacles(page)
    page.evaluate("document.body.classList.toggle('dark')")
    found += obstacles(page, runOnly=OF_COLOURS)
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
