"""The map of the code names what is there: every module it names exists, every package and every room is named."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAP = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z_]+(?:/[\w.-]+)*)`", MAP))
PACKAGES = ("store", "rag", "ui", "prompts")


def test_every_file_and_folder_that_the_map_names_exists():
    paths = {name for name in NAMED if "/" in name}
    assert len(paths) > 40
    assert {name for name in paths if not (ROOT / name).exists()} == set()


def test_the_map_names_every_room():
    rooms = {
        str(file.parent.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if file.name != "__init__.py"
    }
    assert rooms | set(PACKAGES) <= NAMED


def test_what_the_map_says_to_call_is_there():
    for name, file in (
        ("JUDGES", "rag/verifying/verify.py"),
        ("Assistant", "rag/answer.py"),
        ("_SIGNS", "store/readers/__init__.py"),
        ("add_parsers", "ui/commands_library.py"),
        ("add_paths", "store/library.py"),
    ):
        assert name in (ROOT / file).read_text(encoding="utf-8")
