"""Citewell over the papers, and its two indexes alone: `python -m benchmarks.peers.ours search JOB.json`.

The library and its model are the settings': `CITEWELL_HOME`, `CITEWELL_EMBEDDING_MODEL`. The indexes alone are
asked the bare last message, as a search engine would be; Citewell completes follow-ups itself, within its time.
"""

import sys
from pathlib import Path

from benchmarks.peers.job import DEEP, Job, report, way
from rag.answer import Assistant
from rag.followup import standalone
from rag.records import Turn
from rag.search.retrieve import retrieve
from rag.settings import read_settings
from store.encoders.weights import STATIC

ALONE = {"all-MiniLM-L6-v2": "MiniLM alone", STATIC: f"{STATIC} alone"}
PACKAGES = ("citewell", "chromadb", "tantivy", "tokenizers")


def main() -> None:
    """Search and answer in one warm process."""
    job = Job.read(Path(sys.argv[2]))
    settings = read_settings(env_file=None)
    assistant = Assistant.open(settings)
    library, model = assistant.library, settings.embedding_model
    talks = [
        (text, tuple(Turn(*turn) for turn in turns)) for text, turns in zip(job.questions, job.histories, strict=True)
    ]

    def ask(talk: tuple[str, tuple[Turn, ...]]) -> list[str]:
        return [source.paper_id for source in assistant.ask(*talk).sources]

    def search(talk: tuple[str, tuple[Turn, ...]]) -> list[str]:
        return [found.paper.paper_id for found in retrieve(library, standalone(*talk, library), DEEP)]

    report(
        {
            f"Citewell, {model}": way(search, talks) | {"ms of an answer": way(ask, talks)["ms"]},
            "BM25 alone": way(lambda text: [i for i, _ in library.by_words(text, DEEP)], job.questions),
            ALONE[model]: way(
                lambda text: [hit.passage.paper_id for hit in library.by_meaning(text, DEEP)], job.questions
            ),
        },
        PACKAGES,
    )


if __name__ == "__main__":
    main()
