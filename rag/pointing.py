"""Whether a question refers to what was said before it: by a pronoun, by an ellipsis, by "these" or "the other one".

A question that names its own subject is a new one, whatever was asked before.
"""

import re
from collections.abc import Sequence

from rag.language.names import names
from rag.language.terms import STOP, plain, words
from rag.question import any_of, read_question
from rag.records import Turn
from rag.tuning import Reading

WORK = (
    r"(?:papers?|works?|study|studies|methods?|models?|approach(?:es)?|systems?|agents?|datasets?"
    r"|benchmarks?|frameworks?|authors?|results?|ones?|algorithms?|policy|policies|techniques?|ideas?"
    r"|settings?)"
)
# What stands for something said before, here or earlier in the question.
_POINTER = any_of(
    r"\b(?:it|its|itself|they|them|their|theirs|themselves|he|she|his|her|this|these|those|that|there)\b",
    r"\bthe (?:same|first|second|third|last|former|latter|two|three|previous|above)"
    rf"(?: {WORK}\b(?! of)"
    r"|(?=\s*(?:[?.,;!]|$|(?:is|was|are|were|do|does|did|has|have|can|in|on|for|one)\b)))",
    r"\b(?:both|each|either|neither|which|all) of the (?:two|three)\b|\bare both\b|\bdo both\b|\bone that\b",
)
# Words that look like pointers and stand for nothing.
_NO_POINTER = any_of(
    r"\b(?:so|such|now|given|provided|except|(?!was |is |does |has )[a-z]+s|[a-z]+ed|say|mean|show|find|claim"
    r"|think|believe) that\b",
    rf"(?<!\bis )(?<!\bwas )(?<!\bdo )(?<!\bdid )(?<!\bdoes )\bthat (?!{WORK}\b)[a-z-]+",
    r"\bthere(?:'s| is| are| was| were| any| a)\b|\b(?:is|are|was|were|isn't|aren't) there\b",
    r"\b(?:of )?(?:these|those|this) (?:papers|works|studies|abstracts|library|collection|articles"
    r"|publications|year)\b",
    r"\b(?:how|what) [a-z]+ (?:is|was|does|would) it\b(?= (?:to|that)\b)",
    r"\bit (?:is|was|takes|seems|possible)\b(?= .{0,30}\b(?:to|that)\b)",
    r"\b(?:is|was) it (?:[a-z]+ ){0,2}(?=to\b|that\b)|\b(?:is|was) it [a-z]+(?= for\b.{1,60}?\bto\b)",
    r"\bthose (?:who|that|which|with)\b|\bthat['’]s\b(?= (?:a|an|the)\b)",
)
# What only a conversation explains, wherever it stands.
_CARRYING = any_of(
    rf"\banother one\b|\bthe other (?:{WORK}|two)\b|\bthe others\b|\bdo(?:ing)? (?:that|so|this)\b",
    r"\bdo(?:es|ing)? the same\b|\byou (?:just )?(?:said|mentioned|cited|named|listed)\b",
    r"\bmentioned (?:above|before|earlier)\b",
)
_OPENING = any_of(
    r"^\W*(?:and|but|so|then|or|also|what about|how about|what else|who else|anything else|any others?"
    r"|why not|how so|really|if so|if not|in that case|go on|tell me more|more about|thanks|ok(?:ay)?)\b"
)
_ASKS = any_of(
    r"^\W*(?:what|which|who|whose|where|when|why|how|is|are|was|were|does|do|did|can|could|has|have|had|will"
    r"|would|should|in which|on which|by how)\b"
)
# "the accuracy", but not "the chapter about robots", which says itself what it is.
_BRIDGE = any_of(r"\bthe (?!best\b|most\b|first\b|largest\b|(?:[a-z]+ ){1,3}about\b)[a-z]+")
# What is asked about a paper: a question of such words alone says nothing of which paper.
_ATTRIBUTE = re.compile(
    r"data(?:sets?)?|benchmarks?|results?|accuracy|parameters?|sizes?|models?|gains?|margin|code|speed|fast(?:er)?"
    r"|slower|big|large|small|baselines?|methods?|approach|authors?|papers?|tasks?|experiments?|limitations?"
    r"|numbers?|scores?|metrics?|trained|tested|evaluated|used?|works?|drawbacks?|costs?|long|names?|called"
    r"|examples?|details?|year|published|venue|available|reported|improvements?|robots?|simulation|real|exactly"
    r"|mean"
)
# What every work has: "does training take long?" names nothing.
_VAGUE = re.compile(
    r"(?:pre-?)?training|(?:fine-?)?tuning|inference|evaluation|stages?|phases?|steps?|memory|time|hardware|take|help"
)
# Where a thing is named without pointing at one that is known: "how do robots …", "the role of noise".
_NO_NAME = (
    r"(?!(?:the|an?|there|it|its|they|their|them|this|that|these|those|he|she|you|we|i|his|her|one|all|any|both)\b)"
)
_AUXILIARY = r"(?:do|does|did|is|are|was|were|can|could|has|have|had|will|would|should|may|might)"
_PHRASE = r"(?P<named>[\w-]+(?: [\w-]+){0,2})"
_BARE = re.compile(rf"(?i)^\W*(?:(?:how|why|when|where|what)\s+)?{_AUXILIARY}\s+{_NO_NAME}{_PHRASE}")
_COMPLEMENT = re.compile(rf"(?i)\bthe (?:[\w-]+ ){{1,3}}(?:of|about|between|behind) (?:an? )?{_NO_NAME}{_PHRASE}")
_DOCUMENT = any_of(
    r"\b(?:the|an?) (?:[\w-]+ ){0,2}?(?:chapter|paper|book|thesis|article|survey|review|report|study|work|tutorial"
    r"|literature|research) (?:on|about|of|for|in|with|by|from|called|titled) (?!(?:it|them|this|that|these)\b)",
)
# Of which there is one, and everybody knows it.
_UNIQUE = any_of(
    r"\bthe (?:brain|weather|internet|web|world|climate|economy|stock market|public|human body|eye|police|law|sun|sky"
    r"|ocean|sea|elderly|deaf|blind|future of)\b",
)
_MANY_NAMED = re.compile(r"(?i)\bthe (?:[\w-]+ )?(?P<named>[\w-]*[a-z](?<![sui])s)\b")
_DEFINED = re.compile(rf"(?i)^\W*what (?:is|are) {_NO_NAME}{_PHRASE}")
_SEVERAL = frozenset({"they", "them", "their", "theirs", "themselves"})


def depends(question: str, history: Sequence[Turn]) -> bool:
    """Whether `question` can only be understood with `history`; never when nothing was asked before."""
    if not any(turn.role == "user" and turn.content.strip() for turn in history):
        return False
    carried = bool(_OPENING.search(question)) and len(content_words(question)) <= Reading.CARRIED
    carried = carried and not _is_whole(_OPENING.sub("", question))
    return carried or bool(_CARRYING.search(question)) or bool(pointers(question)) or _leaves_out(question)


def _is_whole(rest: str) -> bool:
    """Whether what follows "and", "so" or "but" is a question of its own: "And what is federated learning?"."""
    if not _ASKS.search(rest) or _leaves_out(rest):
        return False
    defined = _DEFINED.match(rest.strip(" ,"))
    return _is_own(rest) and (len(content_words(rest)) > Reading.CARRIED_ON or (defined is not None))


def _is_own(question: str) -> bool:
    """Whether a question names what it is about, by nouns that point at nothing said before."""
    if _DOCUMENT.search(question) or _UNIQUE.search(question) or _papers_on(question):
        return True
    found = (_BARE.match(question), _COMPLEMENT.search(question))
    return any(match is not None and _tells(match["named"]) for match in found)


def _papers_on(question: str) -> bool:
    """Whether papers are searched for by what they do."""
    asked = read_question(question)
    return asked.kind == "list" and _tells(asked.wanted.claim or asked.wanted.subject)


def _tells(text: str) -> bool:
    """Whether a phrase names a subject; "which robots?" asks of a paper, but "how do robots …" names its own."""
    known = (_ATTRIBUTE.fullmatch(word) or _VAGUE.fullmatch(word) for word in content_words(text))
    return not all(known) or bool(re.search(r"\brobots\b", text))


def pointers(question: str) -> list[str]:
    """The pronouns and the like of a question that have nothing before them in it to stand for."""
    text = _NO_POINTER.sub(lambda match: "," * len(match[0]), question)
    found = _POINTER.finditer(text)
    return [
        match[0].lower()
        for match in found
        if not _gives_subject(question[: match.start()], match[0].lower() in _SEVERAL)
    ]


def content_words(text: str) -> list[str]:
    """The words of a text that carry meaning of their own, in small letters."""
    found = (word.text.lower() for word in words(plain(text)))
    return [word for word in found if word not in STOP and not word.endswith("n't")]


def _gives_subject(before: str, several: bool) -> bool:
    """Whether the words before a pronoun hold something that it can stand for, be it of `several` things."""
    introduced = bool(re.search(r"\b(?:an?|two|three|some)\b", before, re.IGNORECASE))
    if _is_named(before) or len(content_words(before)) >= Reading.ANTECEDENT - introduced:
        return True
    named = [_BARE.match(before), *_MANY_NAMED.finditer(before)] if several else [_DEFINED.match(before)]
    return any(match is not None and _tells(match["named"]) for match in named)


def _leaves_out(question: str) -> bool:
    """ "Which datasets?", "Can the backbone stay frozen?": a question without a subject of its own."""
    if _is_named(question):
        return False
    content = content_words(question)
    if all(_ATTRIBUTE.fullmatch(word) for word in content):
        return True
    short = len(content) <= Reading.SHORT and bool(_ASKS.search(question)) and bool(_BRIDGE.search(question))
    return short and not _is_own(question)


def _is_named(text: str) -> bool:
    """Whether a thing is named that the first capital of a sentence does not explain."""
    return any(name.is_strong or name.start > 0 for name in names(plain(text)))
