"""How answers, refusals and checks hold over other papers than the shipped ones.

    python -m benchmarks.elsewhere CORPUS.jsonl.xz QUESTIONS.jsonl...

Each field has 150 papers of the corpus, whose ids `papers.json` lists, and 86 questions. Who wrote these knew nothing
of how they are answered. When to refuse is fitted on the questions of the shipped papers, QUESTIONS, and on those of
the other fields than the one that is asked; nothing else is fitted on any of them.
"""

from contextlib import ExitStack

from benchmarks import machine
from benchmarks.claims import gold_claims
from benchmarks.elsewhere.fields import IDS, SHIPPED, arguments, examples, libraries, questions_file
from benchmarks.mutations import measure
from rag.answer import Assistant
from rag.evaluating.evaluate import Outcome, ask_all, report
from rag.evaluating.fit import fit_doubt
from rag.evaluating.questions import Question, read_questions
from rag.settings import DEFAULT_EMBEDDING_MODEL, read_settings
from rag.tuning import shipped
from store.library import Library
from ui.report import as_values

WORDINGS = ("hard", "plain")


def main() -> None:
    """Make the libraries, fit, ask, check, and write the results."""
    corpus, asked = arguments(__doc__)
    with ExitStack() as until:
        opened = libraries(corpus, DEFAULT_EMBEDDING_MODEL, until)
        outcomes = ask_held_out(opened, asked)
        papers = [paper for field in IDS for paper in opened[field].papers()]
        checks = {field: _checks(opened[field], field) for field in IDS}
    told = {wording: report([o for o in outcomes if f"-{wording}-" in o.question.id], papers) for wording in WORDINGS}
    machine.write("elsewhere", {"answers": {name: as_values(r) for name, r in told.items()}, "checks": checks})


def ask_held_out(opened: dict[str, Library], asked: list[Question]) -> list[Outcome]:
    """The outcomes of every field's questions, each field asked with what was fitted without it."""
    settings, tuning = read_settings({}, None), shipped(opened[SHIPPED].reads_words)
    found = examples(opened, asked, tuning)
    outcomes: list[Outcome] = []
    for field in IDS:
        fitted = fit_doubt([e for name, some in found.items() if name != field for e in some], tuning)
        outcomes += ask_all(Assistant(opened[field], settings, fitted), read_questions(questions_file(field)))
        print(field, fitted.doubt)
    return outcomes


def _checks(library: Library, field: str) -> dict:
    """The verdicts on the sentences of the questions' answers, true ones and made false, by kind."""
    papers = list(library.papers())
    return measure(gold_claims(questions_file(field), papers), papers, library, by_meaning=True)["kinds"]


if __name__ == "__main__":
    main()
