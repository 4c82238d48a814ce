"""What ships of MiniLM's vectors: whole, right, and used."""

import pytest

from store import collection
from store.cache import Cache, VectorCache
from store.collection import embedded, shipped_papers
from store.encoders import Embedder, load_embedder
from store.library import Library
from store.sentences import embedding_text, passages
from training.embedded import KINDS, write


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load_embedder("all-MiniLM-L6-v2", tmp_path_factory.mktemp("cache"))


def refuse(*_):
    raise AssertionError("a shipped text was embedded")


def test_a_new_library_of_the_shipped_papers_embeds_nothing(tmp_path, model, monkeypatch):
    light = model._light
    monkeypatch.setattr(type(light), "encode", refuse)
    monkeypatch.setattr(type(light), "encode_words", refuse)
    with Library.open(tmp_path, "m", embedder=Embedder(model.fingerprint, light, refuse)) as library:
        assert len(library) == 118
        assert library.mean_vectors(list(library.papers())).shape == (118, model.dimension)


def test_the_shipped_vectors_are_those_of_the_model(tmp_path, model):
    papers = shipped_papers()[::30]
    texts = [embedding_text(paper.title, passage) for paper in papers for passage in passages(paper)[:1]]
    cache = VectorCache(tmp_path / "v.db", embedded("vectors", model.fingerprint))
    kept = cache.embed(texts, refuse)
    cache.close()
    assert (kept * model.encode(texts)).sum(1).min() > 0.999


@pytest.mark.parametrize("kind", KINDS)
def test_another_model_has_none(kind):
    assert embedded(kind, "another")() == {}


def test_what_is_written_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(collection, "EMBEDDED", tmp_path / "e.npz")
    blobs = {"vectors": {b"k" * 12: b"\x00\x01", b"l" * 12: b""}, "words": {b"m" * 12: b"\xff" * 5}}
    assert embedded("words", "m")() == {}
    write(blobs, "m", collection.EMBEDDED)
    assert {kind: embedded(kind, "m")() for kind in KINDS} == blobs


def test_what_ships_is_taken_once_and_never_over_what_is_kept(tmp_path):
    reads = []

    def shipped():
        reads.append(1)
        return {b"a": b"shipped", b"b": b"shipped"}

    blobs = Cache(tmp_path / "b.db", shipped)
    blobs.put({b"a": b"kept"})
    assert blobs.get([b"a"]) == {b"a": b"kept"} and not reads
    assert blobs.get([b"a", b"b", b"c"]) == {b"a": b"kept", b"b": b"shipped"}
    assert blobs.get([b"c"]) == {} and len(reads) == 1
    blobs.close()
    assert Cache(tmp_path / "b.db").items() == {b"a": b"kept", b"b": b"shipped"}
