"""What is installed: the wheel alone, in an environment without the checkout, answers a question."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a clean copy of the tree, so that nothing built before gets into it."""
    tree = tmp_path_factory.mktemp("tree")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for name in {package.split(".")[0] for package in project["tool"]["setuptools"]["packages"]}:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", tree / "made", tree], check=True, cwd=tree)
    [made] = (tree / "made").glob("citewell-*.whl")
    return made


@pytest.mark.slow
def test_the_wheel_alone_answers_a_question(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    binaries = tmp_path / "venv" / "bin"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        binaries / "python",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*pip, wheel], check=True)
    [packages] = (tmp_path / "venv").glob("lib/*/site-packages")
    # The dependencies come from the environment that runs this, behind what was installed.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "CITEWELL_"))}
    environ = {**environ, "CITEWELL_HOME": str(tmp_path / "home")}
    environ.pop("PYTHONPATH", None)

    def run(*command: object) -> str:
        return subprocess.run(command, check=True, cwd=tmp_path, env=environ, capture_output=True, text=True).stdout

    assert str(packages) in run(binaries / "python", "-c", "import store; print(store.__file__)")
    answer = json.loads(run(binaries / "citewell", "ask", "How does CLIP-RT compare with OpenVLA?", "--json"))
    assert "2411.00508" in {source["paper_id"] for source in answer["sources"] if source["cited"]}
    assert not answer["refused"]


def test_the_wheel_holds_the_four_packages_and_their_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"prompts", "rag", "store", "ui"}
    shipped = [
        path for path in (ROOT / "store").rglob("*") if path.suffix in {".txt", ".jsonl", ".npz", ".safetensors"}
    ]
    assert {path.relative_to(ROOT).as_posix() for path in shipped} <= set(names)
