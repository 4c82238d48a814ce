"""Citation keys such as `kang2024cliprt`: author, year and short title, the same on every run."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from itertools import count

from rag.references.authors import split_name
from store.records import Paper

_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
a an the on in of for from with and or to towards toward by via at as into is are be do does how what why when
where which who can should it its this that these not no we you your using use new novel more less
""",
    )
)
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "ß": "ss",
        "æ": "ae",
        "Æ": "Ae",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
    }
)


def citation_keys(papers: Iterable[Paper]) -> dict[str, str]:
    """paper_id → key, unique over `papers` and independent of their order.

    Papers that would share a key take it in the order of their ids: the bare key, then a, b, …
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for paper in papers:
        groups[base_key(paper)].append(paper.paper_id)
    keys = {sorted(ids)[0]: base for base, ids in groups.items()}
    taken = set(groups)
    for base, ids in sorted(groups.items()):
        for paper_id in sorted(ids)[1:]:
            keys[paper_id] = next(key for key in _variants(base) if key not in taken)
            taken.add(keys[paper_id])
    return keys


def base_key(paper: Paper) -> str:
    """The key of `paper` before it is made unique: letters and digits of ASCII only."""
    author = fold(split_name(paper.authors[0]).surname) if paper.authors else ""
    return f"{author or 'anon'}{paper.year or ''}{_short_title(paper.title)}"


def fold(text: str) -> str:
    """`text` as lower-case ASCII letters and digits; accents fall away, all else too."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return re.sub(r"[^a-z0-9]", "", decomposed.lower())


def _short_title(title: str) -> str:
    """The name before the colon when it is one word, else the first word that carries meaning."""
    head, colon, _ = title.partition(":")
    if colon and len(head.split()) == 1 and fold(head):
        return fold(head)[:20]
    words = (fold(word) for word in re.split(r"[\s\-–—/:]+", title))
    return next((word for word in words if word and word not in _EMPTY_WORDS), "untitled")[:20]


def _variants(base: str):
    letters = "abcdefghijklmnopqrstuvwxyz"
    yield from (base + letter for letter in letters)
    yield from (f"{base}{letters[n % 26]}{n // 26}" for n in count(26))
