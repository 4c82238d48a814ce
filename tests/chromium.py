"""The machine's Chromium, for whoever looks at the page as a browser does."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PATH = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NONE = "no Chromium on this machine; install the package chromium"


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A headless Chromium that ends with the block."""
    from playwright.sync_api import sync_playwright

    assert PATH, NONE
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()
