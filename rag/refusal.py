"""Saying no: the fixed openings of a refusal, shared by the prompt, the offline model and the chain."""

from typing import Literal

# The library has no paper on the subject; nothing follows it.
NO_PAPER = "No paper in this library is about this."
# The right paper is there, its abstract lacks the detail; what it does say may follow, cited.
NOT_STATED = "The abstract does not state this."
# The question takes for granted what the abstract denies; what it says instead follows, cited.
FALSE_PREMISE = "The abstract says otherwise."

# So many of the nearest papers are shown with a refusal.
NEAREST = 3

Refusal = Literal["no paper", "not stated", "false premise"]
PHRASES: dict[Refusal, str] = {"no paper": NO_PAPER, "not stated": NOT_STATED, "false premise": FALSE_PREMISE}


def read_refusal(text: str) -> Refusal | None:
    """Which refusal a model's `text` opens with, or None when it is an answer.

    White space, quotes and Markdown emphasis in front, and letter case, do not matter: small
    models add them.
    """
    opening = " ".join(text[:200].split()).lstrip("\"'“‘*_>` ").casefold()
    for kind, phrase in PHRASES.items():
        if opening.startswith(phrase.rstrip(".").casefold()):
            return kind
    return None
