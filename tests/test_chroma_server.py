"""Vectors on a Chroma server: libraries side by side, several processes, and one clear line for what fails."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import chromadb
import pytest
from chroma_servers import Server, gate, other_server
from chromadb.config import Settings
from fakes import WordEmbedder
from small_library import NEW, nearest

import store.search
from store.errors import StoreError
from store.library import Library
from store.records import ChromaServer
from ui.cli import main

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture
def server(running: Server) -> ChromaServer:
    return ChromaServer(running.url)


def open_on(server: ChromaServer | None, home: Path, fingerprint: str = "words-1") -> Library:
    return Library.open(home, fingerprint, embedder=WordEmbedder(fingerprint), seed=False, server=server)


def names(server: ChromaServer) -> set[str]:
    """The indexes on the server."""
    port = int(server.url.rpartition(":")[2])
    with chromadb.HttpClient("127.0.0.1", port, settings=Settings(anonymized_telemetry=False)) as client:
        return {collection.name for collection in client.list_collections()}


def test_libraries_with_the_same_papers_do_not_touch_each_other(tmp_path, server):
    with open_on(server, tmp_path / "one") as one, open_on(server, tmp_path / "two") as two:
        one.add(NEW)
        two.add([replace(paper, abstract=f"{paper.abstract} Longer.") for paper in NEW])
        before = nearest(two)
        one.remove([paper.paper_id for paper in one.papers()])
        assert len(one) == 0 and one.by_meaning("gripper", 5) == []
        assert nearest(two) == before and not (tmp_path / "two" / "vectors").exists()


def test_a_copy_of_a_library_is_another_one(tmp_path, server):
    with open_on(server, tmp_path / "home") as library:
        library.add(NEW)
        before = nearest(library)
        shutil.copytree(tmp_path / "home", tmp_path / "copy")
        with open_on(server, tmp_path / "copy") as copy:
            assert copy._indexes.embedder.calls == 0  # what the original embedded came along
            copy.remove([paper.paper_id for paper in list(copy.papers())[:50]])
        assert nearest(library) == before


def test_a_library_moves_to_a_server_and_back(tmp_path, server):
    for place in (None, server, None):
        with open_on(place, tmp_path) as library:
            library.add(NEW)
            found = library.by_meaning("gripper", 60)
            assert len(found) == 60
            assert (tmp_path / "vectors").exists() == (place is None)


def test_another_model_leaves_nothing_of_the_first_behind(tmp_path, server):
    before = names(server)
    for model in ("words-1", "words-2"):
        with open_on(server, tmp_path, model) as library:
            library.add(NEW)
            assert len(library.by_meaning("gripper", 60)) == 60
    assert len(names(server) - before) == 1


ADD = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from test_chroma_server import NEW, ChromaServer, open_on
with open_on(ChromaServer(sys.argv[2]), Path(sys.argv[1])) as library:
    library.add(NEW[20:])
"""


def test_processes_of_one_library_see_what_the_others_add(tmp_path, server, monkeypatch):
    monkeypatch.setattr(store.search, "_REOPEN_EVERY", 0.0)
    with open_on(server, tmp_path) as library:
        library.add(NEW[:20])
        assert len(library.by_meaning("gripper", 60)) == 20
        code = ADD.format(paths=[str(ROOT / "tests"), str(ROOT)])
        subprocess.run([sys.executable, "-c", code, str(tmp_path), server.url], check=True)
        assert len(library.by_meaning("gripper", 60)) == len(library) == 60


def test_vectors_that_the_server_lost_are_made_anew_without_embedding(tmp_path, server):
    with open_on(server, tmp_path) as library:
        before = names(server)
        library.add(NEW)
        found, calls = nearest(library), library._indexes.embedder.calls
        with chromadb.HttpClient("127.0.0.1", int(server.url.rpartition(":")[2])) as client:
            [ours] = names(server) - before
            client.delete_collection(ours)
        assert nearest(library) == found
        assert library._indexes.embedder.calls - calls == len(found)


@pytest.fixture
def environment(monkeypatch, tmp_path, library_home):
    """The shipped papers, no other settings."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "CITEWELL_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CITEWELL_HOME", str(shutil.copytree(library_home, tmp_path / "home")))
    monkeypatch.setenv("CITEWELL_EMBEDDING_MODEL", "citewell-static")
    return monkeypatch


def test_the_settings_reach_every_command(environment, tmp_path, running, capsys):
    with gate(running.url, "secret") as url:
        environment.setenv("CITEWELL_CHROMA_URL", f"{url}/")
        environment.setenv("CITEWELL_CHROMA_TOKEN", "secret")
        assert main(["doctor"]) == 0 and f"vectors at {url}" in capsys.readouterr().out
        assert not (tmp_path / "home" / "vectors").exists()
        assert main(["ask", "How does CLIP-RT compare with OpenVLA?", "--json"]) == 0
        assert "2411.00508" in {source["paper_id"] for source in json.loads(capsys.readouterr().out)["sources"]}
        environment.setenv("CITEWELL_CHROMA_TOKEN", "wrong")
        assert main(["search", "robots"]) == 1
        said = capsys.readouterr().err
        assert "CITEWELL_CHROMA_TOKEN" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"URL": "http://127.0.0.1:9"}, "does not answer"),
        ({"URL": "127.0.0.1:8000"}, "is no address of a Chroma server"),
        ({"URL": "nonsense"}, "is no address of a Chroma server"),
        ({"URL": "http://127.0.0.1:99999"}, "CITEWELL_CHROMA_URL"),
        ({"URL": "other"}, "is none"),
        ({"URL": "gate"}, "CITEWELL_CHROMA_TOKEN"),
        ({"URL": "running", "TENANT": "nobody"}, "tenant 'nobody'"),
        ({"URL": "running", "DATABASE": "nothing"}, "no database 'nothing'"),
    ],
)
@pytest.mark.parametrize("command", [["search", "robots"], ["doctor"]], ids=["search", "doctor"])
def test_a_server_that_cannot_be_used_is_one_clear_line(environment, running, capsys, command, variables, says):
    with other_server() as other, gate(running.url, "secret") as closed:
        urls = {"other": other, "gate": closed, "running": running.url}
        for name, value in variables.items():
            environment.setenv(f"CITEWELL_CHROMA_{name}", urls.get(value, value))
        assert main(command) == 1
    shown = capsys.readouterr()
    assert says in shown.out + shown.err and "Traceback" not in shown.err
    assert len(shown.err.splitlines()) == (1 if command[0] == "search" else 0)


def test_a_server_that_goes_away_is_said_and_its_return_is_enough(tmp_path, capsys):
    server = Server(tmp_path / "server")
    try:
        with open_on(ChromaServer(server.url), tmp_path / "home") as library:
            library.add(NEW)
            before = nearest(library)
            server.stop()
            with pytest.raises(StoreError, match="does not answer"):
                nearest(library)
            server.start()
            assert nearest(library) == before
    finally:
        server.stop()
