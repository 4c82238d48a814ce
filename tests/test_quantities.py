"""Two ways of writing one quantity are one quantity; another number or unit is another."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.quantities import quantities
from rag.language.terms import plain


def one(text):
    found = quantities(plain(text))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("24%", r"24\%"),
        ("24%", "24 percent"),
        ("24 %", "24 percentage points"),
        ("7x", "7×"),
        ("7x", "seven times"),
        ("7-fold", r"$7\times$"),
        ("7B", "7 billion"),
        ("1,000", "1000"),
        ("1k", "1000"),
        ("128K", "128,000"),
        ("two tasks", "2 tasks"),
        ("3.6 million", "3.6M"),
        ("a quarter of it", "1/4 of it"),
        ("twice", "2x"),
        (r"\$0.031", "$0.031"),
        ("10 ms", "10 milliseconds"),
        ("twenty-five cases", "25 cases"),
        ("45 FPS", "45 fps"),
        ("two-thirds of it", "2/3 of it"),
        ("five-fold", "5x"),
        ("half of it", "1/2 of it"),
    ],
)
def test_ways_of_writing_one_quantity(a, b):
    assert one(a).equals(one(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("4 percent", "40 percent"),
        ("40%", "40x"),
        ("45 FPS", "45 Hz"),
        ("3.6 million", "36 million"),
        ("7B", "7M"),
        ("14.3%", "14.2%"),
        ("five tasks", "5%"),
        ("1,211", "1,121"),
        ("10 ms", "10 s"),
    ],
)
def test_different_quantities(a, b):
    assert not one(a).equals(one(b))


def test_ranges_share_their_unit():
    assert [(q.value, q.unit) for q in quantities(plain(r"by 35.8-79.5\% and from 14.3 to 22.7%"))] == [
        (35.8, "%"),
        (79.5, "%"),
        (14.3, "%"),
        (22.7, "%"),
    ]


@pytest.mark.parametrize("text", ["GPT-4", "3D scenes", "ResNet50", "zero-shot", "the third one", "SAM-2", "A^2Nav"])
def test_digits_of_names_are_no_quantities(text):
    assert quantities(plain(text)) == ()


@given(st.text(max_size=200))
def test_offsets_are_inside_the_text_and_in_order(text):
    written = plain(text)
    found = quantities(written)
    assert all(0 <= q.start < q.end <= len(written) for q in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
