"""Acronyms and what they stand for, as a text explains them: "vision-language models (VLMs)".

After Schwartz and Hearst 2003, "A simple algorithm for identifying abbreviation definitions in
biomedical text": the words in front of the brackets, as far back as their initials spell the acronym.
"""

import re

from rag.language.terms import is_common, listed

ACRONYM = re.compile(r"(?<![\w-])(?P<acronym>[A-Z][A-Za-z]*[A-Z])(?P<plural>s?)(?![\w-])")
_WORDS = re.compile(r"(?:[A-Za-z][\w’'-]*[\s-]+){1,8}$")
_LONGEST = 160  # characters of a long form, and more
_SKIPPING = 3  # letters from which on an acronym may skip a word
_HEADS = frozenset(listed("model models network networks policy policies method methods"))  # acronyms may skip these
SMALL = frozenset(listed("of the for and in to with a on by via from"))


def explains(text: str, acronym: str) -> bool:
    """Whether `text` has the acronym in brackets, or brackets behind it."""
    return bool(re.search(rf"\({re.escape(acronym)}s?\)|{re.escape(acronym)}s? \(", text))


def long_form(acronym: str, text: str) -> str:
    """What stands before "(ACRONYM)" in `text` and has these initials; small where its words are ordinary."""
    explained = re.search(rf"\({re.escape(acronym)}s?\)", text)
    before = _WORDS.search(text[: explained.start()][-_LONGEST:]) if explained else None
    words = before[0].split() if before else []
    for start in range(len(words) - 1, -1, -1):
        parts = re.split(r"[\s-]+", " ".join(words[start:]))
        if parts[-1].lower() in _HEADS and len(parts) > len(acronym):
            parts = parts[:-1]
        told = ("".join(part[0] for part in parts if part and not (skip and part in SMALL)) for skip in (True, False))
        if words[start] not in SMALL and any(_spell(initials.lower(), acronym.lower()) for initials in told):
            return " ".join(map(small, words[start:]))
    return ""


def _spell(initials: str, acronym: str) -> bool:
    """Whether `initials` are those of `acronym`; a long one may skip a word inside, as LTA does of ltaa."""
    if len(acronym) < _SKIPPING or len(initials) != len(acronym) + 1:
        return initials == acronym
    return any(initials[:n] + initials[n + 1 :] == acronym for n in range(1, len(acronym)))


def small(word: str) -> str:
    """A word without the capitals of a heading; acronyms and names keep theirs."""
    parts = word.split("-")
    is_heading = all(part[1:].islower() and is_common(part.lower()) for part in parts)
    return word.lower() if is_heading else word


def numbered(full: str, plural: bool) -> str:
    """A long form in the singular or in the plural."""
    single = full[:-1] if re.search(r"[^suia]s$", full) else full
    if not plural:
        return single
    return f"{single[:-1]}ies" if re.search(r"[^aeiou]y$", single) else single if single.endswith("s") else f"{single}s"
