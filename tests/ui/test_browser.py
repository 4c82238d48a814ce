"""The page in a real browser: what a user sees, clicks and sends."""

import gzip
import re

import pytest

from tests.page_client import PageClient


def ask(page, question):
    turn = page.locator(".exchange").count() + 1
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(f"#turn-{turn}[data-id][aria-busy=false]")


def test_the_answer_streams_and_a_citation_opens_its_quote(page):
    seen = page.evaluate_handle("""() => { const seen = []; new MutationObserver(() => {
        const now = document.querySelectorAll('.verdict').length;
        if (seen.at(-1) !== now) seen.push(now);
    }).observe(document.body, {childList: true, subtree: true}); return seen; }""")
    ask(page, "compare them")
    grown = [n for n in seen.json_value() if n]
    assert grown == sorted(grown) and grown[-1] == 3  # a busy machine may show two at once
    page.locator(".cite").nth(0).click()
    quote = "It outperforms OpenVLA by 24% with 7x fewer parameters."
    assert page.locator("mark").all_inner_texts() == [quote]
    page.locator(".cite").nth(1).click()
    assert page.locator("mark").all_inner_texts() == ["It adapts in a few shots."]
    assert page.locator("mark").is_visible()


def test_what_the_page_loads_is_packed(address):
    asked = PageClient(address, accept_encoding="gzip")
    start, script = asked.request("GET", "/"), asked.request("GET", "/citewell/files/chat.js")
    assert [headers["content-encoding"] for _, headers, _ in (start, script)] == ["gzip", "gzip"]
    assert len(start[2]) < 20_000 and b"citewell/files/page.js" in gzip.decompress(start[2])
    assert "content-encoding" not in PageClient(address).request("GET", "/")[1]


def test_gradios_own_files_are_the_same_from_memory_and_kept_by_the_browser(address):
    asked = PageClient(address, accept_encoding="gzip")
    start = gzip.decompress(asked.request("GET", "/")[2]).decode()
    path = "/" + re.search(r"assets/index-[^\"]+\.js", start)[0]
    (status, headers, body), again = asked.request("GET", path), asked.request("GET", path)
    plain = PageClient(address).request("GET", path)
    assert status == again[0] == 200 and body == again[2] and "immutable" in headers["cache-control"]
    assert gzip.decompress(body) == plain[2]
    assert asked.request("GET", "/assets/none.js")[0] == 404


def test_the_draft_is_made_when_it_is_gone_to(page):
    assert page.locator("#topic").count() == 0
    page.get_by_role("link", name="Draft").click()
    page.wait_for_selector("#topic textarea:visible")


def test_the_keyboard_goes_to_the_quote_and_back(page):
    ask(page, "compare them")
    page.locator(".cite").nth(2).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "card-1-2406.09246"
    assert page.locator("mark").inner_text() == "OpenVLA has 7B parameters."
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Source 2")


def test_an_older_answer_keeps_its_own_sources(page):
    ask(page, "compare them")
    ask(page, "refuse this")
    assert page.locator(".sources:visible h2").inner_text() == "Nearest papers"
    page.locator(".cite").nth(0).click()
    assert page.locator(".sources:visible").get_attribute("data-turn") == "1"
    assert page.locator("mark:visible").count() == 1


def test_what_shows_on_pointing_is_gone_when_the_page_moves(page):
    ask(page, "compare them")
    page.set_viewport_size({"width": 1200, "height": 420})
    page.locator(".cite").first.scroll_into_view_if_needed()
    page.mouse.move(1, 1)
    page.locator(".cite").first.hover()
    page.wait_for_selector("#peek:visible")
    page.mouse.wheel(0, 120)
    page.wait_for_selector("#peek", state="hidden")
    bounds = page.locator(".cite").first.bounding_box()
    page.mouse.wheel(0, -120)
    page.wait_for_function("(y) => document.querySelector('.cite').getBoundingClientRect().y > y + 99", arg=bounds["y"])
    assert page.locator("#peek").is_hidden()  # what comes to lie under a mouse at rest is not pointed at
    bounds = page.locator(".cite").first.bounding_box()
    page.mouse.move(bounds["x"] + 3, bounds["y"] + 3)
    page.wait_for_selector("#peek:visible")


def test_the_sources_follow_the_answer_in_sight(page):
    ask(page, "compare them")
    ask(page, "refuse this")
    page.locator("#turn-1 .question").evaluate("(one) => one.scrollIntoView({ block: 'start', behavior: 'instant' })")
    page.wait_for_selector(".sources[data-turn='1']:visible")
    page.locator("#turn-2 .question").evaluate("(one) => one.scrollIntoView({ block: 'start', behavior: 'instant' })")
    page.wait_for_selector(".sources[data-turn='2']:visible")


def test_what_was_asked_behind_an_earlier_question_is_kept_in_sight(page):
    ask(page, "compare them")
    ask(page, "refuse this")
    page.locator("#turn-1").get_by_role("button", name="Ask again").click()
    page.wait_for_selector("#toast:has-text('The question behind it is kept with version 1')")
    page.get_by_role("button", name="Show it").click()
    page.wait_for_selector("#turn-2:has-text('refuse this')")


def test_foreign_text_does_nothing_and_nothing_leaves_this_machine(page):
    ask(page, "evil <img src=x onerror='window.hacked=1'>")
    ask(page, "fail too")
    page.get_by_role("link", name="Papers").click()
    page.wait_for_selector("#papers .paper-row:visible")
    page.get_by_role("link", name="Chat", exact=True).click()
    assert page.evaluate("window.hacked") is None
    assert page.asked_hosts == {"127.0.0.1"}


def test_an_error_is_said_and_the_question_can_be_asked_again(page):
    ask(page, "crash please")
    assert "did not foresee" in page.locator(".failure").inner_text()
    assert "secret" not in page.content()
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".failure")
    assert page.locator(".exchange").count() == 1 and page.get_by_text("2 of 2").is_visible()


def test_stop_ends_the_answer_and_the_next_question_works(page, assistant):
    page.fill("#question textarea", "slow one")
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".verdict")
    page.click("#stop")
    page.wait_for_selector(".failure:has-text('Stopped')")
    assert page.locator(".verdict").count() < 3
    ask(page, "compare them")
    assert page.locator(".exchange").count() == 2


def test_a_phone_shows_the_sources_in_a_sheet_and_never_scrolls_sideways(page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("button", name="How does CLIP-RT").click()
    page.wait_for_selector(".exchange[aria-busy=false]")
    assert not page.locator("#cards").is_visible()
    page.locator(".cite").nth(0).click()
    assert page.locator("mark").is_visible()
    page.wait_for_function("document.querySelector('.cite[aria-current]').getBoundingClientRect().bottom < 370")
    assert page.locator(".beside:visible").bounding_box()["height"] <= 371
    page.locator(".sources:visible .close").click()
    assert not page.locator("mark").is_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    edges = "[...document.querySelectorAll('main *')].map((element) => element.getBoundingClientRect().right)"
    assert max(page.evaluate(edges)) <= 360


def test_an_answer_downloads_as_markdown(page):
    ask(page, "compare them")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .md").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert text.startswith("# compare them") and "It adapts fast [1][2]." in text


@pytest.fixture(scope="module")
def real_page(open_page, serve_for_module, library, tmp_path_factory):
    """The page over the shipped papers, with the offline model."""
    from rag.answer import Assistant
    from rag.settings import Settings

    page = open_page(serve_for_module(Assistant(library, Settings(tmp_path_factory.mktemp("home")))))
    yield page
    page.close()


def spans_of(link):
    return [tuple(map(int, span.split("-"))) for span in link.get_attribute("data-spans").split()]


def test_the_shipped_papers_answer_and_the_abstracts_own_words_light_up(real_page, library):
    ask(real_page, "How does CLIP-RT compare with OpenVLA?")
    answer = real_page.locator(".answer").inner_text()
    assert "24%" in answer and "7x" in answer
    cite = real_page.locator(".cite").first
    cite.click()
    abstract = next(paper for paper in library.papers() if paper.title.startswith("CLIP-RT")).abstract
    assert real_page.locator("mark").all_inner_texts() == [abstract[a:b] for a, b in spans_of(cite)]


def test_a_draft_is_planned_edited_and_written(real_page, library):
    real_page.get_by_role("link", name="Draft").click()
    real_page.fill("#topic textarea", "efficient vision-language-action models")
    real_page.click("#make-plan")
    real_page.get_by_role("button", name="Pin “").first.click()
    real_page.wait_for_selector(".plan .tag:has-text('pinned')")
    real_page.get_by_role("button", name="Edit the plan as text").click()
    real_page.wait_for_function("document.querySelector('#plan textarea').value.includes('] (pinned) ')")
    paper = next(paper for paper in library.papers() if paper.title.startswith("CLIP-RT"))
    real_page.fill("#plan textarea", f"Topic: small models\n\n## Small\n\n- [{paper.paper_id}]\n")
    real_page.click("#write")
    real_page.wait_for_selector("#turn-draft[aria-busy=false] .cite")
    cite = real_page.locator("#draft-text .cite").first
    cite.click()
    marks = real_page.locator("#draft-cards mark").all_inner_texts()
    assert marks == [paper.abstract[a:b] for a, b in spans_of(cite)]
    assert real_page.get_by_role("button", name="Download .bib").is_visible()
    assert real_page.asked_hosts == {"127.0.0.1"}
