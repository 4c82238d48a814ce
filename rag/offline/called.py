"""What a question calls by name: papers by their titles, systems and data sets by the look of their names."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.language.naming import is_name, where_named
from rag.language.terms import content_stems, plain, shared
from rag.tuning import Composing
from store.records import Paper

_NAME = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])[A-Za-z0-9][\w]*(?:[-^*][\w]+)*[*]?")


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


def holding_a_name(text: str, papers: Sequence[Paper]) -> frozenset[int]:
    """The numbers of the papers in whose abstract, and no other, a name of `text` stands that no title has."""
    names = (name for name in names_in(text) if not any(holds(paper.title, name) for paper in papers))
    holders = ([n for n, paper in enumerate(papers, 1) if holds(paper.abstract, name)] for name in names)
    return frozenset(found[0] for found in holders if len(found) == 1)


def names_in(text: str) -> set[str]:
    """The words of `text` that look like names of systems or data sets."""
    return {name for name in _NAME.findall(text) if is_name(name)}


def holds(text: str, name: str) -> bool:
    """Whether `name` stands in `text` as a whole word; letter case and hyphens aside: UCF101 is UCF-101."""
    return _name_pattern(name).search(text) is not None


@lru_cache(maxsize=1024)
def _name_pattern(name: str) -> re.Pattern:
    pieces = re.findall(r"[^\W\d_]+|\d+|[^\w-]", name)
    return re.compile(r"(?<![\w-])" + "-?".join(map(re.escape, pieces)) + r"(?![\w-])", re.IGNORECASE)
