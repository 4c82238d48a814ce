"""The words by which questions and sentences are told apart: patterns only, mostly English."""

import re


def _any(*alternatives: str) -> re.Pattern:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_PAPERS = r"(?:papers|works|studies|publications|articles|authors)"
_FEW_WORDS = r"(?:[\w-]+ ){0,3}?"
_WRITING = r"(?:paragraph|section|overview|survey|review|summary|synthesis)"
_FIELD = r"(?:work|papers|research|literature|approaches|methods|state of the art|field)"

ASKS_SURVEY = _any(
    r"\brelated[- ]work\b",
    r"\bliterature review\b",
    rf"\b(?:write|draft|compose|give|provide|prepare|outline|produce)\b.{{0,60}}\b{_WRITING}\b",
    rf"^\s*(?:please )?(?:survey|review|summari[sz]e|give an overview of|overview of)\b.{{0,40}}\b{_FIELD}\b",
)

ASKS_LIST = _any(
    rf"\b(?:which|what)(?: of)?(?: (?:these|the|those|all|your|other))? {_FEW_WORDS}{_PAPERS}\b",
    rf"\bin which (?:of )?(?:these|the)?\s*{_PAPERS}\b",
    rf"\b(?:list|name|enumerate|find|show)\b (?:me )?(?:all |every |the |any )*{_FEW_WORDS}{_PAPERS}\b",
    rf"\b(?:are there|do you have) (?:any |other )*{_FEW_WORDS}{_PAPERS}\b",
    rf"^\s*{_PAPERS} (?:that|which|on|about|using|with)\b",
)

# "two robot models", "three of these works": group 1 is the number.
COUNTED = re.compile(
    r"\b(two|three|four|five|2|3|4|5)\b (?:of (?:the|these) )?"
    + _FEW_WORDS
    + r"(?:papers?|works?|studies|methods|models|systems|policies|approaches|frameworks|agents|publications"
    r"|articles|surveys|datasets|benchmarks|techniques|algorithms|robots|projects|authors|teams|groups)\b",
    re.IGNORECASE,
)

ASKS_COMPARISON = _any(
    r"(?<!that )\bdiffers?\b",
    r"\bdifferences? (?:between|among)\b",
    r"\bside by side\b",
    r"\bversus\b",
    r"\bvs\b",
    r"\bcontrast(?:s|ed)?\b",
    r"(?:^|[.?!] )both\b.{3,80}\band\b",
    r"\bcompare (?:how|the|what|these|those)\b",
    r"\b(?:in|of) each\b",
    r"\bdo(?:es)? each\b",
    r"\beach (?:of (?:them|these|the two)|start|one|paper|method|work|report|get|find|bring|use|do)\b",
    r"\bone (?:[\w-]+ ){1,8}(?:another|the other) \w",
    r"\bwhich (?:of the two|one of)\b",
    r"\bwhich\b[^?.]{3,80}[:,]\s[^?]{5,150},? or (?:the |a )?[^?]{3,}\?",
    r"\brelative to the (?:first|other|original)\b",
    r", [\w -]{2,40} and [\w -]{2,40} each\b",
)

ASKS_AMOUNT = _any(
    r"\bhow (?:many|much|often|far|large|big|small|long|fast|high|low|well|wide|cheap|good|accurate|few)\b",
    r"\bhow quick",
    r"\bwhat (?:[\w-]+ ){0,3}(?:rate|score|accuracy|number|share|percentage|size|speed|margin"
    r"|gain|value|amount|average|range|cost|price|length)s?\b",
    r"\bby how\b",
    r"\bwhat fraction",
    r"\bhow .{0,30}compare",
    r"\bnumbers?\b",
    r"\b(?:rate|score)s?\b",
    r"\bgains?\b",
    r"\baccura",
    r"\bmargin",
    r"\bpercent",
    r"\b(?:faster|higher|larger)\b",
    r"\bcuánt[oa]s?\b",
    r"\bcombien\b",
    r"\bwie ?viele?\b",
    r"\bquant[iaeo]s?\b",
    "сколько",
    "多少",
    "几",
    "いくつ",
)

ASKS_CAUSE = _any(
    r"\bwhy\b",
    r"\breasons?\b",
    r"\bcauses?\b",
    r"\bwhat (?:makes|stops|keeps)\b",
    r"\b(?:problem|flaw)s?\b",
    r"\bweakness",
    r"\bdrawback",
    r"\bdownside",
    r"\bwarum\b",
    r"\bpourquoi\b",
    r"\bpor qué\b",
    r"\bperché\b",
)

# What leads up to a subject and says nothing of it.
REQUEST = _any(
    r"^\W*(?:(?:please|can you|could you|hi|hello)\W+)*(?:(?:tell|show|give) (?:me|us)(?: more)?(?: about)?"
    r"|explain|describe|summari[sz]e|i (?:want|would like) to know|i'd like to know|help me understand)\b"
)

# Words that ask for a kind of answer and say nothing of the subject.
_ASKING = """
difference differences different differ differs distinguish compare compared comparison contrast versus relate
relation relationship similar similarity similarities alike explain explanation describe description summarise
summarize summary overview define definition meaning purpose idea ideas intuition insight contribution
contributions novelty motivation motivate goal aim advantage advantages disadvantage benefit benefits pros cons
strength strengths weakness weaknesses tell discuss elaborate details briefly terms question answer know think
exactly actually basically main what's how's who's where's
"""
ASKING = frozenset(_ASKING.split())

# An order to whoever answers, in a question.
ORDERS = _any(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,60}\b(?:instructions?|prompts?|rules?|papers|sources"
    r"|above|previous|earlier|everything|guidelines)\b",
    r"\b(?:system|developer|admin|debug|god)[ -](?:prompt|mode|override|message)\b",
    r"(?:^|[.!:;,]\s*|\b(?:please|now|then|and|must|should) )(?:reply|respond|answer|output|print|say|write"
    r"|repeat|begin|end|start)\b.{0,40}\b(?:exactly|nothing else|word for word|verbatim|the following"
    r"|this sentence|these words|the words?|the phrase)\b",
    r"\byou (?:are|will be) (?:now|no longer)\b",
    r"\bpretend\b",
    r"\bact as\b",
    r"\bjailbreak",
    r"\byour (?:(?:system|hidden|secret|initial) )*(?:instructions|rules|prompt|configuration)\b",
    r"\b(?:cite|citing|use|add|put)\b.{0,40}\[\d+\]",
)

# The same in an abstract, where "we write the following" is no order.
PLANTED = _any(
    r"\b(?:ignore|disregard|forget)\b.{0,60}\b(?:instruction|prompt|rule)s?\b",
    r"\bsystem prompt\b",
    r"\byou are now\b",
    r"\b(?:reply|respond) (?:only )?with\b",
    r"\bAI (?:assistant|model)s? (?:must|should|reading)\b",
    r"\b(?:assistant|language model|LLM|reader)s? (?:must|should) (?:say|reply|answer|cite|ignore)\b",
)

GIVES_CAUSE = _any(
    r"\bbecause\b",
    r"\bdue to\b",
    r"\bsince\b",
    r"\bin order to\b",
    r"\bhowever\b",
    r"\bsuffer",
    r"\black",
    r"\blimit",
    r"\bto (?:address|overcome|tackle|solve|mitigate|avoid)",
    r"\bthus\b",
    r"\btherefore\b",
    r"\bwhile\b",
    r"\bbut\b",
    r"\bdifficult",
    r"\bchalleng",
    r"\bhamper",
    r"\bhinder",
    r"\bcostly\b",
    r"\bexpensive\b",
)

SAYS_NEW = _any(
    r"\bwe (?:propose|introduce|present|develop|design|build|release|contribute)",
    r"\bthis (?:paper|work|article) (?:proposes|introduces|presents)",
    r"\bour (?:method|approach|framework|model)\b",
    r"\b(?:called|termed|dubbed|named|namely)\b",
)

SAYS_RESULT = _any(
    r"\boutperform",
    r"\bachiev",
    r"\bexperiment",
    r"\bresults?\b",
    r"\bimprov",
    r"\bstate-of-the-art",
    r"\bsurpass",
    r"\bdemonstrat",
    r"\bshow that",
    r"\bfind that",
    r"\bevaluat",
)

BACKGROUND = re.compile(r"However|Despite|Although|Nevertheless|Unfortunately|Recent|Existing|Current|Traditional")
