"""Authors' names are read once, into the parts that every export needs."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.names import Author, Name, read_names, split_name
from store.records import Paper
from store.rows import paper_of, row_of


def group(name: str) -> Author:
    return Author(name, literal=True)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Society for Towels and Linen", group("Society for Towels and Linen")),
        ("Folds and Sons, Inc.", group("Folds and Sons, Inc.")),
        ("Towel Team, Acme", group("Towel Team, Acme")),
        ("{Some Plain Words}", group("Some Plain Words")),
        ("Doe J", Author("Doe", "J.")),
        ("Kim J-H", Author("Kim", "J.-H.")),
        ("Nguyen Van A", Author("A", "Nguyen Van")),
        ("Jane Doe (Acme)", Author("Doe", "Jane")),
        ("Jane Doe, Acme University", Author("Doe", "Jane")),
        ("Jane Doe1,2", Author("Doe", "Jane")),
        ("Jane Doe* et al.", Author("Doe", "Jane")),
        ("Garcia Marquez, Gabriel", Author("Garcia Marquez", "Gabriel")),
        ("van den Berg, Ludwig", Author("Berg", "Ludwig", "van den")),
        ("Doe, John, Jr.", Author("Doe", "John", suffix="Jr.")),
        ("John Doe, Jr.", Author("Doe", "John", suffix="Jr.")),
        ("Doe, Jane 2nd", Author("Doe", "Jane", suffix="2nd")),
        ("Doe, Jane, 3rd", Author("Doe", "Jane", suffix="3rd")),
        ("Doe J Jr", Author("Doe", "J.", suffix="Jr")),
        ("Jane Doe 0003", Author("Doe", "Jane")),
        ("李 娜", Author("李", "娜")),
        ("欧阳娜娜", Author("欧阳", "娜娜")),
        ("김민수", Author("김", "민수")),
        ("Plato", Author("Plato")),
    ],
)
def test_a_name_has_its_parts(written, read):
    [name] = read_names([written])
    assert split_name(name) == read
    assert read_names([name]) == (name,) and split_name(copy.deepcopy(name)) == read


def test_names_are_shown_in_their_own_order_and_nobody_is_none():
    assert read_names(["Garcia Marquez, Gabriel", "李, 娜", "李娜", "et al.", "others", " "]) == (
        "Gabriel Garcia Marquez",
        "李 娜",
        "李娜",
    )
    assert read_names(["A. Bee and C. Dee", "Folds and Sons, Inc."]) == ("A. Bee", "C. Dee", "Folds and Sons, Inc.")


def test_capitals_are_initials_where_all_names_end_in_them():
    assert read_names(["Doe JA", "van den Berg LM"]) == ("J. A. Doe", "L. M. van den Berg")
    assert read_names(["Wei LI", "Jane Doe"]) == ("Wei LI", "Jane Doe")


@given(st.lists(st.text(st.sampled_from("aB. ,{}李-J1*()é&\x1f"), max_size=14)))
def test_what_was_read_is_not_read_otherwise_again(texts):
    names = read_names(texts)
    again = paper_of(row_of(Paper("x", "T", "A", names))).authors
    assert read_names(names) == names == again
    assert list(map(split_name, again)) == list(map(split_name, names))
    assert all(type(name) in (str, Name) for name in again)
