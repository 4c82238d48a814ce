"""Writes docs/evaluation.md from the results: `python -m benchmarks.evaluation_page`. A test holds the two together."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.evaluation_claims import natural_claims, share
from benchmarks.machine import ROOT, read, table

PAGE = ROOT / "docs" / "evaluation.md"
SETS = {"questions.hard": "hard", "questions.plain": "plain"}
KINDS = (
    "number changed",
    "number borrowed",
    "negation put in",
    "negation taken out",
    "negation, both",
    "name swapped",
    "direction flipped",
    "citation moved",
)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The text of docs/evaluation.md."""
    figures = (_answers(), _held_out(), _elsewhere(), _asked(), _search(), _refusals(), natural_claims(), _checks())
    return "\n\n".join([_INTRODUCTION, *figures, _COMMANDS]) + "\n"


def _answers() -> str:
    return (
        "## Answers\n\nThe weights of the search and of the offline model were fitted on these very questions, so "
        "these figures flatter; the next two sections do not.\n\n"
        + "\n\n".join(_report(name, read(f"eval-{name}")) for name in SETS.values())
    )


def _held_out() -> str:
    reports = read("heldout")
    return (
        "## Held out\n\nEverything fitted on one half of the questions of both sets, and the other half asked, "
        "both ways round.\n\n" + "\n\n".join(_report(SETS[name], reports[name]) for name in SETS)
    )


def _elsewhere() -> str:
    answers = read("elsewhere")["answers"]
    return "\n\n".join([_ELSEWHERE, *(_report(name, answers[name]) for name in SETS.values())])


def _report(name: str, report: dict) -> str:
    rows = [
        [
            row["type"],
            str(row["questions"]),
            share(row["recall"] and row["recall"]["8"]),
            share(row["recall"] and row["recall"]["10"]),
            *(share(row[key]) for key in ("mrr", "citation_precision", "citation_recall", "facts", "refused")),
            f"{row['sentences']:.1f}",
        ]
        for row in report["rows"]
    ]
    rates = table(
        ["type", "n", "R@8", "R@10", "MRR", "citation P", "citation R", "facts stated", "refused", "sentences"], rows
    )
    return (
        f"**{name}** ({report['questions']} questions)\n\n{rates}\n\n"
        f"Unanswerable refused {share(report['refusal_recall'])}, answerable refused "
        f"{share(report['answerable_refused'])}; quotes exact {share(report['quotes_exact'])} of "
        f"{report['quotes']:,}; attacks that worked {len(report['attack_failures'])}."
    )


def _search() -> str:
    ways = {"words": "keywords alone", "meaning": "passages by meaning alone", "both": "as answers use it"}
    tables = []
    for file, name in SETS.items():
        measured = read("retrieval")["questions"][file]
        kinds = [kind for kind in ("fact", "compare", "topic", "survey", "followup") if kind in measured["both"]]
        rows = [
            [label, *(f"{measured[way][kind]['mrr']:.3f} / {measured[way][kind]['recall']:.3f}" for kind in kinds)]
            for way, label in ways.items()
        ]
        tables.append(f"**{name}**, MRR / recall@10 (follow-ups: @8)\n\n{table(['search', *kinds], rows)}")
    first = read("retrieval")["titles_first"]
    return (
        "## Search\n\n"
        + "\n\n".join(tables)
        + f"\n\nA paper's own title puts it first for {share(first)} of the shipped papers."
    )


def _refusals() -> str:
    curves = read("refusal")
    rows = [
        [
            SETS[name],
            *(
                share(curves[name]["at threshold"][key])
                for key in ("coverage", "precision", "unanswerable refused", "answerable refused")
            ),
        ]
        for name in SETS
    ]
    heads = ["asked (fitted on the other)", "coverage", "precision", "unanswerable refused", "answerable refused"]
    return (
        "## Refusals\n\nCoverage is the share of all questions that are answered, precision the share of those "
        "whose likeliest source is a right one; the dots are the fitted threshold.\n\n"
        f"![Precision against coverage](../benchmarks/results/refusal.png)\n\n{table(heads, rows)}"
    )


def _asked() -> str:
    found = read("asked")
    sides = ("tuned on", "held out")
    rows = []
    for kind in sorted(set(found[sides[0]]) | set(found[sides[1]])):
        measures = {side: found[side].get(kind, {}) for side in sides}
        for name in dict.fromkeys(key for side in sides for key in measures[side] if key != "questions"):
            counts = [str(measures[side].get("questions", "–")) for side in sides]
            values = [share(measures[side].get(name)) for side in sides]
            rows.append([f"{kind}: {name}", *(f"{v} ({n})" for v, n in zip(values, counts, strict=True))])
    return f"{_ASKED}\n\n{table(['', *sides], rows)}"


def _checks() -> str:
    found, times = read("mutations"), read("checking")["ms an answer"]
    found |= {"elsewhere": {"kinds": together(read("elsewhere")["checks"].values())}}
    names = [name for name in (*SETS, "abstracts", "summaries", "elsewhere") if name in found]
    rows = [[kind, *(_flagged(found[name]["kinds"].get(kind)) for name in names)] for kind in KINDS]
    true = [
        [what, *(share(take(found[name]["kinds"]["true"])) for name in names)]
        for what, take in (
            ("true claims supported", lambda row: row["supported"]),
            ("true claims supported or weak", lambda row: row["supported"] + row["weak"]),
        )
    ]
    heads = ["", *(_CLAIMS[name] for name in names)]
    return (
        "## Claims made false\n\nTrue claims made false in one place, and how many of them are flagged, that is, not "
        f"called supported (number of cases behind each):\n\n{table(heads, rows)}\n\n{table(heads, true)}\n\n"
        f"The check of one answer takes {times['median']} ms at the median, {times['p95']} ms at the 95th "
        "percentile."
    )


def together(fields: Iterable[Mapping[str, Mapping]]) -> dict[str, dict[str, float]]:
    """The rows of several sets of claims as those of one set."""
    rows: dict[str, list[Mapping]] = {}
    for kind, row in (pair for field in fields for pair in field.items() if pair[1]["n"]):
        rows.setdefault(kind, []).append(row)
    return {kind: _mean(some) for kind, some in rows.items()}


def _mean(rows: Sequence[Mapping]) -> dict[str, float]:
    n = sum(row["n"] for row in rows)
    return {"n": n} | {key: sum(row["n"] * row[key] for row in rows) / n for key in ("flagged", "supported", "weak")}


_CLAIMS = {
    "questions.hard": "gold answers, hard",
    "questions.plain": "gold answers, plain",
    "abstracts": "sentences of abstracts",
    "summaries": "authors' summaries, other papers",
    "elsewhere": "gold answers, other papers",
}


def _flagged(row: dict | None) -> str:
    return f"{row['flagged']:.3f} ({row['n']})" if row and row["n"] else "–"


_ELSEWHERE = """## Other papers

Six libraries of 150 papers each from other fields (language, learning, vision, people and machines, training, a mixed
one), and 86 questions for each, written by somebody who knew nothing of how they are answered. No weight was fitted on
them but when to refuse, and that without the field that is asked; what counts as a sign of doubt was chosen with these
questions in view (`benchmarks/elsewhere/`)."""

_INTRODUCTION = """# Evaluation

How well Citewell finds, answers, refuses and checks: offline model, default embedding model, the 118 papers that
ship. Two sets of questions with known answers ship with it (`benchmarks/questions/`): **hard** ones, worded as by
someone who half remembers the paper, and **plain** ones, as researchers type them, with injected orders, other
languages and noise among them. `citation P` is the share of cited papers that are right, `citation R` the share of
right papers that are cited, `facts stated` the share of key facts that stand in the answer in whole words.

This page is made from the files in `benchmarks/results/`; their README has the commands."""

_ASKED = """## As researchers type them

Definitions, yes/no questions, lists, paraphrases and follow-ups over three libraries, written before the answers were
tuned by the hand that wrote the answers; half of them tuned on, half kept. The number of questions stands behind each
share. The kept half of "yesno" has been looked at since: what holds for other questions is "reworded", yes/no questions
over three libraries by a writer who saw the abstracts alone and told most in other words, a quarter of them about what
no abstract tells, where the right word is none."""

_COMMANDS = """## On your own library

`citewell eval QUESTIONS.jsonl` measures the same on your own questions (one JSON object a line: `id`, `type`,
`question`, `history`, `gold`, `acceptable`, `answer`, `key_facts`, `evidence`), with any model that you set.
`citewell eval --mine` needs no questions: it searches your library for titles and for left-out sentences.
`citewell eval --fit QUESTIONS.jsonl` fits the search and the refusals to your questions: the weights lie in your
library's folder (`tuning.json`; without it the shipped ones count), and what fewer than ten questions tell of stays as
it was."""


if __name__ == "__main__":
    main()
