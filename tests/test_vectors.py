"""The vector index: cosines, stable ids, any number of rows, and damage that is found out."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEmbedder

from store.errors import StoreError
from store.library import Library
from store.records import ChromaServer, Paper, Passage
from store.vectors import Vectors, sound


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def papers(names, passages: int = 1):
    return [[Passage(name, n, n + 1, "x") for n in range(passages)] for name in names]


@pytest.fixture
def vectors(tmp_path):
    index = Vectors(tmp_path / "vectors", "passages-test")
    yield index
    index.close()


def test_nearest_are_ordered_by_cosine(vectors):
    vectors.upsert(papers(["a", "b", "c"]), unit(np.array([[1, 0], [1, 1], [-1, 0]])))
    found = vectors.nearest(np.array([2, 0], np.float32), 3)
    assert [(paper_id, number) for paper_id, number, _ in found] == [("a", 0), ("b", 0), ("c", 0)]
    assert [score for *_, score in found] == pytest.approx([1, 0.5**0.5, -1], abs=1e-5)


def test_ids_with_marks_of_their_own_come_back(vectors):
    vectors.upsert(papers(["10.1/a#b", "ä b"], passages=2), unit(np.eye(4)))
    assert vectors.nearest(np.eye(4, dtype=np.float32)[1], 1)[0][:2] == ("10.1/a#b", 1)


def test_the_same_again_changes_nothing(vectors):
    rows = unit(np.random.default_rng(0).normal(size=(6, 8)))
    for _ in range(2):
        vectors.upsert(papers("abc", passages=2), rows)
    assert len(vectors) == 6


def test_passages_are_deleted_by_paper_and_number(vectors):
    vectors.upsert(papers("ab", passages=3), unit(np.eye(6)))
    vectors.delete([("a", 1, 3), ("b", 0, 0), ("b", 3, 2)])
    found = vectors.nearest(np.ones(6, np.float32), 6)
    assert sorted(found_id[:2] for found_id in found) == [("a", 0), ("b", 0), ("b", 1), ("b", 2)]


def test_recall_among_clustered_vectors_and_past_the_limit_of_a_call(vectors):
    """6,000 rows (Chroma takes 5,461 a call) about 40 centres: 98% of the ten nearest are found."""
    random = np.random.default_rng(1)
    centres = 2 * random.normal(size=(40, 32))
    rows = unit(centres[random.integers(40, size=6000)] + random.normal(size=(6000, 32)))
    vectors.upsert(papers(map(str, range(6000))), rows)
    assert len(vectors) == 6000
    hits = 0
    for row in rows[::200]:
        nearest = set(np.argsort(-(rows @ row))[:10])
        hits += len(nearest & {int(name) for name, *_ in vectors.nearest(row, 10)})
    assert hits / (10 * len(rows[::200])) >= 0.98


def test_a_whole_index_is_sound_and_a_damaged_one_is_not(tmp_path):
    """Damage to its files can crash Chroma's process, so another one tries."""
    index = Vectors(tmp_path / "vectors", "passages-test")
    index.upsert(papers(map(str, range(300))), unit(np.random.default_rng(2).normal(size=(300, 8))))
    index.close()
    assert sound(tmp_path / "vectors", "passages-test")
    for file in (tmp_path / "vectors").glob("*/*.bin"):
        file.write_bytes(b"\xff" * (file.stat().st_size // 2))
    assert not sound(tmp_path / "vectors", "passages-test")


@pytest.fixture
def server(tmp_path):
    """A real Chroma server on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    chroma = Path(sys.executable).with_name("chroma")
    command = [chroma, "run", "--path", tmp_path / "server", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield ChromaServer(f"http://127.0.0.1:{port}", token="any")
    process.kill()
    process.wait()


def test_libraries_share_a_server_and_each_finds_its_own(tmp_path, server):
    texts = {"one": "Robots grasp cups.", "two": "Agents play games."}
    opened = {"embedder": WordEmbedder(), "seed": False, "server": server}
    for home, text in texts.items():
        with Library.open(tmp_path / home, "words", **opened) as library:
            library.add([Paper("", home, text)])
    for home, text in texts.items():
        with Library.open(tmp_path / home, "words", **opened) as library:
            assert not (tmp_path / home / "vectors").exists()
            assert [hit.passage.text for hit in library.by_meaning(text, 5)] == [text]


def test_a_library_moves_to_a_server_and_back(tmp_path, server):
    paper = Paper("", "One", "Robots grasp cups.")
    for place in (None, server, None):
        with Library.open(tmp_path, "words", embedder=WordEmbedder(), seed=False, server=place) as library:
            library.add([paper])
            assert library.by_meaning("robots", 5)[0].passage.text == paper.abstract


def test_a_server_that_is_not_there_is_one_clear_line(tmp_path):
    nowhere = ChromaServer("http://127.0.0.1:9")
    with pytest.raises(StoreError, match=r"http://127\.0\.0\.1:9: the vector index cannot be used") as raised:
        Library.open(tmp_path, "words", embedder=WordEmbedder(), server=nowhere)
    assert "\n" not in str(raised.value)
