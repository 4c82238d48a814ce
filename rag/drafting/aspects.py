"""The aspects of a comparison: what users call them, and what says something of one where nothing says it surely."""

import re
from collections.abc import Iterable, Mapping, Sequence

from rag.language.terms import stem
from rag.telling.statements import AVAILABLE, Statement

# What users call these aspects, by the stems of their words.
_CALLED: Mapping[str, str] = {
    "task": "problem motivation goal objective question challenge aim",
    "method": "approach technique model solution algorithm contribution",
    "data": "dataset benchmark corpus evaluation",
    "result": "finding performance accuracy outcome number",
    "limitation": "weakness shortcoming drawback failure",
}
_ASPECTS = {stem(word): aspect for aspect, called in _CALLED.items() for word in (aspect, *called.split())}
OF_OTHERS = re.compile(
    r"(?i)\b(?:existing|previous|prior|current|recent|conventional|traditional|most|many|other|common|popular)\s+(?:[\w-]+\s+)"
    r"{0,3}?(?:work|method|approach|effort|stud|technique|paradigm|algorithm|system|model|dataset|benchmark|research)\w*"
    r"|\b(?:has|have) been (?:proposed|developed|introduced|studied|shown)\b"
)
# What a sentence says that no surer one was found for: of what is to be done the first one, of the rest any such.
FEEBLE: Mapping[str, re.Pattern[str]] = {
    "task": re.compile(r"(?i)^(?!.*\bhowever\b)(?:\S+ ){3}"),
    "method": re.compile(
        r"(?i)\b(?:we|this (?:paper|work|study)) (?:\w+ )?(?:learn|train|appl|us|investigat|stud|analy|examin"
        r"|adapt|explor|consider|deriv|choos)\w*"
    ),
    "data": re.compile(
        r"(?i)\b(?:train|learn|adapt|evaluat|test|experiment|appli|validat|demonstrat|tun|assess|simulat)\w*\b"
        r".{0,60}?\b(?:on|from|across|over|with|in|of)\b.{0,50}?\b(?:demonstrations?|data|videos?|images?|trials?|episodes"
        r"|simulations?|texts?|participants?|patients?|examples?)\b"
    ),
    "result": re.compile(
        r"(?i)\d\s?\\?%|(?<![\d.,])\d[\d.,]*\s.*(?<![\d.,])\d|\bwe (?:\w+ )?(?:prove|show|find|found|demonstrate)\b"
        r"|\b(?:results?|evidence|evaluations?|experiments?|findings) (?:\([^)]*\) )?"
        r"(?:suggest|indicate|show|reveal)s?\b"
    ),
    "limitation": re.compile(
        r"(?i)\b(?:remains? (?:hard|difficult|challenging|open|unsolved|poor|weak)|fails? (?:on|in|for|when|to)"
        r"|breaks? down|worse (?:on|in|for|when)|only (?:holds?|works?) (?:for|in|when|under))\b"
    ),
}


def role_of(aspect: str) -> str:
    """The known aspect that a user's aspect of one word is another name of, else the aspect as it is."""
    return _ASPECTS.get(stem(aspect), aspect.lower()) if len(aspect.split()) == 1 else aspect.lower()


def feebly(wanted: Iterable[str], found: Sequence[Statement], made: int, taken: Mapping[str, int]) -> dict[str, int]:
    """Aspect → a sentence that says something of it, for known aspects without a surer one.

    A task comes first of all, data with what is made or behind it, results and limitations behind it; what another
    aspect has comes last.
    """
    rest = [aspect for aspect in wanted if role_of(aspect) in FEEBLE and aspect not in taken]
    more: dict[str, int] = {}
    for role in ("method", "result", "limitation", "data", "task"):
        start = next((n for n, s in enumerate(found) if FEEBLE["method"].search(s.text)), len(found))
        first = min(made, start) % max(1, len(found))  # where nothing is said to be made: the first sentence
        places = range(first + 1, len(found)) if role in ("result", "limitation") else range(len(found))
        places = range(first, len(found)) if role == "data" else places
        places = range(min(first, 1)) if role == "task" else places
        for aspect in (aspect for aspect in rest if role_of(aspect) == role):
            used = {*taken.values(), *more.values()}
            fit = [n for n in places if FEEBLE[role].search(found[n].text) and _is_free(found[n])]
            fit = [n for n in fit if n not in used] or ([] if role in ("task", "limitation") else fit)
            more |= {aspect: fit[0]} if fit else {}
    return more


def _is_free(statement: Statement) -> bool:
    """Whether a sentence tells of the work itself: neither of others' nor of where it is to be had."""
    return not (AVAILABLE.search(statement.text) or OF_OTHERS.search(statement.text))
