"""The import order, and what starting up may load."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
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
LONGEST_FILE, LONGEST_FUNCTION = 250, 60  # lines


def modules(package: str) -> dict[str, ast.Module]:
    """The modules of a package and of those below it, parsed, by their dotted names."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(tree: ast.AST) -> Iterator[str]:
    """Every name that running the module may import, in its functions too: `a.b` and, of `from a import b`, `a.b`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from (name for kept in node.orelse for name in imported(kept))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imported(node)


def imports(trees: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """Which of these modules each of them imports."""

    def module_of(name: str) -> str:
        return name if name in trees else name.rpartition(".")[0]

    return {name: {module_of(other) for other in imported(tree)} & set(trees) for name, tree in trees.items()}


def rooms(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same between the rooms of a package: its folders, and each file that lies in none."""
    room = {name: ".".join(name.split(".")[:2]) for name in graph}
    found: dict[str, set[str]] = {}
    for name, others in graph.items():
        found.setdefault(room[name], set()).update({room[other] for other in others} - {room[name]})
    return found


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of names each of which imports itself by way of the others."""

    def reached(name: str) -> set[str]:
        seen, ahead = set(), list(graph[name])
        while ahead:
            other = ahead.pop()
            if other not in seen:
                seen.add(other)
                ahead.extend(graph[other])
        return seen

    reach = {name: reached(name) for name in graph}
    groups = {tuple(sorted(o for o in reach[n] if n in reach[o])) for n in graph if n in reach[n]}
    return sorted(map(list, groups))


def test_the_finder_finds_cycles_and_no_others():
    source = {
        "p.a": "from p import b",
        "p.b": "def f():\n    import p.c",
        "p.c": "from p.a import name",
        "p.d": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.e import E",
        "p.e": "from p.d import D\nfrom p.a import x",
    }
    assert cycles(imports({name: ast.parse(text) for name, text in source.items()})) == [["p.a", "p.b", "p.c"]]
    between = {"p.one.a": {"p.two.a"}, "p.two.a": set(), "p.two.b": {"p.one.b"}, "p.one.b": set()}
    assert not cycles(between) and cycles(rooms(between)) == [["p.one", "p.two"]]


@pytest.mark.parametrize("package", sorted((*OURS, "benchmarks")))
def test_no_module_and_no_room_imports_itself_by_way_of_others(package):
    graph = imports(modules(package))
    assert cycles(graph) == [] and cycles(rooms(graph)) == []


@pytest.mark.parametrize("package", sorted((*OURS, "benchmarks")))
def test_no_file_and_no_function_is_long(package):
    for path in sorted((ROOT / package).rglob("*.py")):
        text, place = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        long = [f"{place}:{n.name}" for n in functions if (n.end_lineno or 0) - n.lineno >= LONGEST_FUNCTION]
        assert not long
        assert text.count("\n") <= LONGEST_FILE, place


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
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio', 'openai'}\n"
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
