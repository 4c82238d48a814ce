"""The form that an answer should have, read off the words of a question, and the words that ask told alike.

"Explain X" asks what "What is X?" asks, "open challenges of X" what "limitations of X" does: both are read, and
searched for, in one wording.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

# What a question wants: what a thing is, yes or no, what speaks for and against, papers one by one; or none of these.
Form = Literal["definition", "yes or no", "sides", "list", "open"]
# What of a paper is asked for: a role of a statement (rag/telling/statements.py), or nothing in particular.
Role = Literal["", "limitation", "data", "result", "method"]

_WORKS = r"(?:papers|works?|studies|publications|articles|research|literature)"
_NOUNS: dict[Role, str] = {
    "limitation": r"(?:problems|challenges|limitations|drawbacks|weaknesses|shortcomings|disadvantages|downsides"
    r"|pitfalls|difficulties|obstacles|flaws|issues|open questions|failures)",
    "data": r"(?:data ?sets|benchmarks|corpora|test ?sets|test ?beds|test suites|collections of data)",
    "method": r"(?:methods|approaches|techniques|solutions|strategies|ways)",
}
_TOLD: dict[Role, str] = {"limitation": "limitations", "data": "datasets", "method": "methods"}
_ANY = "|".join(_NOUNS.values())
_PREFIX = (
    r"^(?P<about>(?:About|On) “.{1,600}?”: )?\W*"
    r"(?:(?:please|so|but|and|hi|hello|ok|can you|could you|would you)[\s,]+)*"
)
# Where such a noun asks: at the start or behind a word that asks, in front of what it is asked of.
_ASKED_NOUN = re.compile(
    rf"(?P<before>{_PREFIX}|\b(?:what|which|any|some|are|the)\s+)"
    rf"(?:(?:the|open|main|key|major|current|known|common|existing|remaining|available|public|different)\s+)*"
    rf"(?P<noun>{_ANY})(?=\s+(?:of|with|in|for|on|about|to|do|does|did|are|were|was|is|have|has|can|remain|exist"
    r"|[a-z]+)\b|\W*$)",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    rf"{_PREFIX}(?:what(?:’s|'s| is| are| was| were)|explain|describe|define|introduce|summari[sz]e"
    r"|(?:an? )?(?:short )?(?:summary|overview|explanation|description|definition) of"
    r"|what (?:do you|can you|does the library) (?:know|tell me) about"
    r"|(?:tell|show|teach|give) (?:me|us)(?: more| something| a (?:short )?(?:summary|overview))?(?: about| of)?)\s+"
    r"(?P<subject>[^?!;]+?)(?: (?:in short|briefly|in a few words|about|all about))*\W*$",
    re.IGNORECASE,
)
_DOES = re.compile(
    rf"{_PREFIX}what (?:does|do) (?P<subject>[^?!;,]+?) (?:do|mean|stand for|propose|introduce)\W*$", re.IGNORECASE
)
# An attribute of something, or a clause, is no subject of a definition.
_NO_SUBJECT = re.compile(
    r"(?i)^(?:the|its|their|some|any|good|best|most)\b"
    r"(?! [\w*:-]+(?: [\w*:-]+)? (?:paper|work|method|model|approach|system)$)"
    r"|\b(?:how|why|which|who|whether|that|between|used|using|needed|required|called|known|is|are|was|were|does|do|it"
    rf"|they)\b|^(?:{_ANY}|{_WORKS})\b|,"
)
_SHORT = 8  # words of what is defined
_AUXILIARY = r"(?:do|does|did|is|are|was|were|can|could|has|have|had|will|would|should|might|may|must)(?:n['’]t| not)?"
_YES_NO = re.compile(
    rf"{_PREFIX}(?P<auxiliary>{_AUXILIARY})\b(?! (?:you|there|we have|i)\b)\s+(?P<claim>.+?)\W*$", re.IGNORECASE
)
# What is looked for in papers one by one, and papers themselves.
_THINGS = rf"(?:{_NOUNS['data']}|{_NOUNS['method']})"
_WHICH = (
    rf"{_PREFIX}(?:(?:(?:which|what|are there(?: any)?|any|all|the|list|show me|find|give me|name)"
    r"(?: (?!of\b)[\w-]+)??)\s+)*"
)
_THERE = r"(?:(?:is|are|exists?|do we have) (?:there|available|known|out there)|there (?:is|are)|exists?|available)"
_LIST = re.compile(
    rf"{_WHICH}(?:(?P<works>{_WORKS})\s+(?:{_THERE}\s+)?"
    r"(?P<link>(?:(?:is|are) )?(?:on|about|for|regarding)\b|that\b|which\b|with\b|using\b"
    r"|(?!of\b|in\b|and\b|was|were|is\b|are\b|did\b|has\b|have\b|from\b|by\b)[a-z]+\b)"
    rf"|(?P<things>{_THINGS})\s+(?:{_THERE}(?:\s+(?:for|on|about|of|to))?|for|on|about|to|that|which"
    r"|(?!of\b|in\b|and\b|was|were|is\b|are\b|did\b|does\b|do\b|has\b|have\b|from\b|with\b|by\b"
    r"|[a-z]+ed\b)[a-z]+)\b)\s*(?P<subject>.+?)\W*$",
    re.IGNORECASE,
)
_PRESENTED = re.compile(r"(datasets|methods) for (.+)")
_ABOUT = re.compile(r"(?i)^(?:is |are )?(?:on|about|for|regarding)$")
GOOD = (
    r"(?:help|improv|benefi|boost|enhanc|increas|outperform|better|gain|useful|effective|facilitat|advantage|strength"
    r"|pros\b)"
)
BAD = r"(?:hurt|harm|degrad|worse|impair|hinder|decreas|reduc|drop|disadvantage|weakness|detriment|cons\b|hamper|bad)"
_SIDES = re.compile(rf"\b(?:{GOOD}[a-z]* (?:or|and) {BAD}|{BAD}[a-z]* (?:or|and) {GOOD})[a-z]*", re.IGNORECASE)
_CHOICE = re.compile(r"(?i)\bor (?!more\b|less\b|not\b|fewer\b)")


# What asks for the means; how well, how often and how two things compare ask for something else.
_MEANS = re.compile(
    r"(?i)\b(?:how (?:do|does|did|is|are|was|were|can|could|has|have|might|would|should|to)\b"
    r"|(?:in|by) (?:what|which) (?:way|means|method|mechanism)s?\b|by doing what\b)"
    r"(?!.*\b(?:compare[sd]?|differ(?:s|ed|ent)?|fares?|perform(?:s|ed)?|relate[sd]?|affect(?:s|ed)?|influence[sd]?"
    r"|impact(?:s|ed)?|scale[sd]?|rank(?:s|ed)?|do (?:on|in|at|against|with|next)|defined?|called|known|measured)\b)"
)


_AMONG = re.compile(r"^Which of the papers (?P<titles>“.+?”(?:, “.+?”)*) (?P<claim>[^“”]+)$")


def asked_of(titles: Sequence[str], claim: str) -> str:
    """The question which of the papers of these titles a claim is true of."""
    return f"Which of the papers {', '.join(f'“{title}”' for title in titles)} {claim}"


def among(text: str) -> tuple[tuple[str, ...], str]:
    """The titles of the papers that a question is asked of alone, and the question without them; nothing for others."""
    found = _AMONG.match(text)
    return (tuple(found["titles"][1:-1].split("”, “")), f"Which papers {found['claim']}") if found else ((), text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants: the form, the role, what it is about, and the claim that yes or no answers.

    `means` tells that it asks how something is done; `auxiliary` is the verb that asks for yes or no. Of a question for
    both sides `claim` is what helps or hurts, of a list what each of its papers does.
    """

    form: Form
    role: Role = ""
    subject: str = ""
    claim: str = ""
    means: bool = False
    auxiliary: str = ""


def told_alike(text: str) -> str:
    """`text` with its asking nouns in the word that stands for all of their kind, and definitions in one wording."""
    told = _ASKED_NOUN.sub(lambda match: match["before"] + _TOLD[role_of(match["noun"])], text)
    about, subject = _definition(told)
    if subject:
        return f"{about}What is {subject}?"
    listed = _LIST.match(told)
    if listed and listed["things"]:
        return (
            f"{listed['about'] or ''}Which papers present {_TOLD[role_of(listed['things'])]} for {listed['subject']}?"
        )
    if listed and _ABOUT.match(listed["link"]):
        return f"{listed['about'] or ''}Which papers are about {listed['subject']}?"
    return told


def wanted(text: str) -> Wanted:
    """What the question `text` wants; any text may be read."""
    if _definition(text)[1]:
        return Wanted("definition", subject=_definition(text)[1])
    if sides := _SIDES.search(text):
        opening = re.compile(rf"{_PREFIX}(?:{_AUXILIARY}\b|what are|how)?\s*(?:the )?", re.IGNORECASE)
        before, after = opening.sub("", text[: sides.start()]).strip(), text[sides.end() :].strip(" ?.")
        return Wanted("sides", subject=f"{before} {after}".strip(), claim=before or after)
    if found := _LIST.match(text):
        presented = _PRESENTED.match(found["subject"]) if found["link"] == "present" else None
        if presented:
            return Wanted("list", role_of(presented[1]), presented[2])
        return Wanted("list", "", found["subject"], f"{found['link'] or ''} {found['subject']}".strip())
    asked = _YES_NO.match(text)
    if asked and not _CHOICE.search(asked["claim"]):
        return Wanted("yes or no", claim=asked["claim"], auxiliary=re.sub(r"n['’]t$| not$", "", asked["auxiliary"]))
    noun = _ASKED_NOUN.search(text)
    return Wanted("open", role_of(noun["noun"]) if noun else "", means=bool(_MEANS.search(text)))


def role_of(noun: str) -> Role:
    """The role that an asking noun asks for."""
    return next((role for role, nouns in _NOUNS.items() if re.fullmatch(nouns, noun, re.IGNORECASE)), "")


def _definition(text: str) -> tuple[str, str]:
    """What stands in front of a question for a definition, and what it wants defined; nothing for another question."""
    found = _DEFINITION.match(text) or _DOES.match(text)
    if not found:
        return "", ""
    subject = re.sub(r"(?i)^(?:the|an?) |(?<=\w) (?:paper|work)$", "", found["subject"].strip("“”\"' "))
    is_short = 0 < len(subject.split()) <= _SHORT
    good = is_short and not _NO_SUBJECT.search(found["subject"].strip())
    return (found["about"] or "", subject) if good else ("", "")
