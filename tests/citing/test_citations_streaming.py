"""How a model's text is cut into sentences as it streams in, and what is taken off around an answer."""

import pytest
from citation_texts import SOURCES, read, repairs, shown

from rag.citing.citations import CitationReader


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It gains 24%. [1] The next is fast. [2]", ["It gains 24%. [1]", "The next is fast. [2]"]),
        ("It gains 24%.[1] The next.", ["It gains 24%.[1]", "The next."]),
        ("It gains 24%. [1] shows that too.", ["It gains 24%.", "[1] shows that too."]),
        ("It gains 24%. ([1], [2]) The next.", ["It gains 24%. ([1], [2])", "The next."]),
        ("Kim et al. [1] show it. Then more.", ["Kim et al. [1] show it.", "Then more."]),
        ("It uses tools, e.g. CLIP [1]. Then more.", ["It uses tools, e.g. CLIP [1].", "Then more."]),
        ("# Head\nText here.", ["# Head", "Text here."]),
        ("- One [1].\n- Two\n1. Three", ["- One [1].", "- Two", "1. Three"]),
        ("It is wrapped\nover lines [1].", ["It is wrapped\nover lines [1]."]),
        ("A title\nA sentence.", ["A title", "A sentence."]),
        ("It ends.\n[1]\nThe next.", ["It ends.\n[1]", "The next."]),
        ('He says "It works. It is fast." Then more.', ['He says "It works. It is fast."', "Then more."]),
        ("It (was good. Very) works. Then more.", ["It (was good. Very) works.", "Then more."]),
        ("```\na. B\n```\nText.", ["```\na. B\n```", "Text."]),
        ("| a | b |\n|---|---|\n| c. D [1] | d |", ["| a | b |", "|---|---|", "| c. D [1] | d |"]),
        ("它很好[1]。它很快。[2]对。", ["它很好[1]。", "它很快。[2]", "对。"]),
    ],
)
def test_sentences_with_their_citations(text, expected):
    assert [s.text for s in read(text)[0]] == expected


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("- **OpenVLA** gains *24%* [1].", "OpenVLA gains 24%."),
        ("1. It works ([1], [9]).", "It works."),
        ("## Results", ""),
        ("```\nx\n```", ""),
        ("Sources: [1], [2]", ""),
        ("| OpenVLA | 24% [1] |", "OpenVLA, 24%"),
        ("It uses [CLIP](https://x.org) and `a_b` [1].", "It uses CLIP and a_b."),
        ("[1]", ""),
        ("|---|---|", ""),
        ("It is wrapped\nover lines [1].", "It is wrapped over lines."),
        ("As [1] shows.", "As shows."),
    ],
)
def test_the_claim_is_the_sentence_in_plain_words(text, claim):
    assert read(text)[0][0].claim == claim


def test_a_list_of_references_claims_nothing():
    text = "It works [1].\n\n**References:**\n[1] OpenVLA: A Model\n[2] RT-2\n\nThat is all."
    assert [s.claim for s in read(text)[0]] == ["It works.", "", "", "", "That is all."]


def test_a_sentence_is_given_out_while_the_text_still_grows():
    reader = CitationReader(SOURCES)
    assert reader.feed("It works [1]. ") == []
    assert [s.text for s in reader.feed("The ")] == ["It works [1]."]


def test_line_ends_of_windows_are_line_ends():
    text = "# Head\r\nOne [1].\r\n\r\n```\r\na. B\r\n```\r\n| a |\r\n|---|\r\n- Two\r\n[2]\r\n"
    assert [s.claim for s in read(text)[0]] == ["", "One.", "", "", "", "Two"]
    assert shown(text) == text


@pytest.mark.parametrize(
    "cut",
    [
        "It works [",
        "It works [1",
        "It works [1]",
        "It works `[1]",
        "```\n[1]",
        "It $x",
        "It (a. B",
        "It works [1](htt",
        "It works 【1",
        "|a",
        "- ",
        "#",
        "1.",
        "\\",
        "<",
        "[1]:",
    ],
)
def test_a_stream_that_is_cut_off_loses_no_text(cut):
    assert shown(cut).rstrip() == cut.rstrip()


# What models wrap around their answer


@pytest.mark.parametrize("echo", ["Answer: ", "answer:\n", "Question: Does it work?\n\nAnswer: "])
def test_the_words_of_the_prompt_in_front_are_no_part_of_the_answer(echo):
    [sentence], _ = read(f"{echo}It works [1].")
    assert (sentence.text, sentence.repairs[0].kind) == ("It works [1].", "echo")
    assert shown("Answering it works [1].") == "Answering it works [1]."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"answer": "It works [2].", "citations": [2]}', "It works [1]."),
        ('{"answer": "It works.", "citations": [2]}', "It works. [1]"),
        ('```json\n{"response": "It works [2]."}\n```', "It works [1]."),
        ('{"text": "It gains 24\\% [2]."}', "It gains 24\\% [1]."),
        (
            '{"sentences": [{"text": "It works.", "citations": [2]}, {"text": "It is fast.", "citations": ["1"]}]}',
            "It works. [1] It is fast. [2]",
        ),
        ('{"answer": "It works [2]. It is', "It works [1]. It is"),
        ('[{"answer": "It works [2]."}]', "It works [1]."),
        ('{"answer": "It works [2]."}\nDone.', "It works [1].\n\nDone."),
    ],
)
def test_an_answer_in_json_is_read(text, expected):
    assert shown(text) == expected
    assert repairs(text)[0].kind == "json"


def test_json_that_is_no_answer_stays():
    for text in ('{"x": 1}', "{x} is a set [1].", '{"a', "{", '```json\n{"x": [1]}\n```'):
        assert shown(text) == text


def test_an_answer_in_a_code_block_of_markdown_is_read():
    assert shown("```\nIt works well [2].\n```") == "It works well [1].\n"
    inner = "\n\n```py\na[2]\n```\nYes.\n"
    assert shown(f"```markdown\nIt works [2].{inner}```") == f"It works [1].{inner}"
