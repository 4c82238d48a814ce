"""The offline model: a LangChain chat model that answers in sentences of the abstracts it is shown."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

from rag.offline.doubts import refusal_of
from rag.offline.matching import Match, WordsOf
from rag.offline.selection import Chosen, choose, share_out, shortened, source_chances
from rag.question import read_question
from rag.records import NO_PAPER, PHRASES
from rag.sources import PromptSource, read_sources
from rag.tuning import Tuning

MODEL_NAME = "offline-extractive"

# Sentences that tell what the abstract says instead of what was asked.
_AFTER_REFUSAL = 2

_PROMPT = re.compile(r"Abstracts:\n\n(?P<sources>.*?)\n\nQuestion: (?P<question>.*)", re.DOTALL)


class ExtractiveModel(BaseChatModel):
    """Answers from the prompt alone: whole sentences of its abstracts, each with its `[n]`.

    It follows no instruction, neither of the system prompt nor of the question or an abstract:
    all it can write are sentences of abstracts and the fixed refusals. `embed` maps texts to
    unit vectors; without it, sentences are chosen by their words alone. `words` compares words in
    context, where the model can. `tuning` are fitted weights, by default the shipped ones.
    """

    embed: Callable[[Sequence[str]], Any] | None = Field(default=None, exclude=True)
    words: WordsOf | None = Field(default=None, exclude=True)
    tuning: Tuning | None = Field(default=None, exclude=True)

    @property
    def _llm_type(self) -> str:
        return MODEL_NAME

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(self._pieces(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self._pieces(messages):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
            if run_manager:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk

    def _pieces(self, messages: Sequence[BaseMessage]) -> Iterator[str]:
        question, sources = read_prompt(messages)
        asked = read_question(question)
        match = Match(asked, sources, self.embed, self.words, self.tuning) if asked.text else None
        if match is None or not match.sources:
            yield NO_PAPER
            return
        shares = share_out(match, source_chances(match))
        refusal = refusal_of(match, [share.source for share in shares])
        if refusal:
            yield PHRASES[refusal]
        if refusal != "no paper":
            chosen = choose(match, shortened(shares, _AFTER_REFUSAL) if refusal else shares)
            yield from lay_out(chosen, listed=asked.kind == "list" and not refusal, started=bool(refusal))


def lay_out(chosen: Sequence[Chosen], listed: bool = False, started: bool = False) -> Iterator[str]:
    """The sentences with their markers and the white space between them.

    A list has one line a sentence, with the head of the paper's title in front. `started` says that text
    stands before.
    """
    before = None
    for sentence in chosen:
        same = before is None or before.paragraph == sentence.paragraph
        gap = ("" if before is None and not started else " ") if same else "\n" if listed else "\n\n"
        yield gap + (f"- {sentence.title.split(':')[0]}: " if listed else "") + write_sentence(sentence)
        before = sentence


def read_prompt(messages: Sequence[BaseMessage]) -> tuple[str, list[PromptSource]]:
    """The question and the sources of the last human message, as `prompts/answer.md` lays them out."""
    text = next((m.text for m in reversed(messages) if m.type == "human"), "")
    match = _PROMPT.search(text)
    if match is None:
        return text, []
    return match["question"], read_sources(match["sources"])


def write_sentence(chosen: Chosen) -> str:
    """The sentence with its marker in front of the closing punctuation.

    Brackets with a number that stand in the abstract itself are left out: here they would cite.
    """
    body = re.sub(r"\s?(?:\[\d[\d,;\s–-]*\]|【\d[^】]*】)", "", chosen.text).rstrip()
    end = re.search(r"[.!?]*$", body).group() or "."
    return f"{body.removesuffix(end).rstrip()} [{chosen.n}]{end}"
