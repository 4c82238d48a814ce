"""The commands draft, compare, lint and papers export."""

import json
import os

import pytest

from rag.drafting import draft as drafting
from tests.openai_server import Script, serve
from ui.cli import main

TOPIC = "vision-language-action models for robot manipulation"


@pytest.fixture(autouse=True)
def environment(monkeypatch, library_home, tmp_path):
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "CITEWELL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CITEWELL_HOME", str(library_home))
    monkeypatch.chdir(tmp_path)


def run(capsys, *argv):
    code = main(argv)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_plan_is_printed_edited_and_written_in_every_form(capsys, tmp_path):
    code, plan, _ = run(capsys, "draft", TOPIC, "--count", "4", "--plan-only")
    assert code == 0 and plan.startswith("# Plan")
    (tmp_path / "plan.md").write_text(plan, encoding="utf-8")
    code, out, _ = run(capsys, "draft", "--plan", "plan.md", "-o", "out", "--evidence")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert code == 0 and names == {
        "draft.md",
        "draft.tex",
        "references.bib",
        "draft.json",
        "plan.md",
        "plan.json",
    }
    value = json.loads((tmp_path / "out" / "draft.json").read_text(encoding="utf-8"))
    assert len(value["plan"]) == 4 and value["bibtex"].count("@") == 4 and "out/draft.md" in out.replace(os.sep, "/")
    code, out, _ = run(capsys, "lint", "out/draft.tex", "--bib", "out/references.bib", "--json", "--faults")
    assert code == 0 and {line["verdict"] for line in json.loads(out)} <= {"close copy"}


def test_a_stopped_draft_leaves_what_is_finished_in_a_file(capsys, tmp_path, monkeypatch):
    whole = drafting.Drafter.write

    def stop(self, plan):
        yield next(whole(self, plan))
        raise KeyboardInterrupt

    monkeypatch.setattr(drafting.Drafter, "write", stop)
    code, _, err = run(capsys, "draft", "--papers", "2411.00508,2210.03629")
    assert code == 1 and "citewell-draft" in err
    assert "[1]" in (tmp_path / "citewell-draft" / "draft.md").read_text(encoding="utf-8")


def test_a_server_writes_the_draft_and_what_it_invents_is_said(capsys, monkeypatch):
    def reply(messages):
        return "Kang et al. [2] present CLIP-RT, a vision-language-action model. Nobody et al. [9] cook."

    with serve(Script(reply=reply)) as address:
        monkeypatch.setenv("OPENAI_BASE_URL", address)
        code, out, _ = run(capsys, "draft", "--papers", "2411.00508,2210.03629", "--json")
    value = json.loads(out)
    cited = [c["paper_id"] for s in value["sentences"] for c in s["citations"]]
    assert code == 0 and value["model"] == "tiny" and value["usage"]["prompt_tokens"]
    assert sorted(set(cited)) == ["2210.03629", "2411.00508"] and "Kang et al. [1] present" in value["answer"]
    assert {"invented-citation", "added"} <= {repair["kind"] for repair in value["repairs"]}


def test_a_folder_that_cannot_be_written_is_said_before_the_work(capsys, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place in ("file", "file/below"):
        code, out, err = run(capsys, "draft", TOPIC, "-o", place)
        assert code == 1 and not out and "cannot be written" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["draft"], "give a topic"),
        (["draft", "--papers", "nonsense"], "no such paper"),
        (["draft", "--plan", "none.md"], "cannot be read"),
        (["compare", "2411.00508", "nonsense"], "nonsense: no such"),
        (["lint", "none.tex"], "cannot be read"),
        (["papers", "export", "nonsense"], "no such paper"),
        (["papers", "export", "-o", "none/all.bib"], "cannot be written"),
        (["papers", "export", "--references", "nonsense"], "no citation style"),
    ],
)
def test_bad_input_is_one_clear_line(capsys, argv, says):
    code, out, err = run(capsys, *argv)
    assert code == 1 and not out and says in err and err.count("\n") == 1


def test_compare_by_ids_and_by_question(capsys):
    code, out, _ = run(capsys, "compare", "2411.00508", "2210.03629", "--aspects", "method,result", "--json")
    table = json.loads(out)
    assert code == 0 and [row["paper_id"] for row in table["rows"]] == ["2411.00508", "2210.03629"]
    assert run(capsys, "compare", "diffusion policies", "-k", "2")[1].count("\n") == 4


def test_lint_says_where_and_exits_with_one_when_an_abstract_disagrees(capsys, tmp_path):
    (tmp_path / "a.md").write_text("Fine.\n\nCLIP-RT outperforms OpenVLA by 42% [@kang2024cliprt].\n", encoding="utf-8")
    code, out, _ = run(capsys, "lint", "a.md")
    assert code == 1 and out.startswith("a.md:3:37: disagrees: ")


def test_papers_export(capsys, tmp_path):
    code, out, _ = run(capsys, "papers", "export", "2411.00508")
    assert code == 0 and out.startswith("@inproceedings{kang2024cliprt,")
    code, out, _ = run(capsys, "papers", "export", "--format", "csl-json", "-o", "all.json")
    assert code == 0 and not out and len(json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))) == 118
    assert "Kang" in run(capsys, "papers", "export", "2411.00508", "--references", "apa")[1]
