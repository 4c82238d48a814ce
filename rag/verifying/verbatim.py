"""Claims that copy an abstract word for word, and the questions in it, which are no evidence of their answers."""

import re
from dataclasses import replace
from functools import lru_cache

from rag.language.terms import plain
from store.records import Paper
from store.sentences import sentence_spans

_ASKING = re.compile(r"\b(?:ask|question|whether|investigat|stud(?:y|ies)|examin|explor|wonder)", re.IGNORECASE)


def verbatim_span(claim: str, abstract: str) -> tuple[int, int] | None:
    """Where `abstract` has `claim` word for word as one or more whole sentences; white space aside."""
    pieces = claim.split()
    if not pieces:
        return None
    found = re.search(r"\s+".join(map(re.escape, pieces)), abstract)
    if not found:
        return None
    before, after = abstract[: found.start()].rstrip(), abstract[found.end() :].lstrip()
    whole = (not before or before[-1] in ".!?:;") and (not after or pieces[-1][-1] in ".!?\"')”")
    return found.span() if whole or _are_sentences(*found.span(), abstract) else None


def _are_sentences(start: int, end: int, text: str) -> bool:
    spans = sentence_spans(text)
    return any(s == start for s, _ in spans) and any(e == end for _, e in spans)


def has_words(words: str, text: str) -> bool:
    """Whether `text` has `words` in this order; case, white space and punctuation aside."""
    return f" {_bare_words(words)} " in f" {_bare_words(text)} "


@lru_cache(maxsize=1024)
def _bare_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", plain(text).lower()))


@lru_cache(maxsize=1024)
def without_questions(paper: Paper, claim: str) -> Paper:
    """`paper` with its questions blanked out, in title and abstract, unless the claim tells of asking.

    Offsets stay: a question becomes as many spaces.
    """
    if _ASKING.search(claim) or "?" not in paper.abstract + paper.title:
        return paper
    abstract = paper.abstract
    for start, end in sentence_spans(abstract):
        if abstract[start:end].rstrip("\"'”’) ").endswith("?"):
            abstract = abstract[:start] + " " * (end - start) + abstract[end:]
    title = "" if paper.title.rstrip().endswith("?") else paper.title
    return replace(paper, title=title, abstract=abstract)
