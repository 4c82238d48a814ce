"""Words that claim more than an abstract does: first, all, prove, solve, significantly, always and their like."""

import re

_OF_ORDER = "step|stage|phase|frame|part|half|time|place|line|author|term|one|two|three|few|person|layer|token|question"
# What a claim says, and what an abstract has to say for it to be no more than that.
_STRONG = (
    (
        rf"\b(?:the|a|its) (?:very )?first\b(?! (?:{_OF_ORDER})\b)|\bfirst to \w+|\bfor the first time\b",
        r"\b(?:the (?:very )?|a )first\b(?!-)|\bfirst (?:to|comprehensive|large|systematic|ever)\b"
        r"|\bfor the first time\b|\bfirst \w+ (?:approach|method|model|framework|dataset|benchmark|study|work)\b",
    ),
    (
        r"\bprov(?:es?|ed|en) (?:that|to|the|how|why)\b|\bproofs?\b",
        r"\b(?:prov(?:e|es|ed|en|ably)|proofs?|formal(?:ly|i[sz]\w+)?)\b|\b(?:theor(?:em|y|ies|etic)|guarantee)",
    ),
    (
        r"\b(?:solves|solved|(?:fully|completely|finally) solve)\b(?! (?:by|with|in|as)\b)",
        r"\bsolv(?:e[sd]?|ing|able)\b",
    ),
    (
        r"(?<!not )(?<!at )(?<!nearly )(?<!almost )\b(?:all|every|any)\b"
        r"(?! (?:of these|of them|these|those|this|two|three|four|five|six|\d+|while|at once|kinds of)\b)(?=\s+[a-z])",
        r"\b(?:all|every|any|each|arbitrary|universal|whole|entire|state-of-the-art|without)\b",
    ),
    (
        r"\b(?:significantly|substantially|dramatically|drastically|greatly|vastly|massively|hugely|tremendously)\b",
        r"\b(?:significan|substantial|dramatic|drastic|great|vast|massive|huge|tremendous|remarkabl|considerabl|markedly"
        r"|strong)|\b(?:large margin|far|state-of-the-art)\b|\d\s*(?:\\?%|x\b|times)",
    ),
    (r"\b(?:always|never|in every case|no longer needs? any)\b", r"\b(?:always|never|every|all|any|without)\b"),
    (r"\bguarantee(?:s|d)\b", r"\b(?:guarante|provabl|certif|ensur)|\bformal(?:ly|i[sz]\w+)?\b"),
    (
        r"\b(?:perfect|perfectly|flawless|flawlessly|completely|fully|entirely)\b",
        r"\b(?:perfect|flawless|complete|full|entire)|\b(?:whole|100|all)\b",
    ),
    (r"\b(?:the only (?!one\b)\w+)", r"\b(?:only|sole|solely)\b"),
)
_PAIRS = tuple((re.compile(claim, re.I), re.compile(abstract, re.I)) for claim, abstract in _STRONG)


def overclaim(claim: str, abstract: str) -> str:
    """The words of `claim` that say more than `abstract`, which has nothing so strong; "" where none do."""
    found = (
        said[0] for strong, borne_out in _PAIRS if (said := strong.search(claim)) and not borne_out.search(abstract)
    )
    return next(found, "")
