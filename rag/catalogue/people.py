"""Authors' names as people type them: surnames, initials, either order, with or without accents."""

import re
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence

from rag.filters import alternatives
from rag.language.terms import listed

_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHE = re.compile(r"['’`ʼ]")
_LETTERS = str.maketrans(
    {c: plain for c, plain in zip("øØłŁßæÆđĐıœþðŒ", listed("o o l l ss ae ae d d i oe th d oe"), strict=True)}
)
_SUFFIXES = frozenset(listed("jr sr ii iii iv"))
_PARTICLES = frozenset(listed("van von der den de la le del della di da dos das du el al bin ibn ter ten zu zur af av"))
_UMLAUTS = re.compile(r"(?<=[aou])e")  # "Mueller" is "Müller", whose accents fall away


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters without accents; hyphens part words, apostrophes do not."""
    if not name.isascii():
        decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
        name = "".join(char for char in decomposed if not unicodedata.combining(char))
    return tuple(_WORD.findall(_APOSTROPHE.sub("", name).casefold()))


class People:
    """The authors of a library, found by what people write of their names. Each has the numbers of their papers."""

    def __init__(self, authors: Iterable[Sequence[str]]) -> None:
        """`authors` are those of every paper, in the order of the papers' numbers."""
        self._papers: dict[str, array] = defaultdict(lambda: array("I"))
        for number, names in enumerate(authors):
            for name in names:
                self._papers[name].append(number)
        self.names = list(self._papers)
        self._words = [name_words(name) for name in self.names]
        self._having: dict[str, array] = defaultdict(lambda: array("I"))
        for place, words in enumerate(self._words):
            for word in set(words):
                self._having[word].append(place)
        self._initialled = {place for place, words in enumerate(self._words) if min(map(len, words), default=0) == 1}

    def papers_of(self, names: Iterable[str]) -> set[int]:
        """The numbers of the papers of these authors, by their names as the records have them."""
        return {number for name in names for number in self._papers.get(name, ())}

    def count(self, name: str) -> int:
        """How many papers an author has."""
        return len(self._papers[name])

    def named(self, said: str) -> list[str]:
        """The authors that `said` may mean: by a surname, else by another part of a name, or by several together.

        Initials stand for names that begin with them, here and in the records. "A or B" are both.
        """
        if len(several := alternatives(said)) > 1:
            return list(dict.fromkeys(name for one in several for name in self.named(one)))
        words = [word for word in name_words(said) if word not in _SUFFIXES]
        words = [word if word in self._having else _UMLAUTS.sub("", word) for word in words]
        if not words:
            return []
        found = self._by_one(words[0]) if len(words) == 1 else self._by_several(words)
        return [self.names[place] for place in found]

    def beginning(self, said: str) -> list[str]:
        """Authors whose name has a word that begins as the last one of `said` does: a name as far as it is typed."""
        *whole, last = name_words(said) or ("",)
        if len(last) < 2:
            return []
        places = {place for word, having in self._having.items() if word.startswith(last) for place in having}
        return [self.names[place] for place in sorted(places) if set(whole) <= set(self._words[place])]

    def _by_one(self, word: str) -> list[int]:
        places = list(self._having.get(word, ())) if len(word) > 1 or not word.isascii() else []
        for is_meant in (self._is_surname, lambda word, words: word in words[1:]):
            if meant := [place for place in places if is_meant(word, self._words[place])]:
                return meant
        return places

    def _is_surname(self, word: str, words: tuple[str, ...]) -> bool:
        """Whether a word is the last of a name, or one of those that a hyphen may have parted there."""
        kept = [w for w in words if w not in _SUFFIXES]
        return bool(kept) and (word == kept[-1] or (len(kept) > 3 and word == kept[-2]))

    def _by_several(self, words: list[str]) -> list[int]:
        telling = [word for word in words if len(word) > 1 and word not in _PARTICLES]
        having = [set(self._having.get(word, ())) for word in telling]
        # A name that lacks one of the words has its initial instead.
        near = sorted(set.intersection(*having) | (set.union(*having) & self._initialled)) if having else []
        turned = (words[1:] + words[:1], words[-1:] + words[:-1])  # "Wang Wei" is "Wei Wang"
        for fits, orders in ((_spells, [words]), (_begins, [words]), (_ends, [words]), (_begins, turned)):
            if found := [p for p in near if any(fits(order, self._words[p]) for order in orders)]:
                return found
        return []

    def near(self, said: str, most: int = 3) -> list[str]:
        """Authors whose names are written much like `said`, for "did you mean"."""
        from difflib import get_close_matches

        *_, last = whole = name_words(said) or ("",)
        alike = [word for word in self._having if word[:1] == last[:1] and abs(len(word) - len(last)) < 3]
        places = {p for word in get_close_matches(last, alike, most, 0.8) for p in self._by_one(word)}
        written = {" ".join(self._words[place]): self.names[place] for place in places}
        least = 0.7 if len(whole) > 1 else 0.0
        return [written[name] for name in get_close_matches(" ".join(whole), written, most, least)]


def _ends(said: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words of `said` are the last ones of the name."""
    return tuple(words[-len(said) :]) == tuple(said)


def _begins(said: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words of `said` stand in the name in their order, from its first word to a surname.

    A word and its initial are the same; the last word of a name of several surnames may be left out.
    """
    words = [word for word in words if word not in _SUFFIXES]
    if not words or not _same(said[0], words[0]) or said[-1] not in words[1:][-2:]:
        return False
    rest = iter(words)
    return all(any(_same(word, other) for other in rest) for word in said)


def _spells(said: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the name begins so and has no whole word that was not said, as somebody else's would."""
    telling = (word for word in words if len(word) > 1 and word not in _PARTICLES and word not in _SUFFIXES)
    return _begins(said, words) and all(any(_same(word, s) for s in said) for word in telling)


def _same(one: str, other: str) -> bool:
    return one == other or ((len(one) == 1 or len(other) == 1) and one[0] == other[0])
