"""Papers as a question means them: by their name, or by their subject, without those that only touch it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.language.acronyms import ACRONYM
from rag.language.naming import where_named
from rag.language.terms import content_stems, listed, plain, stem, weight, words
from rag.question import any_of
from rag.search.query import spelled_out
from rag.search.retrieve import retrieve
from rag.tuning import Catalogued, Reading
from store.identity import arxiv_ids, doi, title_words
from store.records import Paper
from store.sentences import sentences

if TYPE_CHECKING:
    from store.library import Library, Part

# What stands around a name and is none of it: "the paper called …", "the … paper".
_A_PAPER = any_of(
    r"^(?:the |an? |that |this )?(?:(?:famous|original|new) )?(?:(?:paper|article|work|study|preprint|publication)s?\b"
    r"(?: (?:called|titled|entitled|named|on|about))?|one (?:called|titled|on|about))\s+",
    r"\s+(?:paper|article|work|study|preprint)s?$|^the ",
)


def named_papers(text: str, library: "Library") -> list[Paper]:
    """The papers that `text` calls by name, in the order in which it does."""
    found = library.get_many([paper_id for paper_id, _ in library.by_words(text, Reading.LOOKED_UP)])
    places = {paper: place for paper in found if (place := where_named(paper, text)) >= 0}
    return sorted(places, key=lambda paper: (places[paper], paper.paper_id))


def called(text: str, library: "Library") -> list[Paper]:
    """The papers that `text`, which should be the name of one, may mean: by an id, a name of its own, or its title.

    Words of a title will do where they are most of it, or rare enough to be no other's.
    """
    ids = [*arxiv_ids(text), doi(text), text.strip()]
    if papers := library.get_many(list(dict.fromkeys(filter(None, ids)))):
        return papers
    bare = _A_PAPER.sub("", text).strip(" \"“”'?.,")
    if not bare:
        return []
    named = named_papers(f"“{bare}”", library) or named_papers(f"“{bare[:1].upper()}{bare[1:]}”", library)
    return named or _by_title(bare, library)


def _by_title(text: str, library: "Library") -> list[Paper]:
    wanted = content_stems(plain(text))
    if len(title_words(text)) < Catalogued.TITLE_WORDS or not wanted:
        return []
    shared = {
        paper: sum(map(weight, wanted & content_stems(plain(paper.title))))
        for paper in library.get_many([paper_id for paper_id, _ in library.by_words(text, Catalogued.TITLES)])
    }
    most = max(shared.values(), default=0.0)
    if most < Catalogued.TITLE_SAID * sum(map(weight, wanted)):
        return []
    return sorted((p for p, some in shared.items() if some == most), key=lambda p: (len(p.title), p.paper_id))


def nearest(text: str, library: "Library | Part", count: int) -> list[Paper]:
    """The papers that are likeliest about `text`, whether they are or not."""
    return [found.paper for found in retrieve(library, f"papers on {text}", count)]


def on_subject(subject: str, library: "Library | Part") -> list[Paper]:
    """The papers that are about `subject`, best first: its words stand together in the title or in several places.

    An acronym and what it stands for in the library are the same words. A paper that speaks of the subject in passing
    is not about it, unless it is near in meaning to it.
    """
    forms = _forms(subject, library)
    if not any(forms):
        return []
    near = {hit.passage.paper_id: hit.score for hit in library.by_meaning(f"papers on {subject}", Catalogued.MEANT)}
    best = max(near.values(), default=0.0)
    said = (subject, spelled_out(subject, library))
    worded = [paper_id for form in said for paper_id, _ in library.by_words(form, Catalogued.WORDED)]
    scores = {}
    for paper in library.get_many(list(dict.fromkeys([*near, *worded]))):
        told = max(_told(form, paper) for form in forms if form)
        score = told + near.get(paper.paper_id, 0.0) / max(best, 1e-9)
        if told >= Catalogued.TOLD or (told and score >= Catalogued.ABOUT):
            scores[paper] = score
    return sorted(scores, key=lambda paper: (-scores[paper], paper.paper_id))


def _forms(subject: str, library: "Library | Part") -> list[tuple[str, ...]]:
    """The stems of the subject in its order, as it is said and with its acronyms in words."""
    said = [subject, spelled_out(subject, library)]
    said += [re.sub(r"\s+", " ", ACRONYM.sub(" ", subject))] if ACRONYM.search(subject) and "(" in subject else []
    return list(dict.fromkeys(_stems(text) for text in said))


def _stems(text: str) -> tuple[str, ...]:
    found = [word.stem for word in words(plain(text)) if word.is_content]
    telling = [s for s in found if s not in _KINDS]
    return tuple(telling or found)


# Words for kinds of work, which a paper about the subject need not have.
_KINDS = frozenset(
    map(stem, listed("method approach paper work study technique system framework algorithm task problem"))
)


def _told(form: Sequence[str], paper: Paper) -> float:
    """How much a paper speaks of a subject: by its words in the title, in each of some sentences, or apart in the text.

    From Catalogued.TOLD on it is about it; below, where it is near in meaning as well (ABOUT).
    """
    title, text = plain(paper.title), plain(paper.abstract)
    in_text = {word.stem for word in words(text)}
    if not in_text.union(word.stem for word in words(title)).issuperset(form):
        return 0.0
    said = sum(_together(form, part) for part in sentences(paper.abstract)) if in_text.issuperset(form) else 0
    told = Catalogued.IN_TITLE * _together(form, paper.title) + min(said, Catalogued.TIMES) * Catalogued.IN_TEXT
    apart = len(form) > 1 and set(form) <= content_stems(f"{title}. {text}")
    return told or Catalogued.APART * apart


def _together(form: Sequence[str], text: str) -> bool:
    """Whether the stems stand close to one another in a text, in any order."""
    places = [[n for n, word in enumerate(words(plain(text))) if word.stem == s] for s in form]
    if not all(places):
        return False
    reach = len(form) + Catalogued.GAP
    return any(all(any(abs(n - place) < reach for n in others) for others in places) for place in places[0])
