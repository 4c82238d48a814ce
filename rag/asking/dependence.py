"""Whether a question leans on the conversation before it: rules over its words alone."""

import re
from collections.abc import Sequence

from rag.language.names import names
from rag.language.terms import STOP, plain, words
from rag.records import Turn

_ANTECEDENT = 4  # content words before a pronoun from which it stands for something in the question itself
_SHORT = 4  # content words up to which a question with "the …" and without a name leaves its subject out
_CARRIED = 8  # content words up to which an opening such as "and" carries on what was said

_WORK = (
    r"(?:papers?|works?|study|studies|methods?|models?|approach(?:es)?|systems?|agents?|datasets?"
    r"|benchmarks?|frameworks?|authors?|results?|ones?|algorithms?|policy|policies|techniques?|ideas?"
    r"|settings?)"
)
# What stands for something said before, here or earlier in the question.
_POINTER = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|themselves|he|she|his|her|this|these|those|that|there)\b"
    r"|\bthe (?:same|first|second|third|last|former|latter|two|three|previous|above)"
    rf"(?: {_WORK}\b(?! of)"
    r"|(?=\s*(?:[?.,;!]|$|(?:is|was|are|were|do|does|did|has|have|can|in|on|for|one)\b)))"
    r"|\b(?:both|each|either|neither|which|all) of the (?:two|three)\b|\bare both\b|\bdo both\b|\bone that\b",
    re.IGNORECASE,
)
# Words that look like pointers and stand for nothing.
_NO_POINTER = re.compile(
    r"\b(?:so|such|now|given|provided|except|(?!was |is |does |has )[a-z]+s|[a-z]+ed|say|mean|show|find|claim"
    r"|think|believe) that\b"
    rf"|(?<!\bis )(?<!\bwas )(?<!\bdo )(?<!\bdid )(?<!\bdoes )\bthat (?!{_WORK}\b)[a-z-]+"
    r"|\bthere(?:'s| is| are| was| were| any| a)\b|\b(?:is|are|was|were|isn't|aren't) there\b"
    r"|\b(?:of )?(?:these|those|this) (?:papers|works|studies|abstracts|library|collection|articles"
    r"|publications|year)\b"
    r"|\b(?:how|what) [a-z]+ (?:is|was|does|would) it\b(?= (?:to|that)\b)"
    r"|\bit (?:is|was|takes|seems|possible)\b(?= .{0,30}\b(?:to|that)\b)"
    r"|\b(?:is|was) it (?:[a-z]+ ){0,2}(?=to\b|that\b)"
    r"|\bthose (?:who|that|which|with)\b|\bthat['’]s\b(?= (?:a|an|the)\b)",
    re.IGNORECASE,
)
# What only a conversation explains, wherever it stands.
_CARRYING = re.compile(
    rf"\banother one\b|\bthe other (?:{_WORK}|two)\b|\bthe others\b|\bdo(?:ing)? (?:that|so|this)\b"
    r"|\bdo(?:es|ing)? the same\b|\byou (?:just )?(?:said|mentioned|cited|named|listed)\b"
    r"|\bmentioned (?:above|before|earlier)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\W*(?:and|but|so|then|or|also|what about|how about|what else|who else|anything else|any others?"
    r"|why not|how so|really|if so|if not|in that case|go on|tell me more|more about|thanks|ok(?:ay)?)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"^\W*(?:what|which|who|whose|where|when|why|how|is|are|was|were|does|do|did|can|could|has|have|had|will"
    r"|would|should|in which|on which|by how)\b",
    re.IGNORECASE,
)
_BRIDGE = re.compile(r"\bthe (?!best\b|most\b|first\b|largest\b)[a-z]+", re.IGNORECASE)
# What is asked about a paper: a question of such words alone says nothing of which paper.
_ATTRIBUTE = re.compile(
    r"data(?:sets?)?|benchmarks?|results?|accuracy|parameters?|sizes?|models?|gains?|margin|code|speed|fast(?:er)?"
    r"|slower|big|large|small|baselines?|methods?|approach|authors?|papers?|tasks?|experiments?|limitations?"
    r"|numbers?|scores?|metrics?|trained|tested|evaluated|used?|works?|drawbacks?|costs?|long|names?|called"
    r"|examples?|details?|year|published|venue|available|reported|improvements?|robots?|simulation|real|exactly"
    r"|mean"
)


def depends(question: str, history: Sequence[Turn]) -> bool:
    """Whether `question` can only be understood with `history`; never when nothing was asked before."""
    if not any(turn.role == "user" and turn.content.strip() for turn in history):
        return False
    carried = bool(_OPENING.search(question)) and len(content_words(question)) <= _CARRIED
    return carried or bool(_CARRYING.search(question)) or bool(pointers(question)) or _leaves_out(question)


def pointers(question: str) -> list[str]:
    """The pronouns and the like of a question that have nothing before them in it to stand for."""
    text = _NO_POINTER.sub(lambda match: "," * len(match[0]), question)
    found = _POINTER.finditer(text)
    return [match[0].lower() for match in found if not _gives_subject(question[: match.start()])]


def content_words(text: str) -> list[str]:
    """The words of a text that carry meaning of their own, in small letters."""
    found = (word.text.lower() for word in words(plain(text)))
    return [word for word in found if word not in STOP and not word.endswith("n't")]


def _gives_subject(before: str) -> bool:
    """Whether the words before a pronoun hold something that it can stand for."""
    introduced = bool(re.search(r"\b(?:an?|two|three|some)\b", before, re.IGNORECASE))
    return _is_named(before) or len(content_words(before)) >= _ANTECEDENT - introduced


def _leaves_out(question: str) -> bool:
    """ "Which datasets?", "Can the backbone stay frozen?": a question without a subject of its own."""
    if _is_named(question):
        return False
    content = content_words(question)
    if all(_ATTRIBUTE.fullmatch(word) for word in content):
        return True
    return len(content) <= _SHORT and bool(_ASKING.search(question)) and bool(_BRIDGE.search(question))


def _is_named(text: str) -> bool:
    """Whether a thing is named that the first capital of a sentence does not explain."""
    return any(name.is_strong or name.start > 0 for name in names(plain(text)))
