"""The fields: libraries of 150 papers of a corpus each, and their questions."""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from rag.evaluating.fit import Example, examples_of
from rag.evaluating.questions import Question, generated_questions, read_questions
from rag.tuning import Tuning
from store.library import Library
from store.readers.opening import open_text

HERE = Path(__file__).parent
IDS: Mapping[str, list[str]] = json.loads((HERE / "papers.json").read_text(encoding="utf-8"))
SHIPPED = "shipped"


def questions_file(field: str) -> Path:
    """Where the questions of a field are."""
    return HERE / f"{field}.jsonl"


def arguments(about: str) -> tuple[Path, list[Question]]:
    """The corpus and the questions of the shipped papers that a command line names; `about` is for its help."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("questions", type=Path, nargs="+")
    args = parser.parse_args()
    return args.corpus, [question for path in args.questions for question in read_questions(path)]


def libraries(corpus: Path, model: str, until: ExitStack) -> dict[str, Library]:
    """A library for each field, and that of the shipped papers, open `until` the end."""
    folder = Path(until.enter_context(tempfile.TemporaryDirectory()))
    _sort(corpus, folder)
    opened = {field: Library.open(folder / field, model, seed=False) for field in IDS}
    opened[SHIPPED] = Library.open(folder / SHIPPED, model)
    for name, library in opened.items():
        until.enter_context(library)
        if name != SHIPPED:
            library.add_paths([folder / f"{name}.jsonl"])
    return opened


def _sort(corpus: Path, folder: Path) -> None:
    """Each field's lines of the corpus, in a file of its own; a paper may be of two fields."""
    wanted = {field: set(ids) for field, ids in IDS.items()}
    with ExitStack() as stack:
        out = {field: stack.enter_context((folder / f"{field}.jsonl").open("w", encoding="utf-8")) for field in IDS}
        for line in stack.enter_context(open_text(corpus)):
            paper_id = json.loads(line)["id"]
            for field, ids in wanted.items():
                if paper_id in ids:
                    out[field].write(line)


def examples(opened: Mapping[str, Library], asked: Sequence[Question], tuning: Tuning) -> dict[str, list[Example]]:
    """What retrieval finds for the questions of each field, and for `asked` and generated ones of the shipped papers.

    They look into their libraries again when something is fitted on them.
    """
    every = {field: read_questions(questions_file(field)) for field in IDS}
    every[SHIPPED] = [*asked, *generated_questions(opened[SHIPPED])]
    return {name: examples_of(opened[name], ones, tuning) for name, ones in every.items()}
