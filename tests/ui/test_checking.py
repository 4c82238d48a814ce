"""The place of the check: a pasted text with its findings beside it, and one sentence against its papers."""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest
from test_access import obstacles_in_both_schemes

from rag.errors import LintError
from rag.linting.lint import lint
from rag.verifying.verify import Verifier
from tests.fakes_web import EVIL
from ui.limits import TooMuch
from ui.routes_check import Written, _lines, text_name
from ui.turns import Turns


def text_of(library, folder):
    """A text with three things to look at and one that holds, and a file that it takes in."""
    (folder / "secret.tex").write_text("The password is swordfish \\cite{nobody}.", encoding="utf-8")
    paper = next(paper for paper in library.papers() if paper.title.startswith("Study 7 "))
    key = next(key for key, paper_id in library.changes.citekeys().items() if paper_id == paper.paper_id)
    return (
        f"\\section{{Related}}\n\\input{{{folder / 'secret'}}}\n"
        f"It helps planning by 7 percent~\\cite{{{key}}}.\nAn evil one {EVIL} attacks~\\cite{{a<b>c}}.\n"
        f"It helps planning by 93 percent~\\cite{{{key}}}.\n"
    )


def test_a_pasted_text_opens_no_file(desk_library, tmp_path):
    text = text_of(desk_library, tmp_path)
    found = lint(text, "text.tex", {}, desk_library, Verifier(), follow=False)
    assert next((line.line, line.verdict) for line in found if line.is_fault) == (2, "missing file")
    assert not any("swordfish" in str(line) or line.key == "nobody" for line in found)
    included = "{{< include " + str(tmp_path / "secret.tex") + " >}}\n"
    assert [line.verdict for line in lint(included, "text.md", {}, desk_library, Verifier(), follow=False)] == [
        "missing file"
    ]


def test_what_a_text_is_written_in_shows_by_its_name_or_by_itself():
    assert text_name(Written(text="a", name="x.qmd")) == text_name(Written(text="See [@kim].")) == "text.md"
    assert (
        text_name(Written(text="a", name="X.TEX"))
        == text_name(Written(text=r"a \citep{b}", name="a.txt"))
        == "text.tex"
    )
    for wrong in (Written(text=" "), Written(text="a", name="a.docx"), Written(text="a" * 500_000)):
        with pytest.raises(LintError):
            text_name(wrong)


def finished(work):
    """What a coroutine returns; in a thread of its own, for the browser's tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def lines(check, library):
    """What the page is sent of a check."""

    async def read():
        return [json.loads(line) async for line in _lines(check, library)]

    return finished(read())


def test_how_far_a_check_is_comes_before_its_findings(desk_library, tmp_path):
    def check(progress):
        def slowly(*told):
            progress(*told)
            time.sleep(0.1)  # so that each is seen

        text = text_of(desk_library, tmp_path)
        return lint(text, "text.tex", {}, desk_library, Verifier(), follow=False, progress=slowly)

    *steps, last = lines(check, desk_library)
    assert steps and all(step["read"] < step["of"] for step in steps)
    assert last["done"] and len(last["findings"]) == 4

    def fail(_):
        raise LintError("It is too much.")

    assert lines(fail, desk_library) == [{"done": True, "error": "It is too much."}]


def test_a_check_that_nobody_follows_ends(desk_library):
    ended = Event()

    def check(progress):
        try:
            while True:
                progress(0, 1, "")
                time.sleep(0.01)
        finally:
            ended.set()

    async def leave():
        following = _lines(check, desk_library)
        await anext(following)
        await following.aclose()

    finished(leave())
    assert ended.wait(5)


def test_a_long_text_lets_a_short_one_go_on_and_an_address_has_so_many():
    turns, begun, done = Turns(most=1), Event(), Event()

    def long():
        with turns.turn():
            begun.set()
            for _ in range(1_000):
                done.wait(0.005)
                turns.pass_on()

    Thread(target=long, daemon=True).start()
    begun.wait(5)
    began = time.monotonic()
    with turns.turn():
        turns.pass_on()
    done.set()
    assert time.monotonic() - began < 1
    turns.enter("10.0.0.1")
    turns.enter("10.0.0.2")
    with pytest.raises(TooMuch):
        turns.enter("10.0.0.1")
    turns.leave("10.0.0.1")
    turns.enter("10.0.0.1")


def test_findings_stand_beside_the_text_and_the_keyboard_leads_through_them(desk, desk_library, tmp_path):
    check = desk("check")
    check.fill("[data-part=text]", text_of(desk_library, tmp_path))
    check.locator(".check [data-part=run]").click()
    check.wait_for_selector(".finding[aria-current]")
    seen = check.locator(".finding .mark").all_inner_texts()
    assert seen[:3] == ["missing file", "weak", "not in the .bib"] and "disagrees" in seen
    assert "swordfish" not in check.content()
    assert check.locator(".check [data-part=said]").inner_text().startswith("4 to look at: 1 disagrees, ")
    meanings = check.locator(".check [data-part=meanings]").text_content()
    assert "disagreesThe cited abstract says otherwise." in meanings
    assert "weak" in check.locator(".finding .mark.fair").all_inner_texts()  # neither fine nor hidden
    check.keyboard.press("n")
    check.keyboard.press("n")
    assert check.locator(".finding[aria-current] .mark").inner_text() == "not in the .bib"
    said = check.locator(".said-here[aria-current]").inner_text()  # the sentence as far as its citation
    assert said.startswith("An evil one ") and said.endswith("\\cite{a<b>c}")
    check.keyboard.press("p")
    check.keyboard.press("p")
    assert check.locator(".finding[aria-current]").inner_text().startswith("missing file")
    check.locator(".said-here.bad").click()
    assert "percent" in check.locator(".finding[aria-current] blockquote").inner_text()
    check.locator(".check [data-part=all]").check()
    assert check.locator(".finding .mark").count() >= len(seen)
    assert not obstacles_in_both_schemes(check)
    check.locator(".finding a").first.click()
    check.wait_for_selector(".paper-page h1")
    check.go_back()
    check.wait_for_selector(".finding:visible")
    check.reload()
    check.wait_for_selector("body.ready")
    check.wait_for_function("document.querySelector('.check [data-part=text]').value.includes('Related')")


def test_files_are_chosen_and_a_sentence_is_checked_against_its_paper(desk, desk_library):
    check = desk("check")
    key = next(iter(desk_library.changes.citekeys()))
    files = {"a.md": f"It is about speech [@{key}].\n", "a.bib": "@misc{x, title={Nothing known}, year={1}}"}
    given = [{"name": name, "mimeType": "", "buffer": text.encode()} for name, text in files.items()]
    check.set_input_files(".check [data-part=file]", files=given)
    check.wait_for_function("document.querySelector('.check [data-part=bib]').value.includes('@misc')")
    check.wait_for_selector(".check [data-part=name]:has-text('a.md')")
    check.fill(".check [data-part=cite] input", "Study 7 of")
    check.wait_for_selector(".offers li:visible")
    check.keyboard.press("Enter")
    check.wait_for_function("document.querySelector('.check [data-part=text]').value.includes('[@anonstudyg')")
    check.fill("[name=sentence]", "It helps planning by 93 percent.")
    check.fill(".one-sentence .picker input", "Study 7 of")
    check.wait_for_selector(".offers li:visible")
    check.keyboard.press("Enter")
    check.locator("[data-part=try]").click()
    check.wait_for_selector("[data-part=result] .mark.unsupported")
    assert "7 percent" in check.locator("[data-part=result] blockquote").inner_text()
    assert "The paper given does not support it." in check.locator("[data-part=result]").inner_text()
    assert not obstacles_in_both_schemes(check)
    check.locator(".check .chips button").click()
    check.locator("[data-part=try]").click()
    check.wait_for_function("document.querySelectorAll('[data-part=result] .finding').length === 3")
    assert "the cited abstract" not in check.locator("[data-part=result]").inner_text()
    check.locator(".check [data-part=run]").click()
    marked = check.locator("[data-line='1'] .said-here").first
    assert marked.inner_text() == f"It is about speech [@{key}]"  # as far as the citation
