"""Makes docs/screenshot.png: the page with a real answer, one citation followed. Needs Chromium.

Run from the repository's root, over the library that `make chat` made:
`.venv/bin/python docs/make_screenshot.py`.
"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from rag.answer import Assistant
from rag.settings import read_settings
from ui.serving import launch
from ui.web import create_app

QUESTION = "How does CLIP-RT compare with OpenVLA?"
PICTURE = Path(__file__).with_name("screenshot.png")


def main() -> None:
    """Serve the library's page, ask, and take the picture."""
    page = launch(create_app(Assistant.open(read_settings())), "127.0.0.1", 0)
    take(page.address)
    page.close()


def take(address: str) -> None:
    """Ask QUESTION on the page at `address`, follow the first citation, save PICTURE."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1240, "height": 800})
        page.goto(address)
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("#turn-1[aria-busy=false]")
        page.locator(".cite").first.click()
        page.wait_for_timeout(1000)  # the card slides to its place
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
