"""What lint finds beside the check of claims: close copies, overclaims, swapped numbers; what the writer lets stand."""

import pytest

from rag.linting.accepting import read_baseline, without_known, write_baseline
from rag.linting.bibfile import read_bib
from rag.linting.findings import FINE, LintLine
from rag.linting.judging import judged
from rag.linting.lint import lint
from rag.linting.online import _told
from rag.linting.overclaims import overclaim
from rag.records import Finding
from rag.verifying.owners import exchanged_number
from rag.verifying.rulings import DOUBTS, REASONS
from rag.verifying.verify import Verifier
from store.records import Paper
from ui.lint_forms import to_sarif

ABSTRACT = "We propose Foo, which beats BarNet by 6.1% and BazNet by 7.4%. Foo gets 13% on LIBERO and (9.5) on CALVIN."
COPY = "task-specific data not only provides new data for an agent to train on"  # of the abstract of du2023behavior


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ("Foo is the first method for grasping", "the first"),
        ("Foo proves that attention helps", "proves that"),
        ("Foo solves grasping", "solves"),
        ("Foo beats all other methods", "all"),
        ("Foo never fails", "never"),
        ("Foo improves significantly over BarNet", ""),
        ("Foo first proposes a grasp and then moves", ""),
        ("Foo takes the first step of the task", ""),
        ("In all three settings Foo is better", ""),
        ("Foo helps to solve tasks", ""),
    ],
)
def test_strong_words_need_as_strong_an_abstract(claim, word):
    assert overclaim(claim, ABSTRACT) == word
    assert overclaim(claim, "For the first time we prove and solve all of it, always and significantly.") == ""


def test_a_wrong_number_is_no_part_of_what_an_abstract_says():
    doubtful, paper = Finding("weak", kind="number"), Paper("1", "Foo", ABSTRACT)
    assert judged("Foo wins by 53% in all.", doubtful, [paper], frozenset())[0] == "says nothing of this"
    assert judged("Foo wins by 13% in all.", doubtful, [paper], frozenset())[0] == "weak"
    assert judged("We win by 53% with Foo.", doubtful, [paper], frozenset())[0] == "weak"


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ("Foo beats BazNet by 6.1%", "6.1% of BarNet, and 7.4% of BazNet"),
        ("Foo beats BarNet by 6.1% and BazNet by 7.4%", ""),
        ("Foo beats BarNet by 6.1%", ""),
        ("Foo is 6.1% better", ""),
    ],
)
def test_a_number_of_another_thing_is_told(claim, says):
    found = exchanged_number(claim, ABSTRACT.split(". "))
    assert says in (found.reason if found else "") and bool(says) == bool(found)


@pytest.fixture(scope="module")
def found(library):
    verifier = Verifier()

    def findings(text, name="x.tex", bib=""):
        return lint(text, name, {"x.bib": bib} if bib else {}, library, verifier)

    return findings


def test_a_close_copy_is_told_at_its_place_and_a_quotation_is_none(found, library):
    said = f"They say so: {COPY} \\cite{{du2023behavior}}."
    [copy] = [line for line in found(said) if line.verdict == "close copy"]
    paper = library.get(copy.paper_id)
    assert (copy.line, copy.col, copy.claim, copy.quote) == (1, said.index("task") + 1, COPY, COPY)
    assert paper.abstract[copy.start : copy.end] == COPY and copy.is_fault and not copy.fails
    quoted = (f"They say ``{COPY}'' \\cite{{du2023behavior}}.", f"\\begin{{quote}}{said}\\end{{quote}}")
    assert not [line for text in quoted for line in found(text) if line.verdict == "close copy"]
    assert not [line for line in found(f"> {COPY} [@du2023behavior].", "x.md") if line.verdict == "close copy"]


def test_a_sentence_that_says_only_that_there_is_work_is_generic(found):
    [line] = found("Many recent works study robot learning \\cite{yao2022react}.")
    assert (line.verdict, line.is_fault) == ("generic", False)


def test_a_comment_with_a_reason_lets_a_finding_stand(found):
    wrong = "CLIP-RT beats OpenVLA by 42\\% \\cite{kang2024cliprt}."
    verdicts = [(line.line, line.fails, line.accepted) for line in found(f"{wrong} % citewell: ok (of v2)\n\n{wrong}")]
    assert verdicts == [(1, False, "of v2"), (3, True, "")]
    [line] = found(f"% citewell: ok (of v2)\n{wrong}")
    assert line.accepted == "of v2" and str(line).endswith("(accepted: of v2)")
    assert found(f"{wrong} % citewell: ok ()")[0].fails
    markdown = "CLIP-RT beats OpenVLA by 42% [@kang2024cliprt]. <!-- citewell: ok (of v2) -->\n"
    assert not found(markdown, "x.md")[0].is_fault
    entry = "% citewell: ok (printed so)\n@misc{a,\n title = {Data Quality in Imitation Learning},\n year = 1999\n}\n"
    assert [line.accepted for line in found("", "x.md", entry)] == ["printed so"]


def test_the_service_that_is_named_is_the_one_that_has_the_nearest_paper():
    [entry] = read_bib("@article{a, title={Tea}, author={Doe, Jane}, year={2020}}", "a.bib")[0]
    far = Paper("", "Coffee", "", ("Ann Other",), 1999, sources=("Crossref",))
    near = Paper("", "Tea", "", ("Jane Doe",), 2024, sources=("OpenAlex",))
    [line] = _told(entry, [far, near])
    assert line.message.endswith("says OpenAlex") and "2024" in line.message


def test_a_baseline_lets_stand_what_stood_before_wherever_it_moves(found):
    wrong = "CLIP-RT beats OpenVLA by 42\\% \\cite{kang2024cliprt}."
    known = read_baseline(write_baseline(found(wrong)), "b.json")
    lines = without_known(found(f"Hello.\n\n{wrong} It runs.\n\n{wrong}"), known)
    assert [line.fails for line in lines if line.key] == [False, True]


@pytest.mark.parametrize(
    ("claim", "abstract"),
    [
        ("It is the first method for grasping.", "A first-order method is the first-hand choice."),
        ("It proves that grasping converges.", "An informal look at a waterproof robot with approval."),
        ("It solves grasping.", "A solvent dissolves the glue."),
        ("It beats all methods.", "We call small robots from everywhere."),
        ("It never fails.", "We finally anyhow call it."),
        ("It guarantees safety.", "We give censured, uncertified plans and an informal talk."),
        ("It is the only method.", "A solenoid opens the gripper, commonly."),
        ("It works perfectly.", "We train a small model."),
        ("It significantly improves grasping.", "We consider nets on a farm."),
        ("It is fully automatic.", "We call it."),
    ],
)
def test_a_word_within_another_bears_nothing_out(claim, abstract):
    assert overclaim(claim, abstract)


@pytest.mark.parametrize(
    ("claim", "abstracts"),
    [
        ("It is the first method for grasping.", ("It is a first step.", "For the first time, robots knit.")),
        (
            "It proves that grasping converges.",
            ("We give proofs.", "Two theorems.", "In theory.", "Formally, it does."),
        ),
        ("It solves grasping.", ("We solve it.", "Solving it took long.", "It is solvable.")),
        ("It guarantees safety.", ("It is guaranteed.", "Provably safe.", "Certified safe.", "It ensures it.")),
        ("It significantly helps.", ("It is significant.", "By 3 times.", "By far.", "With stronger grips.")),
        ("It is fully automatic.", ("It is full.", "Entirely so.", "All of it is.", "At 100%.")),
        ("It is the only method.", ("It is the sole one.", "It solely grips.")),
    ],
)
def test_a_word_in_any_of_its_forms_bears_it_out(claim, abstracts):
    assert [overclaim(claim, abstract) for abstract in abstracts] == [""] * len(abstracts)


def test_what_is_doubtful_is_neither_fine_nor_a_fault_and_never_told_as_unsaid():
    paper = Paper("1", "Foo", ABSTRACT)
    for kind, reason in DOUBTS.items():
        verdict, told = judged("Foo is a method.", Finding("weak", kind=kind, reason=reason), [paper], frozenset())
        assert verdict == "weak" and " may " in told
    line = LintLine("x.tex", 1, 1, "weak", "m")
    assert not line.is_fault and line.verdict not in FINE and REASONS.keys() == DOUBTS.keys()
    assert [result["level"] for result in to_sarif([line])["runs"][0]["results"]] == ["note"]
