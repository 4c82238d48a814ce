"""Sentence spans: exact, in order, covering everything but white space."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from store.sentences import sentence_spans, sentences

PIECES = ["(a) x. ", "We see 4.5% (i.e. more). ", "([", "\n\n", "Dr. No et al. ", '"', "“", "”"]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_spans_lose_nothing_but_white_space(text):
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join("".join(text[s:e] for s, e in spans).split()) == "".join(text.split())


def test_abbreviations_and_decimals_do_not_end_a_sentence():
    text = "DAC (Kostrikov et al., 2019) gains 3.5%, i.e. little. It is e.g. slow."
    assert sentences(text) == ["DAC (Kostrikov et al., 2019) gains 3.5%, i.e. little.", "It is e.g. slow."]


def test_sentences_behind_an_opening_bracket_are_told_apart():
    assert sentences("(1) We train. The gain is 3%.") == ["(1) We train.", "The gain is 3%."]


def test_sentences_of_a_text_in_quotes_are_told_apart():
    assert sentences('"We train. The gain is 3%."') == ['"We train.', 'The gain is 3%."']
    assert sentences('He says "We train. We win." again.') == ['He says "We train. We win." again.']
