"""Verdicts: what is supported, weak, unsupported or uncited, with exact evidence."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.language.quantities import quantities
from rag.language.terms import plain
from rag.verifying.verify import Verifier
from store.records import Paper
from store.sentences import sentence_spans

ZETA = Paper(
    "zeta",
    "ZETA: Fast Grasp Planning",
    "Robots need to grasp unseen objects quickly. We propose ZETA, a planner that scores 1,200 candidate "
    "grasps with a 7B language model. ZETA improves latency by 4\\% over GraspNet without any additional "
    "training. On the Clutter benchmark it reaches a success rate of 86.5\\%, outperforming OmegaNet by 12 "
    "points. Code is available.",
)
OMEGA = Paper(
    "omega",
    "OmegaNet: Learning to Grasp from Play",
    "OmegaNet learns grasping from two hours of unlabelled play. It doubles the amount of usable data. "
    "Experiments with four robots show that play covers 3.6 million states.",
)
COOK = Paper("cook", "Recipes from Videos", "We extract recipes from cooking videos. Users like the recipes.")


@pytest.fixture(scope="module")
def verifier():
    return Verifier(None)


def quotes(finding, *papers):
    text = {p.paper_id: p.abstract for p in papers}
    return [text[e.paper_id][e.start : e.end] for e in finding.evidence]


@pytest.mark.parametrize(
    "claim",
    [
        "ZETA improves latency by 4 percent over GraspNet.",
        "ZETA scores 1200 candidate grasps with a language model of 7 billion parameters.",
        "With a success rate of 86.5% on Clutter, ZETA outperforms OmegaNet by 12 points.",
        "No additional training is needed for the 4% improvement in latency over GraspNet.",
    ],
)
def test_a_paraphrase_is_supported(verifier, claim):
    assert verifier.check(claim, [ZETA]).verdict == "supported"


def test_a_count_of_the_same_things_has_to_be_the_same(verifier):
    finding = verifier.check("Experiments with six robots show that play covers 3.6 million states.", [OMEGA])
    assert (finding.verdict, finding.reason) == ("unsupported", "the abstract counts four, not six")
    own = verifier.check("OmegaNet has two parts: unlabelled play and experiments with four robots.", [OMEGA])
    assert own.verdict != "unsupported"


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (
            "ZETA improves latency by 40 percent over GraspNet.",
            "the number 40 percent is not in the abstract",
        ),
        ("ZETA improves accuracy by 40 percent.", "the number 40 percent is not in the abstract"),
        ("ZETA improves latency by 12% over GraspNet.", "12%"),
        ("ZETA improves latency by 4% over GraspNet and reaches a success rate of 4% on Clutter.", "4%"),
        ("ZETA improves latency by 4\\% over ActionNet7.", "ActionNet7 is not named in the abstract"),
        ("ZETA does not improve latency by 4% over GraspNet.", "does not deny"),
        ("ZETA worsens latency by 4% over GraspNet.", "worsens"),
        ("ZETA improves latency by 4% over GraspNet with additional training.", ""),
        ("OmegaNet outperforms ZETA by 12 points, with a success rate of 86.5% on Clutter.", ""),
        ("Users like the recipes that are extracted from cooking videos.", "does not say this"),
    ],
)
def test_an_altered_claim_is_flagged_with_the_reason(verifier, claim, reason):
    finding = verifier.check(claim, [ZETA])
    assert finding.verdict != "supported"
    assert reason in finding.reason


def test_markdown_does_not_change_the_verdict(verifier):
    claim = "- **ZETA** improves latency by *4%* over `GraspNet` without additional training."
    assert verifier.check(claim, [ZETA]).verdict == "supported"
    quoted = f"> {ZETA.abstract[: sentence_spans(ZETA.abstract)[0][1]]}"
    assert verifier.check(quoted, [ZETA]).evidence[0].score == 1.0


def test_numbers_that_count_off_parts_need_no_evidence(verifier):
    claim = "ZETA (1) improves latency by 4% over GraspNet and (2) needs no additional training."
    assert verifier.check(claim, [ZETA]).verdict == "supported"


def test_evidence_is_the_sentence_that_says_it(verifier):
    finding = verifier.check("ZETA has a latency 4% better than GraspNet's.", [ZETA])
    assert quotes(finding, ZETA) == ["ZETA improves latency by 4\\% over GraspNet without any additional training."]


def test_without_citations_a_claim_is_uncited(verifier):
    finding = verifier.check("ZETA is fast.", [])
    assert (finding.verdict, finding.evidence) == ("uncited", ())


def test_every_citation_needs_evidence_of_its_own(verifier):
    claim = "ZETA reaches a success rate of 86.5% and OmegaNet learns grasping from two hours of play."
    both = verifier.check(claim, [ZETA, OMEGA])
    assert both.verdict == "supported"
    assert {e.paper_id for e in both.evidence} == {"zeta", "omega"}
    idle = verifier.check(claim, [ZETA, OMEGA, COOK])
    assert idle.verdict == "weak"
    assert "Recipes from Videos" in idle.reason


def test_another_paper_is_offered_only_when_it_carries_the_claim(verifier):
    claim = "OmegaNet learns grasping from two hours of unlabelled play."
    finding = verifier.check(claim, [COOK], [ZETA, OMEGA, COOK])
    assert finding.verdict == "unsupported"
    assert finding.better is not None
    assert finding.better.paper_id == "omega"
    assert verifier.check(claim, [COOK], [ZETA]).better is None


def test_meaning_can_carry_what_words_leave_open():
    claim = "Grasping is taught by many robots playing around."
    alike = Verifier(lambda texts: np.ones((len(texts), 1), dtype=np.float32))
    apart = Verifier(lambda texts: np.array([[float(t == claim), float(t != claim)] for t in texts], dtype=np.float32))
    assert alike.check(claim, [OMEGA]).evidence[0].score > apart.check(claim, [OMEGA]).evidence[0].score


def test_an_empty_abstract_supports_nothing(verifier):
    assert verifier.check("ZETA is fast.", [Paper("x", "X", "")]).verdict == "unsupported"


SENTENCES = [(p, start, end) for p in (ZETA, OMEGA, COOK) for start, end in sentence_spans(p.abstract)]


@pytest.mark.parametrize(("paper", "start", "end"), SENTENCES)
def test_a_verbatim_sentence_is_supported_where_it_stands(verifier, paper, start, end):
    finding = verifier.check(paper.abstract[start:end], [paper])
    assert finding.verdict == "supported"
    assert [(e.start, e.end, e.score) for e in finding.evidence] == [(start, end, 1.0)]


def test_every_sentence_of_the_collection_is_supported_word_for_word(verifier, library):
    for paper in library.papers():
        for start, end in sentence_spans(paper.abstract):
            finding = verifier.check(paper.abstract[start:end], [paper])
            assert finding.verdict == "supported"
            assert paper.abstract[finding.evidence[0].start : finding.evidence[0].end] == paper.abstract[start:end]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SENTENCES), st.integers(2, 9999))
def test_a_changed_number_is_never_supported(drawn, number):
    paper, start, end = drawn
    sentence = paper.abstract[start:end]
    there = {q.value for q in quantities(plain(paper.abstract))}
    changed = re.sub(r"\d[\d,.]*", str(number), sentence, count=1)
    if changed != sentence and number not in there and quantities(plain(changed)) != quantities(plain(sentence)):
        assert Verifier(None).check(changed, [paper]).verdict != "supported"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=150), st.text(max_size=300))
def test_any_text_gets_a_verdict_and_offsets_inside_the_abstract(claim, abstract):
    finding = Verifier(None).check(claim, [Paper("a", "A Title", abstract)])
    assert finding.verdict in {"supported", "weak", "unsupported"}
    assert all(0 <= e.start < e.end <= len(abstract) and 0 <= e.score <= 1 for e in finding.evidence)
