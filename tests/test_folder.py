"""What guards the papers: their loss is an alarm, a copy is kept, older and read-only libraries are served."""

import json
import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import WordEmbedder
from small_library import NEW, open_empty, state

from store.errors import StoreError
from store.folder import Folder
from store.records import Paper
from store.schema import SCHEMA_VERSION
from ui.cli import main


def lose(home: Path, how: str) -> None:
    if how == "deleted":
        (home / "papers.db").unlink()
    elif how == "emptied":
        (home / "papers.db").write_bytes(b"")
    else:
        with sqlite3.connect(home / "papers.db") as db:
            db.execute("DELETE FROM papers")


@pytest.mark.parametrize("beside", [True, False], ids=["", "nothing beside"])
@pytest.mark.parametrize("how", ["deleted", "emptied", "rows deleted"])
def test_papers_that_are_gone_are_an_alarm_and_no_new_library(small, tmp_path, how, beside):
    small.close()
    home = tmp_path / "home"
    lose(home, how)
    if not beside:
        (home / "library.json").unlink()
        if how == "rows deleted":
            return  # nothing tells that there were any
    before = sorted(path.name for path in home.iterdir())
    with pytest.raises(
        StoreError, match=r"papers\.db is (missing|empty), though (60 papers were|its indexes)"
    ) as raised:
        open_empty(home)
    assert "\n" not in str(raised.value) and "`citewell doctor --deep` puts back" in str(raised.value)
    assert sorted(path.name for path in home.iterdir()) == before


def test_the_alarm_is_one_line_at_the_command_too(library_home, tmp_path, monkeypatch, capsys):
    home = shutil.copytree(library_home, tmp_path / "home")
    (home / "papers.db").unlink()
    monkeypatch.setenv("CITEWELL_HOME", str(home))
    assert main(["papers", "list"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "118 papers were kept in it" in said.err


def test_a_library_whose_papers_were_all_removed_is_no_alarm(small, tmp_path):
    small.remove([paper.paper_id for paper in small.papers()])
    small.close()
    with open_empty(tmp_path / "home") as opened:
        assert len(opened) == 0 and opened.add(NEW).added == 60


def test_what_is_known_beside_never_tells_of_more_papers_than_there_are(small, tmp_path, monkeypatch):
    def broken(*_):
        raise OSError("no space left on device")

    beside = tmp_path / "home" / "library.json"
    assert json.loads(beside.read_text())["papers"] == 60
    with monkeypatch.context() as patched, pytest.raises(StoreError, match="no space"):
        patched.setattr(Folder, "note", broken)
        small.remove([NEW[0].paper_id or "study-0-of-gripper"])
    assert len(small) == 60  # what could not be noted was not done
    small.remove(["study-0-of-gripper"])
    assert json.loads(beside.read_text())["papers"] == len(small) == 59


def test_papers_of_an_earlier_day_put_back_are_indexed_anew_and_said(small, tmp_path):
    home = tmp_path / "home"
    small.close()
    shutil.copy(home / "papers.db", tmp_path / "copy.db")
    with open_empty(home) as opened:
        before = state(opened)
        opened.add([Paper("study-3-of-planning", NEW[3].title, NEW[3].abstract + " And one thing more.")])
        opened.add([Paper("", "One more", "It is new.")])
    shutil.copy(tmp_path / "copy.db", home / "papers.db")
    with open_empty(home) as opened:
        assert ["earlier day (60, where 61" in repair for repair in opened.repairs] == [True]
        assert state(opened) == before and opened._indexes.embedder.calls == len(before[1])
    with open_empty(home) as opened:
        assert opened.repairs == ()


def test_a_copy_is_kept_from_before_a_rebuild_and_named_when_the_papers_are_lost(small, tmp_path):
    home = tmp_path / "home"
    assert not (home / "copies").exists()
    small.close()
    for model in ("words-2", "words-3", "words-4"):
        open_empty(home, WordEmbedder(model), model).close()
    copies = sorted((home / "copies").iterdir())
    with sqlite3.connect(copies[-1]) as db:
        assert len(copies) <= 2 and db.execute("SELECT count(*) FROM papers").fetchone()[0] == 60
    (home / "papers.db").unlink()
    with pytest.raises(StoreError, match=copies[-1].name):
        open_empty(home)
    shutil.copy(copies[-1], home / "papers.db")
    with open_empty(home, WordEmbedder("words-4"), "words-4") as opened:
        assert len(opened) == 60 and len(opened.by_meaning("gripper", 60)) == 60


def test_a_copy_of_damaged_papers_does_not_take_the_place_of_a_good_one(small, tmp_path):
    home = tmp_path / "home"
    small.add([replace(paper, title=f"More of {paper.title}") for paper in NEW * 4])
    small._papers.keep_copy("test")
    small.close()
    data = (home / "papers.db").read_bytes()
    [place] = [data.index(b"Study 30 of gripper") // 4096 * 4096]
    (home / "papers.db").write_bytes(data[:place] + bytes(4096) + data[place + 4096 :])
    with open_empty(home) as opened:
        opened._papers.keep_copy("test")
        assert "is damaged" in opened._papers.complaints()[0] and "\n" not in opened._papers.complaints()[0]
    assert len(list((home / "copies").glob("papers-*.db"))) == 1


def as_version(home: Path, version: str) -> None:
    """What earlier versions left behind: 2 is that of 0.1.0."""
    with sqlite3.connect(home / "papers.db") as db:
        db.execute("UPDATE facts SET value = ? WHERE name = 'schema'", (version,))
        db.execute("DROP INDEX unworded")
        for column in ("worded", "original"):
            db.execute(f"ALTER TABLE papers DROP COLUMN {column}")
        if version == "5":
            return
        db.execute("ALTER TABLE papers DROP COLUMN digest")
        if version == "4":
            return
        db.execute("DROP INDEX filters")
        for table in ("citekeys", "changes", "images"):
            db.execute(f"DROP TABLE {table}")
        for column in ("citekey", "notes", "retracted", "origins"):
            db.execute(f"ALTER TABLE papers DROP COLUMN {column}")
    (home / "library.json").unlink()


@pytest.mark.parametrize("version", ["4", "5"])
def test_a_library_without_digests_of_all_of_its_records_gets_them(small, tmp_path, version):
    home, before = tmp_path / "home", state(small)
    small.close()
    as_version(home, version)
    with open_empty(home) as opened:
        assert state(opened) == before and opened.repairs == () and opened.examine().left == ()
    with sqlite3.connect(home / "papers.db") as db:
        db.execute("UPDATE papers SET venue = 'Elsewhere' WHERE seq = 3")
    with open_empty(home) as opened:
        [mended] = opened.examine().mended
        assert "study-2-of-vision was damaged: it was put back from a copy" in mended and state(opened) == before


@pytest.mark.parametrize("version", ["2", "3"])
def test_a_library_of_an_older_version_is_brought_up_to_this_one(small, tmp_path, version):
    home, before = tmp_path / "home", state(small)
    small.close()
    as_version(home, version)
    with sqlite3.connect(home / "papers.db") as db:
        db.execute("UPDATE papers SET authors = '[\"Doe, Jane\"]', year = 2024, venue = 'X 2025' WHERE seq < 3")
    with open_empty(home) as opened:
        papers, *found = state(opened)
        assert found == list(before[1:]) and opened.repairs == () and opened._papers.fact("schema") == SCHEMA_VERSION
        assert [(p.authors, p.year, p.citekey) for p in papers[:2]] == [
            (("Jane Doe",), 2025, "doe2024study"),  # the key that it had, in the order of the ids
            (("Jane Doe",), 2025, "doe2024studya"),
        ]
        assert len({p.citekey for p in papers}) == 60
        assert [replace(p, authors=(), year=None, venue="", citekey="") for p in papers] == [
            replace(p, citekey="") for p in before[0]
        ]
        assert "filters" in {row[0] for row in opened._papers._db.execute("SELECT name FROM sqlite_master")}
    assert json.loads((home / "library.json").read_text())["papers"] == 60
    [copy] = (home / "copies").iterdir()
    assert copy.name.endswith(f"-before-version-{SCHEMA_VERSION}.db")


@pytest.fixture
def read_only(monkeypatch):
    """Makes folders read-only, also for root, whom permissions do not stop."""

    def make(home: Path) -> dict[str, tuple[int, int]]:
        monkeypatch.setattr(Folder, "read_only", property(lambda folder: folder.home == home))
        for path in [home, *home.rglob("*")]:
            path.chmod(path.stat().st_mode & ~0o222)
        return files(home)

    yield make


def files(home: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in home.rglob("*")}


@pytest.mark.parametrize("old", [False, True], ids=["this version", "an older one"])
def test_a_read_only_library_is_served_and_never_written(small, tmp_path, read_only, old):
    home, before = tmp_path / "home", state(small)
    small.close()
    if old:
        as_version(home, "2")
    there = read_only(home)
    with open_empty(home) as opened:
        assert state(opened) == before
        assert opened.mean_vectors(opened.get_many(["study-1-of-walking"])).shape == (1, 64)
        assert opened.embed(["A sentence nobody wrote."]).shape == (1, 64)
        for change in (lambda: opened.add(NEW), lambda: opened.remove(["study-1-of-walking"])):
            with pytest.raises(StoreError, match=r"is read-only: nothing can be added"):
                change()
    assert files(home) == there
    with open_empty(home, model="another") as opened:
        assert len(list(opened.papers())) == 60


def test_the_commands_serve_a_read_only_library(library_home, tmp_path, read_only, monkeypatch, capsys):
    home = shutil.copytree(library_home, tmp_path / "home")
    there = read_only(home)
    monkeypatch.setenv("CITEWELL_HOME", str(home))
    assert main(["papers", "list"]) == 0 and capsys.readouterr().out.count("\n") == 118
    assert main(["ask", "How does CLIP-RT compare with OpenVLA?"]) == 0 and "[1]" in capsys.readouterr().out
    assert main(["papers", "remove", "2411.00508"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "read-only" in said and files(home) == there


def test_a_library_on_a_full_disk_is_served_and_says_why_nothing_can_be_added(small, tmp_path, monkeypatch):
    before = state(small)
    small.close()
    there = files(tmp_path / "home")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=1 << 30, free=4096))
    with open_empty(tmp_path / "home") as opened:
        assert state(opened) == before
        with pytest.raises(StoreError, match="the disk is full: nothing can be added"):
            opened.add(NEW)
    assert files(tmp_path / "home") == there


@pytest.mark.skipif(not hasattr(os, "fork"), reason="looks at /proc")
def test_a_thread_that_ends_leaves_no_file_open(small):
    from threading import Thread

    def ask() -> None:
        assert small.get("study-1-of-walking")

    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = opened()
    for _ in range(20):
        thread = Thread(target=ask)
        thread.start()
        thread.join()
    assert opened() <= before + 1
