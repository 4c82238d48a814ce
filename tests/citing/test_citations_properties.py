"""Properties of the citation reader on generated text: nothing but markers changes, however it streams in."""

import re
import sys

import pytest
from citation_texts import KEPT, SOURCES, read, shown
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.citing.segments import SegmentReader

WORDS = st.sampled_from(
    ["It", "works", "by 24%", "CLIP-RT", "e.g.", "et al.", "shows", "The", "Kim (2025)", "is 1.5×", "“so”", "很好"]
)
PIECES = st.sampled_from(
    [*KEPT, "```\n[9]. A\n```", "$", "`", "(", "[", "]", ")", "**", "\\", "<", "|", "#", "-", '"', "【", "$$", "{"]
)
MARKERS = st.sampled_from(
    [
        "[1]",
        "[2]",
        "[9]",
        "[0]",
        "[1,2]",
        "[2; 9]",
        "[1-3]",
        "[8–12]",
        "【2】",
        "【9†a】",
        "[Source 3]",
        "([9])",
        "([1], [9])",
        "**[9]**",
        "[1]-[3]",
        "[[9]]",
        "(Source 9)",
        "\\[9\\]",
        "[1, 1]",
        "[3][9][3]",
    ]
)
JOINTS = st.sampled_from(
    [" ", " ", " ", ". ", ".", "\n", "\n\n", ", ", "! ", "? ", "\n- ", "\n# ", "\n| ", "。", "", ": ", "\n1. "]
)
TEXTS = st.lists(st.one_of(WORDS, PIECES, MARKERS, JOINTS, JOINTS), max_size=40).map("".join)
SPACED = st.lists(st.one_of(WORDS, PIECES, MARKERS, JOINTS), max_size=40).map(" ".join)
NOISE = st.text(alphabet='[]()`$\\<>.,\n\r 0129abcTx【】†-*_|#"“”!^:{}~&;/。', max_size=80)
ANY_TEXT = st.one_of(TEXTS, NOISE)
WRAPPINGS = st.sampled_from(
    [
        "",
        "Answer: ",
        "```json\n{",
        '{"answer": "',
        "```markdown\n",
        "```\nIt works now.\n",
        '[{"text": "',
        "```\n",
    ]
)
CUTS = st.lists(st.integers(0, 10**6), max_size=8)


def outcome(text, **options):
    sentences, reader = read(text, **options)
    return sentences, reader.numbers


@given(WRAPPINGS, ANY_TEXT, CUTS)
@settings(max_examples=150, deadline=None)
def test_how_the_stream_is_cut_up_changes_nothing(wrapping, text, cuts):
    text = wrapping + text
    whole = outcome(text)
    assert outcome(text, cuts=cuts) == whole
    assert outcome(text, cuts=range(len(text))) == whole


@given(ANY_TEXT)
@settings(max_examples=100, deadline=None)
def test_segments_give_the_text_back_byte_for_byte(text):
    reader = SegmentReader(SOURCES)
    assert "".join(u.text + u.after for u in reader.feed(text) + reader.close()) == text.lstrip()


def segments_of(text, valid):
    reader = SegmentReader(valid)
    return reader.feed(text) + reader.close()


def marker_spans(text, valid):
    return [span for segment in segments_of(text, valid) for span in segment.spans if span.kind == "marker"]


def lasting(text):
    """`text` without what may go with a marker: white space, and what joins or encloses it."""
    return re.sub(r"[\s()\[\]*_,;&–-]|<sup>|</sup>|and|or", "", text)


def between_markers(text):
    pieces = [""]
    for segment in segments_of(text, SOURCES):
        position = 0
        for span in segment.spans:
            if span.kind == "marker":
                pieces[-1] += segment.text[position : span.start]
                pieces.append("")
                position = span.end
        pieces[-1] += segment.text[position:] + segment.after
    return pieces


@given(ANY_TEXT)
@settings(max_examples=150, deadline=None)
def test_bytes_outside_markers_are_kept(text):
    sentences, _ = read(text)
    if not {r.kind for s in sentences for r in s.repairs} & {"json", "code-block", "echo"}:
        result = "".join(s.text + s.after for s in sentences)
        pattern = "[0-9…]*".join(re.escape(lasting(piece)) for piece in between_markers(text))
        assert re.fullmatch(pattern, lasting(result))


@given(st.one_of(SPACED, NOISE))
@settings(max_examples=150, deadline=None)
def test_no_id_outside_the_sources_survives(text):
    sentences, reader = read(text)
    numbers = set(reader.numbers.values())
    for span in marker_spans("".join(s.text + s.after for s in sentences), numbers):
        assert span.ids.unknown(numbers) == []
    assert set(reader.numbers) <= set(SOURCES.values())
    assert {p for s in sentences for p in s.paper_ids} == set(reader.numbers)


@given(SPACED)
@settings(max_examples=150, deadline=None)
def test_reading_an_answer_again_changes_nothing(text):
    sentences, reader = read(text)
    first = "".join(s.text + s.after for s in sentences)
    again = shown(first, valid={n: paper for paper, n in reader.numbers.items()}, taken=reader.numbers)
    assert again == first.lstrip()


@given(st.lists(st.one_of(WORDS, st.sampled_from(KEPT[:-5])), min_size=1, max_size=12), st.data())
@settings(max_examples=100, deadline=None)
def test_only_the_invented_marker_goes(words, data):
    """Invented markers put between the words of a text leave, each with its blank; nothing else does."""
    with_markers = [word + data.draw(st.sampled_from(["", " [9]", " 【8】", " [7, 9]"])) for word in words]
    assert shown(" | ".join(with_markers)).strip() == " | ".join(words).strip()


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "[1",
        "[1]",
        "[9] ",
        "`",
        "` ",
        "$a ",
        "\\(",
        "(",
        "<a ",
        ". ",
        "a. [1] ",
        "x",
        "\n",
        '"a ',
        "【",
        "[a](",
        "- \n",
        "|",
        "http://",
        "```\n",
        '{"a": ',
        "Question: ",
        "[1, ",
        "\\begin{a",
        "[1]\n",
        "**",
        "[[1]",
        "(a. ",
        "| a [9]\n",
        "\\",
        "[^",
    ],
)
def test_hostile_text_is_read_in_linear_steps(piece):
    """The steps per character must not grow with the length, whether the text comes whole or in pieces."""
    assert steps(piece, 4_000, 100) < 8 * steps(piece, 1_000, 100)
    assert steps(piece, 4_000) < 8 * steps(piece, 1_000)


def steps(piece, size, cut=0):
    """How many calls, Python's own and those into C, it takes to read `size` characters of `piece`."""
    count = 0

    def tally(*_):
        nonlocal count
        count += 1

    sys.setprofile(tally)
    try:
        read(piece * (size // len(piece)), cuts=range(0, size, cut) if cut else ())
    finally:
        sys.setprofile(None)
    return count
