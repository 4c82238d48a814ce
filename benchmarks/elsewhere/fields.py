"""The fields: libraries of 150 papers of a corpus each, and their questions."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from rag.evaluating.questions import Question, read_questions
from rag.offline.fit import Example, Generated, examples_of, generated_questions
from rag.tuning import Tuning
from store.library import Library
from store.readers.files import open_text

HERE = Path(__file__).parent
IDS: Mapping[str, list[str]] = json.loads((HERE / "papers.json").read_text(encoding="utf-8"))
SHIPPED = "shipped"


def questions_file(field: str) -> Path:
    """Where the questions of a field are."""
    return HERE / f"{field}.jsonl"


def libraries(corpus: Path, model: str, until: ExitStack) -> dict[str, Library]:
    """A library for each field, and that of the shipped papers, open `until` the end."""
    opened = {field: until.enter_context(_library(corpus, set(ids), model, until)) for field, ids in IDS.items()}
    folder = Path(until.enter_context(tempfile.TemporaryDirectory()))
    return opened | {SHIPPED: until.enter_context(Library.open(folder, model))}


def _library(corpus: Path, ids: set[str], model: str, until: ExitStack) -> Library:
    folder = Path(until.enter_context(tempfile.TemporaryDirectory()))
    chosen = folder / "papers.jsonl"
    with open_text(corpus) as lines, chosen.open("w", encoding="utf-8") as out:
        out.writelines(line for line in lines if json.loads(line)["id"] in ids)
    library = Library.open(folder / "home", model, seed=False)
    library.add_paths([chosen])
    return library


def examples(opened: Mapping[str, Library], asked: Sequence[Question], tuning: Tuning) -> dict[str, list[Example]]:
    """What retrieval finds for the questions of each field, and for `asked` and generated ones of the shipped papers.

    They look into their libraries again when something is fitted on them.
    """
    every = {field: [Generated(question) for question in read_questions(questions_file(field))] for field in IDS}
    every[SHIPPED] = [*(Generated(question) for question in asked), *generated_questions(opened[SHIPPED])]
    return {name: examples_of(opened[name], ones, tuning) for name, ones in every.items()}
