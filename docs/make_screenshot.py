"""Makes the pictures of the page in docs/: a real answer, one citation followed, and the papers. Needs Chromium.

Run from the repository's root, over the library that `make chat` made: `.venv/bin/python docs/make_screenshot.py`; with
a folder named behind it, every place at four widths, light and dark, goes there instead, to be looked at. What is asked
for the pictures is kept nowhere.
"""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from rag.answer import Assistant
from rag.settings import read_settings
from ui.serving import launch
from ui.web import PLACES, create_app

QUESTION = "How does CLIP-RT compare with OpenVLA?"
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
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme)
            page.set_default_timeout(120_000)
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
                for width, height in WIDTHS.items():
                    page.set_viewport_size({"width": width, "height": height})
                    picture_all(page, address, folder / f"{width}-{scheme}")
            else:
                page.set_viewport_size({"width": 1440, "height": 900})
                picture_docs(page, address, "" if scheme == "light" else "-dark")
        browser.close()


def picture_docs(page: Page, address: str, ending: str) -> None:
    """What README shows."""
    ask(page, address)
    page.screenshot(path=HERE / f"screenshot{ending}.png")
    if not ending:
        open_papers(page, address)
        page.screenshot(path=HERE / "screenshot-papers.png")


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
    for place in list(PLACES)[2:]:
        page.goto(f"{address}?p={place}")
        page.wait_for_selector("body.ready")
        page.wait_for_timeout(1500)
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


if __name__ == "__main__":
    main()
