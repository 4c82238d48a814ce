"""Looked through in depth: what a changed byte or lost files or rows did is found, mended if it can be, and named."""

import json
import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from small_library import NEW, open_empty, state

from store.errors import LostPapersError
from store.records import Passage
from ui.cli import main


def change(path: Path, old: bytes, new: bytes) -> None:
    """Change the first of some bytes in a file, behind the back of what wrote it."""
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    path.write_bytes(data.replace(old, new, 1))


def test_a_whole_library_has_nothing_to_mend(small):
    found = small.examine()
    assert (found.papers, found.mended, found.left) == (60, (), ())


@pytest.mark.parametrize("byte", [b"\xff", b"Q"], ids=["no text", "another letter"])
def test_a_changed_byte_of_an_abstract_is_found_and_put_back_from_a_copy(small, tmp_path, byte):
    before, home = state(small), tmp_path / "home"
    small._papers.keep_copy("test")
    small.close()
    change(home / "papers.db", b"gripper in setting 30. It helps", b"gr" + byte + b"pper in setting 30. It helps")
    with open_empty(home) as opened:
        assert len(list(opened.papers())) == 60  # nothing else fails
        found = opened.examine()
        [mended] = found.mended
        assert found.left == () and "study-30-of-gripper was damaged: it was put back from a copy" in mended
        assert state(opened) == before and opened.examine().mended == ()


def test_a_changed_abstract_is_never_answered_from_until_it_is_put_back(small, tmp_path):
    small._papers.keep_copy("test")
    small.close()
    change(tmp_path / "home" / "papers.db", b"gripper in setting 30. It helps", b"gripqer in setting 30. It helps")
    with open_empty(tmp_path / "home") as opened:
        ids = ["study-29-of-walking", "study-30-of-gripper"]
        found = [paper.paper_id for paper in opened.get_many(ids)]
        assert "study-30-of-gripper" not in found
        assert opened.repairs == (
            "The record of study-30-of-gripper is damaged and left out; run `citewell doctor --deep`.",
        )
        with pytest.raises(LostPapersError, match="study-30-of-gripper is damaged"):
            opened.get("study-30-of-gripper")
        opened.examine()
        assert opened.get("study-30-of-gripper") and not any("left out" in said for said in opened.repairs)


def test_a_changed_abstract_that_no_copy_has_is_named_with_what_to_do(small, tmp_path):
    small.close()
    change(tmp_path / "home" / "papers.db", b"gripper in setting 30. It helps", b"gripqer in setting 30. It helps")
    with open_empty(tmp_path / "home") as opened:
        opened._papers.keep_copy("test")  # of the changed record: it tells nothing
        [said] = opened.examine().left
        assert "study-30-of-gripper is not what was kept" in said and "remove and add again" in said
        opened.remove(["study-30-of-gripper"])
        opened.add([NEW[30]])
        assert opened.examine().left == ()


def test_lost_rows_are_counted(small, tmp_path):
    small.close()
    with sqlite3.connect(tmp_path / "home" / "papers.db") as db:
        db.execute("DELETE FROM papers WHERE seq < 4")
    with open_empty(tmp_path / "home") as opened:
        [said] = opened.examine().left
        assert "3 of 60 papers are gone that were not removed; put back a copy" in said


def lose_a_passage(library) -> None:
    library._indexes.vectors.delete([("study-30-of-gripper", 0, 1)])


def turn_a_vector(library) -> None:
    library._indexes.vectors.upsert([[Passage("study-30-of-gripper", 0, 1, "")]], np.eye(64, dtype=np.float32)[:1])


def have_one_too_many(library) -> None:
    library._indexes.vectors.upsert([[Passage("gone", 0, 1, "")]], np.eye(64, dtype=np.float32)[:1])


def lose_words(library) -> None:
    library._indexes.keywords.put((), gone=["study-30-of-gripper"])


def have_words_too_many(library) -> None:
    library._indexes.keywords.put([NEW[0]])


DAMAGES = {
    lose_a_passage: "The vector index lacked 1 of",
    turn_a_vector: "The vector index lacked 1 of",
    have_one_too_many: "The vector index had 1 passages of papers that are gone",
    lose_words: "The keyword index",
    have_words_too_many: "The keyword index had 60 of 60 papers, and 61 texts",
}


@pytest.mark.parametrize(("damage", "said"), DAMAGES.items(), ids=[damage.__name__ for damage in DAMAGES])
def test_an_index_that_differs_from_the_papers_is_made_anew(small, damage, said):
    before, calls = state(small), small._indexes.embedder.calls
    damage(small)
    found = small.examine()
    assert [line.startswith(said) for line in found.mended] == [True] and found.left == ()
    assert small.examine().mended == () and state(small) == before
    assert small._indexes.embedder.calls == calls + len(before[1])  # the queries: no paper is embedded again


SPOILT = ["keywords/*.idx", "vectors/*/*/header.bin", "vectors/*/*/data_level0.bin"]
OTHERS = ["keywords/*.term", "keywords/meta.json", "vectors/*/*/index_metadata.pickle"]


@pytest.mark.parametrize(
    ("file", "aged"),
    [(file, aged) for aged in (True, False) for file in (SPOILT if aged else SPOILT + OTHERS)],
    ids=lambda value: Path(value).name if isinstance(value, str) else "its time as before" * value,
)
def test_a_changed_byte_of_an_index_is_found_before_it_is_read(small, tmp_path, capfd, file, aged):
    """Chroma ends a process with SIGSEGV, and tantivy writes on stderr, where they read such a file."""
    before, home = state(small), tmp_path / "home"
    small.close()
    [path] = home.glob(file)
    data, stat = path.read_bytes(), path.stat()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes([data[middle] ^ 16]) + data[middle + 1 :])
    if aged:
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        [mark] = [place / "open" for place in (home / "vectors").glob("made-*[0-9]")]
        mark.touch()  # who read the file last was ended by it
    with open_empty(home) as opened:
        [said] = opened.examine().mended if aged and "keywords" in file else opened.repairs
        assert said.startswith(f"The {'keyword' if 'keywords' in file else 'vector'} index was damaged ({path.name})")
        assert state(opened) == before and opened.examine().mended == ()
    assert capfd.readouterr().err == "" and not list(home.glob("vectors/*/open"))
    with open_empty(home) as opened:
        assert opened.repairs == ()


def test_a_copied_folder_is_whole_and_one_without_sums_is_made_anew(small, tmp_path):
    before = state(small)
    small.close()
    other = shutil.copytree(tmp_path / "home", tmp_path / "other", copy_function=shutil.copy)
    with open_empty(other) as opened:
        assert state(opened) == before and opened.repairs == ()
    (other / "sums.json").unlink()
    with open_empty(other) as opened:
        [said] = opened.repairs
        assert state(opened) == before and "lacked the sums" in said


@pytest.mark.parametrize("running", [True, False])
def test_a_keyword_index_without_its_list_of_files_is_made_anew_and_said(small, tmp_path, running):
    before, home = state(small), tmp_path / "home"
    if running:
        (home / "keywords" / "meta.json").unlink()
        small._sync.reopen()
        assert state(small) == before and len(small.repairs) == 1
        return
    small.close()
    (home / "keywords" / "meta.json").unlink()
    with open_empty(home) as opened:
        assert opened.repairs == ("The keyword index was missing: it was made anew.",)
        assert state(opened) == before


def test_the_doctor_looks_deep_when_asked_and_says_what_it_did(library_home, tmp_path, monkeypatch, capsys):
    home = shutil.copytree(library_home, tmp_path / "home")
    monkeypatch.setenv("CITEWELL_HOME", str(home))
    (home / "keywords" / "meta.json").unlink()
    assert main(["doctor", "--deep"]) == 0
    said = capsys.readouterr()
    assert "118 papers, looked through: their texts and both indexes are whole." in said.out
    assert "The keyword index was missing" in said.err  # mended when it was opened
    change(home / "papers.db", b"CLIP-RT demonstrates strong", b"CLIP-RT demonstrates wrong!")
    assert main(["doctor", "--deep", "--json"]) == 1
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert not checks["library"]["ok"] and "2411.00508" in checks["library"]["detail"]


def test_a_damaged_copy_of_the_papers_is_replaced(small, tmp_path):
    small._papers.keep_copy("test")
    [copy] = (tmp_path / "home" / "copies").glob("*.db")
    copy.write_bytes(copy.read_bytes()[:5_000])
    [mended] = small.examine().mended
    [new] = (tmp_path / "home" / "copies").glob("*.db")
    assert copy.name in mended and new.name.endswith("before-mend.db")
    assert small.examine().mended == ()
