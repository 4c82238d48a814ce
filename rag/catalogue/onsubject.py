"""The papers that are about a subject: how many there are, which, and which are only near to it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.language.acronyms import ACRONYM
from rag.language.naming import is_name
from rag.language.terms import Word, content_stems, listed, plain, stem, words
from rag.search.query import spelled_out
from rag.tuning import Catalogued
from store.records import Paper
from store.sentences import sentences

if TYPE_CHECKING:
    from store.library import Library, Part

# Words for kinds of work, which a paper about the subject need not have.
_KINDS = frozenset(
    map(stem, listed("method approach paper work study technique system framework algorithm task problem based"))
)
_EITHER = re.compile(r"(?i)\s*,\s*(?:or\s+)?|\s+or\s+")
_SETTING = re.compile(r"(?i)^(?P<core>\S.*?)\s+(?:in|on)\s+(?:the |an? )?(?P<setting>\S.*)$")
_DOING = re.compile(r"^[a-z]+ing (?=\S)")
_REST = re.compile(r"(?i)\s(?:for|with|from|of|to|in|on|using)\s.*")
_TURNS = frozenset(listed("of in for from on"))  # between words that stand the other way round


@dataclass(frozen=True, slots=True)
class OnSubject:
    """The papers on a subject, best first: all say `said`, and so many of them `beside` as well, which come first.

    `near` are none of them, but near to the subject in meaning.
    """

    papers: tuple[Paper, ...] = ()
    said: str = ""
    beside: str = ""
    with_both: int = 0
    near: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class _Form:
    """A subject as it may be said: the stems that stand close together, and others in the same sentence.

    What is `named`, as a system or a data set is, is spoken of wherever it stands.
    """

    together: tuple[str, ...]
    others: frozenset[str] = frozenset()
    named: bool = False

    @property
    def stems(self) -> frozenset[str]:
        return self.others.union(self.together)

    def is_in(self, text: str) -> bool:
        """Whether a title or a sentence says it."""
        return self.others <= content_stems(plain(text)) and _together(self.together, text)


def on_subject(subject: str, library: "Library | Part") -> OnSubject:
    """The papers that are about `subject`: its words stand together in the title or in several places.

    An acronym and what it stands for in the library are the same words; of "A or B" one is enough. A paper that speaks
    of the subject in passing is not about it, unless it is near to it in meaning. Where a subject stands in something
    ("A in videos") a paper on A need not say that, if so many of them do here that it goes without saying.
    """
    kept, now = vars(library).setdefault("_on_subject", {}), (getattr(library, "stamp", ()), subject)
    if now not in kept:
        kept.clear()  # a question asks for its subject several times, another question for another
        kept[now] = _on_subject(subject, library)
    return kept[now]


def _on_subject(subject: str, library: "Library | Part") -> OnSubject:
    hits = library.by_meaning(f"papers on {subject}", Catalogued.MEANT)
    best = max((hit.score for hit in hits), default=0.0)
    near = {hit.passage.paper_id: hit.score / max(best, 1e-9) for hit in hits}
    found = _in_setting(subject, near, library) or OnSubject(tuple(_about(subject, near, library)), subject)
    known = {paper.paper_id for paper in found.papers}
    close = [i for i, score in near.items() if i not in known and score >= Catalogued.NEAR][: Catalogued.ALIKE]
    return replace(found, near=tuple(library.get_many(close)))


def _in_setting(subject: str, near: Mapping[str, float], library: "Library | Part") -> OnSubject | None:
    """The papers on what stands in a setting: those that name it, and where it goes without saying the others too."""
    placed = _SETTING.match(subject)
    if not placed or len(_stems(placed["core"])) < 2:
        return None
    setting = content_stems(plain(placed["setting"]))
    found = _about(placed["core"], near, library)
    both = tuple(paper for paper in found if setting <= content_stems(plain(f"{paper.title}. {paper.abstract}")))
    if len(both) < Catalogued.SETTING * len(found):
        return OnSubject(both, subject)
    rest = tuple(paper for paper in found if paper not in both)
    return OnSubject((*both, *rest), placed["core"], placed["setting"], len(both))


def _about(subject: str, near: Mapping[str, float], library: "Library | Part") -> list[Paper]:
    """The papers that speak of `subject` by its words, best first; `near` are those that do by their meaning."""
    forms = list(dict.fromkeys(_forms(subject, library)))
    said = (subject, spelled_out(subject, library))
    worded = [paper_id for text in said for paper_id, _ in library.by_words(text, Catalogued.WORDED)]
    scores = {}
    for paper in library.get_many(list(dict.fromkeys([*near, *worded]))) if forms else []:
        told = max(_told(form, paper) for form in forms)
        score = told + near.get(paper.paper_id, 0.0)
        if told >= Catalogued.TOLD or (told and score >= Catalogued.ABOUT):
            scores[paper] = score
    return sorted(scores, key=lambda paper: (-scores[paper], paper.paper_id))


def _forms(subject: str, library: "Library | Part") -> Iterator[_Form]:
    """The subject as it may be said: each of its alternatives, with its acronyms as they are and in words."""
    for part in _EITHER.split(subject):
        spelled = spelled_out(part, library)
        named = any(is_name(word) for word in re.findall(r"[\w-]+", spelled))
        # "playing Go" is about Go.
        said = [_DOING.sub("", text) if named else text for text in (part, spelled)]
        said += [re.sub(r"\s+", " ", ACRONYM.sub(" ", part))] if ACRONYM.search(part) and "(" in part else []
        for text in filter(_stems, said):
            yield _Form(_stems(text), named=named)
            # "A for B" has B in the sentence, "X-based Y Z" its X.
            for core in (_stems(_REST.sub("", text)), _stems(text)[-2:]):
                if len(core) > 1:
                    yield _Form(core, frozenset(_stems(text)) - frozenset(core), named)


def _stems(text: str) -> tuple[str, ...]:
    found = [word.stem for word in words(plain(text)) if word.is_content]
    telling = [s for s in found if s not in _KINDS]
    return tuple(telling or found)


def _told(form: _Form, paper: Paper) -> float:
    """How much a paper speaks of a subject: by its words in the title, in each of some sentences, or apart in the text.

    From Catalogued.TOLD on it is about it; below, where it is near in meaning as well (ABOUT).
    """
    title, text = plain(paper.title), plain(paper.abstract)
    if not form.stems <= content_stems(f"{title}. {text}"):
        return 0.0
    if form.named:
        return Catalogued.TOLD
    said = sum(map(form.is_in, sentences(paper.abstract))) if form.stems <= content_stems(text) else 0
    told = Catalogued.IN_TITLE * form.is_in(paper.title) + min(said, Catalogued.TIMES) * Catalogued.IN_TEXT
    return told or Catalogued.APART * (len(form.stems) > 1)


def _together(stems: tuple[str, ...], text: str) -> bool:
    """Whether each of the stems stands soon before the next in a text, or behind it as in "recognition of actions"."""
    found = tuple(word for word in words(plain(text)) if word.stem not in _KINDS)
    places = {s: [n for n, word in enumerate(found) if word.stem == s] for s in stems}
    return all(places.values()) and all(
        any(_leads(found, n, other) for n in places[one] for other in places[next_]) for one, next_ in pairwise(stems)
    )


def _leads(found: tuple[Word, ...], n: int, other: int) -> bool:
    if n < other:
        return other - n <= 1 + Catalogued.GAP
    return n - other <= 1 + Catalogued.GAP and any(word.text.lower() in _TURNS for word in found[other:n])
