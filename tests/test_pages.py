"""The pages of figures say what the results say."""

import pytest

from benchmarks import evaluation_page, scaling_page
from benchmarks.elsewhere.fields import IDS, questions_file
from benchmarks.machine import read
from rag.evaluating.questions import read_questions


def test_the_evaluation_page_is_made_from_the_results():
    assert evaluation_page.PAGE.read_text(encoding="utf-8") == evaluation_page.page()


def test_the_scaling_page_is_made_from_the_results():
    assert scaling_page.PAGE.read_text(encoding="utf-8") == scaling_page.page(read("scale"))


def test_beyond_what_was_measured_costs_lie_on_a_straight_line():
    sizes = {10: {"cost": 5.0}, 1: {"cost": 9.0}, 20: {"cost": 7.0}}
    assert scaling_page.predicted(sizes, lambda measured: measured["cost"], 100) == pytest.approx(23.0)


@pytest.mark.parametrize("field", sorted(IDS))
def test_a_field_has_its_papers_and_questions_of_both_wordings(field):
    asked = read_questions(questions_file(field))
    assert len(set(IDS[field])) == 150 and len({question.id for question in asked}) == 86
    assert all(f"{field}-hard-" in q.id or f"{field}-plain-" in q.id for q in asked)
    assert all(bool(q.gold) == (q.type != "unanswerable") for q in asked)
    assert not any(q.evidence for q in asked)  # the abstracts are not ours to ship


def test_the_rows_of_several_fields_weigh_by_their_cases():
    rows = [
        {"true": {"n": n, "flagged": share, "supported": 1 - share, "weak": 0.0}} for n, share in ((10, 0.1), (30, 0.5))
    ]
    assert evaluation_page.together(rows)["true"]["flagged"] == pytest.approx(0.4)
