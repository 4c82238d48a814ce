"""Citation keys that begin with the first author's name: `kang2024cliprt`."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count
from string import ascii_lowercase

from store.names import split_name
from store.records import Paper

# Words of a title that no key is made of; keys that people have in their files must not change.
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
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "Æ": "Ae", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe"}
    | {"þ": "th", "ð": "d"}
)
_NO_KEY = re.compile(r"[\s{}()\[\],%#\\~\"'=@]+")  # what BibTeX, biber or Pandoc read otherwise in a key


def endings(base: str) -> Iterator[str]:
    """The keys that papers of one `base` take: the bare one, then with a, b, …"""
    yield base
    yield from (f"{base}{ascii_lowercase[n % 26]}{n // 26 or ''}" for n in count())


def clean_key(key: str) -> str:
    """A key that came with a paper, as every program can read it; "" where nothing of it is left."""
    return _NO_KEY.sub("", key)


def base_key(paper: Paper) -> str:
    """The key of `paper` before it is made unique: letters and digits of ASCII only."""
    author = fold(split_name(paper.authors[0]).surname) if paper.authors else ""
    return f"{author or 'anon'}{paper.year or ''}{_short_title(paper.title)}"


def _short_title(title: str) -> str:
    """The name before the colon when it is one word, else the first word that carries meaning."""
    head, colon, _ = title.partition(":")
    if colon and len(head.split()) == 1 and fold(head):
        return fold(head)[:20]
    words = (fold(word) for word in re.split(r"[\s\-–—/:]+", title))
    return next((word for word in words if word and word not in _EMPTY_WORDS), "untitled")[:20]


def fold(text: str) -> str:
    """`text` as lower-case ASCII letters and digits; accents fall away, all else too."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return re.sub(r"[^a-z0-9]", "", decomposed.lower())
