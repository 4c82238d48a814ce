"""Close copies of abstracts: found with their place, whatever the case, marks and quotation marks around them."""

from rag.verifying.closecopies import close_copies
from store.records import Paper

ABSTRACT = (
    "We present CLIP-RT, a vision-language-action model that learns language-conditioned policies from natural "
    "language supervision. It outperforms the baselines by 24% on nine tasks with seven times fewer parameters."
)
PAPER = Paper("one", "CLIP-RT", ABSTRACT)


def test_a_run_is_found_with_its_place_in_both_texts():
    text = "Kang et al. [3] find that it OUTPERFORMS the baselines — by 24% on [3] nine tasks."
    (copy,) = close_copies(text, [PAPER])
    assert text[copy.start : copy.end] == "it OUTPERFORMS the baselines — by 24% on [3] nine tasks"
    assert ABSTRACT[copy.source_start : copy.source_end] == "It outperforms the baselines by 24% on nine tasks"
    assert (copy.paper_id, copy.words, copy.is_long) == ("one", 9, False)


def test_seven_words_are_no_copy():
    assert close_copies("outperforms the baselines by 24% on nine", [PAPER]) == []


def test_quotation_marks_mark_a_long_run():
    run = "a vision-language-action model that learns language-conditioned policies from natural language supervision"
    (bare,) = close_copies(f"They present CLIP-RT: {run}.", [PAPER])
    for opening, closing in ("“”", '""', ("``", "''")):
        (quoted,) = close_copies(f"They built {opening}{run}{closing}.", [PAPER])
        assert quoted.quoted and not quoted.is_long
    assert bare.is_long


def test_the_longest_run_of_several_abstracts_counts():
    other = Paper("two", "Other", "The baselines by 24% on nine tasks with seven times more.")
    (copy,) = close_copies("the baselines by 24% on nine tasks with seven times fewer", [other, PAPER])
    assert copy.paper_id == "one"
