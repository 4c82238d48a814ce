"""What is installed: the pinned versions, and the hashes of their files."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PINNED = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)


def pinned(name):
    """The version of each package in a file, under its plain name."""
    found = PINNED.findall((ROOT / name).read_text(encoding="utf-8"))
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in found}


def test_the_hashes_are_those_of_the_pinned_versions_and_only_pytorch_has_none():
    constraints = pinned("constraints.txt")
    assert constraints.pop("torch")
    assert pinned("hashes.txt") == constraints


def test_every_package_has_a_hash_and_none_an_address():
    text = (ROOT / "hashes.txt").read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find" not in text
    blocks = text.replace("\\\n", " ").splitlines()
    assert [block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", block)] == []


def test_what_the_project_names_is_pinned():
    names = re.findall(r'^  "([\w-]+)[><=]', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) > 30
    assert {name.lower() for name in names} <= set(pinned("constraints.txt"))
