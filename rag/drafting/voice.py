"""A sentence of an abstract told by someone else: "We propose X" becomes "Kang et al. [3] propose X".

Only who speaks changes: openings that point to a sentence left behind are cut, the first person
becomes the third, and the rest stays word for word, so that the check finds it in the abstract.
"""

import re

from rag.language.terms import is_common
from rag.references.authors import in_text
from store.records import Paper

_LABEL = r"\(?(?:\d|[ivx]+|[a-c])[.)]\s+"
_BEFORE_COMMA = (
    r"in addition|in particular|more \w+ly|to this end|to that end|to do so|to do this|as a result|as such"
    r"|as a remedy|in response|in turn|in contrast|by contrast|as an alternative|in summary|in short"
    r"|in general|to begin with|overall|notably|importantly|interestingly|crucially|rather|meanwhile"
    r"|with this \w+|in this context"
)
_BEFORE_ANY = (
    r"however|moreover|furthermore|additionally|besides|then|next|finally|lastly|first(?:ly)?|second(?:ly)?"
    r"|third(?:ly)?|specifically|concretely|hence|thus|therefore|consequently|accordingly|herein|here"
    r"|instead|alternatively|further|namely|indeed|nevertheless|nonetheless"
)
_CONNECTIVE = re.compile(
    rf"^(?:{_LABEL}|(?:{_BEFORE_COMMA})\s*,\s+|(?:{_BEFORE_ANY})\b\s*,?\s+"
    r"|in (?:this|our) \w+\s*(?:,\s+|(?=we\b)))(?=\S)",
    re.I,
)
_BACK = (
    r"\b(?:this|these|those|such|above|aforementioned|it|them|so|the (?:gap|issue|problem|challenge"
    r"|limitation|drawback|shortcoming)s?)\b"
)
_LEADS = (
    r"to|based on|build(?:ing)? (?:up)?on|motivated by|inspired by|driven by|through|with|given|by"
    r"|in order to|for|using|via|under|following|from|after|in light of|despite|aiming to|towards?|in"
)
_POINTING = re.compile(rf"^(?:{_LEADS})\b[^,]*?{_BACK}[^,]*,\s+(?=(?:we|this|our|the|in)\b)", re.I)
_PURPOSE = re.compile(
    r",?\s+to (?:overcome|address|solve|tackle|mitigate|alleviate|bridge|fill|resolve|achieve|fix|close"
    r"|remedy|handle|meet|exploit) (?:this|these|such|those)(?: [\w-]+)?(?=[,.;:]| by\b|$)",
    re.I,
)
_ASIDE = re.compile(
    r",\s+in this (?:paper|work|study|article|letter|thesis)(?=,)|(?<=[a-z]) in this (?:paper|work|study"
    r"|article|letter|thesis)(?=[,.]|$)",
    re.I,
)
_ADVERBS = re.compile(
    r"^(?:(?:further(?:more)?|also|first(?:ly)?|then|additionally|finally|thus|therefore|hence|next"
    r"|instead|accordingly|consequently|subsequently|here|herein|moreover|lastly)\s+)+"
)
_DOCUMENT = re.compile(
    r"^(?:This|The present|Our) (paper|work|study|article|thesis|letter|survey|report)\s+(?=\w)"
)
_OURS = re.compile(r"^Our\s+(?=\w)")
_WE = re.compile(r"^(?P<lead>(?:(?!\bwe\b).)*?,\s+|)we\s+(?=\w)", re.I)
# "this indirect knowledge" points to a sentence left behind; "the indirect knowledge" stands alone.
_BACKWARD = re.compile(
    r"(?<=\w )(?:this|these|those)\s+(?!(?:is|are|was|were|by|with|in|on|to|that|which|has|can|and|or)\b)"
    r"(?=[a-z])"
)
_PERSONS = {"we": "they", "our": "their", "ours": "theirs", "us": "them", "ourselves": "themselves"}
_LINK = re.compile(r"\s*\((?:[^()]*https?://[^()]*)\)|\s*(?:at|see|:)\s+https?://\S+")
_RUN_ON = re.compile(
    r"(?<=[\w)])(?<!et al)(?<!vs)(?<!cf)(?<!i\.e)(?<!e\.g)\.\s+"
    r"(?=(?:First|Second|Third|Then|Next|Finally|We|It|This|In|The|To)(?:ly)?\b)"
)
_DANGLING = re.compile(
    r"^(?:it|they|this|these|those|such|he|she|its|their|both|either|another|others?|the (?:former|latter"
    r"|first|second|other|resulting|proposed|above|two))\b",
    re.I,
)
_UNCHANGING = {
    "can",
    "could",
    "may",
    "might",
    "will",
    "would",
    "must",
    "should",
    "built",
    "found",
    "made",
    "showed",
}
_IRREGULAR = {"are": "is", "have": "has", "do": "does", "were": "was"}


def third_person(sentence: str, paper: Paper, marker: str) -> str | None:
    """`sentence` of the abstract of `paper` as a related-work section tells it, with `marker` by its authors.

    None when it cannot stand alone: it points back to another sentence, or is damaged.
    """
    text = self_contained(sentence)
    if text is None:
        return None
    told = _tell(text, _who(paper), len(paper.authors) == 1, f" {marker}" if marker else "")
    told = _BACKWARD.sub("the ", _shift_person(told))
    return told[0].upper() + told[1:].rstrip(" .;:,") + "."


def self_contained(sentence: str) -> str | None:
    """`sentence` without openings that point back, or None when it still does, or is damaged."""
    text = _RUN_ON.split(" ".join(sentence.split()))[0]
    text = _PURPOSE.sub("", _ASIDE.sub("", _LINK.sub("", text)))
    before = ""
    while before != text:
        before, text = text, _POINTING.sub("", _CONNECTIVE.sub("", text))
    if _DANGLING.match(text) and not _DOCUMENT.match(text[0].upper() + text[1:]):
        return None
    return text if len(text.split()) >= 5 and _is_whole(text) else None


def name_of(paper: Paper) -> str:
    """The system's name that opens the title, "CLIP-RT" of "CLIP-RT: Learning …"; empty without one."""
    head, colon, _ = paper.title.partition(":")
    head = head.strip()
    is_name = len(head.split()) == 1 and re.search(r"[A-Z].*[A-Z0-9]|\d|^[A-Z][a-z]+$", head)
    return head if colon and is_name else ""


def _who(paper: Paper) -> str:
    return in_text(paper.authors) or "the authors"


def _tell(text: str, who: str, single: bool, marker: str) -> str:
    capital = text[0].upper() + text[1:]
    if document := _DOCUMENT.match(capital):
        return f"The {document[1]} by {who}{marker} {capital[document.end() :]}"
    if _OURS.match(capital):
        return f"{who}{marker} report that {text[0].lower()}{text[1:]}"
    if we := _WE.match(text):
        return _as_subject(we["lead"], text[we.end() :], who, single, marker)
    return f"According to {who}{marker}, {_lower_first(text)}"


def _as_subject(lead: str, rest: str, who: str, single: bool, marker: str) -> str:
    rest = _ADVERBS.sub("", rest)
    verb, gap, after = rest.partition(" ")
    return f"{lead}{who}{marker} {_inflect(verb) if single else verb}{gap}{after}"


def _inflect(verb: str) -> str:
    """The third person singular of a plain verb; past forms and modals stay."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if re.search(r"ed$|ly$", verb) or verb in _UNCHANGING:
        return verb
    if re.search(r"(s|x|z|ch|sh|o)$", verb):
        return verb + "es"
    return verb[:-1] + "ies" if re.search(r"[^aeiou]y$", verb) else verb + "s"


def _shift_person(text: str) -> str:
    for person, other in _PERSONS.items():
        text = re.sub(rf"\b{person}\b", other, text)
        text = re.sub(rf"\b{person.capitalize()}\b", other.capitalize(), text)
    return text


def _lower_first(text: str) -> str:
    """A small first letter, where the first word is an ordinary one and no name."""
    first = text.split()[0]
    return text[0].lower() + text[1:] if is_common(first) and first[1:].islower() else text


def _is_whole(text: str) -> bool:
    """Whether brackets pair up and no LaTeX command of the authors' own is left in the text."""
    pairs = all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}"))
    return pairs and not re.search(r"\\[a-zA-Z]{2,}", text)
