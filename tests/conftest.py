"""What the tests share."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

# Before numpy and torch are imported: threads of theirs would wait for each other spinning, on cores that the other
# workers need. The commands set the first for themselves.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import pytest
from filelock import FileLock
from hypothesis import settings
from small_library import NEW, open_empty

from rag.settings import DEFAULT_EMBEDDING_MODEL
from store.library import Library

# The same examples in every run; `HYPOTHESIS_PROFILE=search pytest` looks for new ones.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

STORE = Path(__file__).parent.parent / "store"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The page and the commands first, which take longest; a file is one worker's, and so is the browser."""
    files = [list(group) for _, group in groupby(items, lambda item: item.path)]
    items[:] = [item for tests in reversed(files) for item in tests]
    for item in items:
        shared = "browser" if "browser" in getattr(item, "fixturenames", ()) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(Path(shared).stem))


@pytest.fixture(scope="session")
def indexed(request: pytest.FixtureRequest) -> Path:
    """The folder of a library of the shipped papers, indexed with the default model.

    It is kept in pytest's cache and made anew whenever a file of the store changes.
    """
    files = sorted(path for path in STORE.rglob("*") if path.suffix in {".py", ".txt", ".jsonl", ".npz"})
    mark = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    home = request.config.cache.mkdir("library") / mark
    with FileLock(home.with_name(f"{mark}.lock")):  # the workers make it once
        if not home.exists():
            making = home.with_name(f"{mark}-{os.getpid()}")
            Library.open(making, DEFAULT_EMBEDDING_MODEL).close()
            making.rename(home)
    return home


@pytest.fixture(scope="session")
def library_home(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of that library, for what opens the folder itself."""
    return shutil.copytree(indexed, tmp_path_factory.mktemp("home") / "library")


@pytest.fixture(scope="session")
def library(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The shipped papers, opened. Shared: tests only read it."""
    home = shutil.copytree(indexed, tmp_path_factory.mktemp("shared") / "library")
    with Library.open(home, DEFAULT_EMBEDDING_MODEL) as opened:
        yield opened


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Library]:
    """Sixty papers with vectors that count words, in `tmp_path / "home"`."""
    with open_empty(tmp_path / "home") as opened:
        opened.add(NEW)
        yield opened
