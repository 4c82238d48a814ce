"""Related-work drafts: told, planned, written, checked, and held to their plan."""

import json
import re

import pytest

from rag.drafting.choosing import MOST, choose, gather, relevant
from rag.drafting.draft import Drafter
from rag.drafting.plan import Plan, PlanItem, read_plan, to_json, to_markdown
from rag.drafting.planning import Options, asked_for
from rag.errors import DraftError
from rag.search.query import topic_of, topic_query
from rag.verifying.attribution import bare_claim, foreign_author
from rag.verifying.verify import Verifier
from store.records import Paper
from ui.render import draft_files, print_form

KANG = Paper("1", "CLIP-RT: Learning Policies", "x", ("Gi-Cheon Kang", "A. Lee", "B. Kim"), 2024)
TOPIC = "vision-language-action models for robot manipulation"


def test_authors_are_no_claim():
    assert bare_claim("Later, Kang et al. propose X.", KANG) == "they propose X."
    assert foreign_author("Kang et al. propose X.", [KANG]) == ""
    assert foreign_author("Song et al. propose X.", [KANG]) == "Song"


def test_a_request_becomes_a_topic_with_its_aspects():
    assert topic_of("Write a related-work paragraph on world models and dynamics.") == "world models and dynamics"
    assert topic_of("world models") == "world models"
    assert asked_for("computer agents: safety, training data and how they plan") == ["safety", "training data"]
    assert asked_for("world models and dynamics") == []
    assert asked_for("agents: how they reason, search their space and explore") == []
    query = topic_query("Robots are slow. We make them fast.")
    assert query.kind == "survey"
    assert [piece.text for piece in query.pieces] == ["Robots are slow.", "We make them fast."]


def test_candidates_end_where_relevance_falls(library):
    found = gather(library, TOPIC)
    passages = [(c.found.passage, c.found.paper.abstract) for c in found[:5]]
    assert len(found) > 60 and all(p.text == abstract[p.start : p.end] for p, abstract in passages)
    chosen = [c.found.paper.title for c in relevant(found, TOPIC)]
    assert 5 <= len(chosen) <= MOST and not any("Tumors" in title for title in chosen)
    named = relevant(found, f"{TOPIC}, and what Agentic Robot and Action in Mind do")
    assert {"Agentic Robot", "Action in Mind"} <= {c.found.paper.title.partition(":")[0] for c in named}


def test_a_paper_without_an_abstract_takes_no_place(small):
    small.add([Paper("", "Gripper planning helps", "")])
    [bare] = [paper.paper_id for paper in small.papers() if not paper.abstract]
    chosen, _ = choose(small, "gripper planning helps", 3, short=False)
    assert len(chosen) == 3 and bare not in {found.paper.paper_id for found in chosen}


def test_nothing_on_the_topic_is_said_and_what_is_left_out_has_a_reason(drafter, draft):
    with pytest.raises(DraftError, match=r"about this.*The nearest are"):
        drafter.plan("the taxation of grain in ancient Egypt")
    told = [r.detail for r in draft.answer.repairs if r.kind == "left-out"]
    assert draft.plan.omissions and all(any(o.paper_id in detail for detail in told) for o in draft.plan.omissions)


@pytest.fixture(scope="module")
def drafter(library):
    return Drafter(library, Verifier())


@pytest.fixture(scope="module")
def draft(drafter):
    return drafter.draft(TOPIC, Options(papers=6))


def cited(draft):
    return [paper_id for written in draft.written for paper_id in written.paper_ids]


def test_every_sentence_is_carried_and_every_paper_cited_once(draft):
    assert {s.verdict for s in draft.answer.sentences} <= {"supported", "quoted", "weak"}
    assert len(cited(draft)) == len(set(cited(draft)))
    left = {r.detail.split()[0] for r in draft.answer.repairs if r.kind == "left-out"}
    assert set(draft.plan.paper_ids) == set(cited(draft)) | (left & set(draft.plan.paper_ids))
    assert len({s.text for s in draft.answer.sentences}) == len(draft.answer.sentences)
    assert all(s.text in draft.answer.answer for s in draft.answer.sentences)
    assert not any(copy.is_long for s in draft.answer.sentences for copy in s.copies)
    assert len(draft.plan.themes) <= 6 and not re.search(r"\b[Ww]e\b|\b[Oo]ur\b", draft.answer.answer)


def test_quotes_are_exact_and_numbers_run_by_first_use(draft, library):
    for sentence in draft.answer.sentences:
        for c in sentence.citations:
            assert library.get(c.paper_id).abstract[c.start : c.end] == c.quote
    shown = [int(n) for n in re.findall(r"\[(\d+)\]", draft.answer.answer)]
    assert shown == list(range(1, len(shown) + 1))


def test_the_json_is_that_of_ask_with_plan_latex_and_bibtex(draft):
    value = json.loads(json.dumps(draft.as_json()))
    assert {"question", "answer", "sentences", "sources", "repairs", "plan", "latex", "bibtex"} <= set(value)
    assert all(set(item) == {"theme", "paper_ids", "sentence", "facts"} and item["sentence"] for item in value["plan"])


def test_latex_and_bib_name_the_same_papers(draft, drafter):
    keys = [key for keys in re.findall(r"\\cite\{([^}]*)\}", draft.latex) for key in keys.split(",")]
    assert keys == [draft.keys[i] for i in cited(draft)] == re.findall(r"^@\w+\{(\w+),", draft.bibtex, re.M)
    files = draft_files(draft, drafter.papers(draft), "apa", True)
    assert files["draft.md"].count("\n[") == len(keys) and "## Evidence" in files["draft.md"]
    assert (
        files["draft.md"].startswith("*These sentences are the authors' words")
        and "  - proposes: “" in files["plan.md"]
    )
    assert "filecontents" in print_form(draft, drafter.papers(draft), "latex", "apa", False)


def test_a_plan_is_edited_and_read_back(draft, library):
    plan, (first, second, *_) = draft.plan, draft.plan.paper_ids
    edited = plan.moved(first, "New theme").dropped(second).with_pin(first)
    papers = {paper.paper_id: paper for paper in library.papers()}
    for text in (to_json(edited), to_markdown(edited, papers)):
        again = read_plan(text)
        assert (again.items, again.topic, again.style) == (edited.items, edited.topic, edited.style)
    assert second not in edited.paper_ids and edited.items[-1].theme == "New theme" and edited.items[-1].pinned
    with pytest.raises(DraftError, match="not in the plan"):
        plan.dropped("nonsense")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ('{"items": [{}]}', "theme"),
        ("# Plan\n", "no sentence"),
        ('{"items": [{"theme": "a", "paper_ids": ["1"]}], "style": "odd"}', "style"),
    ],
)
def test_what_is_no_plan_is_told(text, says):
    with pytest.raises(DraftError, match=says):
        read_plan(text, "plan.md")


def test_an_edited_plan_is_what_is_written(drafter, draft):
    last = draft.plan.paper_ids[-1]
    plan = draft.plan.moved(last, draft.plan.themes[0]).dropped(draft.plan.paper_ids[0])
    again = drafter.finish(plan, list(drafter.write(plan)))
    assert set(cited(again)) == set(plan.paper_ids)
    assert next(w.theme for w in again.written if last in w.paper_ids) == plan.themes[0]
    assert any("dropped by hand" in r.detail for r in again.answer.repairs)


def test_papers_chosen_by_hand_are_all_cited(drafter, library):
    ids = [paper.paper_id for paper in library.papers()][:3]
    again = drafter.draft("", Options(style="chronological"), ids)
    years = [library.get(i).year for i in cited(again)]
    assert set(cited(again)) == set(ids) and years == sorted(years)
    with pytest.raises(DraftError, match="no such paper"):
        drafter.plan("x", paper_ids=["nonsense"])
    with pytest.raises(DraftError, match="planned more than once"):
        list(drafter.write(Plan("x", (PlanItem("a", (ids[0],)), PlanItem("b", (ids[0],))))))


def test_one_sentence_is_written_anew_and_the_others_stay(drafter, draft):
    again = drafter.rewrite(draft, 2)
    old, new = ([s.text for s in d.answer.sentences] for d in (draft, again))
    assert old[1] != new[1] and old[:1] + old[2:] == new[:1] + new[2:]
    assert again.answer.sentences[1].verdict in ("supported", "quoted", "weak")
    with pytest.raises(DraftError, match="no sentence 99"):
        drafter.rewrite(draft, 99)


def test_a_stopped_draft_keeps_what_is_finished(drafter, draft):
    part = drafter.finish(draft.plan, draft.written[:2])
    assert len(part.answer.sentences) == 2
    assert sum("was stopped before it" in r.detail for r in part.answer.repairs) == len(draft.plan.paper_ids) - 2


def test_length_shapes_the_sentences(drafter):
    words = {}
    for length in ("short", "long"):
        again = drafter.draft("diffusion policies", Options(length=length), ["2411.15139", "2404.06356"])
        assert {s.verdict for s in again.answer.sentences} <= {"supported", "quoted"}
        assert sorted(cited(again)) == ["2404.06356", "2411.15139"]
        words[length] = len(again.answer.answer.split())
    assert words["short"] + 10 < words["long"]


def test_nothing_on_the_topic_is_told(drafter):
    with pytest.raises(DraftError, match="No paper in this library"):
        drafter.plan("sourdough bread baking recipes")
