import sqlite3

import numpy as np
import pytest
from fakes import WordEmbedder

from store.cache import Cache, Latest, MeanVectors, VectorCache
from store.records import Paper, Passage

PAPERS = [
    Paper("a", "T", "Robots learn fast. Robots grasp."),
    Paper("b", "T", "Cooks boil soup."),
    Paper("c", "Robots", ""),
]


def test_a_paper_is_the_mean_of_its_passages_and_is_read_once():
    passages, calls = [[Passage("a", 0, 1, "")] * 2, [Passage("b", 0, 1, "")], []], []

    def read(papers):
        calls.append(papers)
        return passages, np.array([[1, 0], [0, 1], [0, 2]], np.float32)

    means = MeanVectors(read)
    rows = means.rows(PAPERS)
    assert np.allclose(rows, [[0.5**0.5, 0.5**0.5], [0, 1], [0, 0]])
    assert np.array_equal(means.rows(PAPERS[::-1]), rows[::-1]) and len(calls) == 1


def test_what_was_used_last_stays_in_memory():
    latest = Latest[str, int](2)
    latest.keep({"a": 1, "b": 2})
    latest.keep({"a": 1, "c": 3})
    assert latest.get("abc") == {"a": 1, "c": 3}


def test_a_vector_with_a_changed_bit_is_made_again(tmp_path):
    embedder, path = WordEmbedder(), tmp_path / "vectors.db"
    cache = VectorCache(path)
    rows = cache.embed(["Robots grasp.", "Cooks boil."], embedder.encode, keep=True)
    cache.close()
    with sqlite3.connect(path) as db:
        [(key, sealed)] = db.execute("SELECT digest, sealed FROM kept LIMIT 1")
        db.execute("UPDATE kept SET sealed = ? WHERE digest = ?", (bytes([sealed[0] ^ 64]) + sealed[1:], key))
    again, seen = VectorCache(path), embedder.calls
    assert np.array_equal(again.embed(["Robots grasp.", "Cooks boil."], embedder.encode, keep=True), rows)
    assert embedder.calls == seen + 1
    again.close()


@pytest.mark.parametrize("at", [0, 5_000])
def test_a_damaged_file_is_begun_anew(tmp_path, at):
    path = tmp_path / "kept.db"
    cache = Cache(path)
    cache.put({bytes([n]) * 12: bytes(2_000) for n in range(9)})
    cache.close()
    data = bytearray(path.read_bytes())
    data[at : at + 3_000] = b"x" * 3_000
    path.write_bytes(data)
    cache = Cache(path)
    found = cache.get([bytes([n]) * 12 for n in range(9)])
    assert all(blob == bytes(2_000) for blob in found.values()) and len(found) < 9
    cache.put({b"k" * 12: b"v"})
    assert cache.get([b"k" * 12]) == {b"k" * 12: b"v"}
    cache.close()


def test_what_an_earlier_version_kept_is_taken_over(tmp_path):
    with sqlite3.connect(tmp_path / "kept.db") as db:
        db.execute("CREATE TABLE vectors (digest BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        db.execute("INSERT INTO vectors VALUES (?, ?)", (b"k" * 12, b"v"))
    db.close()
    assert Cache(tmp_path / "kept.db", read_only=True).get([b"k" * 12]) == {}
    assert Cache(tmp_path / "kept.db").get([b"k" * 12]) == {b"k" * 12: b"v"}
