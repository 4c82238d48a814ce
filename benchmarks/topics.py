"""Ten drafts over three libraries, without a language model, against lists of papers that a reader made blind.

    python -m benchmarks.topics CORPUS.jsonl.xz

The reader of `benchmarks/topics.jsonl` saw titles and abstracts and knew nothing of how papers are
chosen. Half of the topics were tuned on, half not opened until the end. Recall is the share of the reader's papers that
a draft cites, precision the share of its citations that the reader lists, be it as "perhaps"; unmarked the runs of
twelve words and more that stand in an abstract too and in no quotation marks; fit the share of papers that speak of the
words of their theme; largest the share of the papers under the largest theme; compiles whether `latexmk` makes a PDF of
the LaTeX, null where it is not installed.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import machine
from benchmarks.asked import libraries
from benchmarks.drafts import figures
from rag.drafting.draft import Draft, Drafter
from rag.evaluating.measures import mean
from rag.language.terms import content_stems, plain
from rag.settings import read_settings
from store.citekeys import fold
from ui.render import draft_files

TOPICS = Path(__file__).with_suffix(".jsonl")
SAMPLES: dict[str, list[str]] = json.loads(TOPICS.with_suffix(".papers.json").read_text(encoding="utf-8"))
HALVES = ("tuned on", "held out")
_MEASURES = ("recall", "precision", "unmarked", "marked", "carried", "papers", "themes", "fit", "largest", "compiles")


def main() -> None:
    """Draft, measure and write the measures of both halves; `--dev` drafts the first half alone and shows it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--folder", type=Path, help="where libraries and drafts are kept (default: nowhere)")
    parser.add_argument("--dev", action="store_true")
    args = parser.parse_args()
    topics = [json.loads(line) for line in TOPICS.read_text(encoding="utf-8").splitlines()]
    rows = {}
    with ExitStack() as until:
        folder = args.folder or Path(until.enter_context(tempfile.TemporaryDirectory()))
        opened = libraries(args.corpus, folder, until, {field: SAMPLES[field] for field in ("language", "vision")})
        for topic in (t for t in topics if t["set"] in (HALVES[:1] if args.dev else HALVES)):
            drafter = Drafter.over(opened[topic["library"]], read_settings({}, None))
            ids = {fold(paper.title): paper.paper_id for paper in opened[topic["library"]].papers()}
            draft = drafter.draft(topic["topic"])
            compiles = _compiles(draft, drafter, folder / "drafts" / topic["id"])
            found = figures(topic, draft, ids) | {"fit": _fit(draft, drafter), "compiles": compiles}
            rows[topic["id"]] = {"set": topic["set"]} | {name: found[name] for name in _MEASURES}
            print(topic["id"], rows[topic["id"]], flush=True)
    means = {half: _means([row for row in rows.values() if row["set"] == half]) for half in HALVES}
    if not args.dev:
        machine.write("drafts-topics", means | {"topics": rows})
    print(json.dumps(means, indent=1))


def _means(rows: list[dict]) -> dict[str, float | None]:
    found = {name: mean([row[name] for row in rows if row[name] is not None]) for name in _MEASURES}
    return {name: value if value is None else round(value, 3) for name, value in found.items()}


def _fit(draft: Draft, drafter: Drafter) -> float:
    papers = drafter.papers(draft)
    texts = {i: content_stems(plain(f"{paper.title} {paper.abstract}")) for i, paper in papers.items()}
    spoken = [
        bool(content_stems(plain(item.theme)) & texts[paper_id])
        for item in draft.plan.items
        for paper_id in item.paper_ids
    ]
    return round(sum(spoken) / len(spoken), 3)


def _compiles(draft: Draft, drafter: Drafter, folder: Path) -> bool | None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in draft_files(draft, drafter.papers(draft), "ieee", False).items():
        (folder / name).write_text(text, encoding="utf-8")
    if not shutil.which("latexmk"):
        return None
    command = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "-quiet", "draft.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "draft.log").read_text(encoding="utf-8", errors="replace")
    return done.returncode == 0 and (folder / "draft.pdf").is_file() and "undefined" not in log


if __name__ == "__main__":
    main()
