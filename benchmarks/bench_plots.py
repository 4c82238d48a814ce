"""The plots of docs/bench.md, drawn from the results alone; nothing without matplotlib."""

from collections.abc import Mapping, Sequence
from pathlib import Path

WAYS = (
    "Citewell, all-MiniLM-L6-v2",
    "Citewell, citewell-static",
    "LangChain tutorial",
    "paper-qa, MiniLM",
    "MiniLM alone",
    "BM25 alone",
)
KINDS = {"fact": "fact", "compare": "compare", "topic": "topic", "survey": "survey", "followup": "follow-up\n(@8)"}
COLOURS = ("tab:blue", "tab:cyan", "tab:orange", "tab:red", "tab:gray", "lightgray")


def draw(peers: Mapping, folder: Path) -> None:
    """`bench-quality.png` and `bench-speed.png` in `folder`."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("matplotlib is not installed; no picture was drawn")
        return
    quality = Figure(figsize=(9, 6.5), layout="constrained")
    for axes, (name, ways) in zip(quality.subplots(2, 1), peers["quality"].items(), strict=True):
        _grouped(axes, name, ways)
    handles, labels = quality.axes[0].get_legend_handles_labels()
    quality.legend(handles, labels, loc="outside lower center", ncols=3)
    quality.savefig(folder / "bench-quality.png", dpi=150)
    speed = Figure(figsize=(9, 5.5), layout="constrained")
    index, cold = (peers[step]["medians"] for step in ("indexing", "cold"))
    top, middle, low = speed.subplots(3, 1, height_ratios=(len(index), len(WAYS), len(cold)))
    _bars(top, "index from nothing, seconds", {name: found["seconds"] for name, found in index.items()})
    _bars(middle, "search in a warm process, milliseconds", {name: peers["search, ms"][name] for name in WAYS})
    _bars(low, "question from a cold process, seconds", {name: found["seconds"] for name, found in cold.items()})
    speed.savefig(folder / "bench-speed.png", dpi=150)


def _grouped(axes, name: str, ways: Mapping[str, Mapping]) -> None:
    """Recall by type of question, a bar for each way of searching."""
    kinds = [kind for kind in KINDS if any(kind in found for found in ways.values())]
    width = 0.8 / len(WAYS)
    for place, (way, colour) in enumerate(zip(WAYS, COLOURS, strict=True)):
        left = [n + (place - (len(WAYS) - 1) / 2) * width for n in range(len(kinds))]
        axes.bar(left, [ways[way][kind]["recall"] for kind in kinds], width, label=way, color=colour)
    axes.set(title=f"{name} questions", ylabel="recall@10", ylim=(0, 1.02))
    axes.set_xticks(range(len(kinds)), [KINDS[kind] for kind in kinds])
    axes.set_axisbelow(True)
    axes.grid(axis="y", alpha=0.3)


def _bars(axes, title: str, values: Mapping[str, float]) -> None:
    """A bar for each system, the first on top, with its value."""
    names: Sequence[str] = list(values)
    bars = axes.barh(names, list(values.values()), color=[COLOURS[WAYS.index(name)] for name in names])
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.set_title(title)
    axes.invert_yaxis()
    axes.margins(x=0.08)
    axes.set_axisbelow(True)
    axes.grid(axis="x", alpha=0.3)
