"""`citewell eval --fit`: fits the offline model's weights on questions whose right papers are known."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.evaluating.metrics import plain_text, title_key
from rag.evaluating.questions import Question
from rag.followup import standalone
from rag.language.terms import content_stems, plain
from rag.models import quotable
from rag.offline.composing import share_out, source_chances
from rag.offline.fitting import fit_choice, fit_signs
from rag.offline.matching import SENTENCE_FEATURES, SOURCE_FEATURES, Match
from rag.offline.refusing import doubt_features
from rag.question import read_question, sources_for
from rag.search.retrieve import retrieve
from rag.tuning import Doubt, Tuning
from store.records import Paper

if TYPE_CHECKING:
    import numpy as np

    from store.library import Library

# Sources in a prompt, and the share of answerable questions that may be refused.
_SOURCES, _REFUSED = 8, 0.05
# The penalty where there are few examples, and where there are most.
_STRICT, _SOFT = 0.05, 0.01
# How much a question of a file weighs against a generated one; unanswerable ones are few.
_UNANSWERABLE, _ANSWERABLE, _GENERATED = 3.0, 1.0, 0.25
# Every so many papers of the library a question is generated from.
_EVERY = 2
_MADE = "generated"

_PLAIN_FORMS = (
    "What is {name}?",
    "How does {name} work?",
    "what's the main idea of {name}?",
    "Why was {name} developed?",
    "Summarise {name}.",
    "What are the strengths of {name}?",
)
_PAIR_FORMS = (
    "How does {name} differ from {other}?",
    "what's the difference between {name} and {other}?",
    "Compare {name} with {other}.",
    "How do {name} and {other} relate?",
)
_SUBJECT_FORMS = ("Is there work on {subject}?", "What is known about {subject}?", "How is {subject} done?")
_DETAIL_FORMS = (
    "How many GPUs were used to train {name}?",
    "Under which licence is {name} released?",
    "Which learning rate was used to train {name}?",
    "How many hours did the training of {name} take?",
    "Who is the first author of {name}?",
    "How many annotators took part in the work on {name}?",
    "What is the memory footprint of {name} in gigabytes?",
    "Which optimiser was used for {name}?",
)
_COUNTED = re.compile(r"(?<![\w.,-])\d[\d.,]*[kKM]?\s((?:[a-z]+\s)?[a-z]{3,}s)\b")


@dataclass(frozen=True)
class Example:
    """A question with the sources it retrieves; `gold` and `evidence` are as in a questions file."""

    question: Question
    match: Match
    right: "np.ndarray"
    weight: float


@dataclass(frozen=True, slots=True)
class Generated:
    """A question made from a paper's title; `left_out` is the paper that must not be found for it."""

    question: Question
    left_out: str = ""


def fit_offline(
    library: "Library",
    questions: Sequence[Question],
    tuning: Tuning,
    progress: Callable[[int, int], None] | None = None,
) -> Tuning:
    """`tuning` with the offline model's weights fitted on `questions` and on ones generated from `library`."""
    asked = [*(Generated(question) for question in questions), *generated_questions(library)]
    return fit_examples(examples_of(library, asked, tuning, progress), tuning)


def examples_of(
    library: "Library", asked: Sequence[Generated], tuning: Tuning, progress: Callable[[int, int], None] | None = None
) -> list[Example]:
    """An example for each question, with what is retrieved for it from `library`."""
    examples = []
    for done, one in enumerate(asked, 1):
        examples.append(example_of(library, one.question, tuning, one.left_out))
        if progress:
            progress(done, len(asked))
    return examples


def fit_examples(examples: Sequence[Example], tuning: Tuning) -> Tuning:
    """`tuning` with the offline model's weights fitted on `examples`, made by one run of retrieval."""
    choices = [
        (e.match.source_features(), e.right)
        for e in examples
        if e.question.type in ("fact", "compare") and e.right.any()
    ]
    told = fit_choice(_sentence_groups(examples, ("fact", "compare", "followup")))
    listed = fit_choice(_sentence_groups(examples, ("topic", "survey")), penalty=_STRICT)
    fitted = replace(
        tuning,
        source=_named(SOURCE_FEATURES, fit_choice(choices)),
        sentence=_named(SENTENCE_FEATURES, told),
        line=_named(SENTENCE_FEATURES, listed),
    )
    return fit_doubt(examples, fitted)


def generated_questions(library: "Library") -> list[Generated]:
    """Short questions about papers of `library`: some that its abstracts answer, and some that they do not.

    They keep the fit from leaning on what the files' questions have in common, such as their length.
    """
    made: list[Generated] = []
    papers = list(library.papers())[::_EVERY]
    for i, paper in enumerate(papers):
        made += _of_subject(paper, _SUBJECT_FORMS[i % len(_SUBJECT_FORMS)])
    named = [paper for paper in papers if ":" in paper.title]
    for i, paper in enumerate(named):
        made += _of_system(paper, named[i - 1], i)
    return made


def _of_subject(paper: Paper, form: str) -> list[Generated]:
    """A question for a paper's subject, with the paper to be found, and with it left out."""
    _, colon, rest = paper.title.partition(":")
    text = form.format(subject=rest.strip() if colon and len(rest.split()) > 3 else paper.title)
    return [
        Generated(Question(_MADE, "generated", text, gold=(paper.title,))),
        Generated(Question(_MADE, "unanswerable", text), left_out=paper.paper_id),
    ]


def _of_system(paper: Paper, other: Paper, i: int) -> list[Generated]:
    """Questions for a system by its name: what it is, how it compares, what is said of it and what is not."""
    name, another = (p.title.split(":")[0] for p in (paper, other))
    asked = [
        _PLAIN_FORMS[i % len(_PLAIN_FORMS)].format(name=name),
        _PAIR_FORMS[i % len(_PAIR_FORMS)].format(name=name, other=another),
    ]
    counted = _COUNTED.search(plain(paper.abstract))
    asked += [f"How many {counted[1]} are there in {name}?"] if counted else []
    made = [Generated(Question(_MADE, "generated", text, gold=(paper.title,))) for text in asked]
    form = _DETAIL_FORMS[i % len(_DETAIL_FORMS)]
    if not _wanted(form) & content_stems(plain(paper.abstract)):
        made.append(Generated(Question(_MADE, "unanswerable", form.format(name=name))))
    return made


def _wanted(form: str) -> frozenset[str]:
    asked = read_question(form.format(name=""))
    return content_stems(" ".join(asked.counted + asked.sought))


def example_of(library: "Library", question: Question, tuning: Tuning, left_out: str = "") -> Example:
    """`question` with what is retrieved for it, completed from its history where it depends on it.

    The paper `left_out` is passed over, as if the library did not have it.
    """
    import numpy as np

    asked = standalone(question.question, question.history, library)
    count = sources_for(asked, _SOURCES)
    found = [f.paper for f in retrieve(library, asked, count + 1, tuning) if f.paper.paper_id != left_out]
    match = Match(read_question(asked), [quotable(paper) for paper in found[:count]], library)
    gold = {title_key(title) for title in question.gold}
    right = np.array([title_key(source.title) in gold for source in match.sources], dtype=bool)
    return Example(question, match, right, _weight(question))


def _weight(question: Question) -> float:
    if question.id == _MADE:
        return _GENERATED
    return _UNANSWERABLE if question.type == "unanswerable" else _ANSWERABLE


def _sentence_groups(examples: Sequence[Example], types: Sequence[str]) -> list[tuple["np.ndarray", "np.ndarray"]]:
    """The sentences of each right source, and which of them the questions' evidence is."""
    import numpy as np

    groups = []
    for example in (e for e in examples if e.question.type in types):
        wanted = [plain_text(text) for text in example.question.evidence]
        for source in (s for s, right in zip(example.match.sources, example.right, strict=True) if right):
            texts = [plain_text(text) for text in source.sentences]
            holds = np.array([any(w in t or t in w for w in wanted) for t in texts], dtype=bool)
            if holds.any():
                groups.append((example.match.sentence_features(source), holds))
    return groups


def fit_doubt(examples: Sequence[Example], tuning: Tuning) -> Tuning:
    """`tuning` with the decision to refuse fitted on `examples`, of one library or of several."""
    import numpy as np

    used = [e for e in examples if e.match.asked.text and e.question.type != "adversarial"]
    found = [doubts(e, tuning) for e in used]
    names = list(found[0])
    rows = np.array([list(signs.values()) for signs in found])
    doubtful = np.array([e.question.type == "unanswerable" for e in used])
    lessens = np.array([name == "parts" for name in names])
    weights, bias = fit_signs(rows, doubtful, lessens, _SOFT, np.array([e.weight for e in used]))
    asked = np.array([e.question.id != _MADE for e in used])
    threshold = float(np.quantile((rows @ weights + bias)[asked & ~doubtful], 1 - _REFUSED))
    return replace(tuning, doubt=Doubt(_named(names, weights), round(bias, 4), round(threshold, 4)))


def doubts(example: Example, tuning: Tuning) -> dict[str, float]:
    """The signs of doubt of an example when its sources are chosen with `tuning`."""
    match = example.match
    return doubt_features(match, [share.source for share in share_out(match, source_chances(match, tuning.source))])


def _named(features: Sequence[str], weights: "np.ndarray") -> dict[str, float]:
    return {name: round(float(weight), 4) for name, weight in zip(features, weights, strict=True)}
