"""Comparison tables: every filled cell is an exact quote."""

import csv
import io
import json

import pytest
from pylatexenc.latexwalker import LatexWalker

from rag.drafting.compare import DEFAULT_ASPECTS, NONE_FOUND, Cell, compare, render
from rag.errors import DraftError
from store.records import Paper


@pytest.fixture(scope="module")
def papers(library):
    return list(library.papers())[:5]


@pytest.fixture(scope="module")
def table(library, papers):
    return compare(papers, library.embed)


def test_every_filled_cell_is_an_exact_quote(table, papers):
    for row, paper in zip(table.rows, papers, strict=True):
        assert [cell.aspect for cell in row.cells] == list(DEFAULT_ASPECTS)
        assert all(paper.abstract[cell.start : cell.end] == cell.quote for cell in row.cells)


def test_most_cells_of_method_and_result_are_filled(table):
    assert all(sum(bool(cell.quote) for cell in row.cells) >= 2 for row in table.rows)
    assert sum(bool(row.cells[1].quote) for row in table.rows) >= 4


SAID = {
    "task": "Grasping unseen objects remains challenging for robots.",
    "": "Existing methods need large-scale datasets and fail in clutter.",
    "method": "We propose ZETA, a planner that scores grasps with a language model.",
    "data": "We train it on a new dataset of 5,000 grasps.",
    "result": "Experiments on two benchmarks show that ZETA outperforms GraspNet by 4%.",
    "limitation": "However, ZETA still struggles with transparent objects.",
}


@pytest.mark.parametrize("lacking", ["data", "result", "limitation", "nothing"])
def test_each_cell_answers_its_aspect_or_says_that_nothing_does(library, lacking):
    quotes = _quotes(library, [aspect for aspect in SAID if aspect != lacking])
    stated = {aspect: text for aspect, text in SAID.items() if aspect not in ("", lacking)}
    assert quotes == (stated | {"data": SAID["result"]} if lacking == "data" else stated)  # "on two benchmarks"


@pytest.mark.parametrize("said", [("", "method", "result"), ("method", "result", "")])
def test_what_others_did_is_no_answer(library, said):
    assert SAID[""] not in _quotes(library, said).values()


def _quotes(library, said):
    paper = Paper("z", "ZETA: Fast Grasp Planning", " ".join(SAID[part] for part in said))
    [row] = compare([paper], library.embed).rows
    return {cell.aspect: cell.quote for cell in row.cells if cell.quote}


def test_users_names_of_known_aspects_find_what_these_find(library):
    paper = Paper("z", "ZETA: Fast Grasp Planning", " ".join(SAID.values()))
    [row] = compare([paper], library.embed, ["problem", "Findings", "shortcomings", "transparent objects"]).rows
    assert [cell.quote for cell in row.cells] == [SAID[a] for a in ("task", "result", "limitation", "limitation")]


def test_one_sentence_may_state_two_aspects(library):
    both = "On the dataset NAVSIM, ZETA achieves 88.1 PDMS at 45 FPS, a new record for benchmarks of 5,000 grasps."
    paper = Paper("z", "ZETA: Fast Grasp Planning", f"{SAID['method']} {both}")
    [row] = compare([paper], library.embed, ["data", "result"]).rows
    assert [cell.quote for cell in row.cells] == [both, both]


def test_what_the_abstract_does_not_say_is_said(library, papers):
    odd = compare(papers[:2], library.embed, ["the price of wheat in 1900", "method"])
    assert [cell.text for cell in (row.cells[0] for row in odd.rows)] == [NONE_FOUND] * 2


def test_renders_agree(table):
    rows = list(csv.reader(io.StringIO(render(table, "csv"))))
    value = json.loads(render(table, "json"))
    assert rows[0][3:] == value["aspects"] and len(rows) == len(value["rows"]) + 1
    cell = value["rows"][0]["cells"]["method"]
    assert cell is None or set(cell) == {"quote", "start", "end", "score"}
    markdown = render(table, "md").splitlines()
    assert len(markdown) == 7 and all(line.replace("\\|", "").count("|") == 7 for line in markdown)
    latex = render(table, "latex", {table.rows[0].paper_id: "key2024"})
    LatexWalker(latex, tolerant_parsing=False).get_latex_nodes()
    assert "\\toprule" in latex and "\\cite{key2024}" in latex


def test_nothing_to_compare_is_said(library, papers, table):
    with pytest.raises(DraftError, match="at least one paper"):
        compare([], library.embed)
    with pytest.raises(DraftError, match="md, csv"):
        render(table, "docx")


def test_what_is_told_without_the_usual_words_is_found(library):
    told = {
        "task": "Mobile robots meet doors that no training set contains.",
        "method": "We learn a prior over handle motions and adapt it within three trials.",
        "result": "Over 40 doors in six buildings the robot opens 35.",
        "limitation": "Heavy doors remain hard: it fails on most of them.",
    }
    paper = Paper("z", "Opening Doors It Has Never Seen", " ".join(told.values()))
    [row] = compare([paper], library.embed).rows
    assert {cell.aspect: cell.quote for cell in row.cells if cell.aspect != "data"} == told
    [sure] = compare([paper], library.embed, only_sure=True).rows
    assert sum(bool(cell.quote) for cell in sure.cells) < 5 and Cell("task").text == NONE_FOUND == "no sentence found"
