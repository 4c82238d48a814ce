"""The commands that change papers by hand, take changes back, and look papers up."""

import json
import os
import shutil

import pytest
from services_server import serving

from ui.cli import main

CLIP_RT = "2411.00508"


@pytest.fixture(scope="module")
def home(library_home, tmp_path_factory):
    return shutil.copytree(library_home, tmp_path_factory.mktemp("changed") / "home")


@pytest.fixture(autouse=True)
def environment(monkeypatch, home, tmp_path):
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "CITEWELL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CITEWELL_HOME", str(home))
    monkeypatch.chdir(tmp_path)


def run(capsys, *argv: str) -> tuple[int, str, str]:
    code = main(argv)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def shown(capsys) -> dict:
    return json.loads(run(capsys, "papers", "show", CLIP_RT, "--json")[1])


def test_a_paper_is_tagged_edited_and_all_that_is_taken_back(capsys):
    before = shown(capsys)
    assert run(capsys, "papers", "tag", CLIP_RT, "--add", "to read", "--add", "vla")[1] == "1 changed\n"
    assert run(capsys, "papers", "tag")[1] == "1\tto read\n1\tvla\n"
    edit = ("papers", "edit", CLIP_RT, "--notes", "good", "--authors", "Doe, Jane; {The Group}", "--citekey", "clip:rt")
    assert run(capsys, *edit)[0] == 0
    paper = shown(capsys)
    assert (paper["tags"], paper["notes"], paper["citekey"]) == (["to read", "vla"], "good", "clip:rt")
    assert paper["authors"] == ["Jane Doe", "The Group"] and paper["origins"]["notes"] == "you"
    bib = run(capsys, "papers", "export", CLIP_RT)[1]
    assert bib.startswith("@inproceedings{clip:rt,") and "author = {Doe, Jane and {The Group}}" in bib
    told = run(capsys, "papers", "show", CLIP_RT)[1]
    assert "key: clip:rt\ntags: to read, vla\nnotes: good\n" in told and "of you: " in told
    changes = json.loads(run(capsys, "papers", "history", CLIP_RT, "--json")[1])
    assert [change["what"].split()[0] for change in changes] == ["edit", "tag"]
    assert json.loads(run(capsys, "undo", "--json")[1]) == changes[0] and run(capsys, "undo")[0] == 0
    assert shown(capsys) == before
    assert run(capsys, "undo") == (1, "", "citewell: There is no change to take back.\n")


def test_a_key_that_was_given_is_found_in_a_text_for_ever(capsys, tmp_path):
    assert run(capsys, "papers", "edit", CLIP_RT, "--citekey", "mine")[0] == 0
    text = tmp_path / "text.md"
    text.write_text("CLIP-RT is a vision-language-action model [@kang2024cliprt; @mine].\n", encoding="utf-8")
    lines = json.loads(run(capsys, "lint", str(text), "--json")[1])
    assert {line["paper_id"] for line in lines if line["key"]} == {CLIP_RT}
    assert run(capsys, "undo")[0] == 0


def test_a_backup_is_one_file(capsys, tmp_path):
    assert run(capsys, "backup", str(tmp_path / "all.zip"))[1].startswith("118 papers in ")
    assert (tmp_path / "all.zip").stat().st_size < 1_000_000
    assert run(capsys, "restore", str(tmp_path / "none.zip"))[2].startswith(
        f"citewell: {tmp_path / 'none.zip'}: cannot"
    )


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("papers", "edit", CLIP_RT), "Nothing to change"),
        (("papers", "edit", "nobody", "--notes", "x"), "nobody: no such paper"),
        (("papers", "edit", CLIP_RT, "--citekey", "yao2022react"), "is the key of 2210.03629"),
        (("papers", "tag", CLIP_RT), "Name papers, and tags"),
        (("add", "doi:"), "names no paper"),
        (("add", "--watch", "a", "b"), "one file, folder or address"),
        (("add", "--watch", "arxiv:2210.03629"), "can be followed"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(capsys, argv, says):
    code, out, err = run(capsys, *argv)
    assert code == 1 and not out and says in err and err.count("\n") == 1


def test_services_elsewhere_are_asked_and_nothing_is_changed_without_a_yes(capsys, monkeypatch):
    with serving() as services:
        monkeypatch.setenv("CITEWELL_SERVICES", ",".join(f"{name}={url}" for name, url in services.addresses.items()))
        code, out, err = run(capsys, "papers", "enrich", CLIP_RT)
        assert (code, out) == (0, "") and "0 of 1 papers would change" in err and services.asked
    monkeypatch.setenv("CITEWELL_SERVICES", "google=http://x")
    assert "none of arxiv=" in run(capsys, "papers", "enrich", CLIP_RT)[2]
