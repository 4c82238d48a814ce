"""Writes docs/scaling.md and docs/scaling.png from the results: `python -m benchmarks.scaling_page`.

A test holds the page and `benchmarks/results/scale.json` together. What is beyond the largest library measured lies
on the straight line through the two largest.
"""

from collections.abc import Callable, Sequence

from benchmarks.machine import ROOT, read, table

PAGE, PLOT = ROOT / "docs" / "scaling.md", ROOT / "docs" / "scaling.png"
BEYOND = (1_000_000, 10_000_000)
Cost = Callable[[dict], float]

COSTS: dict[str, tuple[str, Cost]] = {
    "adding all, s": ("{:,.1f}", lambda m: m["adding"]["seconds"]),
    "most memory while adding, MB": ("{:,.0f}", lambda m: m["adding"]["memory, MB"]),
    "disk, MB": ("{:,.1f}", lambda m: m["disk, MB"]["all"]),
    "opening and first search, s": ("{:.2f}", lambda m: m["opening"]),
    "search, p50 ms": ("{:.1f}", lambda m: m["search"]["p50"]),
    "search, p95 ms": ("{:.1f}", lambda m: m["search"]["p95"]),
    "ask, p50 ms": ("{:.1f}", lambda m: m["ask"]["p50"]),
    "ask, p95 ms": ("{:.1f}", lambda m: m["ask"]["p95"]),
    "memory of a warm process, MB": ("{:,.0f}", lambda m: m["memory, MB"]),
    "cold `citewell ask`, s": ("{:.2f}", lambda m: m["cold ask"]["seconds"]),
    "one paper added, s": ("{:.2f}", lambda m: m["one paper"]["added"]),
    "one paper removed, s": ("{:.2f}", lambda m: m["one paper"]["removed"]),
    "the whole file added again, s": ("{:.1f}", lambda m: m["adding again"]["seconds"]),
    "`papers list --json`, s": ("{:.1f}", lambda m: m["listing"]["seconds"]),
    "recall@10 of the vector index": ("{:.4f}", lambda m: m["recall@10 of the vector index"]),
}
PREDICTED = ("adding all, s", "disk, MB", "search, p50 ms", "ask, p50 ms", "memory of a warm process, MB")


def main() -> None:
    """Write the page and the plot."""
    found = read("scale")
    PAGE.write_text(page(found), encoding="utf-8")
    plot(found)


def page(found: dict) -> str:
    """The text of docs/scaling.md."""
    sizes = {int(size): measured for size, measured in found["sizes"].items()}
    heads = ["papers", *(f"{size:,}" for size in sizes)]
    rows = [
        [name, *(form.format(cost(measured)) for measured in sizes.values())] for name, (form, cost) in COSTS.items()
    ]
    least, greatest = sizes[min(sizes)], sizes[max(sizes)]
    parts = greatest["disk, MB"]
    return (
        "\n\n".join(
            [
                _INTRODUCTION,
                table(heads, rows),
                f"From {min(sizes):,} to {max(sizes):,} papers a question in a warm process costs "
                f"{greatest['ask']['p50'] / least['ask']['p50']:.1f} times as long at the median, and "
                f"{greatest['ask']['processor'] / least['ask']['processor']:.1f} times the processor time.",
                f"The disk at {max(sizes):,}: {parts['papers']:,.0f} MB of papers and their passages (SQLite), "
                f"{parts['vectors']:,.0f} MB of vectors and Chroma's graph, {parts['keywords']:,.0f} MB of keywords "
                f"(tantivy), {parts['cache']:,.0f} MB of what was embedded, by its text: safe to delete, and the "
                "reason why a damaged or interrupted index is mended without embedding again.",
                "![Cost against the number of papers](scaling.png)",
                _predictions(sizes),
                _server(found["server"], sizes),
                _DEPLOYMENTS,
            ]
        )
        + "\n"
    )


def _predictions(sizes: dict[int, dict]) -> str:
    rows = [[name, *(f"{predicted(sizes, COSTS[name][1], size):,.0f}" for size in BEYOND)] for name in PREDICTED]
    heads = ["papers", *(f"{size:,}" for size in BEYOND)]
    return f"## What it would cost beyond\n\n{_BEYOND}\n\n{table(heads, rows)}"


def predicted(sizes: dict[int, dict], cost: Cost, size: int) -> float:
    """The cost at `size` papers."""
    (a, x), (b, y) = ((n, cost(sizes[n])) for n in sorted(sizes)[-2:])
    return y + (size - b) * (y - x) / (b - a)


def _server(measured: dict, sizes: dict[int, dict]) -> str:
    size = measured["papers"]
    rows = [
        [name, *(COSTS[name][0].format(COSTS[name][1](m)) for m in (sizes[size], measured))]
        for name in ("adding all, s", "search, p50 ms", "search, p95 ms", "ask, p50 ms", "one paper added, s")
    ]
    return (
        f"## The vectors on a Chroma server\n\n{size:,} papers, the server (`chroma run`) on the same machine:\n\n"
        + table(["", "in the library folder", "on a server"], rows)
    )


def plot(found: dict) -> None:
    """Times a question and resources of a library against its papers, both axes logarithmic."""
    from matplotlib.figure import Figure

    sizes = {int(size): measured for size, measured in found["sizes"].items()}
    figure = Figure(figsize=(10, 4), layout="constrained")
    asked, kept = figure.subplots(1, 2)
    times = ("search, p50 ms", "search, p95 ms", "ask, p50 ms", "ask, p95 ms")
    _curves(asked, sizes, times, "milliseconds, warm process")
    _curves(kept, sizes, ("adding all, s", "disk, MB", "most memory while adding, MB"), "seconds, MB")
    figure.savefig(PLOT, dpi=150, metadata={"Software": None})


def _curves(axes: object, sizes: dict[int, dict], names: Sequence[str], label: str) -> None:
    for name in names:
        cost = COSTS[name][1]
        (line,) = axes.plot(list(sizes), [cost(measured) for measured in sizes.values()], "o-", label=name)
        last = max(sizes)
        axes.plot(
            [last, *BEYOND],
            [cost(sizes[last]), *(predicted(sizes, cost, n) for n in BEYOND)],
            ":",
            color=line.get_color(),
        )
    axes.set(xscale="log", yscale="log", xlabel="papers (dotted: predicted)", ylabel=label)
    axes.grid(alpha=0.3)
    axes.legend()


_INTRODUCTION = """# Scaling

What a library costs as it grows: the fast model (`CITEWELL_EMBEDDING_MODEL=citewell-static`), two cores, no GPU. 118
are the shipped papers, any other size the first records of a file of conference abstracts. The questions are the dev
questions in `benchmarks/questions/`, the same at every size. Made by `python -m benchmarks.scale --corpus FILE` and
`python -m benchmarks.scaling_page`."""

_BEYOND = """On the straight line through the two largest libraries above, which asks too much where a cost grows \
slower than the library; nothing of this was measured."""

_DEPLOYMENTS = """## Which deployment fits

| papers | deployment |
| --- | --- |
| up to some 10,000 | any laptop, the default model; adding takes it minutes, once |
| up to some 100,000 | any laptop, the fast model |
| a million | one machine with 8 GB of memory, the fast model; Chroma keeps the vectors and their graph in memory |
| ten million | vectors on a Chroma server with 64 GB or a distributed Chroma (`CITEWELL_CHROMA_URL`, `_TOKEN`, \
`_TENANT`, `_DATABASE`); papers and keywords stay in the library folder of the machine that answers |

Several Citewell processes share one library folder and one Chroma server: one writes at a time, and the others see
what it wrote. Each library has an index of its own on the server, named after its folder."""


if __name__ == "__main__":
    main()
