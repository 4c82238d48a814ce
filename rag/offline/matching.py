"""How well the sources of an answer, and their sentences, match a question: numbers only, no decisions."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from rag.language.naming import where_named
from rag.language.quantities import quantities
from rag.language.terms import content_stems, is_common, listed, plain, weight
from rag.question import ASKING, REQUEST, Asked, any_of
from rag.search.retrieve import rarity
from rag.tuning import Composing, Doubting, Weights
from store.records import Paper
from store.sentences import sentences

if TYPE_CHECKING:
    import numpy as np

    from store.library import Library, Part

SOURCE_FEATURES = listed("rank parts windows whole words named")
SENTENCE_FEATURES = listed("nearest part words place first opening amount figure cause new result length background")

_NAME = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])[A-Za-z0-9][\w]*(?:[-^*][\w]+)*[*]?")
# An order to whoever reads, in an abstract, where "we write the following" is none.
_PLANTED = any_of(
    r"\b(?:ignore|disregard|forget)\b.{0,60}\b(?:instruction|prompt|rule)s?\b|\bsystem prompt\b|\byou are now\b",
    r"\b(?:reply|respond) (?:only )?with\b|\bAI (?:assistant|model)s? (?:must|should|reading)\b",
    r"\b(?:assistant|language model|LLM|reader)s? (?:must|should) (?:say|reply|answer|cite|ignore)\b",
)
_GIVES_CAUSE = any_of(
    r"\bbecause\b|\bdue to\b|\bsince\b|\bin order to\b|\bhowever\b|\bsuffer|\black|\blimit|\bthus\b|\btherefore\b",
    r"\bto (?:address|overcome|tackle|solve|mitigate|avoid)|\bwhile\b|\bbut\b|\bdifficult|\bchalleng|\bhamper",
    r"\bhinder|\bcostly\b|\bexpensive\b",
)
_SAYS_NEW = any_of(
    r"\bwe (?:propose|introduce|present|develop|design|build|release|contribute)",
    r"\bthis (?:paper|work|article) (?:proposes|introduces|presents)|\bour (?:method|approach|framework|model)\b",
    r"\b(?:called|termed|dubbed|named|namely)\b",
)
_SAYS_RESULT = any_of(
    r"\boutperform|\bachiev|\bexperiment|\bresults?\b|\bimprov|\bstate-of-the-art|\bsurpass|\bdemonstrat",
    r"\bshow that|\bfind that|\bevaluat",
)
_BACKGROUND = re.compile(r"However|Despite|Although|Nevertheless|Unfortunately|Recent|Existing|Current|Traditional")


@dataclass(frozen=True)
class Source:
    """Source number `n` taken apart: its sentences and their vectors, one row each."""

    n: int
    title: str
    sentences: tuple[str, ...]
    vectors: "np.ndarray"

    @property
    def text(self) -> str:
        """Title and abstract."""
        return f"{self.title}. {' '.join(self.sentences)}"

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of title and abstract."""
        return content_stems(plain(self.text))

    @cached_property
    def middle(self) -> "np.ndarray":
        """The unit vector in the middle of the sentences."""
        import numpy as np

        middle = self.vectors.mean(axis=0)
        return middle / max(float(np.linalg.norm(middle)), 1e-9)


class Match:
    """One question against its sources, `papers`, numbered from 1, whose texts are as a model reads them.

    `library` gives vectors. Orders planted in an abstract are no sentences of its source.
    """

    def __init__(self, asked: Asked, papers: Sequence[Paper], library: "Library | Part") -> None:
        self.asked, self._library = asked, library
        told = [tuple(text for text in sentences(p.abstract) if not _PLANTED.search(text)) for p in papers]
        self._papers = [(n, p, texts) for n, (p, texts) in enumerate(zip(papers, told, strict=True), 1) if texts]
        # All texts in one call: models are fastest so, and words can only be compared so.
        things = asked.counted + asked.sought
        groups = [[asked.text], asked.parts, asked.windows, things, *(texts for *_, texts in self._papers)]
        embedded = library.embed([text for group in groups for text in group])
        ends = list(accumulate(map(len, groups)))
        rows = iter([embedded[end - len(group) : end] for end, group in zip(ends, groups, strict=True)])
        self.question, self.parts, self.windows = next(rows)[0], next(rows), next(rows)
        self.things = dict(zip(things, next(rows), strict=True))
        self.sources = [Source(n, p.title, texts, next(rows)) for n, p, texts in self._papers]
        self.stems = content_stems(plain(REQUEST.sub("", asked.text)))
        self.subject = self.stems - _asking_stems()
        self.titled = titled(asked.text, papers)
        self.named = self.titled | _holding_a_name(asked.text, papers)

    def distance(self, used: Sequence[Source]) -> tuple[float, float]:
        """How far the telling words of the question are from those of the sources `used`, each 0 to 1.

        First their mean distance, each word's from the nearest word of any source; then the share of words
        that are near none of them. Zeros where words have no vectors.
        """
        weights, cosines = self._word_cosines
        if not weights.sum():
            return 0.0, 0.0
        places = [n for n, source in enumerate(self.sources) if source.n in {s.n for s in used}]
        best = cosines[:, places].max(axis=1)
        return 1 - float(weights @ best / weights.sum()), float(weights[best < Doubting.STRANGE].sum() / weights.sum())

    @cached_property
    def _word_cosines(self) -> "tuple[np.ndarray, np.ndarray]":
        """The weights of the question's telling words, and the cosine of each with the nearest word of each source."""
        import numpy as np

        if not self._library.reads_words or not self.sources:
            return np.zeros(0), np.zeros((0, len(self.sources)))
        text = self.asked.text
        matches = self._library.word_matches(text, [paper for _, paper, _ in self._papers])
        rows = [n for n, (start, end) in enumerate(matches.spans) if text[start:end].lower() not in ASKING]
        return rarity(text, [matches.spans[n] for n in rows]), matches.cosines[rows]

    def source_features(self) -> "np.ndarray":
        """One row a source, one column for each of SOURCE_FEATURES."""
        import numpy as np

        # In "which papers work in Minecraft" the name is a subject, not one paper's own.
        named = frozenset[int]() if self.asked.kind == "list" else self.named
        rows = [
            [
                1 / (rank + 1),
                _cover(self.parts, s),
                _cover(self.windows, s),
                float(self.question @ s.middle),
                shared(self.stems, s.stems),
                float(s.n in named),
            ]
            for rank, s in enumerate(self.sources)
        ]
        return np.array(rows, dtype=float).reshape(-1, len(SOURCE_FEATURES))

    def sentence_features(self, source: Source) -> "np.ndarray":
        """One row a sentence, one column for each of SENTENCE_FEATURES."""
        import numpy as np

        near = source.vectors @ self.question
        to_parts = source.vectors @ self.parts.T
        # What sets a sentence apart from its neighbours counts, not what the whole abstract shares.
        apart = (to_parts - to_parts.mean(axis=0)).max(axis=1)
        new = self.stems - content_stems(plain(source.title))
        last = max(len(source.sentences) - 1, 1)
        rows = []
        for i, text in enumerate(source.sentences):
            likeness = near[i] - near.mean(), apart[i], shared(new, content_stems(plain(text)))
            rows.append([*likeness, i / last, i == 0, i <= 1, *self._surface(text)])
        return np.array(rows, dtype=float).reshape(-1, len(SENTENCE_FEATURES))

    def _surface(self, text: str) -> list[float]:
        figure = bool(quantities(plain(text)))
        cause, new, result = (bool(cue.search(text)) for cue in (_GIVES_CAUSE, _SAYS_NEW, _SAYS_RESULT))
        amount, length = self.asked.amount, math.log(len(text.split()) / 20)
        background = bool(_BACKGROUND.match(text))
        return [figure and amount, figure and not amount, cause and self.asked.cause, new, result, length, background]


def in_order(weights: Weights, features: tuple[str, ...]) -> "np.ndarray":
    """The weights in the order of the features."""
    import numpy as np

    return np.array([weights[feature] for feature in features])


@cache
def _asking_stems() -> frozenset[str]:
    return content_stems(" ".join(ASKING))


def _cover(pieces: "np.ndarray", source: Source) -> float:
    return float((pieces @ source.vectors.T).max(axis=1).mean())


def shared(wanted: frozenset[str], there: frozenset[str], least: float = 0.0) -> float:
    """Share of the weight of the stems `wanted` that is also `there`; 0 when nothing is wanted.

    What `wanted` weighs less than `least` counts as there.
    """
    total = sum(weight(stem) for stem in wanted)
    lacking = sum(weight(stem) for stem in wanted - there)
    return 1 - lacking / max(total, least) if total else 0.0


def titled(text: str, papers: Sequence[Paper]) -> frozenset[int]:
    """The numbers of the papers that `text` calls by their title: by its name, its head or most of its words."""
    asked, told = plain(text).lower(), content_stems(plain(text))
    named = (where_named(paper, text) >= 0 or _tells(asked, told, plain(paper.title)) for paper in papers)
    return frozenset(n for n, yes in enumerate(named, 1) if yes)


def _tells(asked: str, told: frozenset[str], title: str) -> bool:
    """Whether what is asked has the part of a title before its colon, two words or more, or most of its words."""
    head, stems = title.split(":")[0].strip().lower(), content_stems(title)
    has_head = len(head.split()) > 1 and head in asked
    return has_head or (len(stems & told) >= 3 and shared(stems, told) >= Composing.TITLE)


def _holding_a_name(text: str, papers: Sequence[Paper]) -> frozenset[int]:
    """The numbers of the papers in whose abstract, and no other, a name of `text` stands that no title has."""
    names = (name for name in names_in(text) if not any(holds(paper.title, name) for paper in papers))
    holders = ([n for n, paper in enumerate(papers, 1) if holds(paper.abstract, name)] for name in names)
    return frozenset(found[0] for found in holders if len(found) == 1)


def names_in(text: str) -> set[str]:
    """The words of `text` that look like names of systems or data sets."""
    return {name for name in _NAME.findall(text) if is_name(name)}


def is_name(word: str) -> bool:
    """Whether a word of a question looks like the name of a system or data set: CLIP-RT, M2T2, WebGuard."""
    inner = re.search(r"[A-Z].*[A-Z]|[A-Z].*\d|\d.*[A-Z]|[a-z][A-Z]", word)
    return bool(inner) or (len(word) > 2 and word[0].isupper() and not is_common(word))


def holds(text: str, name: str) -> bool:
    """Whether `name` stands in `text` as a whole word; letter case and hyphens aside: UCF101 is UCF-101."""
    return _name_pattern(name).search(text) is not None


@lru_cache(maxsize=1024)
def _name_pattern(name: str) -> re.Pattern:
    pieces = re.findall(r"[^\W\d_]+|\d+|[^\w-]", name)
    return re.compile(r"(?<![\w-])" + "-?".join(map(re.escape, pieces)) + r"(?![\w-])", re.IGNORECASE)
