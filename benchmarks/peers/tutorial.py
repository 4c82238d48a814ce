"""LangChain's own RAG tutorial over the papers: recursive splitter, Chroma, MiniLM, k = 4, the bare last message.

`python -m benchmarks.peers.tutorial index|search|ask JOB.json`, in the peers' environment. A model that writes the
answer needs a key: `ask` stops at the passages that it would be given.
"""

import sys
from pathlib import Path

from langchain_chroma import Chroma
from langchain_huggingface import HuggingFaceEmbeddings

from benchmarks.peers.job import DEEP, Job, enough, report, way

PACKAGES = (
    "langchain",
    "langchain-core",
    "langchain-chroma",
    "langchain-huggingface",
    "langchain-text-splitters",
    "chromadb",
    "sentence-transformers",
    "torch",
)
SIZE, OVERLAP, K = 1000, 200, 4


def main() -> None:
    """Do one step."""
    step, path = sys.argv[1:]
    {"index": index, "search": search, "ask": ask}[step](Job.read(Path(path)))


def index(job: Job) -> None:
    """From nothing to an index on the disk."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    documents = [
        Document(f"{paper['title']}\n\n{paper['abstract']}", metadata={"paper_id": paper["paper_id"]})
        for paper in job.papers
    ]
    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=OVERLAP, add_start_index=True)
    _store(job).add_documents(documents=splitter.split_documents(documents))


def search(job: Job) -> None:
    """Its own four chunks, and enough chunks to see ten papers."""
    store = _store(job)
    k = enough([chunk["paper_id"] for chunk in store.get(include=["metadatas"])["metadatas"]])
    report(
        {
            "LangChain tutorial": way(lambda text: _papers(store, text, k)[:DEEP], job.questions),
            "LangChain tutorial, its 4 chunks": way(lambda text: _papers(store, text, K), job.questions),
        },
        PACKAGES,
    )


def ask(job: Job) -> None:
    """What comes before the model in a cold process."""
    print(_papers(_store(job), job.questions[0], K))


def _store(job: Job) -> Chroma:
    return Chroma(
        collection_name="papers",
        embedding_function=HuggingFaceEmbeddings(model_name=job.weights),
        persist_directory=job.home,
    )


def _papers(store: Chroma, text: str, k: int) -> list[str]:
    found = store.similarity_search(text, k=k)
    return list(dict.fromkeys(chunk.metadata["paper_id"] for chunk in found))


if __name__ == "__main__":
    main()
