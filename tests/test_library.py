"""The library: what is added is found, and nothing that happens to it leaves it half done."""

import json
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chromadb.errors import InternalError
from fakes import WordEmbedder
from filelock import FileLock

import store.indexing
import store.library
import store.upkeep
from store.errors import ReadError, StoreError
from store.indexes import Indexes
from store.keywords import Keywords
from store.library import Library
from store.papers import Papers
from store.records import Paper
from store.vectors import Vectors

TOPICS = ["gripper", "walking", "vision", "planning", "speech", "maps", "games", "video", "touch", "text"]
LOOK = "We look at {0} in setting {1}. "
HELP = "It helps {0} by {1} percent. The end."
NEW = [Paper("", f"Study {n} of {topic}",
             LOOK.format(topic, n) * (1 + n % 4) + HELP.format(TOPICS[(n + 3) % 10], n))
       for n, topic in enumerate(TOPICS * 6)]


def open_empty(home: Path, embedder: WordEmbedder | None = None, model: str = "words") -> Library:
    return Library.open(home, model, embedder=embedder or WordEmbedder(), seed=False)


def state(library: Library) -> object:
    """All that a user can tell two libraries apart by."""
    words = [[(i, round(score, 3)) for i, score in library.by_words(topic, 9)] for topic in TOPICS]
    return list(library.papers()), nearest(library), words


def nearest(library: Library) -> dict[str, object]:
    """The best passage for the text of some papers: no two are equally near."""
    some = [paper for paper in library.papers() if paper.title.split()[1] in ("7", "21", "34", "58")]
    found = {paper.paper_id: library.by_meaning(f"{paper.title}. {paper.abstract}", 1) for paper in some}
    return {i: [(hit.passage, round(hit.score, 3)) for hit in hits] for i, hits in found.items()}


@pytest.fixture
def small(tmp_path):
    with open_empty(tmp_path / "home") as opened:
        opened.add(NEW)
        yield opened


def test_a_new_library_has_the_shipped_papers(library):
    papers = list(library.papers())
    assert len(library) == len(papers) == 118
    assert sum(bool(paper.arxiv) for paper in papers) == 117
    assert library.get("2411.00508").title.startswith("CLIP-RT")


def test_both_indexes_find_papers_by_their_titles(library):
    for paper in list(library.papers())[::12]:
        assert library.by_meaning(paper.title, 1)[0].passage.paper_id == paper.paper_id
        assert paper.paper_id in [paper_id for paper_id, _ in library.by_words(paper.title, 2)]


def test_hits_are_passages_of_different_papers_best_first(library):
    hits = library.by_meaning("robot manipulation with language", 20)
    assert len({hit.passage.paper_id for hit in hits}) == len(hits) == 20
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True) and -1 <= scores[-1] <= scores[0] <= 1
    for hit in hits:
        passage = hit.passage
        assert library.get(passage.paper_id).abstract[passage.start : passage.end] == passage.text


@pytest.mark.parametrize("k", [0, 1, 118, 1000])
def test_any_k_is_answered(library, k):
    assert len(library.by_meaning("robot", k)) == min(k, 118)
    assert len(library.by_words("robot", k)) <= k


@pytest.mark.parametrize("query", ["", " ", "🤖" * 300, "\0", "' OR 1=1 --", "word " * 5000])
def test_any_query_is_answered(small, query):
    assert len(small.by_meaning(query, 3)) == 3
    assert isinstance(small.by_words(query, 3), list)


def test_reading_the_pages_again_changes_nothing(tmp_path):
    embedder = WordEmbedder()
    with Library.open(tmp_path, "words", embedder=embedder) as opened:
        before, calls = list(opened.papers()), embedder.calls
        report = opened.add_paths([Path(store.library.__file__).parent / "collection"])
        assert (report.added, report.merged, report.unchanged) == (0, 0, 129 + 118)
        assert list(opened.papers()) == before and embedder.calls == calls


def test_known_sentences_are_not_embedded_again(small):
    embedder = small._indexes.embedder
    calls = embedder.calls
    rows = small.embed(["The end.", "It helps maps by 12 percent."])
    assert embedder.calls == calls
    assert rows.shape == (2, 64) and rows.dtype == np.float32
    assert rows @ embedder.encode_query("The end.") == pytest.approx([1, 0], abs=2e-3)
    small.embed(["A sentence nobody wrote."])
    assert embedder.calls == calls + 2
    assert small.embed([]).shape == (0, 64)


def test_a_new_paper_is_found_at_once_and_a_removed_one_never(small):
    report = small.add([Paper("", "Zebra crossings", "Zebras cross. Cars wait.", year=2020)])
    assert (report.read, report.added) == (1, 1)
    [hit] = small.by_meaning("Zebra crossings. Zebras cross. Cars wait.", 1)
    assert hit.passage.paper_id == small.by_words("zebra", 3)[0][0] == "zebra-crossings"
    assert hit.score == pytest.approx(1, abs=1e-3)
    assert small.remove(["zebra-crossings", "unknown"]) == 1
    assert small.get("zebra-crossings") is None and len(small) == 60
    assert small.by_words("zebra", 3) == []
    assert "zebra-crossings" not in [hit.passage.paper_id for hit in small.by_meaning("zebra crossings", 60)]


def test_only_what_changed_is_embedded_again(small):
    embedder, calls = small._indexes.embedder, small._indexes.embedder.calls
    longer = replace(NEW[0], abstract=NEW[0].abstract + " One more thing.")
    assert small.add([longer, NEW[1], replace(NEW[2], venue="ICRA")]).merged == 2
    assert embedder.calls == calls + 2  # the passage with the new sentence, and that sentence
    assert small.get("study-2-of-vision").venue == "ICRA"


def test_a_shorter_abstract_leaves_no_passage_behind(tmp_path):
    with open_empty(tmp_path) as opened:
        opened.add([Paper("p", "Tiny", "One. Two. Three. Four. Five. Six. Seven. Eight. Nine.")])
        with opened._papers.transaction():
            opened._papers.update(1, Paper("p", "Tiny", "One. Two."))
        opened.add([Paper("q", "Other", "Something.")])
        assert len(opened._indexes.vectors) == 2


def test_records_without_an_abstract_add_to_known_papers_only(small):
    report = small.add([Paper("", NEW[5].title.upper(), "", ("A. Bee",), 2021), Paper("", "Unknown", " ")])
    assert (report.read, report.merged, len(report.skipped)) == (2, 1, 1)
    assert small.get("study-5-of-maps").authors == ("A. Bee",)


def test_papers_are_picked_by_year_venue_and_author(library):
    assert all(paper.year == 2024 for paper in library.papers(year=2024))
    assert {paper.venue for paper in library.papers(venue="cvpr")} >= {"CVPR 2024 Workshops"}
    [paper] = library.papers(author="Claudia Cuttano")
    assert paper.paper_id == "2404.12015"
    assert not list(library.papers(venue="%")) and not list(library.papers(year=1700))


def test_a_bad_file_among_good_ones_is_said_and_alone_raises(small, tmp_path):
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.txt"
    good.write_text(json.dumps({"title": "Good one", "abstract": "It is good."}))
    bad.write_bytes(b"\0")
    report = small.add_paths([bad, good])
    assert report.added == 1 and [item.where for item in report.skipped] == [str(bad)]
    with pytest.raises(ReadError, match="not a text file"):
        small.add_paths([bad])
    with pytest.raises(ReadError, match="no such file"):
        small.add_paths([good, tmp_path / "missing.jsonl"])


def test_another_model_makes_every_vector_anew(small, tmp_path):
    other = WordEmbedder("words-2", dimension=32)
    small.close()
    with open_empty(tmp_path / "home", other, "others") as opened:
        assert opened.by_meaning("gripper", 1)[0].passage.paper_id.startswith("study")
        assert len(opened._indexes.vectors) == opened._papers.count_passages()
        made = other.calls
    with open_empty(tmp_path / "home", other, "others"):
        assert other.calls == made


@pytest.mark.parametrize("lost", ["vectors", "keywords", "cache"])
def test_a_lost_index_is_made_anew(small, tmp_path, lost):
    before = state(small)
    small.close()
    shutil.rmtree(tmp_path / "home" / lost)
    with open_empty(tmp_path / "home") as opened:
        assert state(opened) == before


@pytest.mark.parametrize("file", ["vectors/chroma.sqlite3", "keywords/meta.json"])
def test_a_damaged_index_is_made_anew(small, tmp_path, file):
    before = state(small)
    small.close()
    (tmp_path / "home" / file).write_bytes(b"no database" * 1000)
    with open_empty(tmp_path / "home") as opened:
        assert state(opened) == before


def test_vectors_that_cannot_be_loaded_are_made_anew(small, tmp_path, monkeypatch):
    before, real, failures = state(small), Vectors._load, ["hnsw segment"]
    small.close()

    def load(self, name):
        real(self, name)
        if failures:
            raise InternalError(failures.pop())
        return real(self, name)

    monkeypatch.setattr(Vectors, "_load", load)
    with open_empty(tmp_path / "home") as opened:
        assert state(opened) == before and not failures


def test_a_damaged_place_of_record_is_one_clear_line(small, tmp_path):
    small.close()
    (tmp_path / "home" / "papers.db").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match=r"papers\.db is damaged") as raised:
        open_empty(tmp_path / "home")
    assert "\n" not in str(raised.value)


def test_tables_of_another_version_are_one_clear_line(small, tmp_path):
    small.close()
    with sqlite3.connect(tmp_path / "home" / "papers.db") as db:
        db.execute("UPDATE facts SET value = '99' WHERE name = 'schema'")
    with pytest.raises(StoreError, match="another version of citewell"):
        open_empty(tmp_path / "home")


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        open_empty(tmp_path / "file" / "home")


def test_a_busy_library_can_be_read_but_not_written(small, tmp_path, monkeypatch):
    monkeypatch.setattr(store.upkeep, "PATIENCE", 0.1)
    with FileLock(tmp_path / "home" / "lock"), open_empty(tmp_path / "home") as reader:
        assert reader.by_words("gripper", 1)
        with pytest.raises(StoreError, match="another citewell is writing"):
            reader.add(NEW)


def test_threads_search_while_papers_are_added(small):
    with ThreadPoolExecutor(3) as pool:
        searches = [pool.submit(small.by_meaning, topic, 5) for topic in TOPICS * 3]
        small.add([replace(paper, title=f"More of {paper.title}") for paper in NEW[:20]])
        assert all(len(search.result()) == 5 for search in searches)
    assert len(small) == 80


# An `add` that ends at any step: what follows is the same library as without the interruption.


class Killed(BaseException):
    """Stands in for the end of the process."""


STEPS = [(Papers, "insert", 50), (Papers, "expect_passages", 1), (Vectors, "upsert", 1),
         (Vectors, "delete", 2), (Keywords, "put", 2), (Papers, "mark_indexed", 3),
         (Papers, "forget_removed", 1), (Indexes, "drop_vectors", 1)]


def work(library: Library) -> None:
    """An addition that brings new papers, changes some and replaces the old model."""
    library.add([replace(paper, abstract=paper.abstract[:30] + ".") for paper in NEW[:9]])
    library.remove([next(library.papers()).paper_id])
    library.add(NEW)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    with open_empty(tmp_path_factory.mktemp("undisturbed")) as library:
        work(library)
        return set(library.papers()), nearest(library)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("where", "step", "call"), STEPS, ids=[f"{w.__name__}.{s}{n}" for w, s, n in STEPS])
def test_an_add_cut_short_at_any_step_is_finished_by_the_next(
        tmp_path, monkeypatch, undisturbed, where, step, call, after):
    monkeypatch.setattr(store.indexing, "_SLOW_BATCH", 16)
    calls, real = [], getattr(where, step)

    def cut(*args, **kwargs):
        calls.append(step)
        result = real(*args, **kwargs) if len(calls) != call or after else None
        if len(calls) == call:
            raise Killed
        return result

    library = None
    with monkeypatch.context() as patched:
        patched.setattr(where, step, cut)
        with pytest.raises(Killed):
            library = open_empty(tmp_path)
            work(library)
    if library:
        library.close()
    with open_empty(tmp_path) as library:
        work(library)
        assert (set(library.papers()), nearest(library)) == undisturbed
        assert len(library._indexes.vectors) == library._papers.count_passages()
        assert len(library._indexes.keywords) == len(library) == 60


ADD = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
import store.indexing
from fakes import WordEmbedder
from store.library import Library
store.indexing._SLOW_BATCH = 16
library = Library.open(Path(sys.argv[1]), "words", embedder=WordEmbedder(), seed=False)
library.add_paths([Path(sys.argv[2])])
library.close()
"""


def adding(home: Path, file: Path) -> subprocess.Popen:
    paths = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
    return subprocess.Popen([sys.executable, "-c", ADD.format(paths=paths), str(home), str(file)])


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    file = tmp_path_factory.mktemp("many") / "many.jsonl"
    papers = [replace(paper, title=f"{paper.title} {n}") for n in range(10) for paper in NEW]
    file.write_text("".join(json.dumps({"title": p.title, "abstract": p.abstract}) + "\n" for p in papers))
    return file


def test_a_killed_add_is_finished_by_the_next(tmp_path, many):
    with open_empty(tmp_path / "whole") as library:
        library.add_paths([many])
        whole = state(library)
    for share in (0.1, 0.7):
        process = adding(tmp_path / "home", many)
        while process.poll() is None and followed(tmp_path / "home") < share * 600:
            pass
        process.kill()
        process.wait()
    embedder = WordEmbedder()
    with open_empty(tmp_path / "home", embedder) as library:
        library.add_paths([many])
        assert state(library) == whole
        assert embedder.calls < 1500  # of about 4,300 texts


def followed(home: Path) -> int:
    """How many papers another process has indexed."""
    try:
        with sqlite3.connect(f"file:{home / 'papers.db'}?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM papers WHERE indexed = content").fetchone()[0]
    except sqlite3.Error:
        return 0


def test_what_another_process_adds_is_seen(small, tmp_path, many, monkeypatch):
    monkeypatch.setattr(store.library, "_REOPEN_EVERY", 0.0)
    assert len(small.by_meaning("gripper", 1000)) == 60
    process = adding(tmp_path / "home", many)
    while process.poll() is None:
        assert small.by_meaning("gripper", 5) and small.by_words("gripper", 5)
    assert process.returncode == 0
    assert len(small.by_meaning("gripper", 1000)) == len(small) == 660
