"""The benchmark's page says what its results say, and its ratios are those of the rounds."""

import sys
from pathlib import Path

import pytest

from benchmarks.bench_page import PAGE, page
from benchmarks.machine import read
from benchmarks.peers import __main__ as peers
from benchmarks.peers.job import Job, enough, way
from benchmarks.peers.systems import CITEWELL, FAST, TUTORIAL, systems


def test_the_page_is_made_of_the_results():
    assert PAGE.read_text(encoding="utf-8") == page(read("peers"), read("embedding"))


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds():
    def taken(tutorial, ours):
        return {name: {"seconds": seconds} for name, seconds in ((TUTORIAL, tutorial), (CITEWELL, ours), (FAST, 1))}

    found = peers.summary([taken(6, 2), taken(8, 2), taken(90, 9)])
    assert found["tutorial / Citewell"] == {CITEWELL: 4, FAST: 8}
    assert found["medians"][TUTORIAL] == {"seconds": 8}


def test_a_job_is_read_as_it_was_written(tmp_path):
    job = Job([{"paper_id": "a"}], ["What?"], [[["user", "Hello."]]], "home", "weights")
    assert Job.read(job.write(tmp_path / "job.json")) == job


def test_pieces_show_ten_papers_though_one_paper_has_the_most():
    assert enough(["a", "a", "a", "b"]) == 30


def test_a_paper_found_twice_counts_once():
    assert way(lambda text: ["a", "b", "a"], ["What?"])["found"] == [["a", "b"]]


def test_settings_of_the_user_do_not_reach_the_systems(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("CITEWELL_SOURCES", "3")
    for system in systems("python").values():
        environ = system.environment("ask", Path("home"))
        assert not {"OPENAI_API_KEY", "CITEWELL_SOURCES"} & set(environ)


def test_a_python_that_is_not_there_is_told_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["peers", "--python", "nowhere/python"])
    with pytest.raises(SystemExit):
        peers.main()
    assert "there is no Python at nowhere/python" in capsys.readouterr().err
