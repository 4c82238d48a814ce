"""The place of the comparison: papers chosen, cells that open their quote, and the table as files."""

import pytest
from test_access import obstacles_in_both_schemes

from rag.errors import DraftError
from store.records import Paper
from tests.fakes_web import EVIL
from ui.routes_compare import Compared, _papers, table_html


def test_foreign_text_in_a_table_is_text():
    from rag.drafting.compare import Cell, Row, Table

    html = table_html(Table((EVIL,), (Row("a<b", EVIL, 2024, (Cell(EVIL, EVIL, 0, 5),)),)))
    assert "<img" not in html and "<script" not in html and html.count("&lt;img") == 3


def test_papers_are_chosen_or_found_and_neither_too_many(desk_library):
    some = [paper.paper_id for paper in desk_library.papers()][:2]
    assert [paper.paper_id for paper in _papers(desk_library, Compared(ids=some))] == some
    assert all(isinstance(paper, Paper) for paper in _papers(desk_library, Compared(topic="speech", count=2)))
    for wrong in (Compared(), Compared(ids=["nobody"]), Compared(ids=[str(n) for n in range(31)])):
        with pytest.raises(DraftError):
            _papers(desk_library, wrong)


def test_a_table_opens_its_quotes_and_is_taken_along(desk):
    page = desk("compare")
    for words in ("Study 7 of", "Study 9 of"):
        page.fill(".compare .picker input", words)
        page.wait_for_selector(f".compare .offers li:has-text('{words}')")
        page.keyboard.press("Enter")
    page.fill("[name=aspects]", f"help in percent, {EVIL}")
    page.locator(".compare [data-part=run]").click()
    page.wait_for_selector(".compared tbody tr:nth-child(2)")
    page.locator(".compared td a", has_text="percent").first.click()
    assert "percent" in page.locator(".compare .card.chosen mark").inner_text()
    assert not obstacles_in_both_schemes(page)
    page.keyboard.press("Escape")
    assert not page.locator(".compare .beside").is_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .tex").click()
    assert "tabularx" in download.value.path().read_text(encoding="utf-8")
    page.reload()
    page.wait_for_selector(".compared tbody tr:nth-child(2)")


def test_chosen_rows_of_the_papers_are_compared(desk):
    page = desk("papers")
    page.wait_for_selector(".paper-row")
    for n in (0, 1, 2):
        page.locator(".paper-row input").nth(n).check()
    page.locator("#papers [data-act=compare]").click()
    page.wait_for_selector(".compared tbody tr:nth-child(3)")
