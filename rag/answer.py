"""The chain: history → standalone question → retrieve → sources → model → citations → verification → Answer."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from prompts import fill
from rag.catalogue.answering import records_block, told_from_records
from rag.catalogue.catalogue import catalogue_of
from rag.catalogue.consulting import consult
from rag.errors import ModelError, QuestionError
from rag.events import Checked, Event, Searched
from rag.filters import NO_LIMIT, Filter
from rag.followup import standalone
from rag.means import Means
from rag.models import Writer, answer_messages, one_line, quotable
from rag.offline.composing import compose
from rag.offline.refusing import without_abstract
from rag.pointing import depends
from rag.question import sources_for
from rag.records import (
    NO_PAPER,
    NONE_WITHIN,
    Answer,
    CitedSentence,
    Repair,
    Sentence,
    Timings,
    Turn,
    Usage,
    read_refusal,
)
from rag.server.chat import ServerModel
from rag.settings import Settings
from rag.steps import Search
from rag.tuning import Reading, Tuning, tuning_of
from rag.verifying.checking import better_source, check_sentence, list_sources
from rag.verifying.modeljudge import Statement, check_by_model
from rag.verifying.verify import Verifier
from store.library import Library
from store.records import Progress

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from store.library import Part

LONGEST_QUESTION = 8_000
NEAREST = 3  # papers shown with a refusal


class Assistant:
    """Answers questions over a library; one path for every model."""

    def __init__(self, library: Library, settings: Settings, tuning: Tuning | None = None) -> None:
        """`tuning` holds the fitted weights, by default those of the library."""
        self.library, self.tuning = library, tuning or tuning_of(library)
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """Answer by other settings from the next question on; the library stays. Raises SettingsError."""
        self._means = Means.of(settings)

    @classmethod
    def open(cls, settings: Settings, progress: Progress | None = None) -> "Assistant":
        """An assistant over the library of the settings' home. Raises StoreError, EmbeddingError."""
        return cls(settings.open_library(progress), settings)

    @property
    def settings(self) -> Settings:
        """The settings of the next question."""
        return self._means.settings

    @property
    def model(self) -> str:
        """The name of the model that writes the answers."""
        return self._means.model

    def ask(
        self, question: str, history: Sequence[Turn] = (), k: int | None = None, limit: Filter = NO_LIMIT
    ) -> Answer:
        """The whole answer. Raises QuestionError for a question that cannot be asked."""
        return next(event for event in self.stream(question, history, k, limit) if isinstance(event, Answer))

    def stream(
        self, question: str, history: Sequence[Turn] = (), k: int | None = None, limit: Filter = NO_LIMIT
    ) -> Iterator[Event]:
        """The answer as it comes: Searched, again after further searches, each Checked sentence, at last the Answer.

        No sentence that was yielded is taken back. `k` is the number of papers read, the setting's by default; `limit`
        says which may be, beside what the question says of that. Raises QuestionError.
        """
        question = _checked_question(question)
        started, means = time.perf_counter(), self._means
        consulted = consult(question, history, self.library, limit)
        if consulted.reply:
            yield from told_from_records(question, consulted, history, started)
            return
        asked, repairs = self._standalone(means.server, consulted.question, () if consulted.stands_alone else history)
        count = k or sources_for(asked, means.settings.sources)
        part = catalogue_of(self.library).part(consulted.filter)
        for looked in Search(asked, part, self.tuning, means.settings.steps, means.server).looks(count):
            searched = Searched(asked, looked.found, looked.searches, consulted.filter)
            yield searched
        records = records_block(self.library, consulted.filter) if means.server else ""
        writer, repairs = self._writer(means.server, searched, history, part), [*repairs, *looked.repairs]
        answering = _Answering(question, searched, writer, repairs, started, looked.usage, records)
        yield from answering.run(means.verifier)
        if means.server is not None and means.settings.asks_model:
            answering.judge(means.server)
        yield answering.answer(means.settings, len(part), len(self.library))

    def _standalone(
        self, server: ServerModel | None, question: str, history: Sequence[Turn]
    ) -> tuple[str, list[Repair]]:
        if not depends(question, history):
            return question, []
        offline = standalone(question, history, self.library)
        if server is None:
            return offline, []
        from langchain_core.messages import HumanMessage

        recent = history[-2 * Reading.RECENT :]
        talk = "\n".join(f"{turn.role}: {one_line(turn.content)[: Reading.REMEMBERED]}" for turn in recent)
        prompt = fill("condense", history=talk, question=one_line(question))
        try:
            return one_line(server.complete([HumanMessage(prompt)])) or offline, []
        except ModelError as error:
            return offline, [Repair("model-failed", f"{error} The question was completed by rule.")]

    def _writer(
        self, server: ServerModel | None, searched: Searched, history: Sequence[Turn], part: "Library | Part"
    ) -> Writer:
        papers = [quotable(f.paper) for f in searched.found]
        taken = {paper_id: n for turn in history for n, paper_id in turn.cited}
        offline = partial(compose, one_line(searched.standalone_question), papers, part, self.tuning)
        return Writer(server, offline, papers, taken)


class _Answering:
    """One answer in the making."""

    def __init__(
        self,
        question: str,
        searched: Searched,
        writer: Writer,
        repairs: list[Repair],
        started: float,
        searching: Usage,
        records: str,
    ) -> None:
        self._question, self._searched, self._writer, self._repairs = question, searched, writer, repairs
        self._records = records
        self._papers = {f.paper.paper_id: f.paper for f in searched.found}
        self._pieces: list[CitedSentence] = []
        self._sentences: list[Sentence] = []
        self._statements: list[Statement] = []  # of the sentences, in the same order
        self._searching, self._judging = searching, Usage()
        self._started, self._retrieved, self._verifying = started, time.perf_counter(), 0.0

    def run(self, verifier: Verifier) -> Iterator[Checked]:
        """Write, check and yield the sentences one by one."""
        for cited in self._writer.write(self._messages):
            if self._searched.limit and cited.text == NO_PAPER:  # the others were not looked at
                cited = replace(cited, text=NONE_WITHIN, claim=NONE_WITHIN)
            begin = time.perf_counter()
            sentence = self._check(cited, verifier)
            self._verifying += time.perf_counter() - begin
            yield Checked(cited, sentence)

    def _messages(self, count: int) -> "list[BaseMessage]":
        papers = list(self._papers.values())[:count]
        return answer_messages(self._searched.standalone_question, papers, self._records)

    def _check(self, cited: CitedSentence, verifier: Verifier) -> Sentence | None:
        self._pieces.append(cited)
        checked = check_sentence(cited, self._papers, self._writer.numbers, verifier)
        if checked is None:
            return None
        sentence, finding = checked
        self._sentences.append(sentence)
        self._statements.append(Statement(cited.claim, tuple(self._papers[i] for i in cited.paper_ids), finding))
        offer = better_source(len(self._sentences), finding, self._papers)
        self._repairs.extend([offer] if offer else [])
        return sentence

    def judge(self, server: ServerModel) -> None:
        """Have the model judge, in one call, what it wrote itself: each verdict changes at most once."""
        if self._writer.model != server.name:
            return
        begin = time.perf_counter()
        checked = check_by_model(self._statements, server)
        self._sentences = [
            replace(sentence, verdict=found.verdict, kind=found.kind, reason=found.reason)
            for sentence, found in zip(self._sentences, checked.findings, strict=True)
        ]
        if checked.unused:
            self._repairs.append(Repair("check-failed", f"The model's own check was not used: {checked.unused}"))
        self._judging = checked.usage
        self._verifying += time.perf_counter() - begin

    def answer(self, settings: Settings, size: int, of: int) -> Answer:
        """The finished record; `size` papers `of` those in the library were searched."""
        text = "".join(piece.text + piece.after for piece in self._pieces).strip()
        refusal, found = read_refusal(text), list(self._searched.found[: self._writer.read])
        cited = {paper_id for piece in self._pieces for paper_id in piece.paper_ids}
        if refusal is not None:
            nearest = {f.paper.paper_id for f in found[:NEAREST]}
            found = [f for f in found if f.paper.paper_id in nearest | cited]
            bare = without_abstract(self._searched) if refusal == "no paper" else ""
            text = f"{bare or text}\n\n{self._searched.told(size, of, [f.paper.title for f in found[:NEAREST]])}"
        return Answer(
            self._question,
            self._searched.standalone_question,
            text,
            refusal is not None,
            tuple(self._sentences),
            list_sources(found, self._writer.numbers, cited),
            (*self._repairs, *self._writer.repairs),
            self._writer.model,
            self._usage(settings),
            self._timings(),
            self._searched.searches,
            self._searched.limit.as_json(),
            size,
        )

    def _usage(self, settings: Settings) -> Usage:
        used = (self._searching, self._writer.usage, self._judging)
        prompt, completion = sum(u.prompt_tokens for u in used), sum(u.completion_tokens for u in used)
        cost = prompt * settings.price_prompt + completion * settings.price_completion
        return Usage(prompt, completion, round(cost / 1e6, 6))

    def _timings(self) -> Timings:
        now = time.perf_counter()
        retrieve, total = self._retrieved - self._started, now - self._started
        seconds = (retrieve, total - retrieve - self._verifying, self._verifying, total)
        return Timings(*(round(1000 * s, 1) for s in seconds))


def _checked_question(question: str) -> str:
    question = question.strip()
    if not question:
        raise QuestionError("The question is empty; write one.")
    if (long := len(question)) > LONGEST_QUESTION:
        raise QuestionError(f"The question has {long:,} characters, {LONGEST_QUESTION:,} at most are read; shorten it.")
    return question
