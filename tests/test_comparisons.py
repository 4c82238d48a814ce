"""Comparisons told the other way round, in the active, the passive, by adjectives and by nouns."""

import pytest

from rag.language.comparisons import Comparison, comparisons
from rag.verifying.roles import turned_change, turned_comparison
from rag.verifying.verify import Verifier
from store.records import Paper

TOLD = (
    "Planning is hard for robots.",
    "In real-world tests, ZETA shows strong skills, outperforming GraspNet (7B parameters) by 24%, and is 3 times"
    " faster than Planner-X.",
    "Our method also surpasses existing planners in cluttered scenes.",
    "ZETA opens 83% of drawers, against 54% for behaviour cloning.",
)
ABSTRACT = " ".join(TOLD)
OWN = frozenset({"zeta"})


@pytest.mark.parametrize(
    ("same", "turned"),
    [
        ("ZETA outperforms GraspNet.", "GraspNet outperforms ZETA."),
        ("GraspNet is outperformed by ZETA.", "ZETA is outperformed by GraspNet."),
        ("GraspNet is clearly beaten in all tests by ZETA.", "ZETA is clearly beaten in all tests by GraspNet."),
        ("GraspNet loses to ZETA.", "ZETA loses to GraspNet."),
        ("GraspNet falls behind ZETA.", "ZETA falls behind GraspNet."),
        ("ZETA is better than GraspNet.", "GraspNet is better than ZETA."),
        ("GraspNet performs worse than ZETA.", "ZETA performs worse than GraspNet."),
        ("Compared with ZETA, GraspNet is worse.", "Compared with GraspNet, ZETA is worse."),
        ("ZETA reaches a higher success rate than GraspNet.", "GraspNet reaches a higher success rate than ZETA."),
        ("ZETA has an advantage over GraspNet.", "GraspNet has an advantage over ZETA."),
        ("The tests show ZETA's superiority over GraspNet.", "The tests show GraspNet's superiority over ZETA."),
        ("GraspNet is inferior to ZETA.", "ZETA is inferior to GraspNet."),
        ("Planner-X is slower than ZETA.", "ZETA is slower than Planner-X."),
        ("ZETA is faster than Planner-X.", "Planner-X is faster than ZETA."),
        ("Behaviour cloning is beaten by ZETA.", "ZETA is beaten by behaviour cloning."),
        ("Existing planners are surpassed by ZETA.", "Existing planners surpass ZETA."),
    ],
)
def test_a_comparison_holds_in_every_form_and_its_reverse_in_none(same, turned):
    assert turned_comparison(same, TOLD, OWN) is None
    assert turned_comparison(turned, TOLD, OWN) in (1, 2, 3)


@pytest.mark.parametrize(
    "silent",
    [
        "GraspNet does not outperform ZETA.",  # what is denied puts nothing first
        "GraspNet is larger than ZETA.",  # another measure
        "ZETA is outperformed in cluttered scenes.",  # nobody is said to do it
        "OtherNet outperforms ZETA.",  # not in the abstract
    ],
)
def test_what_the_abstract_does_not_compare_is_not_called_turned(silent):
    assert turned_comparison(silent, TOLD, OWN) is None


def test_who_comes_first_is_read_from_passives_as_from_actives():
    first = Comparison("good", "A one", "B two")
    assert comparisons("A one beats B two.") == [Comparison("good", "A one", "B two.")]
    assert comparisons("B two is surpassed on both by A one in tests.") == [first]


def test_a_turned_comparison_is_contradicted_and_shows_its_sentence():
    paper = Paper("1", "ZETA: Grasping from Words", ABSTRACT)
    finding = Verifier().check("ZETA is outperformed by GraspNet.", [paper])
    assert (finding.verdict, finding.kind, finding.contradicted) == ("unsupported", "role", True)
    assert [ABSTRACT[e.start : e.end] for e in finding.evidence] == [TOLD[1]]
    assert Verifier().check("GraspNet is outperformed by ZETA.", [paper]).verdict != "unsupported"


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("Unlike ZETA, GraspNet has 1B parameters.", "the abstract gives 1B of ZETA, and 7B of GraspNet"),
        ("ZETA has 7B parameters.", "the abstract gives 7B of GraspNet, and 1B of ZETA"),
        ("GraspNet has 7B parameters, ZETA 1B.", ""),
        ("ZETA doubles the success rate of GraspNet.", "no such number is in the abstract: doubles"),
        ("ZETA is 24% better, twice as fast and has 3B parameters.", "no such number is in the abstract: twice, 3B"),
    ],
)
def test_a_number_is_the_one_things_that_the_abstract_gives_it_to(claim, reason):
    abstract = "ZETA is better, outperforming GraspNet (7B parameters) by 24%, while using 7x fewer parameters (1B)."
    finding = Verifier().check(claim, [Paper("1", "ZETA: Grasping from Words", abstract)])
    assert (finding.reason if finding.kind == "number" and finding.barred else "") == reason
    assert not (reason and finding.holds)


@pytest.mark.parametrize(
    ("claim", "is_turned"),
    [
        ("ZETA makes generalization to new objects worse.", True),
        ("ZETA reduces generalization to new objects.", True),
        ("With ZETA, generalization drops.", True),
        ("ZETA increases latency.", True),
        ("ZETA improves generalization.", False),
        ("Without ZETA, generalization drops.", False),
        ("ZETA reduces training data.", False),
    ],
)
def test_what_rises_does_not_fall(claim, is_turned):
    sentences = ("ZETA runs on robots.", "It has significantly improved generalization to novel objects.")
    assert turned_change(claim, (*sentences, "It also lowers latency.")) in ((1, 2) if is_turned else (None,))


def test_a_change_told_the_other_way_round_disagrees():
    paper = Paper("1", "ZETA: Grasping from Words", "ZETA is a model. It boosts generalization to novel objects.")
    finding = Verifier().check("ZETA makes generalization to novel objects worse.", [paper])
    assert (finding.verdict, finding.kind, finding.contradicted) == ("unsupported", "direction", True)
