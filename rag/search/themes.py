"""Themes of a draft: papers grouped by what they are about, each group named by its most telling phrase."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rag.language.terms import STOP, stem, weight
from store.records import Paper

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray"]

PER_THEME = 4  # papers a theme is made for, about
MOST_THEMES = 4
CANDIDATES = 30  # phrases compared in meaning for the name of a theme
_WORD = re.compile(r"[^\W_]+(?:[-*'][^\W_]+)*")
# Words that cannot begin or end the name of a theme, besides stop words: they say little, or are verbs.
_WEAK = frozenset(
    stem(word)
    for word in re.findall(
        r"\w+",
        """
propose present introduce novel new simple effective approach method paper work study result show
use using based towards toward via improve improved outperform achieve existing recent previous
prior state art different various significant significantly experiment extensive address challenge
challenging problem however enable enabling demonstrate performance large small high low good better
best first second two three many several often key main provide require learn learned make making
need well known general specific current future further real world task tasks success rate average
number way set diverse complex efficient robust unified comprehensive proposed given making gap type
leveraging leverage exploiting including understanding through without across within project page
code website https com io video videos image images hand gap error
""",
    )
) | {stem(word) for word in STOP}


def group(vectors: "np.ndarray", count: int | None = None) -> list[list[int]]:
    """Rows of `vectors` (n, d) in groups by likeness, largest first, each row in one.

    Average-linkage clustering down to `count` groups (about one for PER_THEME rows) of like size,
    after what all rows have in common is taken away; a row alone joins the group nearest to it.
    """
    n = len(vectors)
    count = count or max(1, min(MOST_THEMES, round(n / PER_THEME)))
    apart = vectors - vectors.mean(axis=0)
    likeness = apart @ apart.T
    groups, most = [[i] for i in range(n)], -(-n // count) + 1
    while len(groups) > count:
        groups = _join(groups, *_nearest_pair(groups, likeness, most))
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


def _join(groups: list[list[int]], i: int, j: int) -> list[list[int]]:
    return [g for k, g in enumerate(groups) if k not in (i, j)] + [groups[i] + groups[j]]


def name_groups(groups: Sequence[Sequence[Paper]], topic: str, embed: Embed) -> list[str]:
    """A readable noun phrase for each group: near to what its papers say, far from the other groups.

    Candidates are phrases that several papers of the group share; `embed` (texts to unit rows) tells
    which is nearest in meaning to the group's titles. A group that shares none is named by the topic.
    """
    import numpy as np

    centres = np.array([embed([paper.title for paper in papers]).mean(axis=0) for papers in groups])
    names: list[str] = []
    for i, papers in enumerate(groups):
        counts = _phrases_of(papers)
        shared = _shared(counts, len(papers), {stem_key(name) for name in names})
        names.append(_heading(_nearest_phrase(shared, counts, centres, i, embed) or _short(topic)))
    return names


def _shared(counts: "PhraseCounts", size: int, taken: set[str]) -> list[str]:
    """The phrases that most papers of a group share, most telling first, overlapping no taken name."""

    def worth(phrase: str) -> float:
        telling = sum(weight(part) for part in phrase.split()) / len(phrase.split())
        return counts[phrase] / size * telling * (1.5 if phrase in counts.titles else 1.0)

    free = [phrase for phrase in counts if not _overlaps(phrase, taken)]
    shared = [p for p in free if counts[p] >= min(2, size)] or [p for p in free if p in counts.titles]
    return sorted(shared, key=lambda phrase: (-worth(phrase), phrase))[:CANDIDATES]


def _nearest_phrase(
    shared: Sequence[str], counts: "PhraseCounts", centres: "np.ndarray", own: int, embed: Embed
) -> str:
    """The phrase nearest to the centre `own` and not to the others; a little for how common it is."""
    if not shared:
        return ""
    vectors = embed([counts.surface[phrase] for phrase in shared])
    near = vectors @ centres[own]
    if len(centres) > 1:
        others = [row for i, row in enumerate(centres) if i != own]
        near = near - 0.5 * (vectors @ (sum(others) / len(others)))
    most = max(counts[phrase] for phrase in shared)
    scores = [float(n) + 0.15 * counts[phrase] / most for n, phrase in zip(near, shared, strict=True)]
    return counts.surface[shared[scores.index(max(scores))]]


class PhraseCounts(Counter):
    """How many papers of a group have each phrase (by stems), and how it is written most often."""

    surface: dict[str, str]
    titles: set[str]


def _phrases_of(papers: Sequence[Paper]) -> PhraseCounts:
    counts, written = PhraseCounts(), {}
    for paper in papers:
        found = _phrases(paper.title) | _phrases(paper.abstract)
        for text in found:
            written.setdefault(stem_key(text), Counter())[text] += 1
        counts.update({stem_key(text) for text in found})
    counts.titles = {stem_key(text) for paper in papers for text in _phrases(paper.title)}
    counts.surface = {key: max(sorted(forms), key=forms.__getitem__) for key, forms in written.items()}
    return counts


def stem_key(phrase: str) -> str:
    """A phrase by the stems of its words, so that number and hyphens do not tell phrases apart."""
    return " ".join(stem(word) for word in re.split(r"[\s-]+", phrase.lower()) if word)


def _phrases(text: str) -> set[str]:
    """Runs of two to four words of one clause that could be a noun phrase."""
    found = set()
    for clause in re.split(r"https?://\S+|[.,;:?!()\[\]\"]", text):
        words = _WORD.findall(clause)
        found |= {
            _small(words[i : i + n])
            for n in (2, 3, 4)
            for i in range(len(words) - n + 1)
            if _is_noun_phrase(words[i : i + n])
        }
    return found


def _is_noun_phrase(words: Sequence[str]) -> bool:
    first, last = words[0].lower(), words[-1].lower()
    inner = all(word.lower() not in STOP for word in words)
    verbal = re.search(r"(?:ed|ly|ing|ize|izes|ates?|ify)$", last) and last not in _NOUNS_IN_ING
    return (
        inner
        and not verbal
        and stem(first) not in _WEAK
        and stem(last) not in _WEAK
        and not first.endswith("ly")
    )


_NOUNS_IN_ING = {
    "learning",
    "planning",
    "reasoning",
    "training",
    "grounding",
    "understanding",
    "modeling",
    "modelling",
    "editing",
    "prompting",
    "tuning",
    "fine-tuning",
    "pretraining",
    "pre-training",
    "matching",
    "forecasting",
    "tracking",
    "parsing",
    "denoising",
    "driving",
    "steering",
    "hacking",
}


def _small(words: Sequence[str]) -> str:
    """The phrase in small letters, acronyms and names with inner capitals as they are."""
    return " ".join(
        w if re.search(r"[A-Z].*[A-Z]|\d", w) and not _is_title_case(w) else w.lower() for w in words
    )


def _is_title_case(word: str) -> bool:
    return all(part.istitle() for part in word.split("-"))


def _overlaps(phrase: str, taken: set[str]) -> bool:
    words = set(phrase.split())
    return any(
        len(words & set(other.split())) >= max(1, min(len(words), len(other.split())) - 1) for other in taken
    )


def _heading(name: str) -> str:
    return name[:1].upper() + name[1:]


def _short(topic: str) -> str:
    head = re.split(r"[:;,.]", topic)[0].strip()
    return head if len(head.split()) <= 8 else "Related work"
