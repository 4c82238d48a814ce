"""What speaks against a sentence told alone: it leans on one left behind, or does not say what the work does."""

import re
from itertools import takewhile

from rag.language.acronyms import explains, small
from rag.language.phrases import STOP, WEAK
from rag.language.terms import content_stems, listed, plain, stem
from rag.telling.statements import PROPOSES, TRYING, Statement
from rag.telling.trimming import MARKER, WORKS, self_contained, without_pointing

# What leans on a sentence left behind, wherever it stands: what was told, and what another thing was told to be.
_TOLD = re.compile(
    r"(?i)\bthe (?:resulting|former|latter|two|same|other)\b|\babove \w+s\b|\baforementioned\b"
    r"|\balternatives?\b(?! (?:to|for)\b)|\binstead\b(?! of\b)|\bboth\b(?!.*\band\b)"
)
_LEANING = re.compile(
    r"(?i)\bth(?:is|ese) (?:as|is|are|was|can|by|with|in|on|into|to)\b|\b(?:additional|extra)\b(?!.* to\b)"
    r"|\b(?:enhancement|extension|improvement|variant|modification)s?(?! (?:of|to|over|in|for|on)\b)"
    r"|\bthe (?:evaluation|issue|setting|process|context|effect|outcome|study|goal)s?\b"
    r"(?! (?:of|for|that|in|on|to|with|where|from)\b)"
)
# What the end of a sentence promises, and does not hold: "from two perspectives."
_PROMISE = re.compile(
    r"(?i)\b(?:two|three|four|five|several|the following) (?:[\w-]+ ){0,2}?(?:aspects|challenges|components"
    r"|contributions|directions|factors|modules|parts|perspectives|phases|principles|questions|reasons|stages|steps|strategies|views"
    r"|ways)\W*$"
)
_POINTS_BACK = re.compile(
    rf"(?i)\b(?:this|these|such)\s+(?!(?:{WORKS}|survey|letter|as|is|are|was|were|that|can|has)\b)\w"
)
# A step of several, which the sentences around it tell.
_FURTHER = re.compile(
    r"(?i)^(?:besides\b|furthermore\b|moreover\b|additionally\b|in addition\b|to (?:begin|start)\b"
    r"|to (?:facilitate|support|foster|encourage)\b"
    r"|we (?:first|also|further|then|next|finally|additionally)\b)"
    r"|\b(?:begins?|starts?) (?:by|with) \w+ing\b|\b(?:is|are) (?:first|then) \w+|\bin the sense that\b"
)
# "We revisit their experiments": of whom another sentence has told.
_OTHERS = re.compile(r"(?i)^(?:we|this paper)\s+(?:\w+ly )?\w+ (?:their|them|its|it)\b")
_SUBJECT = re.compile(
    r"(?i)\b(?:focus(?:es)? on|stud(?:y|ies)|address(?:es)?|consider|tackle|investigate)s? (?:the|an?) "
    r"(?:[\w-]+ ){0,2}?(?:task|problem|challenge|setting)\b|\bdiscuss(?:es)? (?:the|how|what)\b"
)
_FOUND = re.compile(r"(?i)^we (?:\w+ly )?(?:show|demonstrate|find|observe|report)\b|\bstate[- ]of[- ]the[- ]art\b")
_THEN_PROPOSES = re.compile(r"\band (?:propos|introduc|present|develop|design)")
_VERBS = frozenset(listed("face have suffer exhibit pose lack need use show require remain mitigate reduce cause"))
_SUCH = re.compile(r"\b(?:such|these) (?P<noun>[a-z]+s)\b")
_SHORTENED = re.compile(r"(?<![\w])[A-Z]{2,}(?![a-z])")
_RESULT = 0.8  # how surely a statement is what came of the work
_THIN = 3  # words below which a sentence tells no more than the title


def against(statement: Statement, told: str, title: str, abstract: str) -> int:
    """How much speaks against `told`, `statement` in the third person, as the one sentence on a paper."""
    said = without_pointing(self_contained(statement.text) or statement.text, title)
    found = statement.plays("result") >= _RESULT or bool(_FOUND.match(said))
    proposes = PROPOSES.search(said) or _THEN_PROPOSES.search(said)
    reasons = (
        told.startswith("According to "),
        bool(TRYING.search(said)),
        told.startswith("According to ") or " report that their " in told,
        points_back(said),
        leans(told) or bool(_OTHERS.match(said)),
        leans(told),
        bool(_FURTHER.search(said) or _FURTHER.search(statement.text)),
        not proposes,
        not proposes and (found or bool(_SUBJECT.search(said))),
        _unexplained(told, title, abstract),
        len(content_stems(plain(_without_authors(told))) - content_stems(plain(title)) - WEAK) < _THIN,
    )
    return sum(reasons)


def _without_authors(told: str) -> str:
    """What is `told`, without what stands in front of its marker but a clause."""
    before, _, after = told.partition(MARKER)
    return f"{before.rpartition(',')[0]} {after}"


def resolved(text: str, before: str) -> str:
    """`text` with "such systems" as what stands `before` it calls them last: "knowledge-grounded dialogue systems"."""

    def put(match: re.Match[str]) -> str:
        heads = [before[: found.start()].split()[-3:] for found in re.finditer(rf"\b{match['noun']}\b", before)]
        called = ([*takewhile(_modifies, reversed(head))][::-1] for head in reversed(heads))
        return next((" ".join(map(small, [*words, match["noun"]])) for words in called if words), match[0])

    return _SUCH.sub(put, text)


def _modifies(word: str) -> bool:
    """Whether `word` may stand in the name of a thing, in front of its noun."""
    is_word = bool(re.fullmatch(r"[\w-]+(?<!ly)", word)) and word.lower() not in _VERBS
    return is_word and word.lower() not in STOP and stem(word) not in WEAK


def points_back(text: str) -> bool:
    """Whether `text`, still in its authors' words, speaks of "this" or "these" things, which another sentence named."""
    return bool(_POINTS_BACK.search(text))


def leans_on_told(text: str) -> bool:
    """Whether `text` speaks of what another sentence has told: "the latter", "all above benchmarks"."""
    return bool(_TOLD.search(text))


def leans(text: str) -> bool:
    """Whether `text` speaks of something that another sentence has told, or ends on what it does not tell."""
    return leans_on_told(text) or bool(_LEANING.search(text) or _PROMISE.search(text))


def _unexplained(told: str, title: str, abstract: str) -> bool:
    """Whether `told` has an acronym that its abstract explains elsewhere, and its title does not have."""
    found = {match[0] for match in _SHORTENED.finditer(told)}
    return any(explains(abstract, one) and not explains(told, one) and one not in title for one in found)
