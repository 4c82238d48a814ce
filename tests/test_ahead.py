"""A model that is slow: what it has not read yet is found at once all the same, and read later, batch by batch."""

import time
from itertools import count

from fakes import WordEmbedder
from small_library import NEW, TOPICS, nearest, open_empty, state

import store.ahead
import store.library
from rag.search.retrieve import retrieve
from store.library import Library
from ui.reading import reading


def hurried(home, embedder=None) -> Library:
    return Library.open(home, "words", embedder=embedder or WordEmbedder(), seed=False, hurry=True)


def test_added_papers_are_found_before_the_model_has_read_them(tmp_path):
    embedder = WordEmbedder()
    with hurried(tmp_path / "home", embedder) as library, open_empty(tmp_path / "whole") as whole:
        whole.add(NEW)
        library.add(NEW)
        assert (library.behind, embedder.calls, len(library)) == (60, 0, 60)
        words = [[(i, round(score, 3)) for i, score in some.by_words("gripper", 9)] for some in (library, whole)]
        assert words[0] == words[1]
        assert nearest(library) == nearest(whole)  # the passage, and the cosine that the model itself gives
        found, full = (retrieve(some, f"What do we look at in {TOPICS[2]}?", 3) for some in (library, whole))
        assert found[0].paper.title == full[0].paper.title


def test_few_papers_are_read_for_a_question_and_none_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(store.ahead, "_READ", 5)
    embedder = WordEmbedder()
    with hurried(tmp_path, embedder) as library:
        library.add(NEW)
        assert len(library.by_meaning("gripper", 20)) == 5
        read = [paper for paper in library.papers() if library.already_read([paper])]
        texts = embedder.calls
        assert len(read) == 5 and texts < 5 * 12
        library.by_meaning("gripper", 20)
        assert embedder.calls == texts + 1  # the query
        assert len(library.among([paper.paper_id for paper in read[:2]]).by_meaning("gripper", 20)) == 2


def test_what_was_left_is_read_batch_by_batch_and_by_whoever_comes_next(tmp_path, monkeypatch):
    monkeypatch.setattr(store.library, "SLOW_BATCH", 16)
    told, steps = [], count()
    with hurried(tmp_path / "home") as library:
        library.add(NEW)
        library.catch_up(lambda done, total, what: told.append((done, total)), lambda: next(steps) < 1)
        found = library.examine()
        assert (library.behind, found.mended, found.left) == (44, (), ())  # what lags is not damaged
        library.catch_up(lambda done, total, what: told.append((done, total)), lambda: next(steps) < 3)
        assert (library.behind, told) == (28, [(0, 60), (0, 44)])
    embedder = WordEmbedder()
    with hurried(tmp_path / "home", embedder) as library, open_empty(tmp_path / "whole") as whole:
        assert library.behind == 0 and 0 < embedder.calls < 28 * 12  # few enough to be read at once
        whole.add(NEW)
        assert state(library) == state(whole)


def test_nobody_waits_for_a_new_model(tmp_path):
    with open_empty(tmp_path) as library:
        library.add(NEW)
    embedder = WordEmbedder("words-2", dimension=32)
    with Library.open(tmp_path, "others", embedder=embedder, seed=False, hurry=True) as library:
        assert (library.behind, embedder.calls) == (60, 0)
        assert library.by_meaning("gripper", 1) and library.by_words("gripper", 1)
        library.catch_up()
        assert library.behind == 0 and len(library._indexes.vectors) == library._papers.count_passages()


def test_the_page_reads_in_the_background_what_anyone_adds(tmp_path):
    with hurried(tmp_path) as library, reading(library):
        library.add(NEW)
        assert library.by_words("gripper", 1)
        deadline = time.monotonic() + 30
        while library.behind and time.monotonic() < deadline:
            time.sleep(0.05)
        assert library.behind == 0
