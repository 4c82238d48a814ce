"""How well the sources of an answer, and their sentences, match a question: numbers only, no decisions."""

import math
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from rag.forms import Role
from rag.language.quantities import quantities
from rag.language.terms import content_stems, listed, plain, shared
from rag.offline.called import holding_a_name, titled
from rag.offline.doing import Deed, deed_of, sayers, says_so
from rag.offline.telling import is_junk, points_away
from rag.question import ASKING, REQUEST, Asked, any_of
from rag.search.retrieve import rarity
from rag.telling.means import tells_means
from rag.telling.statements import OWN, Statement
from rag.tuning import Composing, Doubting, Weights
from store.records import Paper
from store.sentences import sentences

if TYPE_CHECKING:
    import numpy as np

    from store.library import Library, Part

SOURCE_FEATURES = listed("rank parts windows whole words named")
SENTENCE_FEATURES = listed("nearest part words place first opening amount figure cause new result length background")

_CODE = any_of(
    r"\b(?:code|available|website|url|links?|github|repository|open-?sourced?|released?|download|publish(?:ed)?)\b"
)
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
    paper: Paper
    sentences: tuple[str, ...]
    vectors: "np.ndarray"

    @property
    def title(self) -> str:
        """The paper's title."""
        return self.paper.title

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

    `library` gives vectors; `about` are the ids of the papers that a list is of, where its subject tells. Orders
    planted in an abstract are no sentences of its source.
    """

    def __init__(
        self, asked: Asked, papers: Sequence[Paper], library: "Library | Part", about: Set[str] = frozenset()
    ) -> None:
        self.asked, self._library, self.about = asked, library, about
        told = [tuple(text for text in sentences(p.abstract) if not _PLANTED.search(text)) for p in papers]
        self._papers = [(n, p, texts) for n, (p, texts) in enumerate(zip(papers, told, strict=True), 1) if texts]
        # All texts in one call: models are fastest so, and words can only be compared so.
        things = asked.counted + asked.sought
        groups = [[asked.text], asked.parts, asked.windows, things, *(texts for *_, texts in self._papers)]
        embedded = library.embed([text for group in groups for text in group], papers)
        ends = list(accumulate(map(len, groups)))
        rows = iter([embedded[end - len(group) : end] for end, group in zip(ends, groups, strict=True)])
        self.question, self.parts, self.windows = next(rows)[0], next(rows), next(rows)
        self.things = dict(zip(things, next(rows), strict=True))
        self.sources = [Source(n, p, texts, next(rows)) for n, p, texts in self._papers]
        self.stems = content_stems(plain(REQUEST.sub("", asked.text)))
        self.subject = self.stems - _asking_stems()
        self.titled = titled(asked.text, papers)
        self.named = self.titled | holding_a_name(asked.text, papers)

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
    def deed(self) -> Deed | None:
        """What a list asks its papers to do."""
        return deed_of(self.asked.wanted.claim) if self.asked.wanted.form == "list" else None

    def saying(self, source: Source) -> list[int]:
        """The sentences by which a paper says that it does what a list asks for."""
        return sayers(self.deed, source.title, source.sentences) if self.deed else []

    def says_so(self, source: Source) -> bool:
        """Whether a paper says that it does what a list asks for."""
        return self.deed is not None and says_so(self.deed, source.title, source.sentences)

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

    def fitness(self, source: Source) -> "np.ndarray":
        """What each sentence gains that plays the role asked for, and loses that answers nothing, in log odds."""
        import numpy as np

        role, code = self.asked.wanted.role, _CODE.search(self.asked.text)
        last = max(len(source.sentences) - 1, 1)
        stated = [Statement("", 0, 0, text, i / last) for i, text in enumerate(source.sentences)]
        # What a list says of a paper is what that paper does.
        own = Composing.OWN * (self.asked.wanted.form == "list")
        saying = self.saying(source)
        rows = [
            (Composing.ROLE * plays(s, role) if role else 0.0)
            + own * bool(OWN.search(s.text))
            + Composing.SO * (i in saying)
            - Composing.JUNK * (is_junk(s.text) and not code)
            - Composing.POINTING * points_away(s.text)
            for i, s in enumerate(stated)
        ]
        return np.array(rows)

    def means(self, source: Source) -> "np.ndarray":
        """How well each sentence of a source tells how something is done."""
        import numpy as np

        return np.array([tells_means(Statement("", 0, 0, text, 0.5)) for text in source.sentences])

    def _surface(self, text: str) -> list[float]:
        figure = bool(quantities(plain(text)))
        cause, new, result = (bool(cue.search(text)) for cue in (_GIVES_CAUSE, _SAYS_NEW, _SAYS_RESULT))
        amount, length = self.asked.amount, math.log(len(text.split()) / 20)
        background = bool(_BACKGROUND.match(text))
        return [figure and amount, figure and not amount, cause and self.asked.cause, new, result, length, background]


def plays(statement: Statement, role: Role) -> float:
    """How well a sentence fits a role that is asked for; a problem is a limitation, whoever has it."""
    if role == "limitation":
        return max(statement.plays("limitation"), statement.plays("task"))
    return statement.plays(role)


def in_order(weights: Weights, features: tuple[str, ...]) -> "np.ndarray":
    """The weights in the order of the features."""
    import numpy as np

    return np.array([weights[feature] for feature in features])


@cache
def _asking_stems() -> frozenset[str]:
    return content_stems(" ".join(ASKING))


def _cover(pieces: "np.ndarray", source: Source) -> float:
    return float((pieces @ source.vectors.T).max(axis=1).mean())
