"""A draft and a comparison that are there again when the page is opened anew."""

from test_access import obstacles_in_both_schemes


def test_a_draft_outlives_its_window_and_is_put_away_on_demand(desk):
    page = desk("draft")
    away = "fetch('citewell/draft/away', {method: 'POST', headers: {'content-type': 'application/json'}, body: '{}'})"
    assert page.evaluate(f"{away}.then((answer) => answer.ok)")  # what other tests left
    page.evaluate("localStorage.removeItem('citewell-draft-edits')")
    page = desk("draft")
    page.fill("#topic textarea", "What the study of video helps")
    page.click("#make-plan")
    page.wait_for_selector(".plan [data-paper]")
    count = page.locator(".plan [data-paper]").count()
    page.get_by_role("button", name="Leave out “").first.click()
    page.wait_for_function(f"document.querySelectorAll('.plan [data-paper]').length === {count - 1}")
    page.get_by_role("button", name="Edit the plan as text").click()
    plan = page.input_value("#plan textarea").replace("Topic: ", "Topic: Of ")
    page.fill("#plan textarea", plan)
    page = desk("draft")
    page.wait_for_selector(".plan [data-paper]")
    page.wait_for_function("(plan) => document.querySelector('#plan textarea').value === plan", arg=plan)
    assert page.input_value("#topic textarea") == "What the study of video helps"
    page.click("#write")
    page.wait_for_selector("#turn-draft[aria-busy=false] .cite")
    page = desk("draft")
    page.wait_for_selector("#turn-draft[aria-busy=false] .cite")
    page.locator(".plan > summary").click()
    assert not obstacles_in_both_schemes(page)
    page.get_by_role("button", name="Start anew").click()
    page.wait_for_function("!document.querySelector('#plan-cards .plan')")
    assert page.input_value("#topic textarea") == ""
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("#turn-draft .cite")
    page.get_by_role("button", name="Start anew").click()
    page.wait_for_function("!document.querySelector('#plan-cards .plan')")


def test_a_comparison_is_there_again(desk):
    page = desk("compare")
    page.fill(".compare [name=topic]", "video")
    page.fill(".compare [name=aspects]", "task, cost")
    page.locator(".compare [data-part=run]").click()
    page.wait_for_selector(".compared td")
    page = desk("compare")
    page.wait_for_selector(".compared th:has-text('cost')")
    page.get_by_role("button", name="Start anew").click()
    page.wait_for_selector(".compared", state="hidden")
    page = desk("compare")
    assert page.input_value(".compare [name=topic]") == "" and not page.locator(".compared").is_visible()
