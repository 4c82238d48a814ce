"""Nothing that happens to a library leaves it half done: what is lost, damaged or cut short is made whole."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from chromadb.errors import InternalError
from fakes import WordEmbedder
from filelock import FileLock
from small_library import NEW, TOPICS, nearest, open_empty, state

import store.folder
import store.following
import store.search
from benchmarks.kills import followed
from benchmarks.mishaps.damages import spoil
from store.errors import DamagedIndexError, StoreError
from store.folder import Folder
from store.indexes import Indexes
from store.keywords import Keywords
from store.library import Library
from store.papers import Papers
from store.sums import Sums
from store.vectors import Vectors


@pytest.mark.parametrize("lost", ["vectors", "keywords", "cache"])
def test_a_lost_index_is_made_anew(small, tmp_path, lost):
    before = state(small)
    small.close()
    shutil.rmtree(tmp_path / "home" / lost)
    with open_empty(tmp_path / "home") as opened:
        assert state(opened) == before


@pytest.mark.parametrize("file", ["vectors/*/chroma.sqlite3", "keywords/meta.json"])
def test_a_damaged_index_is_made_anew(small, tmp_path, file):
    before = state(small)
    small.close()
    [path] = (tmp_path / "home").glob(file)
    path.write_bytes(b"no database" * 1000)
    with open_empty(tmp_path / "home") as opened:
        assert state(opened) == before


@pytest.mark.parametrize("part", [".idx", ".pos", ".store", ".term"])
@pytest.mark.parametrize("kind", ["truncated", "deleted"])
def test_a_damaged_part_of_the_keyword_index_is_mended_by_a_search_or_the_doctor(small, tmp_path, part, kind):
    before = state(small)
    small.close()
    [file] = (tmp_path / "home" / "keywords").glob(f"*{part}")
    spoil(file, kind, random.Random(0))
    with open_empty(tmp_path / "home") as opened:
        assert state(opened) == before
        mended = [*opened.examine().mended, *opened.repairs]
        assert len(mended) == 1 and "keyword index" in mended[0]
        assert state(opened) == before and opened.examine().mended == ()


def test_vectors_that_end_the_process_which_loads_them_are_made_anew(small, tmp_path):
    before = state(small)
    small.close()
    [place] = (tmp_path / "home" / "vectors").glob("made-*[0-9]")
    assert not (place / "loading.lock").exists()
    (place / "loading.lock").touch()  # as a process leaves it that a damaged graph ends
    with open_empty(tmp_path / "home") as opened:
        assert state(opened) == before and opened.repairs == ("The vector index was damaged: it was made anew.",)


def test_vectors_that_cannot_be_loaded_are_made_anew(small, tmp_path, monkeypatch):
    before, real, failures = state(small), Vectors._load, ["hnsw segment"]
    small.close()

    def load(self):
        real(self)
        if failures:
            raise InternalError(failures.pop())
        return real(self)

    monkeypatch.setattr(Vectors, "_load", load)
    with open_empty(tmp_path / "home") as opened:
        assert state(opened) == before and not failures


def test_an_empty_index_that_is_replaced_is_let_go_of(tmp_path):
    """Chroma hands a client that is still open out again, and its files are gone."""
    with open_empty(tmp_path) as opened:
        assert opened.by_meaning("gripper", 1) == []
        shutil.rmtree(tmp_path / "vectors")
        opened.add(NEW)
        assert len(opened.by_meaning("gripper", 5)) == 5
        with open_empty(tmp_path) as other:
            assert nearest(other) == nearest(opened)


def test_damage_found_by_a_search_is_mended_by_it(small, tmp_path, monkeypatch):
    before, calls, real, failures = nearest(small), small._indexes.embedder.calls, Vectors.nearest, [1, 2, 3]

    def look(self, vector, k):
        if failures:
            failures.pop()
            raise DamagedIndexError("broken")
        return real(self, vector, k)

    monkeypatch.setattr(Vectors, "nearest", look)
    small._search._seen = None
    assert nearest(small) == before and not failures
    assert small._indexes.embedder.calls - calls == len(before)  # the queries: no paper is embedded again


def test_a_busy_library_can_be_read_but_not_written(small, tmp_path, monkeypatch):
    monkeypatch.setattr(store.folder, "PATIENCE", 0.1)
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


STEPS = [
    (Papers, "insert", 50),
    (Papers, "expect_passages", 1),
    (Vectors, "upsert", 1),
    (Vectors, "delete", 2),
    (Keywords, "put", 2),
    (Papers, "mark", 3),
    (Papers, "forget_removed", 1),
    (Indexes, "renew_vectors", 1),
]


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
    tmp_path, monkeypatch, undisturbed, where, step, call, after
):
    monkeypatch.setattr(store.following, "SLOW_BATCH", 16)
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
import store.following
from fakes import WordEmbedder
from store.library import Library
store.following.SLOW_BATCH = 16
library = Library.open(Path(sys.argv[1]), "words", embedder=WordEmbedder(), seed=False, hurry=len(sys.argv) > 3)
library.add_paths([Path(sys.argv[2])])
library.catch_up()
library.close()
"""


def adding(home: Path, file: Path, *hurry: str) -> subprocess.Popen:
    paths = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
    return subprocess.Popen([sys.executable, "-c", ADD.format(paths=paths), str(home), str(file), *hurry])


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
    for share, *hurry in ((0.1,), (0.4, "hurry"), (0.7, "hurry")):
        process = adding(tmp_path / "home", many, *hurry)
        while process.poll() is None and followed(tmp_path / "home") < share * 600:
            time.sleep(0.005)
        process.kill()
        process.wait()
    embedder = WordEmbedder()
    with open_empty(tmp_path / "home", embedder) as library:
        library.add_paths([many])
        assert state(library) == whole
        assert embedder.calls < 1500  # of about 4,300 texts


def test_two_processes_write_in_turns_and_no_vector_is_lost(tmp_path):
    file = tmp_path / "others.jsonl"
    file.write_text("".join(json.dumps({"title": f"More of {p.title}", "abstract": p.abstract}) + "\n" for p in NEW))
    with open_empty(tmp_path / "home") as library:
        library.add(NEW[:30])
        assert adding(tmp_path / "home", file).wait() == 0
        library.add(NEW)
        assert len(library.by_meaning("gripper", 999)) == len(library) == 120
    with open_empty(tmp_path / "home") as library:
        assert library.repairs == () and library.examine().mended == () and library.behind == 0


@pytest.mark.parametrize(("end", "made_anew"), [(Killed, 1), (KeyboardInterrupt, 0)])
def test_only_a_kill_throws_doubt_on_the_vectors(small, tmp_path, monkeypatch, end, made_anew):
    def cut(*_):
        raise end

    with monkeypatch.context() as patched, pytest.raises(end):
        patched.setattr(Vectors, "upsert", cut)
        small.add([replace(NEW[0], title="One more study")])
    small.close()
    renewed = []
    monkeypatch.setattr(Indexes, "renew_vectors", lambda self, real=Indexes.renew_vectors: renewed.append(real(self)))
    embedder = WordEmbedder()
    with open_empty(tmp_path / "home", embedder) as library:
        assert len(library._indexes.vectors) == library._papers.count_passages()
    assert (len(renewed), embedder.calls) == (made_anew, 0)


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="signals go to the main thread")
def test_an_interrupt_that_comes_twice_waits_for_what_is_being_written(small, tmp_path, monkeypatch):
    """Chroma crashes a process that closes it while another thread writes to it."""
    before, finished, real = signal.signal(signal.SIGINT, signal.default_int_handler), [], Vectors.upsert

    def upsert(self, *args):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
        finished.append(real(self, *args))

    try:
        monkeypatch.setattr(Vectors, "upsert", upsert)
        with pytest.raises(KeyboardInterrupt):
            small.add([replace(NEW[0], title="One more study")])
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(finished) == 1
    monkeypatch.setattr(Vectors, "upsert", real)
    small.close()
    with open_empty(tmp_path / "home") as opened:
        assert len(opened) == len(opened._indexes.keywords) == 61
        assert opened.examine().mended == () and opened.repairs == ()


def test_what_another_process_adds_is_seen(small, tmp_path, many, monkeypatch):
    monkeypatch.setattr(store.search, "_REOPEN_EVERY", 0.0)
    assert len(small.by_meaning("gripper", 1000)) == 60
    process = adding(tmp_path / "home", many)
    while process.poll() is None:
        assert small.by_meaning("gripper", 5) and small.by_words("gripper", 5)
        time.sleep(0.02)  # the other needs the core as well
    assert process.returncode == 0
    assert len(small.by_meaning("gripper", 1000)) == len(small) == 660


def test_a_graph_that_was_searched_is_not_taken_for_damaged(tmp_path):
    # Chroma writes the graph of an odd row anew whenever it reads it, with other bytes behind its end.
    papers = tmp_path / "one.jsonl"
    papers.write_text('{"title": "Robots walk", "abstract": "Robots walk. They learn to run."}', encoding="utf-8")
    with open_empty(tmp_path / "home") as library:
        library.add_paths([papers])
    for _ in range(3):
        with open_empty(tmp_path / "home") as library:
            assert library.by_meaning("robots", 1)
            with open_empty(tmp_path / "home") as other:  # as another process does
                assert other.by_meaning("robots", 1) and not other.repairs and not library.repairs


def test_what_looks_damaged_while_another_loads_it_is_looked_at_again(tmp_path, monkeypatch):
    (tmp_path / "vectors").mkdir()
    graph, lock = tmp_path / "vectors" / "graph.bin", tmp_path / "loading.lock"
    graph.write_bytes(b"whole")
    sums = Sums(Folder(tmp_path))
    sums.seal()
    seen, look = threading.Event(), sums._damage

    def first_look(place, every_byte):
        found = look(place, every_byte)
        seen.set()
        return found

    monkeypatch.setattr(sums, "_damage", first_look)
    with ThreadPoolExecutor(1) as pool:
        with FileLock(lock, thread_local=False):
            graph.write_bytes(b"partly")
            told = pool.submit(sums.damage, graph.parent, False, lock)
            assert seen.wait(10)
            graph.write_bytes(b"whole")
        assert told.result(10) == ""
    graph.write_bytes(b"partly")
    assert sums.damage(graph.parent, False, lock) == "was damaged (graph.bin)"
