"""Papers called by name: by their title, their system's name, or a name that their abstract introduces."""

import re
from functools import lru_cache
from typing import Protocol

from rag.language.names import GENERAL, names
from rag.language.terms import is_common, plain
from store.sentences import sentences

_LONGEST_NAME = 3  # words before the colon of a title: more of them are a phrase
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_GAP = r"[\W_]{0,3}"  # what may stand between two parts of a name
_OWN = re.compile(r"\b(?:we|our|this (?:paper|work|study|article))\b", re.IGNORECASE)
_MAKING = (
    r"(?:propos|introduc|present|develop|releas|construct|design|creat|contribut|devis|formulat|establish"
    r"|explor|build|nam|term|dub|call)"
)
_MAKES = re.compile(rf"\b(?:{_MAKING}|built|using|use)\w*", re.IGNORECASE)
# What stands right before a name that its sentence introduces: "called X", "we propose the X", "… (X".
_LEADS = re.compile(
    rf"(?:\b(?:called|named|termed|dubbed|namely|coined|denoted|i\.e\.),?\s+(?:as\s+)?(?:the\s+)?"
    rf"|\b{_MAKING}e?s?\s+(?:(?:the|our|an?|new|novel|first)\s+)*)[\"“'`]*$",
    re.IGNORECASE,
)


class Work(Protocol):
    """Anything with a title and an abstract."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def abstract(self) -> str: ...  # noqa: D102


def system_name(title: str) -> str:
    """The name before the colon of a title ("CLIP-RT: Learning …"), or an empty text."""
    name, colon, _ = title.partition(":")
    short = bool(colon) and len(name.split()) <= _LONGEST_NAME
    return name.strip() if short and any(c.isupper() or c.isdigit() for c in name) else ""


def where_named(work: Work, text: str) -> int:
    """Where `text` first calls `work` by a name of its own, in characters; -1 where it does not.

    That is its title, the system's name in front of the title's colon, or a name that the abstract
    introduces as the authors' own ("we propose Streaming Diffusion Policy (SDP)"). Case, hyphens and
    other marks do not matter in titles (CLIPRT, $A^2$Nav); only names that ordinary writing could
    hold (Moto, ReAct) must start with a capital.
    """
    whole, name = _PARTS.findall(work.title), _PARTS.findall(system_name(work.title))
    letters = _squeezed(text)
    places = [
        start for given, start in _strong_names(text) if given in work.abstract and introduces(work.abstract, given)
    ]
    if len(whole) > 1 and "".join(whole).lower() in letters:
        places.append(_place(_GAP.join(whole), text, re.IGNORECASE))
    if sum(map(len, name)) > 1 and "".join(name).lower() in letters:
        places.append(_place_of_name(name, text))
    return min((place for place in places if place >= 0), default=-1)


def is_name(word: str) -> bool:
    """Whether a word of a question looks like the name of a system or data set: CLIP-RT, M2T2, WebGuard."""
    inner = re.search(r"[A-Z].*[A-Z]|[A-Z].*\d|\d.*[A-Z]|[a-z][A-Z]", word)
    return bool(inner) or (len(word) > 2 and word[0].isupper() and not is_common(word))


def introduces(abstract: str, name: str) -> bool:
    """Whether `abstract` introduces `name` as its authors' own, in brackets or behind "we propose"."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(
        _introduced_at(sentence, match)
        for sentence in sentences(abstract)
        if name in sentence
        for match in pattern.finditer(sentence)
    )


def _introduced_at(sentence: str, match: re.Match) -> bool:
    if not (_OWN.search(sentence) and _MAKES.search(sentence)):
        return False
    before, after = sentence[: match.start()], sentence[match.end() :]
    in_brackets = before.rstrip().endswith("(") and after[:1] == ")"
    return in_brackets or _LEADS.search(before) is not None


@lru_cache(maxsize=64)
def _strong_names(text: str) -> tuple[tuple[str, int], ...]:
    """The unmistakable names of a text and where they stand, acronyms of the field left out."""
    found = names(plain(text))
    return tuple(
        (n.text, text.find(n.text)) for n in found if n.is_strong and n.text.lower().removesuffix("s") not in GENERAL
    )


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
