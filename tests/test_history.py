"""One paper once, its key for ever, and every change taken back."""

import json
import os
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import asdict, replace

import pytest
from fakes import WordEmbedder
from small_library import NEW, open_empty, state

import store.papers
from store.errors import StoreError
from store.history import History
from store.identity import venue_year
from store.merging import merge_all
from store.records import EDITED, Paper
from store.sync import Sync

NEAR = "Robots grasp known objects quickly because their hands sense pressure while planners weigh several poses."
FAR = "Videos are mostly long; prompts made from learned tokens carry some frozen language model over single frames."
PREPRINT = Paper(
    "", r"Schr\"odinger Nets", NEAR, ("J. Bee",), 2023, "arXiv", "2301.00001", "10.48550/arXiv.2301.00001",
    sources=("a.jsonl",),
)  # fmt: skip
PUBLISHED = Paper("", "Schrödinger nets", "", ("Jane Bee", "C. Dee"), None, "ICRA 2024", "", "10.1109/x.1",
                  sources=("b.bib",), citekey="bee24")  # fmt: skip


def test_what_came_in_and_what_was_merged_is_known_by_name(tmp_path):
    with open_empty(tmp_path) as library:
        library.add([PREPRINT])
        before = library.changes.history()[0].number
        assert library.changes.touched(before) == ([], [])
        library.add([PUBLISHED, NEW[0]])
        assert library.changes.touched(before) == (["study-0-of-gripper"], ["2301.00001"])


def test_a_preprint_and_its_publication_are_one_paper_that_says_where_it_has_what():
    [paper] = merge_all([PREPRINT, PUBLISHED])
    assert (paper.arxiv, paper.doi, paper.venue, paper.year) == ("2301.00001", "10.1109/x.1", "ICRA 2024", 2024)
    assert (paper.authors, paper.abstract, paper.citekey) == (("Jane Bee", "C. Dee"), NEAR, "bee24")
    assert paper.sources == ("a.jsonl", "b.bib")
    assert {name for name, origin in paper.origins.items() if origin == "b.bib"} >= {"doi", "venue", "authors"}
    [turned] = merge_all([PUBLISHED, PREPRINT])
    assert (turned.venue, turned.year, turned.doi, turned.abstract) == (paper.venue, 2024, paper.doi, NEAR)


@pytest.mark.parametrize(
    "other",
    [
        Paper("", "An Overview", "", ("X. Why",), 2020),
        Paper("", "An Overview", FAR, (), 2020),
        Paper("", "An Overview", "", (), 2021),
        Paper("", "An Overview", FAR, ("A. Bee",), 2022),
        Paper("", "An Overview", "", ("A. Bee",), 2010),
    ],
)
def test_papers_of_one_title_by_others_or_of_another_year_stay_two(other):
    some = [Paper("", "An Overview", NEAR, ("A. Bee",), 2020), other]
    assert len({paper.paper_id for paper in merge_all([*some, *some])}) == 2


@pytest.mark.parametrize(
    ("venue", "year", "settled"),
    [
        ("CVPR 2025", 2024, 2025),
        ("NeurIPS '24", None, 2024),
        ("arXiv preprint arXiv:2001.01234", 2024, 2024),
        ("arXiv 2019", 2020, 2020),
        ("Lecture Notes 2013", 2024, 2024),
        ("2019 Meeting, held 2020", 2021, 2021),
        ("", 2024, 2024),
    ],
)
def test_the_year_of_a_venue_is_the_papers(venue, year, settled):
    assert venue_year(venue, year) == settled


def added(library, *papers):
    library.add(papers)
    return {paper.title: paper.citekey for paper in library.papers()}


FIRST = Paper("", "Robots One", "We study one.", ("Jane Doe",), 2024)
SECOND = Paper("", "Robots Two", "We study two.", ("Abe Doe",), 2024, arxiv="2401.00001")


def test_a_key_once_given_stays_with_its_paper(tmp_path):
    with open_empty(tmp_path) as library:
        keys = added(library, FIRST)
        both = added(library, SECOND)
        assert keys["Robots One"] == both["Robots One"] == "doe2024robots" and both["Robots Two"] == "doe2024robotsa"
        library.remove(["robots-one"])
        third = added(library, replace(FIRST, title="Robots Three", citekey="Doe2024Robots"))
        assert third["Robots Three"].lower() == "doe2024robotsb"
        assert added(library, FIRST)["Robots One"] == "doe2024robots"


def test_a_key_that_comes_in_is_the_papers_and_the_earlier_one_nobody_elses(tmp_path):
    with open_empty(tmp_path) as library:
        added(library, FIRST)
        own = replace(FIRST, citekey="my:key {1}", sources=("my.bib",))
        assert added(library, own)["Robots One"] == "my:key1"
        assert added(library, replace(own, citekey="another"))["Robots One"] == "my:key1"
        assert library.changes.citekeys() == dict.fromkeys(("doe2024robots", "my:key1", "another"), "robots-one")
        assert added(library, SECOND)["Robots Two"] == "doe2024robotsa"
        report = library.add([replace(SECOND, title="Robots Four", arxiv="", citekey="my:key1")])
        assert "my:key1" in report.notes[0] and library.get("robots-four").citekey == "my:key1a"


def test_an_entry_that_was_changed_in_its_file_is_read_anew(tmp_path):
    entry = replace(FIRST, citekey="one", sources=("my.bib",), venue="ICRA")
    with open_empty(tmp_path) as library:
        added(library, entry, replace(FIRST, abstract="We study one, at length.", sources=("b.jsonl",)))
        library.add([replace(entry, venue="CoRL", abstract="Short.", title="Robots one")])
        paper = library.get("robots-one")
        assert (paper.venue, paper.title, paper.abstract) == ("CoRL", "Robots one", "We study one, at length.")
        assert library.add([entry]).merged == library.add([entry]).unchanged == 1


def test_what_the_user_wrote_is_overwritten_by_no_source(small):
    small.changes.edit("study-1-of-walking", {"venue": "My Venue 2020", "year": 1999, "authors": ("{My Group}",)})
    small.add([replace(NEW[1], venue="ICRA 2022", authors=("A. Bee", "C. Dee"), year=2022)])
    paper = small.get("study-1-of-walking")
    assert (paper.venue, paper.year, paper.authors) == ("My Venue 2020", 1999, ("My Group",))
    assert paper.origins["venue"] == EDITED
    with pytest.raises(StoreError, match="is the key of study-1-of-walking"):
        small.changes.edit("study-2-of-vision", {"citekey": paper.citekey})
    with pytest.raises(StoreError, match="is no doi id"):
        small.changes.edit("study-2-of-vision", {"doi": "none"})
    assert len(small.changes.history()) == 2
    with pytest.raises(StoreError, match="needs a title"):
        small.changes.edit("study-2-of-vision", {"title": " "})


def merging(library):
    library.add([replace(NEW[0], abstract=NEW[0].abstract + " One more thing.", venue="ICRA"), FIRST])


CHANGES = {
    "add": lambda library: library.add([FIRST, SECOND]),
    "merge": merging,
    "remove": lambda library: library.remove(["study-3-of-planning", "study-4-of-speech"]),
    "edit": lambda library: library.changes.edit("study-5-of-maps", {"title": "Maps anew", "citekey": "maps"}),
    "tag": lambda library: library.changes.tag(["study-6-of-games"], ["fun", " fun "]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_taken_back_whole(small, what):
    before = everything(small)
    CHANGES[what](small)
    assert everything(small) != before
    [change, *_] = small.changes.history()
    assert change.what.split()[0] == what.replace("merge", "add")
    small.changes.undo()
    assert everything(small) == before


def everything(library):
    tables = ("keys", "citekeys", "images", "changes", "removed")
    held = [library._papers.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]
    return state(library), held, [paper.origins for paper in library.papers()]


def test_changes_are_taken_back_one_by_one_and_told_of_each_paper(small):
    seen = [everything(small)[0]]
    for change in CHANGES.values():
        change(small)
        seen.append(everything(small)[0])
    assert [c.what.split()[0] for c in small.changes.history("study-4-of-speech")] == ["remove", "add"]
    assert small.add([FIRST]).unchanged == 1 and len(small.changes.history()) == 1 + len(CHANGES)
    while len(seen) > 1:
        assert everything(small)[0] == seen.pop()
        small.changes.undo()
    assert small.changes.undo().added == 60 and len(small) == 0 and small.changes.undo() is None


class Killed(BaseException):
    """What a kill is to the process: nothing after it is done."""


@pytest.mark.parametrize("step", ["_put", "_forget", "_restore", "_keep_image"])
def test_a_kill_within_a_change_leaves_it_undone_or_done(small, tmp_path, monkeypatch, step):
    small.changes.tag(["study-6-of-games"], ["fun"])
    small.add([replace(FIRST, abstract="We study."), *NEW[:2]])
    small.changes.edit("robots-one", {"notes": "first"})
    before = everything(small)[0]

    real = getattr(History, step)

    def cut(self, *args):
        real(self, *args)
        raise Killed

    works = [lambda library: library.changes.edit("robots-one", {"title": "Robots"})] if step in ("_put",) else []
    works += [lambda library: library.remove(["robots-one"])] if step in ("_forget", "_keep_image") else []
    works += [lambda library: library.changes.undo()] if step in ("_restore", "_put") else []
    for work in works:
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(History, step, cut)
            work(small)
        small.close()
        with open_empty(tmp_path / "home") as library:
            assert everything(library)[0] == before


def test_a_backup_carries_the_library_and_a_restore_is_all_or_nothing(small, tmp_path, monkeypatch):
    small.changes.tag(["study-6-of-games"], ["fun"])
    before = everything(small)
    assert small.changes.backup(tmp_path / "all.zip") == 60
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert packed.namelist() == ["papers.db"]
    small.remove([paper.paper_id for paper in list(small.papers())[:50]])
    small.add([SECOND])
    calls = small._indexes.embedder.calls
    assert small.changes.restore(tmp_path / "all.zip") == 60 and small._indexes.embedder.calls == calls
    assert everything(small) == before
    small.close()
    with open_empty(tmp_path / "home") as opened:
        assert everything(opened) == before and opened.repairs == ()
    with open_empty(tmp_path / "elsewhere", WordEmbedder()) as other:
        other.add([SECOND])
        assert other.changes.restore(tmp_path / "all.zip") == 60
        assert everything(other) == before
        assert list((tmp_path / "elsewhere" / "copies").glob("*before-restore*"))


@pytest.mark.parametrize("place", ["none/all.zip", "a-file/all.zip", "a-folder"])
def test_a_backup_that_cannot_be_written_names_its_place_and_leaves_nothing(small, tmp_path, place):
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    before = sorted(tmp_path.rglob("*.part"))
    with pytest.raises(StoreError) as failed:
        small.changes.backup(tmp_path / place)
    assert str(failed.value).startswith(f"{tmp_path / place}: ") and "library folder" not in str(failed.value)
    assert sorted(tmp_path.rglob("*.part")) == before


def test_a_key_that_an_interrupted_add_gave_is_not_told_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(store.papers, "_BATCH", 1)

    def broken():
        yield replace(SECOND, citekey="mine")
        raise OSError("gone")

    with open_empty(tmp_path) as library:
        library.add([replace(FIRST, citekey="mine")])
        with pytest.raises(StoreError):
            library.add(broken())
        assert library.add([replace(FIRST, title="Robots Five", arxiv="")]).notes == ()


def test_a_kill_after_a_restore_leaves_the_restored(small, tmp_path, monkeypatch):
    before = everything(small)
    small.changes.backup(tmp_path / "all.zip")
    small.remove([paper.paper_id for paper in list(small.papers())[:50]])

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Sync, "follow", killed)
        small.changes.restore(tmp_path / "all.zip")
    small.close()
    with open_empty(tmp_path / "home") as library:
        assert everything(library) == before


@pytest.mark.parametrize("content", [b"", b"PK nothing", None], ids=["empty", "no zip", "another zip"])
def test_what_is_no_backup_changes_nothing(small, tmp_path, content):
    file = tmp_path / "x.zip"
    if content is None:
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("papers.db", json.dumps(asdict(FIRST)))
    else:
        file.write_bytes(content)
    before = everything(small)
    with pytest.raises(StoreError, match=r"x\.zip: .*citewell backup"):
        small.changes.restore(file)
    assert everything(small) == before


def test_a_backup_that_would_act_by_itself_is_no_backup(small, tmp_path):
    (tmp_path / "unpacked").mkdir()
    small.changes.backup(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        packed.extractall(tmp_path / "unpacked")
    with closing(sqlite3.connect(tmp_path / "unpacked" / "papers.db")) as db:
        db.execute("CREATE TRIGGER evil AFTER UPDATE ON papers BEGIN DELETE FROM papers; END")
        db.commit()
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as packed:
        for file in (tmp_path / "unpacked").iterdir():
            packed.write(file, file.name)
    with pytest.raises(StoreError, match="holds no library that can be read"):
        small.changes.restore(tmp_path / "bad.zip")
    assert len(small) == 60


def test_a_backup_that_is_damaged_or_locked_is_told_in_a_line(small, tmp_path):
    small.changes.backup(tmp_path / "all.zip")
    content = (tmp_path / "all.zip").read_bytes()
    directory = content.index(b"PK\x01\x02")
    spoilt = content[:200] + bytes(byte ^ 0x5A for byte in content[200:400]) + content[400:]
    locked = bytearray(content)
    locked[6] |= 1
    locked[directory + 8] |= 1
    for wrong in (spoilt, bytes(locked)):
        (tmp_path / "bad.zip").write_bytes(wrong)
        with pytest.raises(StoreError, match="is no backup of a library"):
            small.changes.restore(tmp_path / "bad.zip")
    assert len(small) == 60


def test_a_backup_goes_where_a_link_leads_and_replaces_no_device(small, tmp_path):
    (tmp_path / "link.zip").symlink_to("real.zip")
    small.changes.backup(tmp_path / "link.zip")
    assert (tmp_path / "link.zip").is_symlink() and zipfile.is_zipfile(tmp_path / "real.zip")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="is no file"):
        small.changes.backup(tmp_path / "pipe")
    assert (tmp_path / "pipe").is_fifo()


def test_what_a_source_wrote_is_kept_beside_what_is_read_of_it(small, tmp_path):
    written = {"title": "{ArmX}: 10\\% better", "abstract": "ArmX reaches $79.6\\%$, more than\n any other arm."}
    file = tmp_path / "a.bib"
    file.write_text(f"@misc{{a, title = {{{written['title']}}}, abstract = {{{written['abstract']}}}}}")

    def kept() -> tuple[str, dict[str, str]]:
        [paper] = [paper for paper in small.papers() if paper.title.startswith("ArmX")]
        return paper.abstract, paper.original

    small.add_paths([file])
    assert kept() == ("ArmX reaches 79.6%, more than any other arm.", written)
    longer = Paper("", "ArmX: 10% better", "ArmX reaches 79.6%, more than any other arm. It is an arm with a hand.")
    small.add([longer])
    assert kept() == (longer.abstract, {"title": written["title"]})
    small.changes.edit("armx-10-better", {"title": "ArmX: ten per cent better"})
    assert kept()[1] == {}
    small.changes.undo()
    small.changes.undo()
    assert kept()[1] == written
