"""What of an answer's text is taken for its claim."""

import pytest

from rag.citing import claims
from rag.citing.claims import claim_text


@pytest.mark.parametrize(
    "text, claim",
    [
        ("ToolChain* prunes branches with A* search.", "ToolChain* prunes branches with A* search."),
        ("It aligns an <ACTOR> token, 2*3 steps and x_1.", "It aligns an <ACTOR> token, 2*3 steps and x_1."),
        ("A `<ACT>` code is ***really* good**.", "A <ACT> code is really good."),
        ("**A bold sentence that goes on.", "A bold sentence that goes on."),
        ("and ends here**.", "and ends here."),
        ("It is <b>fast</b>,<br> and __small__.", "It is fast, and small."),
        ("Maths stays: $a_1 * b_2$ and *no* more.", "Maths stays: $a_1 * b_2$ and no more."),
    ],
)
def test_signs_around_words_go_and_those_of_the_words_stay(text, claim):
    assert claim_text("sentence", text, True) == claim


@pytest.mark.parametrize("piece", ["*a ", "**a ", "_", "*a_b ", "a* "])
def test_each_sign_is_looked_at_once(piece, monkeypatch):
    looked = []
    found = claims._SIGNS

    class Counting:
        def sub(self, put, text):
            return found.sub(lambda sign: looked.append(sign.start()) or put(sign), text)

    monkeypatch.setattr(claims, "_SIGNS", Counting())
    claims.claim_text("text", piece * 500, True)
    assert len(looked) <= 1_000 and len(looked) == len(set(looked))
