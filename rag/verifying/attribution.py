"""Who said it, taken off a claim: authors' names are no claim about an abstract, so they are not checked."""

import re
from collections.abc import Sequence
from functools import lru_cache

from store.citekeys import fold
from store.names import split_name
from store.records import Paper

# Openings that join a sentence to the one before it and say nothing of the paper.
LINKS = (
    "In the same line of work",
    "In related work",
    "Also here",
    "Further",
    "Later",
    "Likewise",
    "Similarly",
    "Meanwhile",
    "In addition",
    "Moreover",
    "Furthermore",
    "More recently",
    "Recently",
    "Also",
    "Finally",
    "In contrast",
    "By contrast",
    "In parallel",
    "Earlier",
    "Beyond this",
    "Among these",
    "Closely related",
)
_LINK = re.compile(rf"^(?:{'|'.join(LINKS)})\b,?\s+", re.IGNORECASE)


def bare_claim(claim: str, paper: Paper) -> str:
    """`claim` without the joining word in front and with "they" for the authors of `paper`."""
    text = _LINK.sub("", claim.strip())
    if paper.authors:
        text = _by_authors(paper.authors).sub(_pronoun, text)
    text = re.sub(r"^according to they\b[^,]*,\s+", "", text, flags=re.I)
    return re.sub(r"\b(the|a) (\w+) (?:by|of) they\b", r"\1 \2", text, flags=re.I)


_NAMED = re.compile(r"\b([A-Z][\w’'-]+)(?=\s+et\s+al\b)")


def foreign_author(claim: str, papers: Sequence[Paper]) -> str:
    """The first author named "X et al." in `claim` who wrote none of `papers`; empty without one."""
    own = {fold(word) for p in papers for author in p.authors for word in split_name(author).surname.split()}
    return next((name for name in _NAMED.findall(claim) if fold(name) not in own), "")


def _pronoun(match: re.Match[str]) -> str:
    return "their" if match["of"] else "they"


@lru_cache(maxsize=4096)
def _by_authors(authors: tuple[str, ...]) -> re.Pattern[str]:
    surnames = sorted({name.surname for a in authors for name in (split_name(a), _bare(a))}, key=len, reverse=True)
    any_name = "|".join(re.escape(name) for name in surnames if name)
    given = r"(?:[A-Z][\w-]*\.?\s+){0,2}"
    more = rf"(?:,?\s+(?:et\s+al\b\.?|and\s+(?:colleagues|co-?workers|others|{given}(?:{any_name})\b)))?"
    return re.compile(rf"(?<![\w-])(?:{given})?(?:{any_name})\b(?![\w-]){more}(?P<of>['’]s?(?!\w))?")


def _bare(author: str):
    """The name without its particle: running text often leaves that away."""
    name = split_name(author)
    return type(name)(name.family)
