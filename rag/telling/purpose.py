"""What a title says the work is for, in front of a sentence that does not tell it."""

import re

from rag.language.acronyms import small
from rag.language.phrases import WEAK
from rag.language.terms import content_stems, plain
from rag.telling.trimming import MARKER

_LONGEST, _ALIKE = 8, 6  # words of a purpose; letters that make two words alike
_PURPOSE = re.compile(r"\bfor (?P<what>[^:,;.?!()]+?)(?: at Scale)?\s*$")


def with_purpose(text: str, title: str, abstract: str, topic: str = "") -> str:
    """ "For P, Kang et al. propose …" where the title ends with "for P" and neither `topic` nor `text` has a word of P.

    A sentence with a clause of its own in front stays as it is.
    """
    what = _purpose(title, abstract)
    told = content_stems(what) - WEAK
    known = {word[:_ALIKE] for word in content_stems(plain(f"{text} {topic}"))}
    if not told or known & {word[:_ALIKE] for word in told} or "," in text.partition(MARKER)[0]:
        return text
    is_word = re.match(r"(?:The|With|In) ", text)  # and no name
    return f"For {what}, {text[0].lower() + text[1:] if is_word else text}"


def _purpose(title: str, abstract: str) -> str:
    """ "instructional videos" of "Planning for Instructional Videos"; empty where the title says no such thing."""
    found = _PURPOSE.search(title.replace(" For ", " for ")) if not re.search(r"[\\$]", title) else None
    words = found["what"].split() if found else []
    told = (word.lower() if re.search(rf"\b{re.escape(word.lower())}\b", abstract) else small(word) for word in words)
    return " ".join(told) if len(words) <= _LONGEST else ""
