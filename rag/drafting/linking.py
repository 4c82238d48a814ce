"""How a sentence goes on from the one before it: only what can be read off the two papers is said."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.drafting.shaping import MARKER
from rag.drafting.telling import Told, unmarked
from rag.verifying.attribution import bare_claim
from store.records import Paper

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray"]

_OF_WORK = ("In further work, ", "Later, ")
ALIKE = 0.7  # likeness of two sentences from which one is told as like the other
# Ways to do one thing: a sentence that takes one of them stands in contrast to a sentence that takes another.
_CHOICES = tuple(
    tuple(re.compile(rf"\b(?:{cue})", re.I) for cue in choice)
    for choice in (
        (
            r"self-supervised|unsupervised",
            r"semi-supervised",
            r"weakly[- ](?:supervised|labell?ed)",
            r"(?:fully[- ])supervised",
        ),
        (r"training-free|without (?:any )?(?:training|fine-?tuning)|zero-shot", r"fine-?tun"),
        (r"offline", r"online"),
        (r"model-based", r"model-free"),
        (r"discrete|token", r"continuous"),
        (r"(?<!non-)auto-?regressive", r"non-autoregressive|diffusion|flow matching|denoising|in parallel"),
        (r"explicit", r"implicit"),
        (r"end-to-end", r"modular|two-stage|hierarchical|multi-stage"),
        (r"skeleton|pose-based", r"RGB|event data|egocentric|first-person"),
    )
)


@dataclass
class Links:
    """The openings of the sentences of a draft, one after the other."""

    embed: Embed
    _before: list[tuple[Paper, Told]] = field(default_factory=list)
    _said: set[str] = field(default_factory=set)

    def new_theme(self) -> None:
        """The next sentence opens a theme, and nothing is behind it."""
        self._before, self._said = [], set()

    def joined(self, told: Told, paper: Paper, turned: Told) -> str:
        """`told`, or `turned`, its other form, behind an opening; MARKER stays in it.

        A sentence with a clause of its own in front takes no opening, and only work is done "later".
        """
        opening = "" if "," in told.text.split(MARKER)[0] else self._opening(told, paper)
        self._before.append((paper, told))
        self._said.add(opening)
        chosen = told if opening in _OF_WORK else turned
        return opening + _lowered(chosen.text) if opening else chosen.text

    def _opening(self, told: Told, paper: Paper) -> str:
        if not self._before:
            return ""
        last, last_told = self._before[-1]
        found = [
            ("In contrast, ", _differ(last_told.text, told.text)),
            ("Similarly, ", _likeness(self.embed, (last, last_told), (paper, told)) >= ALIKE),
            (_OF_WORK[0], _same_group(last, paper)),
            (_OF_WORK[1], bool(last.year and paper.year and paper.year > last.year)),
        ]
        return next((opening for opening, holds in found if holds and opening not in self._said), "")


def _differ(before: str, text: str) -> bool:
    """Whether the two sentences take different ways of one choice."""
    for ways in _CHOICES:
        ours = {n for n, way in enumerate(ways) if way.search(text)}
        theirs = {n for n, way in enumerate(ways) if way.search(before)}
        if ours and theirs and not ours & theirs:
            return True
    return False


def _likeness(embed: Embed, one: tuple[Paper, Told], other: tuple[Paper, Told]) -> float:
    a, b = embed([bare_claim(unmarked(told.text), paper) for paper, told in (one, other)])
    return float(a @ b)


def _same_group(one: Paper, other: Paper) -> bool:
    """Whether the papers share their first author, or half of the authors."""
    shared = set(one.authors) & set(other.authors)
    return one.authors[:1] == other.authors[:1] != () or 2 * len(shared) > min(len(one.authors), len(other.authors)) > 0


def _lowered(text: str) -> str:
    """A small first letter where the sentence opens with a word and not with a name."""
    return text[0].lower() + text[1:] if re.match(r"(?:The|With|According|In) ", text) else text
