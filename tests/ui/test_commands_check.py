"""`citewell check`: claims from outside, with papers of the library or with sources of their own."""

import json

import pytest

from rag.errors import CheckError
from rag.verifying.claims import read_claims
from store.records import Paper
from ui.cli import main

ABSTRACT = "ZETA improves latency by 4% over GraspNet. It needs no labels."
SOURCES = [{"title": "ZETA", "abstract": ABSTRACT}]


def run(tmp_path, *claims):
    file = tmp_path / "claims.jsonl"
    file.write_text("".join(json.dumps(claim) + "\n" for claim in claims), encoding="utf-8")
    return main(["check", str(file), "--json"])


def test_every_claim_comes_back_in_order_with_its_verdict(tmp_path, capsys):
    quoted = {"n": 1, "claim": "It needs no labels.", "sources": SOURCES}
    wrong = {"n": 2, "claim": "ZETA improves latency by 45% over GraspNet.", "sources": SOURCES}
    assert run(tmp_path, quoted, wrong) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["n"], first["verdict"], first["score"]) == (1, "quoted", 1.0)
    assert (second["n"], second["verdict"], second["kind"]) == (2, "unsupported", "number")
    assert "45%" in second["reason"] and second["score"] < 0.5
    for claim in (first, second):
        for citation in claim["citations"]:
            assert ABSTRACT[citation["start"] : citation["end"]] == citation["quote"]


def test_papers_of_the_library_are_named_by_id(tmp_path, capsys, monkeypatch, library_home):
    monkeypatch.setenv("CITEWELL_HOME", str(library_home))
    assert run(tmp_path, {"claim": "CLIP-RT outperforms OpenVLA by 24%.", "paper_ids": ["2411.00508"]}) == 0
    [found] = json.loads(capsys.readouterr().out)
    assert found["citations"][0]["paper_id"] == "2411.00508"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is no JSON object"),
        ("[" * 100_000, "is no JSON object"),
        ("3", "has no claim"),
        ('{"claim": " "}', "has no claim"),
        ('{"claim": "It is fast."}', "has neither paper_ids nor sources"),
        ('{"claim": "It is fast.", "paper_ids": "x"}', "has neither paper_ids nor sources"),
        ('{"claim": "It is fast.", "paper_ids": ["x"]}', "x: no such paper in the library"),
        ('{"claim": "It is fast.", "sources": [{"title": "X"}]}', "source 1 has no abstract"),
        ('{"claim": "It is fast.", "sources": {}}', "no list of objects"),
    ],
)
def test_a_bad_line_is_told_with_its_place(line, reason):
    with pytest.raises(CheckError) as error:
        list(read_claims(["", line], "claims.jsonl", lambda ids: []))
    assert str(error.value).startswith("claims.jsonl:2: ") and reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_paper_cited_twice_counts_once():
    paper = Paper("p", "P", "It is fast.")
    [claim] = read_claims(['{"claim": "Fast.", "paper_ids": ["p", "p"]}'], "x", lambda ids: [paper])
    assert claim.papers == (paper,)
