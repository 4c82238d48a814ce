"""The library: what is added is found, in all of it and in its parts, and bad input is one clear line."""

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEmbedder
from small_library import NEW, TOPICS, open_empty

import store.library
from rag.catalogue.catalogue import catalogue_of
from rag.filters import Filter
from rag.search.retrieve import retrieve
from store.errors import ReadError, StoreError
from store.library import Library
from store.records import Paper


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
    embedder, papers = small._indexes.embedder, list(small.papers())
    small.embed(["The end.", "It helps maps by 12 percent."], papers)
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
    assert embedder.calls == calls + 1  # the passage with the new sentence
    assert small.get("study-2-of-vision").venue == "ICRA"


def test_words_of_replaced_texts_and_removed_papers_do_not_count(small, tmp_path):
    """BM25 weighs a word by how many papers have it; tantivy counts deleted ones until it merges them away."""
    small.add([replace(paper, abstract=f"{paper.abstract} Zebra number {n}.") for n, paper in enumerate(NEW[:20])])
    small.remove([paper.paper_id for paper in list(small.papers())[50:]])
    with open_empty(tmp_path / "fresh") as fresh:
        fresh.add(small.papers())
        assert [small.by_words(topic, 60) for topic in TOPICS] == [fresh.by_words(topic, 60) for topic in TOPICS]


def test_a_shorter_abstract_leaves_no_passage_behind(tmp_path):
    with open_empty(tmp_path) as opened:
        opened.add([Paper("p", "Tiny", "One. Two. Three. Four. Five. Six. Seven. Eight. Nine.")])
        with opened._papers.transaction():
            opened._papers.update(1, Paper("p", "Tiny", "One. Two."))
        opened.add([Paper("q", "Other", "Something.")])
        assert len(opened._indexes.vectors) == 2


def test_records_without_an_abstract_add_to_known_papers_or_are_known_by_their_titles(small):
    report = small.add([Paper("", NEW[5].title.upper(), "", ("A. Bee",), 2021), Paper("", "Unknown", " ")])
    assert (report.read, report.merged, len(report.skipped)) == (2, 1, 0)
    assert small.get("study-5-of-maps").authors == ("A. Bee",)


@pytest.mark.parametrize(
    "limit",
    [Filter(2024, 2024), Filter(venues=("corl",)), Filter(authors=("kim",)), Filter(2024, 2024, authors=("li",))],
)
def test_a_part_is_searched_as_the_whole(library, limit):
    fitting = set(catalogue_of(library).fitting(limit))
    part = library.among(fitting)
    assert 0 < len(part) == len(fitting) < 118
    everything = [hit.passage.paper_id for hit in library.by_meaning("a robot hand", 118)]
    near = [hit.passage.paper_id for hit in part.by_meaning("a robot hand", 200)]
    assert near == [paper_id for paper_id in everything if paper_id in fitting]
    worded = [paper_id for paper_id, _ in library.by_words("robot learning", 118) if paper_id in fitting]
    assert [paper_id for paper_id, _ in part.by_words("robot learning", 118)] == worded
    assert part.by_meaning("a robot hand", 1)[0].passage.paper_id == near[0]


def test_a_part_without_papers_finds_none(library):
    part = library.among([])
    assert len(part) == 0 and part.by_meaning("robot", 5) == [] and part.by_words("robot", 5) == []
    assert retrieve(part, "Which robots walk?", 5) == []


@pytest.mark.parametrize("share", [1, 30, 55])
def test_a_part_of_any_size_is_found_by_either_way_to_look(small, share):
    """Few papers are compared one by one; of many, enough are looked through."""
    ids = frozenset(paper.paper_id for paper in list(small.papers())[:share])
    for k in (1, 5, 60):
        found = [hit.passage.paper_id for hit in small.by_meaning("gripper walking", k, ids)]
        whole = [hit.passage.paper_id for hit in small.by_meaning("gripper walking", 60)]
        scores = {hit.passage.paper_id: hit.score for hit in small.by_meaning("gripper walking", 60)}
        best = sorted((scores[i] for i in whole if i in ids), reverse=True)[:k]
        assert [scores[i] for i in found] == pytest.approx(best, abs=1e-5) and set(found) <= ids
        worded = [i for i, _ in small.by_words("gripper walking look", 60) if i in ids]
        assert [i for i, _ in small.by_words("gripper walking look", k, ids)] == worded[:k]


def test_a_bad_file_among_good_ones_is_said_and_alone_raises(small, tmp_path):
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.txt"
    good.write_text(json.dumps({"title": "Good one", "abstract": "It is good."}))
    bad.write_bytes(b"\0")
    report = small.add_paths([bad, good])
    assert report.added == 1 and [item.where for item in report.skipped] == [str(bad)]
    with pytest.raises(ReadError, match="no paper in it"):
        small.add_paths([bad])
    missing, pipe = tmp_path / "missing.jsonl", tmp_path / "pipe"
    os.mkfifo(pipe)
    report = small.add_paths([missing, pipe, good])
    assert report.unchanged == 1 and [item.where for item in report.skipped] == [str(missing), str(pipe)]
    with pytest.raises(ReadError, match="no such file"):
        small.add_paths([missing, pipe])


def test_what_no_paper_has_is_skipped_and_all_else_of_the_run_is_kept(small):
    report = small.add([Paper("", "Too long", "word " * 20_000, sources=("file",)), Paper("", "Good", "It is good.")])
    assert (report.read, report.added) == (2, 1)
    assert [(item.where, item.reason[:30]) for item in report.skipped] == [
        ("file, Too long", "its abstract has 100,000 chara")
    ]


def test_an_endless_abstract_of_an_older_library_is_read_so_far_and_can_be_removed(small):
    with small._papers.transaction():
        small._papers.keep(Paper("", "Endless", "Zebras cross. " * 50_000))
    small.add([Paper("", "Good", "It is good.")])
    assert small.by_words("zebra", 1)[0][0] == "endless"
    assert small.by_meaning("Endless. Zebras cross. Zebras cross.", 1)[0].passage.end <= 50_000
    assert small.remove(["endless"]) == 1 and small.by_words("zebra", 1) == []


def test_an_empty_path_is_not_the_folder_where_one_stands(small):
    with pytest.raises(ReadError, match="empty path"):
        small.add_paths([""])


def test_another_model_makes_every_vector_anew(small, tmp_path):
    other = WordEmbedder("words-2", dimension=32)
    small.close()
    with open_empty(tmp_path / "home", other, "others") as opened:
        assert opened.by_meaning("gripper", 1)[0].passage.paper_id.startswith("study")
        assert len(opened._indexes.vectors) == opened._papers.count_passages()
        made = other.calls
    with open_empty(tmp_path / "home", other, "others"):
        assert other.calls == made


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


def test_a_large_library_of_a_slow_model_is_advised_another(small, monkeypatch):
    assert small.advice == ""
    monkeypatch.setattr("store.encoders._LARGE", len(small))
    assert "CITEWELL_EMBEDDING_MODEL=citewell-static" in small.advice


def test_progress_tells_of_the_faster_model_before_the_work_is_done(tmp_path, monkeypatch):
    monkeypatch.setattr("store.encoders._LARGE", 2)
    told = []
    with open_empty(tmp_path / "home") as library:
        library.add(NEW[:3], lambda done, total, what: told.append((done, what)))
    assert any(done == 0 and "citewell-static" in what for done, what in told)
