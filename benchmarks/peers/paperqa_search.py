"""The part of paper-qa that runs without a key: its index of papers and its retrieval of texts.

`python -m benchmarks.peers.paperqa_search index|search|ask JOB.json`, in the peers' environment. A model would
word the searches, summarise each text and rank by that: these steps need a key and are left out.
"""

import asyncio
import pickle
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from lmi import EmbeddingModel, embedding_model_factory
from paperqa import Docs, Settings
from paperqa.agents.search import SearchIndex

from benchmarks.peers.job import DEEP, Job, enough, report, way

PACKAGES = ("paper-qa", "fhlmi", "tantivy", "litellm", "sentence-transformers", "torch")
EMBEDDINGS = {
    "paper-qa, MiniLM": "st-{weights}",
    "paper-qa, hybrid": "hybrid-st-{weights}",
    "paper-qa, sparse": "sparse",
}
DEFAULT = "paper-qa, MiniLM"


def main() -> None:
    """Do one step."""
    step, path = sys.argv[1:]
    job = Job.read(Path(path))
    with asyncio.Runner() as runner:
        if step == "index":
            runner.run(index(job))
        elif step == "search":
            search(job, runner.run)
        else:
            docs = pickle.loads(_file(job, DEFAULT).read_bytes())
            print(runner.run(_texts(docs, job.questions[0], _model(job, DEFAULT))))


async def index(job: Job) -> None:
    """From nothing to an index of papers and the texts with MiniLM's vectors on the disk."""
    await _add(job, DEFAULT, _index(job))


def search(job: Job, run: Callable[[Awaitable], object]) -> None:
    """The papers by its keywords, and the papers of its texts under each embedding."""
    papers = _index(job)
    ways = {"paper-qa, keywords": way(lambda text: run(_by_keywords(papers, text)), job.questions)}
    for name in EMBEDDINGS:
        run(_add(job, name))
        docs, model = pickle.loads(_file(job, name).read_bytes()), _model(job, name)
        ways[name] = way(lambda text, docs=docs, model=model: run(_texts(docs, text, model)), job.questions)
    report(ways, PACKAGES)


async def _by_keywords(papers: SearchIndex, text: str) -> list[str]:
    """The papers of its keyword search; it raises on some questions, which are then asked as lower-case words."""
    fields = [name for name in papers.fields if name != "year"]
    try:
        found = await papers.query(text, top_n=DEEP, field_subset=fields)
    except ValueError:
        found = await papers.query(" ".join(re.findall(r"\w+", text.lower())), top_n=DEEP, field_subset=fields)
    return [next(iter(docs.docs)) for docs in found]


async def _add(job: Job, name: str, papers: SearchIndex | None = None) -> None:
    """Every paper through paper-qa's own reader, as a text file with its citation given."""
    every, model, settings = Docs(), _model(job, name), _settings()
    for number, paper in enumerate(job.papers):
        path = Path(job.home) / f"{number}.txt"
        path.write_text(f"{paper['title']}\n\n{paper['abstract']}", encoding="utf-8")
        alone = Docs()
        await alone.aadd(
            path,
            citation=paper["citation"],
            docname=paper["paper_id"],
            dockey=paper["paper_id"],
            settings=settings,
            embedding_model=model,
        )
        (doc,) = alone.docs.values()
        await every.aadd_texts(alone.texts, doc, settings, model)
        if papers:
            body = "".join(text.text for text in alone.texts)
            await papers.add_document(
                {"title": paper["title"], "year": "", "file_location": path.name, "body": body}, document=alone
            )
    if papers:
        await papers.save_index()
    await every._build_texts_index(model)
    _file(job, name).write_bytes(pickle.dumps(every))


async def _texts(docs: Docs, text: str, model: EmbeddingModel) -> list[str]:
    """The papers of the texts it would summarise; enough texts to see ten papers."""
    k = enough([one.doc.dockey for one in docs.texts])
    found = await docs.retrieve_texts(text, k, _settings(), model)
    return list(dict.fromkeys(one.doc.dockey for one in found))[:DEEP]


def _index(job: Job) -> SearchIndex:
    return SearchIndex(
        fields=[*SearchIndex.REQUIRED_FIELDS, "title", "year"], index_name="papers", index_directory=job.home
    )


def _model(job: Job, name: str) -> EmbeddingModel:
    return embedding_model_factory(EMBEDDINGS[name].format(weights=job.weights))


def _settings() -> Settings:
    return Settings(parsing={"use_doc_details": False, "multimodal": False})


def _file(job: Job, name: str) -> Path:
    return Path(job.home) / f"{name}.pickle"


if __name__ == "__main__":
    main()
