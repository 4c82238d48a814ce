"""What Citewell says today, kept to hold a restructuring against it.

    python -m benchmarks.frozen OUT.json              write the answers, verdicts, drafts, tables and lint of today
    python -m benchmarks.frozen NEW.json --against OLD.json   … and say where they differ; exit code 1 when they do

Offline, over the shipped papers: an answer to each dev question with its history, the nine drafts of docs/examples
with their plans, LaTeX and BibTeX, comparisons, the lint of benchmarks/paragraphs and of the drafts. No times.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rag.answer import Assistant
from rag.drafting.compare import compare
from rag.drafting.draft import Drafter
from rag.evaluating.questions import read_questions
from rag.linting.lint import lint
from rag.settings import DEFAULT_EMBEDDING_MODEL, Settings
from rag.verifying.verify import Verifier
from store.library import Library

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "benchmarks" / "questions"
COMPARED = 5


def main() -> int:
    """Write what is said; with `--against`, print each place where it differs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.frozen", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--against", type=Path, metavar="OLD.json")
    parser.add_argument("--only", choices=("answer", "draft", "compare", "lint"), help="one kind alone")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), embedding_model=DEFAULT_EMBEDDING_MODEL)
        with Library.open(settings.home, settings.embedding_model) as library:
            made = [make for kind, make in KINDS.items() if args.only in (None, kind)]
            said = {name: value for make in made for name, value in make(library, settings)}
    args.out.write_text(json.dumps(said, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return _differences(said, args.against, args.only) if args.against else 0


def _answers(library: Library, settings: Settings) -> Iterator[tuple[str, object]]:
    assistant = Assistant(library, settings)
    for file in sorted(QUESTIONS.glob("*.jsonl")):
        for question in read_questions(file):
            answer = asdict(assistant.ask(question.question, question.history))
            del answer["timings_ms"]
            yield f"answer {question.id}", answer


def _drafts(library: Library, settings: Settings) -> Iterator[tuple[str, object]]:
    drafter = Drafter.over(library, settings)
    for topic in _topics():
        draft = drafter.draft(topic)
        said = draft.as_json()
        del said["timings_ms"]
        yield f"draft {topic}", {**said, "whole plan": asdict(draft.plan)}


def _topics() -> list[str]:
    commands = sorted((ROOT / "docs" / "examples").glob("*/command.txt"))
    texts = [file.read_text(encoding="utf-8") for file in commands]
    return [text.split('"')[1] for text in texts if text.startswith("citewell draft")]


def _comparisons(library: Library, settings: Settings) -> Iterator[tuple[str, object]]:
    papers = sorted(library.papers(), key=lambda paper: paper.paper_id)
    for start in range(0, len(papers), COMPARED):
        yield f"compare {start}", asdict(compare(papers[start : start + COMPARED], library.embed))


def _linted(library: Library, settings: Settings) -> Iterator[tuple[str, object]]:
    verifier = Verifier()
    for file in sorted((ROOT / "benchmarks" / "paragraphs").iterdir()):
        text = file.read_text(encoding="utf-8")
        yield f"lint {file.name}", [asdict(line) for line in lint(text, file.name, {}, library, verifier)]
    for file in sorted((ROOT / "docs" / "examples").glob("*/draft.tex")):
        bib = file.with_name("references.bib").read_text(encoding="utf-8")
        lines = lint(file.read_text(encoding="utf-8"), file.name, {"references.bib": bib}, library, verifier)
        yield f"lint {file.parent.name}", [asdict(line) for line in lines]


KINDS = {"answer": _answers, "draft": _drafts, "compare": _comparisons, "lint": _linted}


def _differences(said: dict[str, object], file: Path, only: str | None) -> int:
    """Print where what is said now differs from `file`; 1 when it does anywhere."""
    before = {
        name: value
        for name, value in json.loads(file.read_text(encoding="utf-8")).items()
        if only is None or name.startswith(only)
    }
    now = json.loads(json.dumps(said))
    changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    for name in changed:
        for path, old, new in _leaves(before.get(name), now.get(name), name):
            print(f"{path}\n  - {old!r}\n  + {new!r}")
    print(f"{len(changed)} of {len({*before, *now})} differ", file=sys.stderr)
    return 1 if changed else 0


def _leaves(old: object, new: object, path: str) -> Iterator[tuple[str, object, object]]:
    """Each value that differs, by its path."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _leaves(old.get(key), new.get(key), f"{path} › {key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _leaves(one, other, f"{path} › {place}")
    elif old != new:
        yield path, old, new


if __name__ == "__main__":
    raise SystemExit(main())
