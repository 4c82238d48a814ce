"""Writes docs/bench.md and its two plots from the results: `python -m benchmarks.bench_page`."""

from collections.abc import Mapping
from textwrap import fill

from benchmarks.bench_plots import draw
from benchmarks.machine import ROOT, read, table

PAGE = ROOT / "docs" / "bench.md"
WIDE = 118
KINDS = {"fact": "fact", "compare": "compare", "topic": "topic", "survey": "survey", "followup": "follow-up"}


def main() -> None:
    """Write the page and draw the plots."""
    peers = read("peers")
    PAGE.write_text(page(peers, read("embedding")), encoding="utf-8")
    draw(peers, PAGE.parent)


def page(peers: Mapping, embedding: Mapping) -> str:
    """The text of docs/bench.md."""
    return (
        "\n\n".join(
            [
                _introduction(peers),
                _quality(peers),
                _SPEED,
                _steps(peers, embedding),
                _searching(peers),
                _ratios(peers),
                _encoding(embedding),
                _LEFT_OUT,
                _measured(peers),
            ]
        )
        + "\n"
    )


def _introduction(peers: Mapping) -> str:
    asked = " and ".join(f"{count} {name}" for name, count in peers["questions"].items())
    return _INTRODUCTION.format(papers=peers["papers"], asked=asked)


def _quality(peers: Mapping) -> str:
    return "\n\n".join([_QUALITY, *(_of_file(name, ways) for name, ways in peers["quality"].items())])


def _of_file(name: str, ways: Mapping) -> str:
    kinds = [kind for kind in KINDS if any(kind in found for found in ways.values())]
    rows = [
        [way, *(f"{found[kind]['recall']:.3f} / {found[kind]['mrr']:.3f}" for kind in kinds)]
        for way, found in ways.items()
    ]
    return f"**{name}**, recall@10 / MRR (follow-ups: recall@8)\n\n{table(['', *map(KINDS.get, kinds)], rows)}"


def _steps(peers: Mapping, embedding: Mapping) -> str:
    index, cold = (peers[step]["medians"] for step in ("indexing", "cold"))
    rows = [
        [
            name,
            *(f"{step[name]['seconds']:.1f}" for step in (index, cold)),
            *(f"{step[name]['memory, MB']:.0f}" for step in (index, cold)),
        ]
        for name in index
    ]
    heads = ["", "index from nothing, s", "cold question, s", "memory to index, MB", "memory of a question, MB"]
    ready = embedding["shipped papers indexed from nothing"]
    text = _STEPS.format(
        papers=peers["papers"],
        question=peers["cold"]["question"],
        ready=" and ".join(f"{found['seconds']:.1f} s ({name})" for name, found in ready.items()),
    )
    return table(heads, rows) + "\n\n" + "\n\n".join(fill(part, WIDE) for part in text.split("\n\n"))


def _searching(peers: Mapping) -> str:
    rows = [[way, f"{ms:.1f}", _answer(way, peers["answer, ms"])] for way, ms in peers["search, ms"].items()]
    return "In a warm process, medians over all questions:\n\n" + table(["", "search, ms", "whole answer, ms"], rows)


def _answer(way: str, times: Mapping[str, float]) -> str:
    if way in times:
        return f"{times[way]:.0f}"
    return "needs a key" if way.startswith(("LangChain", "paper-qa")) else "–"


def _ratios(peers: Mapping) -> str:
    rows = [
        [name, *(f"{peers[step]['tutorial / Citewell'][name]:.1f} ×" for step in ("cold", "indexing"))]
        for name in peers["cold"]["tutorial / Citewell"]
    ]
    heads = ["times faster than the tutorial", "cold question", "index from nothing"]
    return (
        f"{table(heads, rows)}\n\nMedians of the rounds' ratios, the systems taking turns; rounds of cold "
        f"questions: {peers['cold']['rounds']}, of indexing: {peers['indexing']['rounds']}."
    )


def _encoding(embedding: Mapping) -> str:
    heads = ["engine", "abstracts a second", "times sentence-transformers"]
    whole, passages = (
        table(
            heads,
            [
                [name, f"{found['abstracts per second']:,.0f}", f"{found['times sentence-transformers']:.2f}"]
                for name, found in figures["engines"].items()
            ],
        )
        for figures in (embedding, embedding["passages"])
    )
    return (
        f"## Encoding\n\n{embedding['abstracts']} abstracts, rounds: {embedding['rounds']}; `fast` indexes, "
        f"`light` (without torch) encodes a query, `static` is `citewell-static`.\n\n{whole}\n\n"
        f"As a library embeds them, in {embedding['passages']['texts']} passages with the title in front:\n\n"
        f"{passages}"
    )


def _measured(peers: Mapping) -> str:
    machine = peers["machine"]
    versions = {f"{name} {number}" for found in peers["versions"].values() for name, number in found.items()}
    return "## Measured\n\n" + fill(
        f"Commit {machine['commit']}, {machine['processor']}, cores: {machine['cores']}, Python {machine['python']}; "
        f"{', '.join(sorted(versions))}. Another machine gives other times; ratios differ less.",
        WIDE,
        break_on_hyphens=False,
    )


_INTRODUCTION = """# Benchmark

Citewell beside what one would pick instead, in one run, over the {papers} papers that ship and the answerable
questions of both development files ({asked}). This page and its plots are made from `benchmarks/results/`.

```sh
$ make bench                          # everything here
$ make bench CORPUS=FILE.jsonl.xz     # also what needs a large corpus, which takes an hour
```

- **Citewell** with its default model and with `citewell-static`.
- **LangChain tutorial**: the pipeline of LangChain's own RAG tutorial: recursive splitter (1000 characters, 200 of
  them shared), Chroma, MiniLM. Its recall@10 is measured on as many chunks as show ten papers; *its 4 chunks* is what
  it takes by itself, papers that these do not show being lost.
- **BM25 alone** and **MiniLM alone**: Citewell's own two indexes, each for itself.
- **paper-qa**: the parts that run without a key: its keyword search for papers, and its retrieval of texts over all
  papers with MiniLM, with its `sparse` embedding, and with both (`hybrid`).

Wherever MiniLM stands, its weights are the same. Only Citewell completes a follow-up from what was said before; the
others are asked the bare last message, as they are built. The numbers that weigh Citewell's search were fitted on
these very questions, so its quality here flatters; the others have nothing fitted."""

_QUALITY = """## Quality

![Recall by type of question](bench-quality.png)"""

_SPEED = """## Speed

![Seconds to index, to search and to ask](bench-speed.png)"""

_STEPS = """Each figure is that of a process of its own, from its start to its end, imports included, files in the
system's cache. Indexed are {papers} papers that no system has seen, for Citewell's own ship with what MiniLM makes
of them: its library of these is ready after {ready}.

The cold question is "{question}". Citewell gives the whole checked answer of its offline model. The tutorial and
paper-qa stop at the passages that a model with a key would be given, so the comparison favours them; the tutorial's
imports for its agent are left out too."""

_LEFT_OUT = """## Left out

- The answers of the tutorial and of paper-qa: both need a language model. paper-qa would also have a model word its
  searches, summarise each text and rank by that.
- paper-qa's keyword search raises on some bare questions; it is then asked their words alone, in lower case.
- paper-qa's look-ups of metadata (Crossref, Semantic Scholar): each paper is added with its citation given.
- The others live in an environment of their own, `.venv-peers`: langchain-huggingface wants huggingface-hub 1 and
  sentence-transformers 5, Citewell has 2 and 6. Telemetry and look-ups in the network are off for all."""


if __name__ == "__main__":
    main()
