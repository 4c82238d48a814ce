"""The place of the papers: the table in a real browser, and what stands behind it."""

import json
from dataclasses import replace

import pytest
from small_library import NEW

from rag.answer import Assistant
from rag.errors import QuestionError
from rag.settings import Settings
from store.incoming import Incoming
from store.records import Paper
from store.services.client import Client, ServiceError
from tests.fakes_web import EVIL
from tests.page_client import PageClient
from ui.listing import Listing, Wanted
from ui.routes_papers import NoPaper, _taken

PASTED = '{"title": "A new paper on gripping", "authors": ["Ada Example"], "year": 2031, "abstract": "It grips well."}'


def ids(listing, **wanted):
    return [row.of.title for row in listing.find(Wanted(**wanted))]


def test_the_table_is_filtered_and_sorted(small):
    listing = Listing(small)
    assert len(ids(listing)) == len(NEW)
    assert ids(listing, query="Study 7 of video")[0] == NEW[7].title and not ids(listing, query="xyzzy nonsense")
    small.add([Paper("", f"Dated {year}", "It is dated.", year=year) for year in (2022, 2024, 2023)])
    assert ids(listing, year="2022-2023", order="year", down=True) == ["Dated 2023", "Dated 2022"]
    small.add([Paper("", "Another one", "It is told.", ("Åsa Öström",), venue="Journal of Tea", tags=("to-read",))])
    for wanted in ({"author": "ostrom"}, {"venue": "of tea"}, {"tag": "to-read"}):
        assert ids(listing, **wanted) == ["Another one"]
    assert not ids(listing, author="Nobody") and not ids(listing, venue="Coffee") and not ids(listing, tag="read")
    assert ids(listing, order="title", down=True)[0] == max(paper.title for paper in NEW)


def test_what_came_in_before_a_failure_is_in_the_table(small, monkeypatch):
    listing = Listing(small)
    assert len(ids(listing)) == len(NEW)

    def half(incoming, _):
        first = next(incoming.library.papers())
        incoming.library.changes.put([replace(first, title="It came in")], "add")
        raise ServiceError("The rest cannot be had; try later.")

    monkeypatch.setattr(Incoming, "take", half)
    with pytest.raises(NoPaper):
        _taken(small, listing, Client(), ["doi:10.1/x"], "")
    assert "It came in" in ids(listing)


def test_the_table_is_limited_as_the_options_limit(small):
    listing = Listing(small)
    small.add([
        Paper("a", "Of Berg", "It is.", ("Jan van den Berg", "Hal Daumé III"), 2023, "NeurIPS 2023", tags=("VLA",)),
        Paper("b", "Of Bergmann", "It is.", ("Bo Bergmann",), 2024, "CoRL"),
    ])  # fmt: skip
    assert ids(listing, author="Berg") == ids(listing, author="daume") == ids(listing, venue="NIPS") == ["Of Berg"]
    assert ids(listing, author="bergm", year="2024-") == ids(listing, venue="cor") == ["Of Bergmann"]
    assert ids(listing, tag="vla") == ["Of Berg"] and not ids(listing, tag="vla", year="2024")
    assert [row.authors for row in listing.find(Wanted(author="Berg"))] == ["van den Berg, Daumé"]
    with pytest.raises(QuestionError, match="'202' is no year"):
        listing.find(Wanted(year="202"))


@pytest.fixture
def papers(open_page, serve, small, tmp_path):
    page = open_page(serve(Assistant(small, Settings(tmp_path))) + "?p=papers")
    page.wait_for_selector(".paper-row")
    yield page
    page.close()


def rows(page):
    return page.locator(".paper-row .title").all_inner_texts()


def test_every_paper_is_in_the_table_and_only_the_rows_in_sight_are_drawn(papers):
    assert papers.locator("#papers [data-part=count]").inner_text() == "60 papers"
    assert len(rows(papers)) < 60
    papers.locator("[data-part=rows]").evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
    papers.wait_for_selector(".paper-row:has-text('Study 59')")
    papers.fill("[name=q]", "nothing has these words")
    papers.wait_for_selector("text=No paper fits.")
    papers.fill("[name=q]", "")
    papers.fill(".filters [name=year]", "202")
    papers.wait_for_selector("#papers [data-part=count]:has-text('is no year')")
    papers.fill(".filters [name=year]", "")
    papers.wait_for_selector(".paper-row")


def test_a_phone_has_the_filters_folded(papers):
    author, more = papers.locator(".filters [name=author]"), papers.locator("[data-act=filters]")
    assert author.is_visible() and not more.is_visible()
    papers.set_viewport_size({"width": 400, "height": 800})
    assert not author.is_visible() and papers.locator(".filters [name=q]").is_visible()
    more.click()
    assert author.is_visible() and more.inner_text() == "Fewer filters"


def test_papers_are_added_chosen_exported_removed_and_brought_back(papers):
    papers.locator(".adding summary").click()
    evil = f'[{{"title": "Evil {EVIL}", "abstract": "We grip. {EVIL}", "year": 2032}}]'.replace('="', "='").replace(
        '1"', "1'"
    )
    papers.set_input_files("[data-part=file]", files=[{"name": "e.json", "mimeType": "", "buffer": evil.encode()}])
    papers.fill("[data-part=pasted]", PASTED)
    papers.locator("[data-part=paste]").click()
    papers.wait_for_selector("[data-part=added]:has-text('pasted.jsonl: 1 added')")
    papers.wait_for_selector("[data-part=added] a:has-text('A new paper on gripping')")
    papers.wait_for_selector(".about-library .size:has-text('62 papers')")
    assert "new" in papers.locator(".paper-row").first.inner_text()
    papers.fill(".filters [name=year]", "2030-2040")
    papers.wait_for_function("document.querySelectorAll('.paper-row').length === 2")
    papers.locator(".paper-row", has_text="new paper").locator("input").check()
    with papers.expect_download() as download:
        papers.get_by_role("button", name="BibTeX").click()
    assert "A new paper" in download.value.path().read_text(encoding="utf-8").replace("{", "").replace("}", "")
    papers.get_by_role("button", name="Remove").click()
    papers.wait_for_function("document.querySelectorAll('.paper-row').length === 1")
    papers.get_by_role("button", name="Undo").click()
    papers.wait_for_function("document.querySelectorAll('.paper-row').length === 2")
    papers.locator(".paper-row a", has_text="Evil").click()
    papers.wait_for_selector(".paper-page h1:has-text('Evil')")
    assert papers.evaluate("window.hacked") is None
    assert papers.locator(".paper-page ol a").count() == 5
    papers.locator(".editing summary").click()
    papers.fill(".editing [name=venue]", "Journal of Tests")
    papers.get_by_role("button", name="Save").click()
    papers.wait_for_selector(".paper-page .about:has-text('Journal of Tests')")
    papers.go_back()
    papers.wait_for_selector(".paper-row:visible")
    assert papers.asked_hosts == {"127.0.0.1"}


def test_what_came_without_an_abstract_is_said_and_what_failed_stays(papers):
    papers.locator(".adding summary").click()
    for _ in range(2):
        papers.fill("[data-part=pasted]", "no-such-thing")
        papers.locator("[data-part=paste]").click()
        papers.wait_for_selector("[data-part=added] .failure:has-text('no arXiv id')")
        assert papers.locator("[data-part=added] .failure").count() == 1
        assert papers.locator("[data-part=pasted]").input_value() == "no-such-thing"
    papers.fill("[data-part=pasted]", '{"title": "A chapter about tea", "year": 2031}')
    papers.locator("[data-part=paste]").click()
    papers.wait_for_selector("[data-part=added]:has-text('1 without an abstract: found by title, never quoted')")
    papers.locator(".paper-row").first.get_by_text("no abstract").wait_for()
    papers.locator("[data-part=added] a").click()
    papers.get_by_role("button", name="Add its abstract").click()
    papers.keyboard.type("Tea calms.")
    papers.get_by_role("button", name="Save").click()
    papers.wait_for_selector(".paper-abstract:has-text('Tea calms.')")
    assert not papers.errors


def test_a_paper_that_is_held_is_asked_of_nobody(serve, small):
    small.add([Paper("2307.15818", "A paper with an id", "It has an abstract.")])
    client = PageClient(serve(Assistant(small, Settings(small.home))))
    status, _, said = client.request("POST", "/citewell/papers/fetch", {"words": ["2307.15818"]})
    assert status == 200 and json.loads(said)["unchanged"] == 1
