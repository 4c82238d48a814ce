"""Authors as any program writes them, made into names: "Given Family", or as BibTeX has them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from store.names import family_first
from store.readers.readable import line
from store.readers.values import first, letters, plain, storable

_GROUP = re.compile(r"\{((?!\\)(?:[^{}]|\{[^{}]*\})*)\}")
# biblatex's extended form, "family=Fontaine, given=Chloé, prefix=de la": a part and its value.
_EXTENDED = re.compile(r'\s*"?(?<![\w-])(family|given|prefix|suffix)\s*=\s*((?:\{[^{}]*\}|[^,{}])*)')
_AND_OR_BRACE = re.compile(r"[{}]|\s+and\s+")


def names(value: Any) -> Iterator[str]:
    """Names from a list of strings or objects, or from one string: "Given Family", or as BibTeX has them."""
    if isinstance(value, str):
        yield from _apart(storable(value))
    elif isinstance(value, Mapping):
        yield _name(value)
    elif isinstance(value, list):
        yield from map(_name, value)
    elif value is not None:
        raise ValueError("its authors are neither a list nor text")


def as_shown(name: str, latex: bool) -> str:
    """A readable name; braces that hold the whole of it say that it is a group's."""
    whole = _GROUP.fullmatch(name.strip())
    return f"{{{line(whole[1], latex)}}}" if whole else line(name, latex).strip(" ,")


def _apart(text: str) -> Iterator[str]:
    """The names in one string, between "and", semicolons or, where that is plain, commas."""
    if "=" in text and any(_EXTENDED.match(part) for part in _by_and(text)):
        yield from map(_from_extended, _by_and(text))
    elif ";" in text:
        yield from text.split(";")
    elif len(parts := _by_and(text)) > 1:
        *before, last = parts
        yield from (name for part in before for name in (_by_commas(part) if len(parts) == 2 else [part]))
        yield last
    else:
        yield from _by_commas(text)


def _from_extended(text: str) -> str:
    """A name of biblatex's extended form as any other."""
    if not _EXTENDED.match(text):
        return text
    parts = {name: value.strip(' "') for name, value in _EXTENDED.findall(text)}
    family = " ".join(filter(None, (parts.get("prefix"), parts.get("family"))))
    return in_parts(family, parts.get("given", ""), parts.get("suffix", ""))


def _by_and(text: str) -> list[str]:
    """Cut at each "and" that stands in no braces; those that are not closed hold nothing."""
    cuts, depth, whole = [0], 0, text.count("{") == text.count("}")
    for match in _AND_OR_BRACE.finditer(text):
        if match[0] in "{}":
            depth += whole * (1 if match[0] == "{" else -1)
        elif depth <= 0:
            cuts += match.span()
    cuts.append(len(text))
    return [text[start:end] for start, end in zip(cuts[::2], cuts[1::2], strict=True)]


def _by_commas(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    whole = len(parts) < 2 or text.lstrip().startswith("{") or not all(" " in part for part in parts)
    return [text] if whole or (len(parts) == 2 and parts[0][:1].islower()) else parts


def _name(item: Any) -> str:
    """One name: a string, a list of family, given and suffix, or an object as one of the services has it."""
    if isinstance(item, str):
        return storable(item).strip()
    if isinstance(item, list):
        return in_parts(*(plain(part) for part in [*item, "", ""][:3]))
    if not isinstance(item, Mapping):
        return ""
    if isinstance(item.get("author"), Mapping):
        item = item["author"]
    role = plain(first(item, "creatorType", "role"))
    if role and role not in ("author", "presenter", "inventor"):
        return ""
    parts = {letters(name): plain(value) for name, value in item.items()}
    family, given = (
        first(parts, *some) or "" for some in (("family", "lastname", "surname"), ("given", "firstname", "forename"))
    )
    if family:
        particle = " ".join(filter(None, (parts.get("droppingparticle"), parts.get("nondroppingparticle"))))
        return in_parts(f"{particle} {family}".strip(), given, parts.get("suffix", ""))
    literal = parts.get("literal", "")
    return f"{{{literal}}}" if literal else first(parts, "name", "displayname", "fullname", "text", "value") or given


def in_parts(family: str, given: str = "", suffix: str = "") -> str:
    """A name of known parts, written so that it is read as them again."""
    family, given, suffix = family.strip(), given.strip(), suffix.strip(" ,")
    if not given:
        return f"{{{family}}}" if " " in family else family
    plain = not suffix and " " not in family and family[:1].isupper() and not any(w[0].islower() for w in given.split())
    if plain and "," not in given and not family_first(family):
        return f"{given} {family}"
    return ", ".join(filter(None, (family, suffix, given)))
