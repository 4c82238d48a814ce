"""The two LangChain faces of Citewell, a retriever and a chat model, for chains that other people build.

Answers go the direct way, which gives the same results.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.language_models import SimpleChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from rag.offline.composing import MODEL_NAME, compose
from rag.search.retrieve import retrieve
from rag.tuning import tuning_of
from store.records import Paper

_PROMPT = re.compile(r"Abstracts:\n\n(?P<sources>.*?)\n\nQuestion: (?P<question>.*)", re.DOTALL)
_HEAD = re.compile(r"\[(\d+)\] (.*)")


class PaperRetriever(BaseRetriever):
    """`retrieve` as a LangChain retriever: one document a paper, its text the best passage.

    The metadata has paper_id, title, score, and the passage's start and end.
    """

    library: Any
    k: int = 8
    tuning: Any = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(
                page_content=found.passage.text,
                metadata={
                    "paper_id": found.paper.paper_id,
                    "title": found.paper.title,
                    "score": found.score,
                    "start": found.passage.start,
                    "end": found.passage.end,
                },
            )
            for found in retrieve(self.library, query, self.k, self.tuning)
        ]


class ExtractiveModel(SimpleChatModel):
    """The offline model as a LangChain chat model: it reads the prompt that a server's model would read.

    `library` gives the vectors; `tuning` holds the fitted weights, by default those of the library.
    """

    library: Any = Field(exclude=True)
    tuning: Any = Field(default=None, exclude=True)

    @property
    def _llm_type(self) -> str:
        return MODEL_NAME

    def _call(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> str:
        return "".join(self._pieces(messages))

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
        question, papers = read_prompt(messages)
        tuning = self.tuning or tuning_of(self.library)
        for said in compose(question, papers, self.library, tuning):
            yield said.gap + said.marked(f"[{said.n}]" if said.n else "")


def read_prompt(messages: Sequence[BaseMessage]) -> tuple[str, list[Paper]]:
    """The question and the sources of the last human message, as `prompts/answer.md` lays them out."""
    text = next((m.text for m in reversed(messages) if m.type == "human"), "")
    match = _PROMPT.search(text)
    return (match["question"], read_sources(match["sources"])) if match else (text, [])


def read_sources(block: str) -> list[Paper]:
    """The inverse of `write_sources`, numbers as ids; text that is no such block gives an empty list."""
    lines = block.split("\n")
    heads = [(_HEAD.fullmatch(head), abstract) for head, abstract in zip(lines[::4], lines[2::4], strict=False)]
    return [Paper(match[1], match[2], abstract) for match, abstract in heads if match]
