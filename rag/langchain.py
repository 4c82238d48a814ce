"""The two LangChain faces of Citewell, a retriever and a chat model, for chains that other people build.

Answers go the direct way, which gives the same results.
"""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag.search.retrieve import retrieve


class PaperRetriever(BaseRetriever):
    """`retrieve` as a LangChain retriever: one document a paper, its text the best passage.

    The metadata has paper_id, title, score, and the passage's start and end.
    """

    library: Any
    k: int = 8
    tuning: Any = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = retrieve(self.library, query, self.k, self.tuning)
        return [
            Document(
                page_content=f.passage.text,
                metadata={
                    "paper_id": f.paper.paper_id,
                    "title": f.paper.title,
                    "score": f.score,
                    "start": f.passage.start,
                    "end": f.passage.end,
                },
            )
            for f in found
        ]
