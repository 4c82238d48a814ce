"""Themes: papers grouped by what they are about, each group named by the phrase that tells it best."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.language.phrases import noun_phrases, phrase_key, subjects, subjects_in
from rag.language.terms import stem, weight
from rag.records import Embed
from rag.tuning import Themes
from store.records import Paper
from store.sentences import sentences

if TYPE_CHECKING:
    import numpy as np

REST = "Further approaches"


def about(papers: Sequence[Paper], embed: Embed) -> "np.ndarray":
    """What each paper is about, unit rows: its title and the middle of its abstract's sentences."""
    import numpy as np

    rows = []
    for paper in papers:
        title, *said = embed([paper.title, *sentences(paper.abstract)])
        middle = np.mean(said, axis=0) if said else title
        row = title + middle / max(float(np.linalg.norm(middle)), 1e-9)
        rows.append(row / max(float(np.linalg.norm(row)), 1e-9))
    return np.array(rows)


def group(vectors: "np.ndarray", count: int | None = None) -> list[list[int]]:
    """Rows of `vectors` (n, d) in groups by likeness, largest first, each row in one.

    Average-linkage clustering down to `count` groups (about one for Themes.PAPERS rows) of like size,
    after what all rows have in common is taken away; a row alone joins the group nearest to it.
    """
    n = len(vectors)
    count = count or max(1, min(Themes.MOST, round(n / Themes.PAPERS)))
    apart = vectors - vectors.mean(axis=0)
    likeness = apart @ apart.T
    groups, most = [[i] for i in range(n)], -(-n // count) + 1
    while len(groups) > count:
        i, j = _nearest_pair(groups, likeness, most)
        groups = [g for k, g in enumerate(groups) if k not in (i, j)] + [groups[i] + groups[j]]
    while len(groups) > 1 and (lone := next((g for g in groups if len(g) == 1), None)):
        others = [g for g in groups if g is not lone]
        near = max(others, key=lambda g: _linkage(lone, g, likeness))
        groups = [g + lone if g is near else g for g in others]
    return sorted((sorted(g) for g in groups), key=lambda g: (-len(g), g))


def _nearest_pair(groups: list[list[int]], likeness: "np.ndarray", most: int) -> tuple[int, int]:
    """The two groups most alike, of those that together have no more than `most` rows where there are any."""
    pairs = [(i, j) for i in range(len(groups)) for j in range(i + 1, len(groups))]
    small = [(i, j) for i, j in pairs if len(groups[i]) + len(groups[j]) <= most]
    return max(small or pairs, key=lambda p: _linkage(groups[p[0]], groups[p[1]], likeness))


def _linkage(a: list[int], b: list[int], likeness: "np.ndarray") -> float:
    return sum(float(likeness[i, j]) for i in a for j in b) / (len(a) * len(b))


def name_groups(groups: Sequence[Sequence[Paper]], topic: str, embed: Embed, asked: Sequence[str] = ()) -> list[str]:
    """A readable noun phrase for each group: near to all of its papers, far from the other groups.

    Candidates are the subjects of research that the papers speak of, the phrases that they share, and those
    `asked` for. `embed` maps texts to unit rows. One group is named by the topic; a group that no phrase
    fits holds further approaches.
    """
    if len(groups) < 2:
        return [_short(topic)] * len(groups)
    phrases = _candidates([paper for papers in groups for paper in papers], asked)
    asked = [phrase_key(phrase) for phrase in asked]
    gains = [
        Themes.SUBJECT * (key in subjects())
        + Themes.TELLING * _telling(key)
        + (Themes.ASKED if key in asked else -Themes.TOPIC * _has(key, topic))
        for key in phrases
    ]
    tables = [_affinity(papers, phrases, embed) + gains for papers in groups]
    names: list[str] = []
    for i, (papers, own) in enumerate(zip(groups, tables, strict=True)):
        others = [row for j, table in enumerate(tables) for row in table if j != i]
        fitting = {key: phrase for key, phrase in phrases.items() if _is_of_many(key, papers)}
        names.append(_best_name(own, others, phrases, fitting, names))
    return [_heading(name) for name in names]


def _candidates(papers: Sequence[Paper], asked: Sequence[str]) -> dict[str, str]:
    """Key → phrase: known subjects, phrases of two papers that no longer one stands for, those asked for."""
    known: dict[str, str] = {}
    uses: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for paper in papers:
        text = f"{paper.title}. {paper.abstract}"
        subjects_here = subjects_in(text)
        spoken = {phrase_key(phrase): phrase for phrase in noun_phrases(text)}
        uses.update({*spoken, *subjects_here})
        known |= subjects_here
        for key, phrase in spoken.items():
            forms.setdefault(key, Counter())[phrase] += 1
    inside = {part for key in uses for part in _parts(key) if uses[key] >= Themes.WITHIN * uses[part]}
    shared = {key: _form(forms[key]) for key, count in uses.items() if key in forms and count > 1 and key not in inside}
    known = {key: phrase for key, phrase in known.items() if key not in inside}
    return {**shared, **known, **{phrase_key(phrase): phrase for phrase in asked}}


def _telling(key: str) -> float:
    """How rare the words of a phrase are, on average, in conference abstracts."""
    words = key.split()
    return sum(weight(stem(word)) for word in words) / len(words)


def _parts(key: str) -> list[str]:
    words = key.split()
    return [" ".join(words[i : i + n]) for n in range(2, len(words)) for i in range(len(words) - n + 1)]


def _form(forms: Counter[str]) -> str:
    """The plural where it is written, else the most frequent form."""
    return max(forms, key=lambda form: (form.endswith("s"), forms[form], form))


def _affinity(papers: Sequence[Paper], phrases: Mapping[str, str], embed: Embed) -> "np.ndarray":
    """How well each phrase tells what each paper is about: a row a paper, a column a phrase."""
    table = about(papers, embed) @ embed(list(phrases.values())).T
    for row, paper in zip(table, papers, strict=True):
        row += [Themes.IN_TITLE * _has(key, paper.title) + Themes.IN_TEXT * _has(key, _text(paper)) for key in phrases]
    return table


def _text(paper: Paper) -> str:
    return f"{paper.title} . {paper.abstract}"


def _has(key: str, text: str) -> bool:
    return f" {key}" in _plain(text)


@lru_cache(maxsize=512)
def _plain(text: str) -> str:
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))}"


def _is_of_many(key: str, papers: Sequence[Paper]) -> bool:
    """Whether two of the papers, and two fifths of them, speak of it; of two papers, one in its title."""
    speaking = [paper for paper in papers if _has(key, _text(paper))]
    titled = len(papers) == 2 and any(_has(key, paper.title) for paper in speaking)
    return titled or len(speaking) >= max(2, Themes.SPOKEN * len(papers))


def _best_name(
    own: "np.ndarray",
    others: Sequence["np.ndarray"],
    phrases: Mapping[str, str],
    fitting: Mapping[str, str],
    taken: Sequence[str],
) -> str:
    """The phrase of `fitting` nearest to the papers of one group, the least near one among them, not to the others."""
    import numpy as np

    worth = Themes.MEAN * own.mean(axis=0) + Themes.LEAST * own.min(axis=0) - Themes.ELSEWHERE * np.mean(others, axis=0)
    keys = list(phrases)
    named = [set(phrase_key(name).split()) for name in taken]
    order = (keys[place] for place in np.argsort(-worth, kind="stable") if worth[place] >= Themes.NAMES)
    free = (key for key in order if not any(set(key.split()) <= words or words <= set(key.split()) for words in named))
    return next((phrases[key] for key in free if key in fitting), REST)


def _heading(name: str) -> str:
    return name[:1].upper() + name[1:]


def _short(topic: str) -> str:
    head = re.split(r"[:;,.]", topic)[0].strip()
    return _heading(head) if 0 < len(head.split()) <= 8 else "Related work"
