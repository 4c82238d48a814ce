"""The page in a real Chromium: how long it takes to load, to show a first source, to paint a large map.

`python -m benchmarks.browsing [--rounds 7] [--corpus CORPUS]`: one `citewell chat` over the shipped papers, asked the
first dev questions before, those of the rounds among them. Times are those of the page's own clock, medians of the
rounds; each load begins with nothing in the browser's cache. `a turn, bytes` is what the browser sends of a question in
a long conversation. With CORPUS, the map of its papers is opened as well, in a page that is there and by its address,
where its first paint has the load of the page in it; the library is the one that `benchmarks.people` holds in memory.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.longrun import chatting, dev_questions
from benchmarks.machine import write
from benchmarks.people import InMemory
from tests.chromium import chromium
from tests.fakes_web import FakeAssistant
from tests.page_client import PageClient
from ui.limits import Limits
from ui.serving import launch
from ui.web import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TURNS = 30
SETTLED = 1500  # milliseconds in which the rest of the page has come
ASK = "#question textarea"
# Milliseconds from the next press of a key until an element that fits is laid out; looked for before each frame.
_UNTIL = """(wanted) => {
  window.until = new Promise((done) => addEventListener("keydown", () => {
    const began = performance.now();
    const look = () => {
      const found = [...document.querySelectorAll(wanted)].some((one) => one.getClientRects().length);
      if (found) done(performance.now() - began); else requestAnimationFrame(look);
    };
    look();
  }, { once: true, capture: true }));
}"""
_READY = """() => new Promise((done) => {
  const look = () => document.body.classList.contains("ready")
    ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
  look();
})"""
# Milliseconds until the map's canvas has something on it, since the page began to load or its place was pressed.
_PAINTED = """(pressed) => new Promise((done) => {
  const began = pressed ? performance.now() : 0;
  if (pressed) document.querySelector("#rail [data-place=map]").click();
  const look = () => {
    const canvas = document.querySelector("#map canvas");
    const size = canvas && canvas.width * canvas.height;
    const dots = size && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((v) => v);
    if (dots) done(performance.now() - began); else requestAnimationFrame(look);
  };
  look();
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--corpus", type=Path)
    given = parser.parse_args()
    with chromium() as browser:
        with tempfile.TemporaryDirectory() as folder, chatting(Path(folder) / "home") as (_, address):
            for question in dev_questions()[: 3 * given.rounds]:
                PageClient(address).ask(question)
            result = {**loaded(browser, address, given.rounds), **asked(browser, address, given.rounds)}
        if given.corpus:
            result["map"] = painted(browser, given.corpus, given.rounds)
    print(write("browsing", result).read_text())


def loaded(browser: "Browser", address: str, rounds: int) -> dict[str, object]:
    """Milliseconds until the page can be used, and what it loads, in KB as it is sent, fonts apart.

    Who listens to what is loaded slows it down: the sizes are those of one more round.
    """
    times = []
    for _ in range(rounds):
        page = browser.new_context().new_page()
        page.goto(address, wait_until="commit")
        times.append(page.evaluate(_READY))
        page.wait_for_timeout(SETTLED)
        page.context.close()
    sizes = _sizes(browser, address)
    fonts = sum(size for url, size in sizes if url.endswith(".woff2"))
    return {
        "load, ms": round(median(times)),
        "loaded without fonts, KB": round((sum(size for _, size in sizes) - fonts) / 1000),
        "fonts, KB": round(fonts / 1000),
    }


def _sizes(browser: "Browser", address: str) -> list[tuple[str, int]]:
    """The address and the bytes of everything that a page loads."""
    page = browser.new_context().new_page()
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(address, wait_until="commit")
    page.evaluate(_READY)
    page.wait_for_timeout(SETTLED)
    page.context.close()
    return [(names.get(key, ""), size) for key, size in sizes.items()]


def asked(browser: "Browser", address: str, rounds: int) -> dict[str, object]:
    """Milliseconds until a question's first source is shown, each in a new conversation; bytes of a turn."""
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("body.ready")
    times = []
    for question in dev_questions()[:rounds]:
        page.evaluate("document.querySelector('#new').click()")
        page.fill(ASK, question)
        page.evaluate(_UNTIL, ".sources article")
        page.press(ASK, "Enter")
        page.wait_for_selector("#turn-1[data-id][aria-busy=false]")
        times.append(page.evaluate("window.until"))
    return {"first source, ms": round(median(times)), "longest, ms": round(max(times)), "a turn, bytes": sent(page)}


def sent(page: "Page") -> dict[str, int]:
    """The bytes that a first question and one after TURNS others send, of the same length."""
    sizes: list[int] = []
    page.on("request", lambda request: sizes.append(len(request.post_data or "")) if "/ask" in request.url else None)
    page.evaluate("document.querySelector('#new').click()")
    for turn in range(1, TURNS + 1):
        page.fill(ASK, "What does CLIP-RT do?")
        page.press(ASK, "Enter")
        page.wait_for_selector(f"#turn-{turn}[data-id][aria-busy=false]")
    return {"first": sizes[0], f"after {TURNS - 1} others": sizes[-1]}


def painted(browser: "Browser", corpus: Path, rounds: int) -> dict[str, object]:
    """Milliseconds to the first dots of a large library's map, once it is laid out."""
    with tempfile.TemporaryDirectory() as folder:
        assistant = FakeAssistant()
        assistant.library = InMemory(corpus, Path(folder))
        served = launch(create_app(assistant, limits=Limits(requests=0)), "127.0.0.1", 0)
        client, pressed, opened = PageClient(served.address), [], []
        while client.get("map")["making"]:
            time.sleep(1)
        for _ in range(rounds):
            pressed.append(_first_paint(browser, served.address, pressed=True))
            opened.append(_first_paint(browser, served.address + "?p=map", pressed=False))
        served.close()
    times = {"press of its place": pressed, "opening its address": opened}
    first = {f"first paint after {what}, ms": round(median(found)) for what, found in times.items()}
    return {"papers": len(assistant.library)} | first


def _first_paint(browser: "Browser", address: str, pressed: bool) -> float:
    page = browser.new_context().new_page()
    page.goto(address, wait_until="commit")
    if pressed:
        page.evaluate(_READY)
        page.wait_for_timeout(SETTLED)
    try:
        return page.evaluate(_PAINTED, pressed)
    finally:
        page.context.close()


if __name__ == "__main__":
    main()
