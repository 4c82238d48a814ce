"""What a question asks for, read off its words: its kind, its parts, and what a good sentence of an answer has.

The patterns are mostly English. Orders to whoever answers, markup and noise are no part of a question.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.forms import Wanted, told_alike, wanted
from rag.language.quantities import ONES
from rag.language.terms import STOP, is_common, listed
from rag.tuning import Reading

Kind = Literal["fact", "compare", "list", "survey"]


def any_of(*alternatives: str) -> re.Pattern:
    """A pattern of these alternatives, in capitals or small letters."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


_PAPERS = r"(?:papers|works|studies|publications|articles|authors)"
_FEW_WORDS = r"(?:[\w-]+ ){0,3}?"
_WRITING = r"(?:paragraph|section|overview|survey|review|summary|synthesis)"
_FIELD = r"(?:work|papers|research|literature|approaches|methods|state of the art|field)"

_SURVEY = any_of(
    r"\brelated[- ]work\b|\bliterature review\b",
    rf"\b(?:write|draft|compose|give|provide|prepare|outline|produce)\b.{{0,60}}\b{_WRITING}\b",
    rf"^\s*(?:please )?(?:survey|review|summari[sz]e|give an overview of|overview of)\b.{{0,40}}\b{_FIELD}\b",
)
_LIST = any_of(
    rf"\b(?:which|what)(?: of)?(?: (?:these|the|those|all|your|other))? {_FEW_WORDS}{_PAPERS}\b",
    rf"\bin which (?:of )?(?:these|the)?\s*{_PAPERS}\b",
    rf"\b(?:list|name|enumerate|find|show)\b (?:me )?(?:all |every |the |any )*{_FEW_WORDS}{_PAPERS}\b",
    rf"\b(?:are there|do you have) (?:any |other )*{_FEW_WORDS}{_PAPERS}\b",
    rf"^\s*{_PAPERS} (?:that|which|on|about|using|with)\b",
)
# "two robot models", "three of these works": group 1 is the number.
_COUNTED_WORKS = any_of(
    rf"\b(two|three|four|five|2|3|4|5)\b (?:of (?:the|these) )?{_FEW_WORDS}"
    r"(?:papers?|works?|studies|methods|models|systems|policies|approaches|frameworks|agents|publications"
    r"|articles|surveys|datasets|benchmarks|techniques|algorithms|robots|projects|authors|teams|groups)\b"
)
_COMPARISON = any_of(
    r"(?<!that )\bdiffers?\b|\bdifferences? (?:between|among)\b|\bside by side\b|\bversus\b|\bvs\b",
    r"\bcontrast(?:s|ed)?\b|(?:^|[.?!] )both\b.{3,80}\band\b|\bcompare (?:how|the|what|these|those)\b",
    r"\b(?:in|of) each\b|\bdo(?:es)? each\b",
    r"\beach (?:of (?:them|these|the two)|start|one|paper|method|work|report|get|find|bring|use|do)\b",
    r"\bone (?:[\w-]+ ){1,8}(?:another|the other) \w|\bwhich (?:of the two|one of)\b",
    r"\bwhich\b[^?.]{3,80}[:,]\s[^?]{5,150},? or (?:the |a )?[^?]{3,}\?",
    r"\brelative to the (?:first|other|original)\b|, [\w -]{2,40} and [\w -]{2,40} each\b",
)
_AMOUNT = any_of(
    r"\bhow (?:many|much|often|far|large|big|small|long|fast|high|low|well|wide|cheap|good|accurate|few)\b|\bhow quick",
    r"\bwhat (?:[\w-]+ ){0,3}(?:rate|score|accuracy|number|share|percentage|size|speed|margin"
    r"|gain|value|amount|average|range|cost|price|length)s?\b",
    r"\bby how\b|\bwhat fraction|\bhow .{0,30}compare|\bnumbers?\b|\b(?:rate|score)s?\b|\bgains?\b|\baccura|\bmargin",
    r"\bpercent|\b(?:faster|higher|larger)\b",
    r"\bcuánt[oa]s?\b|\bcombien\b|\bwie ?viele?\b|\bquant[iaeo]s?\b|сколько|多少|几|いくつ",
)
_CAUSE = any_of(
    r"\bwhy\b|\breasons?\b|\bcauses?\b|\bwhat (?:makes|stops|keeps)\b|\b(?:problem|flaw)s?\b|\bweakness|\bdrawback",
    r"\bdownside|\bwarum\b|\bpourquoi\b|\bpor qué\b|\bperché\b",
)
# What leads up to a subject and says nothing of it.
REQUEST = any_of(
    r"^\W*(?:(?:please|can you|could you|hi|hello)\W+)*(?:(?:tell|show|give) (?:me|us)(?: more)?(?: about)?"
    r"|explain|describe|summari[sz]e|i (?:want|would like) to know|i'd like to know|help me understand)\b"
)
# Words that ask for a kind of answer and say nothing of the subject.
ASKING = frozenset(
    listed("""
difference differences different differ differs distinguish compare compared comparison contrast versus relate
relation relationship similar similarity similarities alike explain explanation describe description summarise
summarize summary overview define definition meaning purpose idea ideas intuition insight contribution
contributions novelty motivation motivate goal aim advantage advantages disadvantage benefit benefits pros cons
strength strengths weakness weaknesses tell discuss elaborate details briefly terms question answer know think
exactly actually basically main what's how's who's where's
""")
)
_ORDERS = any_of(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,60}\b(?:instructions?|prompts?|rules?|papers|sources"
    r"|above|previous|earlier|everything|guidelines)\b",
    r"\b(?:system|developer|admin|debug|god)[ -](?:prompt|mode|override|message)\b",
    r"(?:^|[.!:;,]\s*|\b(?:please|now|then|and|must|should) )(?:reply|respond|answer|output|print|say|write"
    r"|repeat|begin|end|start)\b.{0,40}\b(?:exactly|nothing else|word for word|verbatim|the following"
    r"|this sentence|these words|the words?|the phrase)\b",
    r"\byou (?:are|will be) (?:now|no longer)\b|\bpretend\b|\bact as\b",
    r"\bjailbreak (?:mode|yourself|the (?:assistant|model|system))\b",
    r"\byour (?:(?:system|hidden|secret|initial) )*(?:instructions|rules|prompt|configuration)\b",
    r"\b(?:cite|citing|use|add|put)\b.{0,40}\[\d+\]",
)

_ENUMERATION = re.compile(r"((?:[\w-]+ ){0,3}[\w-]+(?:, (?:[\w-]+ ){0,3}[\w-]+)+),? (?:and|or) ")
_PART = re.compile(
    r"(?<=[?.!;:])\s+|,\s+(?=(?:and|or|but|so|which|what|how|by|in|when|where|why|who|does|is|are|can)\b)"
    r"|\s+and\s+(?=(?:how|what|why|which|by|does|is|who|where|when)\b)"
)

_TAG = re.compile(r"<(script|style)\b[^>]*>.*?</\1>|<!--.*?-->|<[^<>]{1,200}>", re.IGNORECASE | re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]*\s+|\n+|\s\.\.\.\s")
_WORD = re.compile(r"[^\W\d_]{2,}")

_ADJECTIVES = (
    r"(?:(?:of|other|the|their|its|these|different|unique|more|new|kinds? of|types? of|average"
    r"|exact|total|two|three|four|five)\s+)*"
)
_AMOUNT_OF = any_of(rf"\b(?:how (?:many|much)|numbers? of)\b\s+{_ADJECTIVES}((?:[\w*-]+\s+){{0,3}}[\w*-]+)")
# What asks for a ratio names no thing: "how many times is it faster than", "how much smaller", "by what factor".
_COMPARED = (
    r"(?:more|less|fewer|better|worse|(?:small|larg|bigg|great|fast|slow|quick|long|short|high|low|cheap|eas"
    r"|hard|strong|weak|light|heavi|deep|wid|safe|clos|old|young)i?er)"
)
_RATIO = any_of(
    rf"\bhow (?:much {_COMPARED}|many times(?= {_COMPARED}|[^?.;]*\bthan|[^?.;]*\bas \w+ as))\b",
    r"\b(?:by|to) (?:what|which) (?:factor|margin|percentage|amount|extent|degree|share|proportion)\b",
)
_WHAT = any_of(
    r"(?:^|[.?!,;:]\s+(?:and |but )?|\b(?:and|in|under|with|at|on|from|of|for|by|to|against|over)\s+)"
    rf"(?:which|what)\b\s+(?:(?:is|are|was|were)\s+)?{_ADJECTIVES}((?:[\w*-]+\s+){{0,2}}[\w*-]+)"
)
_HOW_LONG = any_of(r"\bhow long\b")
_WHO = any_of(
    r"(?:^|[.?!,]\s+)(?:and )?who (?:wrote|made|built|created|invented|developed|proposed|introduced"
    r"|published|authored|is|are|was|were)\b"
)
# Words after "which" or "how many" that end the name of the thing asked for.
_AFTER_THING = STOP | frozenset(
    listed("""
use uses used report reports reported reach reaches reached get gets got give gives gave given take takes took say says
said happen happens come comes came stand stands make makes made learn learns train trains trained call calls called
work works find finds found does done papers paper method approach model models system turn turns turned win wins won
help helps helped carry carries carried decide decides decided suit suits fit fits go goes went count counts counted
contain contains contained cover covers covered include includes included need needs needed run runs ran beat beats
show shows showed shown see sees saw mark marks marked label labels rate rates rated score scores scored choose chooses
cause causes caused cure cures cured repair repairs keep keeps kept supervise supervises tolerate tolerates borrow
borrows sit sits lie lies read reads wrote write writes took participate participated appear appears remove removes
""")
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is answered.

    `text` is the question without markup, noise and orders, empty when nothing else was there;
    `parts` its clauses; `windows` overlapping runs of ten words; `sides` how many papers a
    comparison is about, `enumerated` the length of its longest "A, B and C"; 0 for neither.
    `counted` is what it wants the number of, `sought` what else it wants named; `wanted` the form of its answer.
    """

    text: str
    kind: Kind
    parts: tuple[str, ...]
    windows: tuple[str, ...]
    sides: int
    enumerated: int
    amount: bool
    cause: bool
    counted: tuple[str, ...]
    sought: tuple[str, ...]
    wanted: Wanted


@lru_cache(maxsize=256)
def read_question(question: str) -> Asked:
    """What `question` asks for. Pure rules over its words; any text may be read."""
    text = focus(question)
    text = text if _SURVEY.search(text) else told_alike(text)
    form = wanted(text)
    works = _COUNTED_WORKS.search(text)
    sides = ONES.get(works[1].lower()) or int(works[1]) if works else 0
    words, things = text.split(), _RATIO.sub(" ", text)
    return Asked(
        text,
        "list" if form.form == "list" and not _SURVEY.search(text) else _kind(text, sides),
        clauses(text),
        tuple(
            " ".join(words[i : i + Reading.WINDOW]) for i in range(0, max(1, len(words) - Reading.STEP), Reading.STEP)
        ),
        sides,
        max((len(found[1].split(", ")) + 1 for found in _ENUMERATION.finditer(text)), default=0),
        amount=_AMOUNT.search(text) is not None,
        cause=_CAUSE.search(text) is not None,
        counted=_things(_AMOUNT_OF, things, "hours" if _HOW_LONG.search(things) else ""),
        sought=_things(_WHAT, things, "author" if _WHO.search(things) else ""),
        wanted=form,
    )


def _kind(text: str, sides: int) -> Kind:
    if _SURVEY.search(text):
        return "survey"
    if _LIST.search(text):
        return "list"
    return "compare" if sides or _COMPARISON.search(text) else "fact"


def sources_for(question: str, usual: int) -> int:
    """How many sources an answer to `question` reads: lists and surveys twice the `usual` number, both sides thrice."""
    asked = read_question(question)
    if asked.wanted.form == "sides":
        return 3 * usual
    return 2 * usual if asked.kind in ("list", "survey") else usual


def clauses(text: str) -> tuple[str, ...]:
    """The parts of a question that each ask, or tell, something of their own; at least one."""
    return tuple(part for part in _PART.split(text) if len(part.split()) >= 3) or (text,)


def focus(question: str) -> str:
    """The question in a text: without markup, noise, and orders to whoever answers.

    Returns "" when orders are all there is. A text of a language that is not English stays whole.
    """
    text = _TAG.sub(" ", question)
    sentences = [s.strip() for s in _SENTENCE.split(text) if s and s.strip()]
    if _noise(text) > Reading.NOISE:
        asked = [s for s in sentences if s.endswith("?") and _noise(s) < Reading.NOISE]
        sentences = asked or sentences
    return " ".join(" ".join(s for s in sentences if not _ORDERS.search(s)).split())


def _noise(text: str) -> float:
    """Share of the small-letter words of `text` that research English does not use."""
    words = [w for w in _WORD.findall(text) if w.islower()]
    return sum(not is_common(w) for w in words) / len(words) if words else 1.0


def _things(pattern: re.Pattern, text: str, more: str) -> tuple[str, ...]:
    """ "annotators" of "how many annotators", "licence" of "under which licence", and `more`."""
    return tuple(filter(None, [*(_thing(match[1]) for match in pattern.finditer(text)), more]))


def _thing(words: str) -> str:
    kept = []
    for word in words.split():
        if word.lower() in _AFTER_THING:
            break
        kept += [word] if word.lower() not in ASKING else []
    return " ".join(kept)
