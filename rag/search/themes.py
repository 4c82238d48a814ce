"""Themes: papers grouped by what they are about, and by the phrases that they share, which name them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.language.phrases import noun_phrases, phrase_key, subjects, subjects_in
from rag.language.terms import stem, weight
from rag.records import Embed
from rag.search.spoken import placed, said_of
from rag.tuning import Themes
from store.records import Paper
from store.sentences import sentences

if TYPE_CHECKING:
    import numpy as np


def about(papers: Sequence[Paper], embed: Embed) -> "np.ndarray":
    """What each paper is about, unit rows: its title and the middle of its abstract's sentences."""
    import numpy as np

    rows = []
    for paper in papers:
        title, *said = embed([paper.title, *sentences(paper.abstract)], [paper])
        middle = np.mean(said, axis=0) if said else title
        row = title + middle / max(float(np.linalg.norm(middle)), 1e-9)
        rows.append(row / max(float(np.linalg.norm(row)), 1e-9))
    return np.array(rows)


def group(vectors: "np.ndarray", count: int | None = None) -> list[list[int]]:
    """Rows of `vectors` (n, d) in groups by likeness, largest first, each row in one.

    Average-linkage clustering down to `count` groups (about one for Themes.IN_GROUP rows) of like size,
    after what all rows have in common is taken away; a row alone joins the group nearest to it.
    """
    n = len(vectors)
    count = count or max(1, min(Themes.GROUPS, round(n / Themes.IN_GROUP)))
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


def find_themes(
    papers: Sequence[Paper],
    topic: str,
    embed: Embed,
    asked: Sequence[str] = (),
    rows: "np.ndarray | None" = None,
    told: Sequence[str] = (),
) -> list[tuple[str, list[Paper]]]:
    """The papers under two to six names, each paper under the phrase that tells best what it is about.

    Names are subjects of research that the papers speak of, phrases that two of them share, and those `asked` for;
    `embed` maps texts to unit rows, `rows` are the papers' own (default: `about`). They are chosen one by one, each the
    one that most papers gain most from (greedy facility location). A name is said in the titles of two papers, or in
    what is `told` of them; where too many papers (Themes.UNTOLD) speak of none, or there are few, they are one theme,
    named by the topic.
    """
    import numpy as np

    phrases = _candidates(papers, asked)
    if len(papers) < Themes.FEWEST or not phrases:
        return [(_short(topic), list(papers))]
    worth = _worth(papers, phrases, topic, embed, asked, about(papers, embed) if rows is None else rows)
    said = said_of(papers, list(phrases), told)
    wanted = np.isin(list(phrases), [phrase_key(phrase) for phrase in asked])
    worth = np.where((said.sum(axis=0) < 2) & ~wanted, -1.0, worth + Themes.SAID * (said | wanted))
    said |= wanted
    names = _chosen(worth, list(phrases), embed(list(phrases.values())), len(papers))
    best = placed(worth, said, names)
    untold = sum(not said[row, names[n]] for row, n in enumerate(best)) / len(papers)
    if len(names) < 2 or untold > Themes.UNTOLD:
        return [(_short(topic), list(papers))]
    themes = [
        (list(phrases.values())[name], [p for p, n in zip(papers, best, strict=True) if n == i])
        for i, name in enumerate(names)
    ]
    return sorted(((_heading(name), held) for name, held in themes), key=lambda theme: -len(theme[1]))


def name_groups(
    papers: Sequence[Paper], groups: Sequence[Sequence[int]], embed: Embed, rows: "np.ndarray"
) -> list[str]:
    """A name for each of `groups` (places in `papers`): the phrase that tells best what it is about, or "".

    Two papers of a group and a share of it (Themes.SPOKEN) must have the phrase; no two names have all their words in
    common. `rows` are the papers' own.
    """
    phrases = _candidates(papers, ())
    uses = Counter(key for paper in papers for key in phrases if _has(key, _text(paper)))
    phrases = {key: phrases[key] for key, _ in uses.most_common(Themes.WEIGHED)}
    if not phrases:
        return [""] * len(groups)
    worth, names, taken = _worth(papers, phrases, "", embed, (), rows), [""] * len(groups), list[set[str]]()
    keys = list(phrases)
    for n in sorted(range(len(groups)), key=lambda n: -len(groups[n])):
        texts = [_text(papers[i]) for i in groups[n]]
        for column in (-worth[list(groups[n])].mean(axis=0)).argsort(kind="stable"):
            words = set(keys[column].split())
            spoken = sum(_has(keys[column], text) for text in texts)
            if spoken >= max(2, Themes.SPOKEN * len(texts)) and not any(words <= t or t <= words for t in taken):
                names[n] = _heading(phrases[keys[column]])
                taken.append(words)
                break
    return names


def _worth(
    papers: Sequence[Paper],
    phrases: Mapping[str, str],
    topic: str,
    embed: Embed,
    asked: Sequence[str],
    rows: "np.ndarray",
) -> "np.ndarray":
    """How well each phrase (a column) tells what each paper (a row) is about, beside what it tells of all of them."""
    import numpy as np

    keys = [phrase_key(phrase) for phrase in asked]
    gains = [
        Themes.SUBJECT * (key in subjects())
        + Themes.TELLING * _telling(key)
        + (Themes.ASKED if key in keys else -Themes.TOPIC * _has(key, topic))
        for key in phrases
    ]
    table = rows @ embed(list(phrases.values())).T
    spoken = np.array([[_has(key, _text(paper)) for key in phrases] for paper in papers])
    titled = np.array([[_has(key, paper.title) for key in phrases] for paper in papers])
    table = table + Themes.IN_TITLE * titled + Themes.IN_TEXT * spoken
    table = table - Themes.ELSEWHERE * table.mean(axis=0) + np.array(gains)
    few = (spoken.sum(axis=0) < 2) & ~np.isin(list(phrases), keys)
    table[:, few | (spoken.mean(axis=0) > Themes.OF_ALL)] = -1.0
    return table


def _chosen(worth: "np.ndarray", keys: Sequence[str], vectors: "np.ndarray", n: int) -> list[int]:
    """The columns that become names: no two say the same, each is the best one of two papers at least."""
    import numpy as np

    most = max(2, min(Themes.MOST, round(n / Themes.PAPERS)))
    chosen: list[int] = []
    best = np.full(n, worth.min())
    free = set(np.flatnonzero(worth.max(axis=0) > -1.0).tolist())
    while free and len(chosen) < most:
        place = max(sorted(free), key=lambda column: float(np.maximum(best, worth[:, column]).sum()))
        words = set(keys[place].split())
        apart = vectors @ vectors[place] < Themes.SAME
        free = {c for c in free if apart[c] and not (set(keys[c].split()) <= words or words <= set(keys[c].split()))}
        held = worth[:, [*chosen, place]].argmax(axis=1)
        if min(np.bincount(held, minlength=len(chosen) + 1)) >= 2 or not chosen:
            chosen.append(place)
            best = np.maximum(best, worth[:, place])
    return chosen


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


def _text(paper: Paper) -> str:
    return f"{paper.title} . {paper.abstract}"


def _has(key: str, text: str) -> bool:
    return f" {key}" in _plain(text)


@lru_cache(maxsize=512)
def _plain(text: str) -> str:
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))}"


def _heading(name: str) -> str:
    return name[:1].upper() + name[1:]


def _short(topic: str) -> str:
    head = re.split(r"[:;,.]", topic)[0].strip()
    return _heading(head) if 0 < len(head.split()) <= 8 else "Related work"
