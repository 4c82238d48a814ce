"""Papers by id, link and search, from a running Zotero, and looked up again: against a server on this machine."""

import socket
import threading
import time

import pytest
from services_server import item, serving
from small_library import open_empty

from store.errors import ReadError
from store.incoming import EVERY, EVERY_AFAR, Incoming, enrich
from store.names import split_name
from store.records import Paper, silent
from store.services.client import Client, ServiceError
from store.services.wanted import Wanted, wanted


@pytest.fixture
def services():
    with serving() as running:
        yield running


@pytest.fixture
def incoming(services, tmp_path):
    with open_empty(tmp_path / "home") as library:
        yield Incoming(library, Client(services.addresses, "me@example.org", tmp_path / "cache"), ("new",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("arxiv:2210.03629", Wanted("arxiv", "2210.03629")),
        ("arXiv:2210.03629v3", Wanted("arxiv", "2210.03629")),
        ("https://arxiv.org/abs/2210.03629v2", Wanted("arxiv", "2210.03629")),
        ("https://arxiv.org/pdf/2210.03629.pdf?download=1", Wanted("arxiv", "2210.03629")),
        ("https://huggingface.co/papers/2210.03629", Wanted("arxiv", "2210.03629")),
        ("arxiv:grasping by touch", Wanted("arxiv search", "grasping by touch")),
        ("doi:10.1109/x.1", Wanted("doi", "10.1109/x.1")),
        ("https://doi.org/10.1109/x.1", Wanted("doi", "10.1109/x.1")),
        ("https://dl.acm.org/doi/pdf/10.1145/1.2", Wanted("doi", "10.1145/1.2")),
        ("https://openreview.net/forum?id=abc&noteId=x", Wanted("openreview", "abc")),
        ("https://aclanthology.org/2023.acl-long.1.pdf", Wanted("acl", "2023.acl-long.1")),
        ("2307.15818", Wanted("arxiv", "2307.15818")),
        ("2307.15818v2", Wanted("arxiv", "2307.15818")),
        ("cs.CL/0301012", Wanted("arxiv", "cs.CL/0301012")),
        ("10.1109/x.1", Wanted("doi", "10.1109/x.1")),
        ("zotero:", Wanted("zotero", "")),
        ("zotero:My Papers", Wanted("zotero", "My Papers")),
        ("http://127.0.0.1:23119/better-bibtex/export/library?/1/library.bibtex",
         Wanted("address", "http://127.0.0.1:23119/better-bibtex/export/library?/1/library.bibtex")),
        ("papers.jsonl", None),
        ("C:/papers", None),
        ("papers/2307158", None),
    ],
)  # fmt: skip
def test_ids_and_links_are_told_from_paths(text, found):
    assert wanted(text) == found


def test_a_file_that_is_called_as_an_id_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "2307.15818").touch()
    assert wanted("2307.15818") is None


def test_papers_come_by_id_link_and_search(incoming, services):
    report = incoming.take(
        [
            "arxiv:2401.00001",
            "doi:10.1109/x.1",
            "https://openreview.net/forum?id=abc",
            "acl:2023.x-long.1",
            "doi:10.1234/tea",
        ]
    )
    papers = {paper.title: paper for paper in incoming.library.papers()}
    assert (report.read, report.added, report.merged) == (5, 4, 1)
    touch = papers["Grasping by Touch"]
    assert (touch.arxiv, touch.doi, touch.year, touch.retracted) == (
        "2401.00001", "10.1109/x.1", 2025, "retracted: https://doi.org/10.1109/x.2",
    )  # fmt: skip
    assert touch.authors[-1] == "The Lab of Hands" and split_name(touch.authors[-1]).literal
    assert touch.sources == ("arXiv", "Crossref") and touch.origins["venue"] == "Crossref"
    assert papers["On Tea"].abstract == "We brew tea. We drink." and papers["Open Hands"].year == 2024
    assert papers["Words and Hands"].authors == ("Jane Doe", "Abe Roe")
    assert all(paper.tags == ("new",) for paper in papers.values())
    assert all(name.startswith("citewell/") and "me@example.org" in name for name in services.names)
    asked = len(services.asked)
    assert incoming.take(["arxiv:2401.00001", "arxiv:grasping touch"]).unchanged == 2
    assert len(services.asked) == asked + 1  # what was asked for is kept


def test_a_service_that_fails_is_asked_again_and_what_it_lacks_is_said(incoming, services):
    services.failures = 2
    assert incoming.take(["arxiv:2401.00001", "arxiv:2401.09999"]).skipped[0].where == "arxiv:2401.09999"
    with pytest.raises(ServiceError, match=r"arxiv:2401.08888: arXiv has no such paper"):
        incoming.take(["arxiv:2401.08888"])
    with pytest.raises(ServiceError, match="no such paper; check the id"):
        incoming.take(["doi:10.9/none"])
    with pytest.raises(ServiceError, match="OpenReview has no such paper"):
        incoming.take(["openreview:none"])


def test_no_network_is_one_clear_line(incoming, services):
    nowhere = {name: "http://127.0.0.1:9" for name in services.addresses}
    alone = Incoming(incoming.library, Client(nowhere))
    with pytest.raises(ReadError, match="names no paper"):
        alone.take(["doi:"])
    for word in ("arxiv:2401.00001", "doi:10.1/x", "zotero:", "http://127.0.0.1:9/x.jsonl"):
        with pytest.raises(ServiceError) as failed:
            alone.take([word])
        assert "\n" not in str(failed.value) and "does not answer" in str(failed.value)
        assert "Errno" not in str(failed.value)


def test_a_name_that_is_not_known_is_said_in_words(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ServiceError, match="is this machine connected"):
        Client({"arxiv": "http://nowhere.invalid"}).text("arxiv")


def test_zotero_is_read_with_keys_collections_and_notes_and_then_what_changed(incoming, services):
    assert incoming.take(["zotero:"]).added == 2
    first = incoming.library.get("2101.00001")
    assert (first.citekey, first.year, first.notes) == ("zotkey1", 2021, "Read this")
    assert first.tags == ("hands", "Thesis/Hands", "new")
    assert [split_name(name).family for name in first.authors] == ["Garcia Marquez", "The Hand Group"]
    assert incoming.take(["zotero:"]).read == 0
    services.items.append(item(3, "2024-01-03T00:00:00Z"))
    services.items.append({"data": {"itemType": "attachment", "title": "PDF", "dateModified": "2024-01-04T00:00:00Z"}})
    report = incoming.take(["zotero:"])
    assert (report.read, report.added) == (1, 1)


def test_a_collection_of_zotero_is_read_with_those_below_it(incoming):
    assert incoming.take(["zotero:thesis"]).added == 1 and len(incoming.library) == 1
    with pytest.raises(ServiceError, match="no collection 'none'; there are Thesis, Thesis/Hands"):
        incoming.take(["zotero:none"])


def test_an_address_is_read_as_a_file(incoming, services):
    assert incoming.take([f"{services.url}/pull/library.jsonl"]).added == 1
    assert incoming.library.get("from-an-address").citekey == "there1"
    bare = incoming.take([f"{services.url}/pull/library?/1/library.bibtex"])
    assert (bare.added, bare.without_abstract) == (1, 1) and incoming.library.get("pulled").citekey == "pulled20"


def test_an_address_that_is_followed_is_fetched_once_a_look_and_an_outage_is_passed_over(
    incoming, services, monkeypatch
):
    pauses, told = [], []

    def rested(seconds):
        pauses.append(seconds)
        services.failures = 3 if len(pauses) == 1 else 0  # as often as it is asked in one look
        if len(pauses) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", rested)
    with pytest.raises(KeyboardInterrupt):
        incoming.follow(f"{services.url}/pull/library.jsonl", told.append)
    assert [report.added for report in told] == [1] and set(pauses) == {EVERY}
    assert len(services.asked) == 3 + 3
    monkeypatch.setattr(Client, "fetch", lambda *_: (services.file, {}))
    pauses.clear()
    with pytest.raises(KeyboardInterrupt):
        incoming.follow("https://papers.example/library.jsonl", told.append)
    assert set(pauses) == {EVERY_AFAR}


def test_nothing_new_in_zotero_is_one_request(incoming, services):
    incoming.take(["zotero:"])
    asked = len(services.asked)
    assert incoming.take(["zotero:"]).read == 0 and len(services.asked) == asked + 1


@pytest.mark.parametrize("kind", ["file", "address", "zotero"])
def test_what_is_followed_comes_in_when_it_changes(incoming, services, tmp_path, kind):
    file = tmp_path / "papers.jsonl"
    file.write_text(services.file, encoding="utf-8")
    word = {"file": file, "address": f"{services.url}/pull/library.jsonl", "zotero": "zotero:"}[kind]
    told, running = [], threading.active_count()

    def tell(report):
        told.append(report.added)
        if len(told) == 2:
            raise KeyboardInterrupt
        services.file += '{"title": "One more", "abstract": "We came later."}\n'
        file.write_text(services.file, encoding="utf-8")
        services.items.append(item(3, "2024-01-03T00:00:00Z"))

    with pytest.raises(KeyboardInterrupt):
        incoming.follow(word, tell, every=0.01)
    assert told == [len(incoming.library) - 1, 1]
    with pytest.raises(ReadError, match="can be followed"):
        incoming.follow("arxiv:2401.00001", tell)
    assert threading.active_count() <= running + 4


def test_papers_are_filled_in_and_what_the_user_wrote_stays(incoming):
    library = incoming.library
    tea = Paper("", "On tea", "We brew.", ("T. Doe",), 2020)
    library.add([Paper("", "Grasping by Touch", "Short.", arxiv="2401.00001"), tea, Paper("", "Words", "Mine.")])
    library.changes.edit("2401.00001", {"authors": ("Somebody Else",), "abstract": "My own words."})
    found, skipped = enrich(list(library.papers()), incoming.client, silent)
    changes = {item.paper.paper_id: item.differs for item in found}
    assert not skipped and set(changes) == {"2401.00001", "on-tea"}
    assert set(changes["2401.00001"]) == {"year", "venue", "doi", "retracted"}
    assert changes["on-tea"]["venue"] == ("", "Journal of Tea") and changes["on-tea"]["doi"] == ("", "10.1234/tea")
    library.changes.put([item.paper for item in found], "enrich")
    assert library.get("2401.00001").abstract == "My own words." and library.get("2401.00001").year == 2025
    assert enrich(list(library.papers()), incoming.client, silent)[0] == []
    library.changes.undo()
    assert library.get("on-tea").doi == ""


def test_what_cannot_be_had_is_skipped_and_the_rest_comes_in(incoming, services, tmp_path):
    file = tmp_path / "papers.jsonl"
    file.write_text(services.file, encoding="utf-8")
    asked = len(services.asked)
    bad = ["doi:../../admin", "doi:10.1234/../../admin", "openreview:a b", "acl:../x", "http://[::1", "http://h:99999/"]
    report = incoming.take([file, "doi:10.9/none", *bad, "zotero:", tmp_path / "missing.bib"])
    assert report.added >= 2 and len(report.skipped) == 2 + len(bad)
    assert len(services.asked) > asked and not any("admin" in path for path in services.asked)
    with pytest.raises((ReadError, ServiceError)):
        incoming.take(["doi:10.9/none"])


def test_what_was_taken_back_comes_again_from_zotero(incoming):
    assert incoming.take(["zotero:"]).added == 2
    incoming.library.changes.undo()
    assert incoming.take(["zotero:"]).added == 2
