"""`citewell eval`: every question of a file is asked, and the answers are measured."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from rag.errors import QuestionError
from rag.evaluating.measures import (
    Progress,
    attack_failures,
    citation_precision,
    facts_stated,
    followed,
    mean,
    quantile,
    recall_at,
    reciprocal_rank,
    title_key,
)
from rag.evaluating.questions import Question
from rag.records import Answer
from rag.search.retrieve import retrieve
from store.records import Paper

if TYPE_CHECKING:
    from rag.answer import Assistant

RECALL_AT = (1, 8, 10)
# Question types that no paper should answer, and those that say nothing of refusing.
UNANSWERABLE, ADVERSARIAL = "unanswerable", "adversarial"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked: the measures that apply to it, None for the others. Shares from 0 to 1."""

    question: Question
    answer: Answer
    seconds: float
    recall: dict[int, float] | None
    mrr: float | None
    citation_precision: float | None
    citation_recall: float | None
    facts: float | None
    quotes: int
    exact_quotes: int
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The means over the questions of one type; None where a measure does not apply."""

    type: str
    questions: int
    recall: dict[int, float] | None
    mrr: float | None
    citation_precision: float | None
    citation_recall: float | None
    facts: float | None
    refused: float
    sentences: float


@dataclass(frozen=True, slots=True)
class Report:
    """What `eval` prints. Shares from 0 to 1, times in milliseconds; None where nothing was to measure."""

    questions: int
    model: str
    papers: int
    rows: tuple[Row, ...]
    refusal_precision: float | None
    refusal_recall: float | None
    answerable_refused: float | None
    quotes: int
    quotes_exact: float | None
    verdicts: dict[str, float]
    attack_failures: tuple[str, ...]
    unknown_titles: tuple[str, ...]
    p50_ms: float
    p95_ms: float


def evaluate(assistant: "Assistant", questions: Sequence[Question], progress: Progress | None = None) -> Report:
    """Asks every question and measures retrieval, citations, facts, quotes, refusals and time.

    Raises QuestionError when no gold title of the file is in the library: the file is then
    about another collection.
    """
    return report(ask_all(assistant, questions, progress), assistant.library.papers())


def ask_all(assistant: "Assistant", questions: Sequence[Question], progress: Progress | None = None) -> list[Outcome]:
    """One outcome a question, in order."""
    ids = {title_key(paper.title): paper.paper_id for paper in assistant.library.papers()}
    wanted = {title_key(t) for q in questions for t in q.gold}
    if wanted and not wanted & set(ids):
        raise QuestionError("No gold title of these questions is in the library; add those papers first.")
    return [_ask(assistant, question, ids) for question in followed(questions, progress)]


def _ask(assistant: "Assistant", question: Question, ids: Mapping[str, str]) -> Outcome:
    started = time.perf_counter()
    answer = assistant.ask(question.question, history=question.history)
    seconds = time.perf_counter() - started
    found = retrieve(assistant.library, answer.standalone_question, max(RECALL_AT), assistant.tuning)
    ranked = [f.paper.paper_id for f in found]
    # A title the library lacks stays in the count under its own name: it cannot be found.
    gold, acceptable = ({ids.get(title_key(t), t) for t in some} for some in (question.gold, question.acceptable))
    cited = {source.paper_id for source in answer.sources if source.cited}
    quotes = [citation for sentence in answer.sentences for citation in sentence.citations]
    papers = {p.paper_id: p.abstract for p in assistant.library.get_many([c.paper_id for c in quotes])}
    return Outcome(
        question,
        answer,
        seconds,
        recall={k: recall_at(ranked, gold, k) for k in RECALL_AT} if gold else None,
        mrr=reciprocal_rank(ranked, gold) if gold else None,
        citation_precision=citation_precision(cited, gold, acceptable) if gold else None,
        citation_recall=len(cited & gold) / len(gold) if gold else None,
        facts=facts_stated(answer.answer, question.key_facts) if question.key_facts else None,
        quotes=len(quotes),
        exact_quotes=sum(papers.get(c.paper_id, "")[c.start : c.end] == c.quote for c in quotes),
        failures=attack_failures(question.question, answer),
    )


def report(outcomes: Sequence[Outcome], papers: Iterable[Paper]) -> Report:
    """The measures of `outcomes` taken together; the questions were about `papers`."""
    by_type: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_type.setdefault(outcome.question.type, []).append(outcome)
    titles = [title_key(paper.title) for paper in papers]
    refused = [o for o in outcomes if o.answer.refused and o.question.type != ADVERSARIAL]
    answerable = [o for kind, some in by_type.items() if kind not in (UNANSWERABLE, ADVERSARIAL) for o in some]
    quotes, times = sum(o.quotes for o in outcomes), [1000 * o.seconds for o in outcomes]
    verdicts = Counter(s.verdict for o in outcomes for s in o.answer.sentences)
    return Report(
        questions=len(outcomes),
        model=", ".join(dict.fromkeys(o.answer.model for o in outcomes)),
        papers=len(titles),
        rows=tuple(_row(kind, some) for kind, some in by_type.items()),
        refusal_precision=mean([o.question.type == UNANSWERABLE for o in refused]),
        refusal_recall=mean([o.answer.refused for o in by_type.get(UNANSWERABLE, [])]),
        answerable_refused=mean([o.answer.refused for o in answerable]),
        quotes=quotes,
        quotes_exact=sum(o.exact_quotes for o in outcomes) / quotes if quotes else None,
        verdicts={verdict: verdicts[verdict] / verdicts.total() for verdict in sorted(verdicts)},
        attack_failures=tuple(f"{o.question.id}: {failure}" for o in outcomes for failure in o.failures),
        unknown_titles=tuple(sorted({t for o in outcomes for t in o.question.gold if title_key(t) not in titles})),
        p50_ms=quantile(times, 0.5),
        p95_ms=quantile(times, 0.95),
    )


def _row(kind: str, outcomes: list[Outcome]) -> Row:
    def average(name: str) -> float | None:
        return mean([value for o in outcomes if (value := getattr(o, name)) is not None])

    found = [o.recall for o in outcomes if o.recall]
    return Row(
        kind,
        len(outcomes),
        recall={k: fmean(recall[k] for recall in found) for k in RECALL_AT} if found else None,
        mrr=average("mrr"),
        citation_precision=average("citation_precision"),
        citation_recall=average("citation_recall"),
        facts=average("facts"),
        refused=fmean(o.answer.refused for o in outcomes),
        sentences=fmean(len(o.answer.sentences) for o in outcomes),
    )
