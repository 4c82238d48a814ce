"""The pages of figures say what the results say."""

import pytest

from benchmarks import evaluation_page, scaling_page
from benchmarks.machine import read


def test_the_evaluation_page_is_made_from_the_results():
    assert evaluation_page.PAGE.read_text(encoding="utf-8") == evaluation_page.page()


def test_the_scaling_page_is_made_from_the_results():
    assert scaling_page.PAGE.read_text(encoding="utf-8") == scaling_page.page(read("scale"))


def test_beyond_what_was_measured_costs_lie_on_a_straight_line():
    sizes = {10: {"cost": 5.0}, 1: {"cost": 9.0}, 20: {"cost": 7.0}}
    assert scaling_page.predicted(sizes, lambda measured: measured["cost"], 100) == pytest.approx(23.0)
