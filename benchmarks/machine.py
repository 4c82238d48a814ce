"""What a result was measured on: the commit, the processor, the versions."""

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIBRARIES = (
    "chromadb",
    "langchain-core",
    "numpy",
    "sentence-transformers",
    "tantivy",
    "tokenizers",
    "torch",
    "transformers",
)


def facts() -> dict[str, object]:
    """The commit, the machine and the versions, ready for JSON."""
    return {
        "commit": commit(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def write(name: str, figures: dict[str, object]) -> Path:
    """Writes `figures` with the facts to `benchmarks/results/<name>.json`."""
    path = ROOT / "benchmarks" / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"machine": facts(), **figures}, indent=2) + "\n", encoding="utf-8")
    return path


def read(name: str) -> dict:
    """The figures and facts of `benchmarks/results/<name>.json`."""
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, for the pages that are made of results."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def timed(command: list[str], environ: dict[str, str] | None = None, cwd: Path = ROOT) -> dict[str, float]:
    """Wall and processor seconds of a command, its children included, and its own most memory in MB.

    A small process of its own starts it: the system counts what the starter held as the command's memory.
    Raises CalledProcessError when it fails.
    """
    starter = [sys.executable, str(Path(__file__).resolve()), *command]
    done = subprocess.run(starter, env=environ, cwd=cwd, stdout=subprocess.PIPE, text=True, check=True)
    code, figures = json.loads(done.stdout)
    if code:
        raise subprocess.CalledProcessError(code, command)
    return figures


def _timed(command: list[str]) -> tuple[int, dict[str, float]]:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, {"seconds": round(seconds, 3), **_used(usage)}


def used() -> dict[str, float]:
    """Processor seconds and the most memory, in MB, of this process so far."""
    return _used(resource.getrusage(resource.RUSAGE_SELF))


def _used(usage: resource.struct_rusage) -> dict[str, float]:
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return {"processor seconds": round(usage.ru_utime + usage.ru_stime, 3), "memory, MB": round(usage.ru_maxrss / unit)}


def commit() -> str:
    """The commit that is checked out, with `+changes` when the tree, its results apart, differs from it."""
    head = _git("rev-parse", "--short=12", "HEAD")
    changes = _git("status", "--porcelain", "-uno", "--", ".", ":!benchmarks/results")
    return f"{head}+changes" if head and changes else head or "none yet"


def processor() -> str:
    """The processor's name, and whether it multiplies bfloat16 itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    flags = next((line for line in lines if line.startswith("flags")), "")
    known = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f" {flag}" in flags]
    return f"{name or platform.machine()} ({', '.join(known)})"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    print(json.dumps(_timed(sys.argv[1:])))
