"""The chain: history → standalone question → retrieve → prompt → model → citations → verification → Answer."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from prompts import fill
from rag.asking.asks import focus, sources_for
from rag.asking.condense import depends, standalone
from rag.errors import ModelError, QuestionError
from rag.models import load_server_model
from rag.offline.extractive import MODEL_NAME, ExtractiveModel
from rag.opening import open_library
from rag.records import Answer, CitedSentence, Found, Repair, Sentence, Timings, Turn, Usage
from rag.refusal import FALSE_PREMISE, NEAREST, NO_PAPER, NOT_STATED, read_refusal
from rag.search.retrieve import PaperRetriever
from rag.settings import Settings
from rag.sources import one_line, write_sources
from rag.tuning import Tuning, shipped
from rag.verifying.checking import better_source, check_sentence, list_sources
from rag.verifying.verify import Verifier
from rag.writing import OfflineModel, ServerModel, Writer
from store.library import Library
from store.records import Paper, Passage

LONGEST_QUESTION = 8_000


@dataclass(frozen=True, slots=True)
class Searched:
    """What was searched for and the papers found, best first: known before the first word."""

    standalone_question: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A finished piece of the answer; `sentence` is None where it claims nothing (a heading, say)."""

    cited: CitedSentence
    sentence: Sentence | None


Event = Searched | Checked | Answer


class Assistant:
    """Answers questions over a library; one path for every model."""

    def __init__(self, library: Library, settings: Settings, tuning: Tuning | None = None) -> None:
        """`tuning` holds the fitted weights, by default the shipped ones."""
        self.library, self.settings, self.tuning = library, settings, tuning or shipped(library.reads_words)
        words = library.word_matches if library.reads_words else None
        extractive = ExtractiveModel(embed=library.embed, words=words, tuning=self.tuning)
        self._offline = OfflineModel(extractive, MODEL_NAME)
        self._server = ServerModel(settings, load_server_model) if settings.has_server else None
        self._verifier = Verifier.of(settings)

    @classmethod
    def open(cls, settings: Settings, progress=None) -> "Assistant":
        """An assistant over the library of the settings' home. Raises StoreError, EmbeddingError."""
        return cls(open_library(settings, progress), settings)

    @property
    def model(self) -> str:
        """The name of the model that writes the answers."""
        return (self._server or self._offline).name

    def ask(self, question: str, history: Sequence[Turn] = (), k: int | None = None) -> Answer:
        """The whole answer. Raises QuestionError for a question that cannot be asked."""
        *_, answer = self.stream(question, history, k)
        return answer

    def stream(self, question: str, history: Sequence[Turn] = (), k: int | None = None) -> Iterator[Event]:
        """The answer as it comes: Searched, a Checked for each finished sentence, at last the Answer.

        Nothing that was yielded is taken back. `k` is the number of papers read, the setting's by default.
        Raises QuestionError.
        """
        question = _checked_question(question)
        started = time.perf_counter()
        searched, repairs = self._standalone(question, history)
        found = self._search(searched, k or sources_for(searched, self.settings.sources))
        answering = _Answering(question, searched, found, repairs, started)
        yield Searched(searched, found)
        yield from answering.run(self._writer(found, history), self._verifier)
        yield answering.answer(self.settings, len(self.library))

    def _standalone(self, question: str, history: Sequence[Turn]) -> tuple[str, list[Repair]]:
        if not depends(question, history):
            return question, []
        offline = standalone(question, history, self.library)
        if self._server is None:
            return offline, []
        talk = "\n".join(f"{turn.role}: {one_line(turn.content)}" for turn in history)
        prompt = fill("condense", history=talk, question=one_line(question))
        try:
            return one_line(self._server.complete([HumanMessage(prompt)])) or offline, []
        except ModelError as error:
            return offline, [Repair("model-failed", f"{error} The question was completed by rule.")]

    def _search(self, question: str, k: int) -> tuple[Found, ...]:
        documents = PaperRetriever(library=self.library, k=k, tuning=self.tuning).invoke(question)
        papers = {p.paper_id: p for p in self.library.get_many([d.metadata["paper_id"] for d in documents])}
        return tuple(_found(papers[d.metadata["paper_id"]], d.metadata) for d in documents)

    def _writer(self, found: Sequence[Found], history: Sequence[Turn]) -> Writer:
        valid = {n: f.paper.paper_id for n, f in enumerate(found, 1)}
        taken = {paper_id: n for turn in history for n, paper_id in turn.cited}
        return Writer(self._server or self._offline, self._offline, valid, taken)


class _Answering:
    """One answer in the making."""

    def __init__(
        self, question: str, searched: str, found: Sequence[Found], repairs: list[Repair], started: float
    ) -> None:
        self._question, self._searched, self._found, self._repairs = question, searched, found, repairs
        self._papers = {f.paper.paper_id: f.paper for f in found}
        self._pieces: list[CitedSentence] = []
        self._sentences: list[Sentence] = []
        self._started, self._retrieved, self._verifying = started, time.perf_counter(), 0.0

    def run(self, writer: Writer, verifier: Verifier) -> Iterator[Checked]:
        """Write, check and yield the sentences one by one."""
        self._writer = writer
        for cited in writer.write(_messages(self._searched, [f.paper for f in self._found])):
            begin = time.perf_counter()
            sentence = self._check(cited, verifier)
            self._verifying += time.perf_counter() - begin
            yield Checked(cited, sentence)

    def _check(self, cited: CitedSentence, verifier: Verifier) -> Sentence | None:
        self._pieces.append(cited)
        checked = check_sentence(cited, self._papers, self._writer.numbers, verifier)
        if checked is None:
            return None
        sentence, finding = checked
        self._sentences.append(sentence)
        offer = better_source(len(self._sentences), finding, self._papers)
        self._repairs.extend([offer] if offer else [])
        return sentence

    def answer(self, settings: Settings, library_size: int) -> Answer:
        """The finished record."""
        text = "".join(piece.text + piece.after for piece in self._pieces).strip()
        refusal = read_refusal(text)
        cited = {paper_id for piece in self._pieces for paper_id in piece.paper_ids}
        found = self._found if refusal is None else _nearest(self._found, cited)
        sources = list_sources(found, self._writer.numbers, cited)
        if refusal is not None:
            text = f"{text}\n\n{_what_was_searched(self._searched, library_size, found)}"
        return Answer(
            self._question,
            self._searched,
            text,
            refusal is not None,
            tuple(self._sentences),
            sources,
            (*self._repairs, *self._writer.repairs),
            self._writer.model,
            self._usage(settings),
            self._timings(),
        )

    def _usage(self, settings: Settings) -> Usage:
        used = self._writer.usage
        cost = used.prompt_tokens * settings.price_prompt + used.completion_tokens * settings.price_completion
        return Usage(used.prompt_tokens, used.completion_tokens, round(cost / 1e6, 6))

    def _timings(self) -> Timings:
        now = time.perf_counter()
        seconds = (
            self._retrieved - self._started,
            now - self._retrieved - self._verifying,
            self._verifying,
            now - self._started,
        )
        return Timings(*(round(1000 * s, 1) for s in seconds))


def _checked_question(question: str) -> str:
    question = question.strip()
    if not question:
        raise QuestionError("The question is empty; write one.")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters and at most {LONGEST_QUESTION:,} are read; shorten it."
        )
    return question


def _messages(question: str, papers: Sequence[Paper]) -> list[BaseMessage]:
    system = fill("answer_system", no_answer=NO_PAPER, not_stated=NOT_STATED, false_premise=FALSE_PREMISE)
    return [
        SystemMessage(system),
        HumanMessage(fill("answer", sources=write_sources(papers), question=one_line(question))),
    ]


def _found(paper: Paper, metadata: dict) -> Found:
    start, end = metadata["start"], metadata["end"]
    return Found(paper, Passage(paper.paper_id, start, end, paper.abstract[start:end]), metadata["score"])


def _nearest(found: Sequence[Found], cited: set[str]) -> list[Found]:
    first = {f.paper.paper_id for f in found[:NEAREST]}
    return [f for f in found if f.paper.paper_id in first | cited]


def _what_was_searched(question: str, size: int, found: Sequence[Found]) -> str:
    nearest = "; ".join(f.paper.title for f in found[:NEAREST]) or "none"
    # Orders that stood in the question are not repeated: what they dictate would be said after all.
    sought = f" for “{asked}”" if (asked := focus(question)) else ""
    return f"Searched {size:,} papers{sought}. Nearest: {nearest}."
