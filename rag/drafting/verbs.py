"""Verbs of abstracts in the singular and the plural: "this paper proposes" is "they propose"."""

import re

from rag.language.terms import listed

_UNCHANGING = {"can", "could", "may", "might", "will", "would", "must", "should", "built", "found", "made", "showed"}
_IRREGULAR = {"are": "is", "have": "has", "do": "does", "were": "was"}
# What papers are said to do.
RESEARCH = frozenset(
    listed("""
propose present introduce study investigate address develop describe explore analyze analyse examine evaluate
report discuss provide show demonstrate consider aim offer argue compare establish prove derive design formulate
construct build extend apply focus tackle find revisit advance review survey give use leverage employ adopt
highlight outline identify contribute suggest seek test train validate devise create release characterize
generalize implement conduct perform propose reveal assess combine
""")
)


def singular(verb: str) -> str:
    """The third person singular of a plain verb; past forms and modals stay."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if re.search(r"ed$|ly$", verb) or verb in _UNCHANGING:
        return verb
    if re.search(r"(s|x|z|ch|sh|o)$", verb):
        return verb + "es"
    return verb[:-1] + "ies" if re.search(r"[^aeiou]y$", verb) else verb + "s"


PLURALS = {singular(verb): verb for verb in RESEARCH}
DOING = {re.sub(r"e$", "", verb) + "ing": verb for verb in RESEARCH}
PLAIN = {
    "proposed": "propose",
    "presented": "present",
    "introduced": "introduce",
    "developed": "develop",
    "described": "describe",
    "studied": "study",
    "investigated": "investigate",
    "derived": "derive",
    "designed": "design",
    "considered": "consider",
    "established": "establish",
    "formulated": "formulate",
}
# A verb joined to the first one; what follows tells it from a noun ("and studies how", "user studies and surveys").
_JOINED = re.compile(
    r"(?P<join>,? (?:and|then)(?: then| also| further)? )(?P<verb>[a-z]+)(?= (?:an?|the|that|how|whether|why|their|our"
    r"|its|this|these|some|several|two|three|four|new|novel|on|it|them)\b)"
)


def agreeing(text: str, single: bool) -> str:
    """`text` behind a first verb, the verbs joined to that one with the same number."""
    forms = {verb: singular(verb) for verb in RESEARCH} if single else PLURALS

    def put(match: re.Match[str]) -> str:
        return match["join"] + forms.get(match["verb"], match["verb"])

    return _JOINED.sub(put, text)
