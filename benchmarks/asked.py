"""How questions as researchers type them are answered, over the shipped papers and samples of other fields.

    python -m benchmarks.asked CORPUS.jsonl.xz

The questions of `benchmarks/questions/asked.*.jsonl` were written before the answers were tuned; those with odd numbers
were tuned on, those with even numbers were not opened until the end. Of "yesno" all were looked at since; "reworded"
are further ones, mostly in other words than the abstracts', by a writer who saw these alone. `evidence` is what the
sentence that answers has, `answer` the word that a yes/no question begins with, empty where the abstracts do not tell.
"""

import argparse
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks import machine
from rag.answer import Assistant
from rag.evaluating.measures import mean, title_key
from rag.evaluating.questions import Question, read_questions
from rag.records import Answer, Sentence
from rag.settings import DEFAULT_EMBEDDING_MODEL, read_settings
from store.library import Library
from store.readers.opening import open_text

QUESTIONS = Path(__file__).parent / "questions"
FIELDS: dict[str, list[str]] = json.loads((QUESTIONS / "asked.papers.json").read_text(encoding="utf-8"))
SHIPPED = "shipped"
_POLAR = ("yesno", "reworded")
Scores = dict[str, float]


def libraries(corpus: Path, folder: Path, until: ExitStack, fields: Mapping[str, list[str]]) -> dict[str, Library]:
    """The library of the shipped papers and one of each sample, open `until` the end; kept in `folder`.

    `fields` are the ids that each sample has in `corpus`.
    """
    opened = {SHIPPED: until.enter_context(Library.open(folder / SHIPPED, DEFAULT_EMBEDDING_MODEL))}
    for field, ids in fields.items():
        library = until.enter_context(Library.open(folder / field, DEFAULT_EMBEDDING_MODEL, seed=False))
        if not len(library):
            _take(corpus, set(ids), folder / f"{field}.jsonl")
            library.add_paths([folder / f"{field}.jsonl"])
        opened[field] = library
    return opened


def _take(corpus: Path, ids: set[str], out: Path) -> None:
    with open_text(corpus) as lines, out.open("w", encoding="utf-8") as chosen:
        chosen.writelines(line for line in lines if json.loads(line)["id"] in ids)


def is_held_out(question: Question) -> bool:
    """Whether a question was kept from tuning: its number is even."""
    number = re.search(r"(\d+)[ab]?$", question.id)
    return number is not None and int(number[1]) % 2 == 0


def scores(question: Question, answer: Answer) -> Scores:
    """The measures of one answer that its type of question has."""
    cited = {title_key(source.title) for source in answer.sources if source.cited}
    gold, more = ({title_key(title) for title in some} for some in (question.gold, question.acceptable))
    right = len(cited & gold) / len(gold) if gold else None
    clean = len(cited & (gold | more)) / len(cited) if cited else 0.0
    found: Scores = {}
    if question.type in ("definition", *_POLAR, "aspect") and question.evidence:
        found["evidence first"] = float(_holds(answer.sentences[:1], question))
        found["evidence"] = float(_holds(answer.sentences, question))
    if question.type in (*_POLAR, "sides"):
        said = re.match(r"(Yes|No|Both)[.:]", answer.answer)
        word = said[1] if said else ""
        found |= {
            "right word": float(word == question.answer),
            "wrong word": float(bool(word) and word != question.answer),
        }
    if right is not None and question.type != "refuse":
        found |= {"recall": right, "precision": clean}
    if question.type == "refuse":
        found["refused"] = float(answer.refused)
        found["true words"] = float(answer.refused and (question.answer.split()[-1] in answer.answer.lower()))
    elif question.type not in _POLAR or question.answer:
        found["denied"] = float(answer.refused)
    return found


def _holds(said: Sequence[Sentence], question: Question) -> bool:
    quotes = [" ".join(citation.quote.split()) for sentence in said for citation in sentence.citations]
    return any(evidence in quote for evidence in question.evidence for quote in quotes)


def measure(assistant: Assistant, questions: Sequence[Question]) -> list[tuple[Question, Answer, Scores]]:
    """Each question with its answer and scores; of two wordings of one question the second has `same`."""
    asked = [(q, a, scores(q, a)) for q in questions for a in [assistant.ask(q.question, q.history)]]
    for (q, a, _), (other, b, found) in pairwise(asked):
        if q.type == "pair" and q.id[:-1] == other.id[:-1]:
            cited = [{s.paper_id for s in answer.sources if s.cited} for answer in (a, b)]
            found["same"] = float(cited[0] == cited[1] and a.refused == b.refused)
    return asked


def table(rows: Sequence[tuple[Question, Answer, Scores]]) -> dict[str, dict[str, float]]:
    """By type of question: how many, and the means of the measures."""
    found: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(question.type for question, *_ in rows):
        some = [score for question, _, score in rows if question.type == kind]
        names = dict.fromkeys(name for score in some for name in score)
        means = {name: mean([score[name] for score in some if name in score]) for name in names}
        found[kind] = {"questions": len(some)} | {name: round(m, 3) for name, m in means.items() if m is not None}
    return found


def main() -> None:
    """Ask, and write the measures of both halves; `--dev` asks the first half alone and shows its answers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--folder", type=Path, help="where the libraries are kept (default: nowhere)")
    parser.add_argument("--dev", action="store_true")
    args = parser.parse_args()
    rows = []
    with ExitStack() as until:
        folder = args.folder or Path(until.enter_context(tempfile.TemporaryDirectory()))
        for field, library in libraries(args.corpus, folder, until, FIELDS).items():
            questions = read_questions(QUESTIONS / f"asked.{field}.jsonl")
            some = [q for q in questions if not args.dev or not is_held_out(q)]
            rows += measure(Assistant(library, read_settings({}, None)), some)
    if args.dev:
        for question, answer, found in rows:
            print(f"## {question.id} {question.question}\n{found}\n{answer.answer}\n")
        print(json.dumps(table(rows), indent=1))
        return
    told = {
        half: table([r for r in rows if is_held_out(r[0]) == held]) for half, held in (("tuned on", 0), ("held out", 1))
    }
    machine.write("asked", told | {"p50_ms": median(answer.timings_ms.total for _, answer, _ in rows)})


if __name__ == "__main__":
    main()
