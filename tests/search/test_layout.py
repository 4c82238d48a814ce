"""The map's layout: near papers near, the same each time, and no paper moves when others come."""

import numpy as np
import pytest
from small_library import open_empty

from rag.search import atlas as atlases
from rag.search.atlas import NAME, brought_up, keep_atlas, named, read_atlas
from rag.search.layout import arrange, clusters, place
from rag.search.themes import name_groups
from store.records import Paper


def heaps(counts, seed=0):
    """Unit rows in heaps, each about a direction of its own."""
    noise = np.random.default_rng(seed).normal(size=(sum(counts), 24)) * 0.12
    rows = np.repeat(np.eye(24)[: len(counts)], counts, axis=0) + noise
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_papers_of_a_kind_stand_together_and_the_same_each_time():
    rows, kind = heaps([30, 30, 30]), np.repeat([0, 1, 2], 30)
    places = arrange(rows)
    assert places.shape == (90, 2) and places.min() >= 0 and places.max() <= 1
    assert (arrange(rows) == places).all()
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (kind[apart.argmin(axis=1)] == kind).mean() > 0.97
    assert sorted(len(group) for group in clusters(places, 3)) == [30, 30, 30]


def test_a_library_without_any_abstract_has_an_empty_map(tmp_path):
    with open_empty(tmp_path) as library:
        library.add([Paper("bare", "A title and no more", "")])
        assert named(library, brought_up(library, None)).ids == ()


@pytest.mark.parametrize("n", range(6))
def test_a_handful_of_papers_has_places_too(n):
    assert np.isfinite(arrange(heaps([n]))).all() and len(arrange(heaps([n]))) == n


def test_later_papers_stand_among_their_likes_and_on_nobody():
    rows = heaps([30, 30])
    places = arrange(rows)
    later = place([f"new {n}" for n in range(20)], heaps([20, 0], seed=1), rows, places)
    middles = [places[:30].mean(axis=0), places[30:].mean(axis=0)]
    assert all(np.linalg.norm(at - middles[0]) < np.linalg.norm(at - middles[1]) for at in later)
    assert len(np.unique(later, axis=0)) == 20


def test_a_group_is_named_by_what_its_papers_speak_of():
    papers = [Paper(str(n), f"{what} number {n}", f"We study {what} here.") for n, what in enumerate(
        ["action recognition"] * 4 + ["imitation learning"] * 4
    )]  # fmt: skip
    names = name_groups(papers, [range(4), range(4, 8)], lambda texts: np.ones((len(texts), 1)), np.ones((8, 1)))
    assert names == ["Action recognition", "Imitation learning"]


def test_the_map_of_a_library_is_kept_and_follows_its_papers(small, tmp_path, monkeypatch):
    monkeypatch.setattr(atlases, "ARRANGED", 40)  # the others are placed among these
    first = named(small, brought_up(small, None))
    assert len(first.ids) == len(set(first.ids)) == 60 and first.late == 0
    keep_atlas(tmp_path, first)
    kept = read_atlas(tmp_path)
    assert kept.ids == first.ids and (kept.places == first.places).all() and kept.regions == first.regions
    small.add([Paper("later", "A later paper", "We look at speech in setting 4. It helps.")])
    small.remove([first.ids[0]])
    now = brought_up(small, kept)
    where = dict(zip(now.ids, now.places.tolist(), strict=True))
    assert "later" in where and first.ids[0] not in where and now.late == 1 and now.stamp != first.stamp
    assert all(where[i] == at for i, at in zip(first.ids[1:], first.places[1:].tolist(), strict=True))
    assert brought_up(small, now).ids == now.ids
    small.add([Paper("bare", "A title and no more", "")])  # it has no vector
    assert set(brought_up(small, now).ids) == set(brought_up(small, None).ids) == set(now.ids)
    (tmp_path / NAME).write_bytes(b"no map")
    assert read_atlas(tmp_path) is None
