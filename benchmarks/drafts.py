"""Drafts for the survey questions: their figures, and the examples in docs/examples.

    python -m benchmarks.drafts benchmarks/questions/questions.*.jsonl [--write docs/examples]

Recall is the share of the gold papers that a draft cites, precision the share of its citations that are gold or
acceptable, points the share of the key facts that its text states, carried the share of sentences that are
supported, quoted or weak, once the share of planned papers cited exactly once, repeated the sentences that stand twice,
unmarked the runs of twelve words and more that stand in an abstract too and in no quotation marks, marked those in
quotation marks, largest the share of the papers under the largest theme.
"""

import argparse
import json
import re
from collections import Counter
from pathlib import Path

from benchmarks import machine
from rag.drafting.draft import Draft, Drafter
from rag.evaluating.measures import facts_stated, mean
from rag.records import LONG_COPY
from rag.search.query import topic_of
from rag.settings import read_settings
from store.citekeys import fold
from store.library import Library
from ui.render import draft_files


def main() -> None:
    """Draft, measure, and write the examples when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    settings = read_settings()
    rows = {}
    with Library.open(settings.home, settings.embedding_model) as library:
        drafter = Drafter.over(library, settings)
        ids = {fold(paper.title): paper.paper_id for paper in library.papers()}
        for question in _surveys(args.questions):
            draft = drafter.draft(question["question"])
            rows[question["id"]] = figures(question, draft, ids)
            print(question["id"], rows[question["id"]], flush=True)
            if args.write:
                _write(args.write / question["id"], question, draft, drafter)
    means = {name: round(mean([row[name] for row in rows.values()]), 3) for name in next(iter(rows.values()))}
    print("all", means)
    machine.write("drafts", {"all": means, "questions": rows})


def _surveys(paths: list[Path]) -> list[dict]:
    records = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [record for record in records if record["type"] == "survey"]


def figures(question: dict, draft: Draft, ids: dict[str, str]) -> dict[str, float]:
    """The measures of one draft; `ids` are the papers of the library by folded title."""
    gold = {ids[fold(title)] for title in question["gold"]}
    right = gold | {ids[fold(title)] for title in question["acceptable"] if fold(title) in ids}
    cited = {source.paper_id for source in draft.answer.sources if source.cited}
    used = [paper_id for written in draft.written for paper_id in written.paper_ids]
    planned, texts = draft.plan.paper_ids, [sentence.text for sentence in draft.answer.sentences]
    copies = [copy for sentence in draft.answer.sentences for copy in sentence.copies]
    carried = [s.verdict in ("supported", "quoted", "weak") for s in draft.answer.sentences]
    return {
        "recall": round(len(gold & cited) / len(gold), 3),
        "precision": round(len(right & cited) / len(cited), 3),
        "points": round(facts_stated(draft.answer.answer, question["key_facts"]), 3)
        if question.get("key_facts")
        else 0.0,
        "carried": sum(carried) / len(carried),
        "once": sum(used.count(paper_id) == 1 for paper_id in planned) / len(planned),
        "repeated": len(texts) - len(set(texts)),
        "unmarked": sum(copy.is_long for copy in copies),
        "marked": sum(copy.quoted and copy.words >= LONG_COPY for copy in copies),
        "papers": len(cited),
        "themes": len(draft.plan.themes),
        "largest": round(max(Counter(item.theme for item in draft.plan.items).values()) / len(draft.plan.items), 3),
    }


def _write(folder: Path, question: dict, draft: Draft, drafter: Drafter) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in draft_files(draft, drafter.papers(draft), "ieee", False).items():
        if name in ("draft.md", "draft.tex", "references.bib"):
            (folder / name).write_text(text, encoding="utf-8")
    topic = re.sub(r"([\"$`\\])", r"\\\1", topic_of(question["question"]))
    (folder / "command.txt").write_text(f'citewell draft "{topic}" -o {folder.name}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
