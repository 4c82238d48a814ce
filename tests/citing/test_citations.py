"""What readers of citations rely on: right markers resolved, wrong ones removed and said so, no more."""

import pytest
from citation_texts import KEPT, read, repairs, shown

from rag.citing.citations import with_round_brackets


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[1]", "[1]"),
        ("[1,2]", "[1][2]"),
        ("[1, 2]", "[1][2]"),
        ("[1; 2]", "[1][2]"),
        ("[1][2]", "[1][2]"),
        ("[1-3]", "[1][2][3]"),
        ("[1–3]", "[1][2][3]"),
        ("[1 to 3]", "[1][2][3]"),
        ("[1]–[3]", "[1][2][3]"),
        ("[1], [2]", "[1], [2]"),
        ("[1] and [2]", "[1] and [2]"),
        ("[1 and 2]", "[1][2]"),
        ("[1, 2, and 3]", "[1][2][3]"),
        ("【1】", "[1]"),
        ("【1†source】", "[1]"),
        ("［1］", "[1]"),
        ("[Source 1]", "[1]"),
        ("[source 1, 2]", "[1][2]"),
        ("[Abstract 1, Abstract 2]", "[1][2]"),
        ("(Source 1)", "[1]"),
        ("[#1]", "[1]"),
        ("[ref. 1]", "[1]"),
        ("\\[1\\]", "[1]"),
        ("([1])", "([1])"),
        ("**[1]**", "**[1]**"),
        ("[[1]]", "[[1]]"),
        ("[1, 1]", "[1]"),
        ("[ 1 ]", "[1]"),
        ("[1,]", "[1]"),
        ("^[1]^", "^[1]^"),
        ("[CLS][1]", "[CLS][1]"),
        ("[0, 1][1]", "[0, 1][1]"),
        ("<sup>[1]</sup>", "<sup>[1]</sup>"),
        ("[1,2,1]", "[1][2]"),
        ("[1](Kim)", "[1](Kim)"),
    ],
)
def test_a_marker_form_is_read(written, expected):
    assert shown(f"Accuracy rises {written}.") == f"Accuracy rises {expected}."
    assert read(f"Accuracy rises {written}.")[0][0].paper_ids[0] == "a"


@pytest.mark.parametrize("text", KEPT)
def test_text_that_is_no_marker_stays_byte_for_byte(text):
    sentence = f"It is {text} here, and OpenVLA reaches 24% [1]."
    assert shown(sentence) == sentence


@pytest.mark.parametrize(
    "block",
    [
        "```python\na[1] = b[2]  # [9]. [8]\n```",
        "~~~\n[9]\n~~~",
        "```\nnever closed [9]. Yes.",
        "$$\nx[9]\n\n$$ y",
        "\\[\nx[9] = 2. Yes\n\\]",
        "[1]: https://x.org",
        "[^1]: A footnote [9].",
        "---",
    ],
)
def test_a_block_stays_byte_for_byte(block):
    text = f"Before [1].\n\n{block}"
    expected = text.replace("x[9]\n\n", "x[9]\n\n")
    assert shown(text) == expected


# The cases on which the parsers of other systems fail.


def test_no_empty_brackets_are_left_where_only_invented_ids_stood():
    assert shown("It gains 12% ([9]).") == "It gains 12%."
    assert shown("It gains 12% ([8], [9]).") == "It gains 12%."


def test_prose_in_brackets_with_a_marker_stays():
    assert shown("It gains (see [1] for 12% on SQuAD).") == "It gains (see [1] for 12% on SQuAD)."
    assert shown("It gains (see [9] for 12% on SQuAD).") == "It gains (see for 12% on SQuAD)."


def test_brackets_of_prose_and_links_are_not_cut_out():
    text = "The [CLS] token maps to [0, 1] as in [BERT](http://x)."
    assert shown(text) == text
    assert repairs(text) == []


def test_a_valid_id_survives_next_to_an_invented_one():
    assert shown("It works [3][7].") == "It works [1]."
    assert shown("It works [3, 7].") == "It works [1]."
    assert read("It works [3, 7].")[0][0].paper_ids == ("c",)


def test_no_form_is_left_dangling():
    assert shown("It works [1; 2], moves [1-3], rests [0].") == "It works [1][2], moves [1][2][3], rests."


def test_an_unresolved_corner_bracket_is_removed_and_said():
    assert shown("It works【7】.") == "It works."
    assert repairs("It works【7】.")[0].kind == "invented-citation"
    assert shown("It works【4:0†source】.") == "It works."
    assert "[4:0†source]" in repairs("It works【4:0†source】.")[0].detail


def test_a_paragraph_that_sums_up_keeps_its_citations():
    text = "In conclusion, it works [1].\n\nOverall, it is fast [2]."
    assert shown(text) == text


# Resolving and numbering


def test_numbers_follow_first_use():
    sentences, reader = read("It works [3]. It is fast [1]. It works again [3].")
    assert [s.text for s in sentences] == ["It works [1].", "It is fast [2].", "It works again [1]."]
    assert reader.numbers == {"c": 1, "a": 2}


def test_numbers_of_a_conversation_are_kept_and_new_ones_are_free():
    sentences, reader = read("It works [3]. It is fast [1].", taken={"x": 1, "a": 4})
    assert [s.text for s in sentences] == ["It works [5].", "It is fast [4]."]
    assert reader.numbers == {"x": 1, "a": 4, "c": 5}


def test_removing_an_id_never_makes_a_marker():
    assert shown("It works [ [9] 1].") == "It works [ … 1]."
    assert shown("It works [1[9]].") == "It works [1…]."


def test_two_prompt_numbers_of_one_paper_are_one_citation():
    assert shown("It works [1, 2].", valid={1: "a", 2: "a"}) == "It works [1]."


def test_a_removed_id_is_named_in_its_repair():
    [repair] = repairs("It works [1, 5-9].")
    assert repair.kind == "invented-citation"
    assert "[5–9]" in repair.detail


def test_a_vast_range_gives_its_sources():
    assert shown("It works [1-9999].") == "It works [1][2][3]."


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("A 24% [9] gain.", "A 24% gain."),
        ("A gain [9].", "A gain."),
        ("A gain. [9] The end.", "A gain. The end."),
        ("[9] It works.", "It works."),
        ("- [9] It works.", "- It works."),
        ("It works [9]\n\nIt ends.", "It works\n\nIt ends."),
        ("As [1], [9] and [2] say.", "As [1] and [2] say."),
        ("As [9] and [1] say.", "As [1] say."),
        ("It works **[9]**.", "It works."),
        ("It works <sup>[9]</sup>.", "It works."),
        ("It works [[9]].", "It works."),
        ("one [9]word", "one word"),
        ("| a | [9] |", "| a | |"),
    ],
)
def test_what_goes_with_a_removed_marker(written, expected):
    assert shown(written) == expected


def test_a_marker_glued_to_a_word_or_number_is_a_citation():
    assert shown("CLIP-RT[2] gains 24%[1].") == "CLIP-RT[1] gains 24%[2]."


def test_a_doubtful_interval_is_a_citation_when_every_id_is_a_source():
    assert read("Shown by scores in [1, 2].")[0][0].paper_ids == ("a", "b")


def test_only_a_bare_fence_around_prose_is_taken_off():
    for text in ("```\nx = a[1]\n```", "```\nreturn x [1].\n```", "```py\nIt works well.\n```"):
        assert shown(text) == text


def test_authors_and_own_numbers_are_left_and_flagged():
    for words in (
        "(Kim et al., 2025)",
        "Kim et al. (2025)",
        "Abstract 2",
        "[^1]",
        "[1](https://x.org)",
        "[1: OpenVLA]",
    ):
        text = f"It works, as {words} says."
        assert shown(text) == text
        assert [(r.kind, words in r.detail) for r in repairs(text)] == [("unlinked-citation", True)]
    assert repairs("Kim et al. (2025) show that it works [1].") == []


def test_the_references_of_an_abstract_are_put_in_round_brackets():
    text = "AI2-THOR [35] and [1, 2] map to [0, 1], as [CLS] and `a[1]` do【3】."
    changed = with_round_brackets(text)
    assert changed == "AI2-THOR (35) and (1, 2) map to [0, 1], as [CLS] and `a[1]` do(3)."
    assert shown(changed) == changed
