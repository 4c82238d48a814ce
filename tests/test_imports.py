"""The import order, and what starting up may load."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "ui": {"ui", "rag", "store"},
    "rag": {"rag", "store", "prompts"},
    "store": {"store"},
    "prompts": {"prompts"},
    "training": {"training", "rag", "store"},
}
OURS = set(MAY_IMPORT)


def imported_packages(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[0] for name in names} & OURS


@pytest.mark.parametrize("package", sorted(OURS))
def test_imports_go_one_way(package):
    for path in (ROOT / package).rglob("*.py"):
        assert imported_packages(path) <= MAY_IMPORT[package], path


def test_no_relative_imports():
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            assert not [n for n in nodes if isinstance(n, ast.ImportFrom) and n.level], path


def runtime_imports(path: Path) -> set[str]:
    """The modules that a file imports at any time, in functions too; not those that only types need."""
    names: set[str] = set()

    def read(node: ast.AST) -> None:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            names.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
        for child in ast.iter_child_nodes(node):
            read(child)

    read(ast.parse(path.read_text(encoding="utf-8")))
    return names


@pytest.mark.parametrize("package", ["prompts", "store", "training"])
def test_no_module_imports_itself_by_way_of_others(package):
    paths = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (ROOT / package).rglob("*.py")}
    paths = {name.removesuffix(".__init__"): path for name, path in paths.items()}
    left = {name: runtime_imports(path) & set(paths) - {name} for name, path in paths.items()}
    while free := [name for name, needs in left.items() if not needs & set(left)]:
        for name in free:
            del left[name]
    assert not left, f"import cycles among {sorted(left)}"


def test_help_loads_no_heavy_library():
    code = (
        "import sys; from ui.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'chromadb', 'gradio', 'openai', 'sentence_transformers', 'langchain_core', 'numpy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def test_a_question_is_answered_without_torch_servers_or_waiting_threads(library_home):
    code = (
        "import os, sys; from ui.cli import main\n"
        "assert not main(['ask', 'Which method learns to walk?', '--json'])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio', 'openai', 'langchain_openai'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert os.environ['OPENBLAS_NUM_THREADS'] == '1'"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "OPENBLAS_"))}
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env=environ | {"CITEWELL_HOME": str(library_home)},
    )
