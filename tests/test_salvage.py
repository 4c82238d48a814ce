"""A damaged file of papers: what is whole of it is put back, the rest from a copy; the damaged file is kept."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import WordEmbedder
from small_library import open_empty, state

from store.errors import LostPapersError
from store.library import Library
from store.records import Paper
from ui.cli import main

PAGE = 4096


def mended(home: Path) -> Library:
    return Library.open(home, "words", embedder=WordEmbedder(), seed=False, mend=True)


def change(file: Path, start: int, new: bytes) -> None:
    data = file.read_bytes()
    file.write_bytes(data[:start] + new + data[start + len(new) :])


def lose_a_page(file: Path) -> None:
    change(file, file.read_bytes().index(b"Study 30 of gripper") // PAGE * PAGE, bytes(PAGE))


def lose_the_head(file: Path) -> None:
    change(file, 0, b"\xff" * PAGE)


def lose_the_tables(file: Path) -> None:
    change(file, 100, b"\x01")


def lose_the_page_size(file: Path) -> None:
    change(file, 16, b"\x04")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: len(file.read_bytes()) // 2])


def empty(file: Path) -> None:
    file.write_bytes(b"")


DAMAGES = [lose_a_page, lose_the_head, lose_the_tables, lose_the_page_size, cut, empty, Path.unlink]


@pytest.fixture
def home(small, tmp_path) -> Path:
    """Of a library that was changed after a copy of it was kept."""
    small._papers.keep_copy("test")
    small.remove(["study-1-of-walking"])
    small.add([Paper("", "One more study", "It is new.")])
    small.changes.edit("study-2-of-vision", {"venue": "My shelf"})
    small.close()
    return tmp_path / "home"


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.__name__ for damage in DAMAGES])
def test_damaged_papers_are_put_back_when_asked_and_never_otherwise(home, damage, capfd):
    with open_empty(home) as opened:
        before = state(opened)
    damage(home / "papers.db")
    spoilt = (home / "papers.db").read_bytes() if (home / "papers.db").exists() else b""
    try:
        with open_empty(home) as opened:
            found = opened.examine()  # such damage shows late
            after, said = state(opened), (*found.mended, *found.left)
    except LostPapersError as error:
        assert "`citewell doctor --deep` puts back what is whole" in str(error) and "\n" not in str(error)
        with mended(home) as opened:
            after, said = state(opened), opened.repairs
    back = damage is lose_a_page  # what the copy has and the file has not may have been removed
    assert f"papers.db was damaged or gone: {60 + back} papers were put back" in said[0]
    assert ("1 had been removed since" in said[0]) == back
    assert "What was changed since papers-" in said[0] and "can no longer be undone" in said[0]
    kept = list((home / "copies").glob("damaged-*.db"))
    assert [path.read_bytes()[: len(spoilt)] for path in kept] == [spoilt] * bool(spoilt)
    if (
        damage is lose_a_page
    ):  # all else is as it was in the damaged file, what was removed or edited since the copy too
        assert {p.paper_id for p in after[0]} - {p.paper_id for p in before[0]} == {"study-1-of-walking"}
        assert {p.paper_id: p.venue for p in after[0]}["study-2-of-vision"] == "My shelf"
    with open_empty(home) as opened:
        assert opened.examine().mended == () and opened.repairs == () and state(opened) == after
    assert capfd.readouterr().err == "" and not list(home.glob("mending-*"))


def test_what_no_copy_has_is_counted_as_lost(home):
    with open_empty(home) as opened:
        before = {paper.paper_id: paper for paper in opened.papers()}
    for copy in (home / "copies").iterdir():
        copy.unlink()
    lose_a_page(home / "papers.db")
    with mended(home) as opened:
        found = opened.examine()
        assert [line.endswith("of 60 papers are lost; add them again.") for line in found.left] == [True]
        assert 40 < len(opened) < 60 and all(before[paper.paper_id] == paper for paper in opened.papers())
        opened.add(replace(paper, citekey="") for paper in before.values())
        assert {paper.title for paper in opened.papers()} == {paper.title for paper in before.values()}
    with open_empty(home) as opened:
        assert opened.examine().left == ()


def test_papers_of_which_nothing_is_whole_are_an_error_and_stay(small, tmp_path):
    small.close()
    lose_the_head(tmp_path / "home" / "papers.db")
    with pytest.raises(LostPapersError, match="nothing of it is whole, and there is no copy; delete"):
        mended(tmp_path / "home")
    assert (tmp_path / "home" / "papers.db").read_bytes()[:4] == b"\xff" * 4


def test_the_doctor_mends_papers_that_every_other_command_refuses(library_home, tmp_path, monkeypatch, capsys):
    home = shutil.copytree(library_home, tmp_path / "home")
    monkeypatch.setenv("CITEWELL_HOME", str(home))
    with closing(sqlite3.connect(home / "papers.db")) as db:
        db.execute("UPDATE papers SET authors = '[' WHERE seq = 2")
        db.commit()
    assert main(["papers", "list"]) == 1
    assert "is damaged ('[' is no list); `citewell doctor --deep` puts back" in capsys.readouterr().err
    assert main(["doctor", "--deep", "--json"]) == 1
    [check] = [check for check in json.loads(capsys.readouterr().out) if check["name"] == "library"]
    assert "is not what was kept, and no copy has it" in check["detail"]
    assert main(["papers", "list"]) == 0 and capsys.readouterr().out.count("\n") == 118
