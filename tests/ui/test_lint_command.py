"""`citewell lint` as programs run it: its forms, a baseline, the hook of a repository, and the action."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rag.linting.findings import LintLine
from ui.cli import main
from ui.lint_forms import to_github, to_sarif

ROOT = Path(__file__).parents[2]
WRONG = "CLIP-RT beats OpenVLA by 42\\% \\cite{kang2024cliprt}.\n"
BIB = (
    "@misc{kang2024cliprt,\n title = {CLIP-RT},\n year = 1999,\n eprint = {2411.00508},\n archiveprefix = {arXiv}\n}\n"
)
LEVELS = {"none", "note", "warning", "error"}


@pytest.fixture(autouse=True)
def environment(monkeypatch, library_home, tmp_path):
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "CITEWELL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CITEWELL_HOME", str(library_home))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.tex").write_text(f"\\bibliography{{a}}\n{WRONG}", encoding="utf-8")
    (tmp_path / "a.bib").write_text(BIB, encoding="utf-8")


def run(capsys, *argv):
    code = main(argv)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_bib_that_a_text_names_is_read_and_findings_are_told_once(capsys):
    code, out, _ = run(capsys, "lint", "a b.tex", "a.bib", "a b.tex")
    assert code == 1 and [line.split(": ")[:2] for line in out.splitlines()] == [
        ["a b.tex:2:37", "disagrees"],
        ["a.bib:3:1", "wrong reference"],
    ]
    assert run(capsys, "lint", "a.bib")[1].startswith("a.bib:3:1: wrong reference")


def test_a_chapter_is_read_as_part_of_the_text_that_takes_it_in(capsys, tmp_path):
    (tmp_path / "main.tex").write_text("\\input{a b}", encoding="utf-8")
    code, out, _ = run(capsys, "lint", "a b.tex", "main.tex")
    assert code == 1 and out.count("\n") == 2
    (tmp_path / "n.md").write_text("---\nbibliography: [a.bib]\n---\nIt runs [@kang2024cliprt].\n", encoding="utf-8")
    assert "a.bib:3:1: wrong reference" in run(capsys, "lint", "n.md")[1]


def check_sarif(log):
    """What the schema of SARIF 2.1.0 requires of each object that is used, and the values that it allows."""
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    [found] = log["runs"]
    driver = found["tool"]["driver"]
    assert driver["name"] and found["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    for rule in driver["rules"]:
        assert rule["id"] and rule["shortDescription"]["text"] and rule["defaultConfiguration"]["level"] in LEVELS
    for result in found["results"]:
        assert result["message"]["text"] and result["level"] in LEVELS
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert re.fullmatch(r"[\w%./:~-]+", place["artifactLocation"]["uri"])
            assert all(isinstance(n, int) and n >= 1 for n in place["region"].values())
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        assert all(s["kind"] in {"inSource", "external"} for s in result.get("suppressions", ()))
    return found["results"]


def test_sarif_is_as_its_schema_wants_it(capsys, tmp_path):
    code, out, _ = run(capsys, "lint", "a b.tex", "--format", "sarif")
    results = check_sarif(json.loads(out))
    assert code == 1 and [(r["ruleId"], r["level"]) for r in results] == [
        ("disagrees", "error"),
        ("wrong-reference", "error"),
    ]
    assert results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.tex"
    (tmp_path / "c.md").write_text("<!-- citewell: ok (so) -->\nIt beats X [@nobody].\n", encoding="utf-8")
    [result] = check_sarif(json.loads(run(capsys, "lint", "c.md", "--format", "sarif")[1]))
    assert result["suppressions"] == [{"kind": "inSource", "justification": "so"}]
    assert check_sarif(to_sarif([])) == []


def test_annotations_are_escaped():
    line = LintLine("a,b:c.tex", 3, 4, "close copy", "100% of\nit::error::x")
    assert to_github(line) == "::warning file=a%2Cb%3Ac.tex,line=3,col=4,title=close copy::100%25 of%0Ait::error::x"


def test_a_baseline_lets_a_text_pass_until_something_new_is_wrong(capsys, tmp_path):
    assert run(capsys, "lint", "a b.tex", "--write-baseline", "base.json")[0] == 0
    assert run(capsys, "lint", "a b.tex", "--baseline", "base.json", "--strict", "--faults")[:2] == (0, "")
    (tmp_path / "a b.tex").write_text(f"\\bibliography{{a}}\nNew.\n\n{WRONG}\n{WRONG}", encoding="utf-8")
    code, out, _ = run(capsys, "lint", "a b.tex", "--baseline", "base.json", "--faults")
    assert code == 1 and out.count("\n") == 1 and out.startswith("a b.tex:6:37: disagrees")
    (tmp_path / "base.json").write_text("[]", encoding="utf-8")
    code, _, err = run(capsys, "lint", "a b.tex", "--baseline", "base.json")
    assert code == 1 and "is no baseline" in err and err.count("\n") == 1


def test_strict_fails_at_any_fault(capsys, tmp_path):
    (tmp_path / "d.tex").write_text("It runs \\cite{nobody}.", encoding="utf-8")
    assert [run(capsys, "lint", "d.tex", *more)[0] for more in ((), ("--strict",))] == [0, 1]


def git(*argv, env=None):
    return subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *argv], capture_output=True, env=env)


def test_the_hook_stops_a_commit_with_a_wrong_citation(tmp_path):
    """The entry of .pre-commit-hooks.yaml, called with the staged files as pre-commit does."""
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {"id", "name", "entry", "language"} <= hook.keys() and set(hook["types_or"]) == {"tex", "markdown", "bib"}
    program, *arguments = shlex.split(hook["entry"])
    assert program == "citewell" and git("init", "-q").returncode == 0
    called = " ".join(shlex.quote(word) for word in (sys.executable, "-m", "ui.cli", *arguments))
    script = tmp_path / ".git" / "hooks" / "pre-commit"
    script.write_text(f"#!/bin/sh\ngit diff --cached --name-only -z | xargs -0 {called}\n", encoding="utf-8")
    script.chmod(0o755)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    git("add", "-A")
    refused = git("commit", "-m", "a", env=env)
    assert refused.returncode != 0 and b"a b.tex:2:37: disagrees" in refused.stdout + refused.stderr
    (tmp_path / "a b.tex").write_text(WRONG.replace("42", "24"), encoding="utf-8")
    (tmp_path / "a.bib").write_text(BIB.replace("1999", "2024"), encoding="utf-8")
    git("add", "-A")
    assert git("commit", "-m", "a", env=env).returncode == 0


def test_the_action_puts_no_input_into_its_script():
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    steps = action["runs"]["steps"]
    assert action["runs"]["using"] == "composite" and all("${{" not in step.get("run", "") for step in steps)
    assert all(step["shell"] == "bash" for step in steps if "run" in step)
    [script] = [step["run"] for step in steps if "citewell lint" in step.get("run", "")]
    assert subprocess.run(["bash", "-n"], input=script.encode(), capture_output=True).returncode == 0


def test_a_comment_in_a_bib_that_is_linted_alone_counts(capsys, tmp_path):
    assert run(capsys, "lint", "a.bib")[0] == 1
    (tmp_path / "a.bib").write_text(f"% citewell: ok (the preprint's year)\n{BIB}", encoding="utf-8")
    assert run(capsys, "lint", "a.bib")[0] == 0
