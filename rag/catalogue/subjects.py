"""Papers as a question calls them: by an id, a name of their own, or the words of their title."""

from typing import TYPE_CHECKING

from rag.language.naming import where_named
from rag.language.terms import content_stems, plain, weight
from rag.question import any_of
from rag.search.retrieve import retrieve
from rag.tuning import Catalogued, Reading
from store.identity import arxiv_ids, doi, title_words
from store.records import Paper

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
