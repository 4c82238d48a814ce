"""Makes the pictures of the page in docs/: a real answer, one citation followed, the papers, the map. Needs Chromium.

Run from the repository's root, over the library that `make chat` made: `.venv/bin/python -m docs.make_screenshot`; with
a folder named behind it, every place at four widths, light and dark, goes there instead, to be looked at. What is asked
for the pictures is kept nowhere.
"""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page

from rag.answer import Assistant
from rag.settings import read_settings
from tests.chromium import chromium
from ui.serving import launch
from ui.web import create_app

QUESTION = "How does CLIP-RT compare with OpenVLA?"
TOPIC = "efficient vision-language-action models"
TEXT = """CLIP-RT outperforms OpenVLA by 54 percent in average success rates [@{0}].
Vision-language-action models are fast [@nobody2020].
"""
WIDTHS = {400: 800, 1280: 800, 1440: 900, 1920: 1080}
HERE = Path(__file__).parent


def main() -> None:
    """Serve a copy of the library's page, ask, and take the pictures."""
    settings = read_settings()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(settings.home, Path(folder) / "home", ignore=shutil.ignore_patterns("conversations.db*"))
        assistant = Assistant.open(replace(settings, home=Path(folder) / "home"))
        page = launch(create_app(assistant), "127.0.0.1", 0)
        take(page.address, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
        page.close()
        assistant.library.close()


def take(address: str, folder: Path | None) -> None:
    """The pictures of docs/, or with a `folder` all of them."""
    with chromium() as browser:
        for scheme in ("light", "dark"):
            for width, height in WIDTHS.items() if folder else [(1440, 900)]:
                page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": height})
                page.set_default_timeout(120_000)
                if folder:
                    folder.mkdir(parents=True, exist_ok=True)
                    picture_all(page, address, folder / f"{width}-{scheme}")
                else:
                    picture_docs(page, address, "" if scheme == "light" else "-dark")
                page.close()


def picture_docs(page: Page, address: str, ending: str) -> None:
    """What README shows."""
    ask(page, address)
    page.screenshot(path=HERE / f"screenshot{ending}.png")
    if not ending:
        open_papers(page, address)
        page.screenshot(path=HERE / "screenshot-papers.png")
        open_map(page, address)
        page.locator(".map-field").focus()
        page.keyboard.press("ArrowRight")
        page.screenshot(path=HERE / "screenshot-map.png")


def picture_all(page: Page, address: str, name: Path) -> None:
    """Every place, and the chat as it is at first, with an answer, and with a reason open."""
    page.goto(address)
    page.wait_for_selector("body.ready")
    page.screenshot(path=f"{name}-first.png")
    ask(page, address)
    page.screenshot(path=f"{name}-chat.png")
    page.locator(".verdict").first.click()
    page.screenshot(path=f"{name}-reason.png")
    open_papers(page, address)
    page.screenshot(path=f"{name}-papers.png")
    page.locator(".paper-row a").nth(3).click()
    page.wait_for_selector(".paper-page h1")
    page.screenshot(path=f"{name}-paper.png")
    for place, fill in FILLED.items():
        fill(page, address)
        page.wait_for_timeout(600)
        page.screenshot(path=f"{name}-{place}.png")


def ask(page: Page, address: str) -> None:
    """Ask QUESTION and follow the first citation."""
    page.goto(address)
    page.wait_for_selector("body.ready")
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#turn-1[data-id][aria-busy=false]")
    page.locator(".cite").first.click()
    page.wait_for_timeout(1500)  # the card slides to its place


def open_papers(page: Page, address: str) -> None:
    """Go to the table of the papers."""
    page.goto(f"{address}?p=papers")
    page.wait_for_selector(".paper-row")
    page.wait_for_timeout(500)


def open_map(page: Page, address: str) -> None:
    """Go to the map, as it is behind an answer."""
    ask(page, address)
    page.evaluate("document.querySelector('#rail [data-place=map]').click()")
    page.wait_for_selector(".map-themes li")
    page.wait_for_selector("[data-part=lit] li")


def limit_chat(page: Page, address: str) -> None:
    """Limit a new chat, and leave the form open."""
    page.goto(address)
    page.wait_for_selector("body.ready")
    page.locator("#scope [data-part=open]").click()
    page.fill("#scope [name=year]", "2023-2025")
    page.fill("#scope [name=venues]", "CoRL")
    page.press("#scope [name=venues]", "Enter")
    page.wait_for_selector("#scope .chips li:nth-child(2)")


def compare(page: Page, address: str) -> None:
    """Compare the papers of a topic."""
    page.goto(f"{address}?p=compare")
    page.wait_for_selector("body.ready")
    page.fill("[name=topic]", TOPIC)
    page.locator(".compare [data-part=run]").click()
    page.wait_for_selector(".compared tbody tr:nth-child(3)")


def draft(page: Page, address: str) -> None:
    """Plan a draft."""
    page.goto(f"{address}?p=draft")
    page.wait_for_selector("body.ready")
    page.fill("#topic textarea", TOPIC)
    page.click("#make-plan")
    page.wait_for_selector(".plan [data-paper]")


def written(page: Page, address: str) -> None:
    """Write the draft that is planned."""
    page.click("#write")
    page.wait_for_selector("#turn-draft[aria-busy=false] .cite")


def check(page: Page, address: str) -> None:
    """Check a text with two faults."""
    page.goto(f"{address}?p=check")
    page.wait_for_selector("body.ready")
    page.fill(".check [data-part=text]", TEXT.format("kang2024cliprt"))
    page.locator(".check [data-part=run]").click()
    page.wait_for_selector(".finding[aria-current]")


def settings(page: Page, address: str) -> None:
    """Go to the settings."""
    page.goto(f"{address}?p=settings")
    page.wait_for_selector(".settings dd")


FILLED = {
    "map": open_map,
    "compare": compare,
    "draft": draft,
    "written": written,
    "check": check,
    "settings": settings,
    "scope": limit_chat,  # the last: a new chat stays limited
}


if __name__ == "__main__":
    main()
