"""How a sentence goes on from the one before it ("In contrast, …"): only what both papers show is said."""

import re

from rag.drafting.trimming import MARKER
from rag.records import Embed
from rag.verifying.attribution import bare_claim
from store.records import Paper

_OF_WORK = ("In further work, ", "Later, ")
_ALIKE = 0.7  # likeness of two sentences from which one is told as like the other
# Ways to do one thing: a sentence that takes one of them stands in contrast to a sentence that takes another.
_CHOICES = (
    (r"(?:self-|un)supervised", r"semi-supervised", r"weakly[- ](?:supervised|labell?ed)", r"fully[- ]supervised"),
    (r"training-free|without (?:any )?(?:training|fine-?tuning)|zero-shot", r"fine-?tun"),
    (r"offline", r"online"),
    (r"model-based", r"model-free"),
    (r"discrete|token", r"continuous"),
    (r"(?<!non-)auto-?regressive", r"non-autoregressive|diffusion|flow matching|denoising|in parallel"),
    (r"explicit", r"implicit"),
    (r"end-to-end", r"modular|two-stage|hierarchical|multi-stage"),
    (r"skeleton|pose-based", r"RGB|event data|egocentric|first-person"),
)


class Openings:
    """The openings of the sentences of one theme, one after the other."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._last: tuple[str, Paper] | None = None
        self._said: set[str] = set()

    def joined(self, text: str, paper: Paper, turned: str) -> str:
        """`text` on `paper`, or `turned`, its other form, behind an opening; MARKER stays in it.

        A sentence with a clause of its own in front takes no opening, and only work is done "later".
        """
        opening = self._opening(text, paper, *self._last) if self._last and "," not in text.split(MARKER)[0] else ""
        self._last = text, paper
        self._said.add(opening)
        chosen = text if opening in _OF_WORK else turned
        return opening + _lowered(chosen) if opening else chosen

    def _opening(self, text: str, paper: Paper, before: str, last: Paper) -> str:
        later = bool(last.year and paper.year and paper.year > last.year)
        found = {
            "In contrast, ": _differ(before, text),
            "Similarly, ": self._likeness(before, last, text, paper) >= _ALIKE,
            _OF_WORK[0]: _same_group(last, paper),
            _OF_WORK[1]: later,
        }
        return next((opening for opening, holds in found.items() if holds and opening not in self._said), "")

    def _likeness(self, before: str, last: Paper, text: str, paper: Paper) -> float:
        said = ((before, last), (text, paper))
        one, other = self._embed([bare_claim(told.replace(f" {MARKER}", ""), of) for told, of in said])
        return float(one @ other)


def _differ(before: str, text: str) -> bool:
    """Whether the two sentences take different ways of one choice."""
    for ways in _CHOICES:
        ours, theirs = ({way for way in ways if re.search(rf"\b(?:{way})", said, re.I)} for said in (text, before))
        if ours and theirs and not ours & theirs:
            return True
    return False


def _same_group(one: Paper, other: Paper) -> bool:
    """Whether the papers share their first author, or half of the authors."""
    shared = set(one.authors) & set(other.authors)
    return one.authors[:1] == other.authors[:1] != () or 2 * len(shared) > min(len(one.authors), len(other.authors)) > 0


def _lowered(text: str) -> str:
    """A small first letter where the sentence opens with a word and not with a name."""
    return text[0].lower() + text[1:] if re.match(r"(?:The|With|According|In) ", text) else text
