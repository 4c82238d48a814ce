"""Papers called by name: whether a text speaks of a paper by its title or its system's name."""

import re
from functools import lru_cache

from rag.language.terms import is_common

_LONGEST_NAME = 3  # words before the colon of a title: more of them are a phrase
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_GAP = r"[\W_]{0,3}"  # what may stand between two parts of a name


def system_name(title: str) -> str:
    """The name before the colon of a title ("CLIP-RT: Learning …"), or an empty text."""
    name, colon, _ = title.partition(":")
    short = bool(colon) and len(name.split()) <= _LONGEST_NAME
    return name.strip() if short and any(c.isupper() or c.isdigit() for c in name) else ""


def where_named(title: str, text: str) -> int:
    """Where `text` first names the paper with this title, in characters; -1 where it does not.

    Case, hyphens and other marks inside do not matter (CLIPRT, $A^2$Nav); only names that
    ordinary writing could hold (Moto, ReAct) must start with a capital.
    """
    whole, name = _PARTS.findall(title), _PARTS.findall(system_name(title))
    letters = _squeezed(text)
    places = []
    if len(whole) > 1 and "".join(whole).lower() in letters:
        places.append(_place(_GAP.join(whole), text, re.IGNORECASE))
    if sum(map(len, name)) > 1 and "".join(name).lower() in letters:
        places.append(_place_of_name(name, text))
    return min((place for place in places if place >= 0), default=-1)


@lru_cache(maxsize=64)
def _squeezed(text: str) -> str:
    """The letters and digits of a text, small: a quick test before the exact one."""
    return "".join(_PARTS.findall(text)).lower()


def _place_of_name(name: list[str], text: str) -> int:
    if len(name) > 1 or (_is_mixed(name[0]) and not is_common(name[0])):
        return _place(_GAP.join(name), text, re.IGNORECASE)
    return _place(f"(?:{name[0]}|{name[0].upper()}|{name[0].capitalize()})", text, re.NOFLAG)


def _place(pattern: str, text: str, flags: re.RegexFlag) -> int:
    found = re.search(rf"(?<![^\W_]){pattern}(?![^\W_])", text, flags)
    return found.start() if found else -1


def _is_mixed(word: str) -> bool:
    """Whether there is a capital inside that ordinary writing would not put there (CogACT)."""
    return not (word.isupper() or word[1:].islower())
