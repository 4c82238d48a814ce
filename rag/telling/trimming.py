"""Trims a sentence so that it can be told alone: what points to its neighbours goes, praise, and what is too long.

Acronyms are written out as the abstract explains them.
"""

import re
from collections.abc import Iterator

from rag.language.acronyms import ACRONYM, explains, long_form, numbered
from rag.language.terms import listed
from rag.telling.mending import mended

MARKER = "\ue002"  # stands for the citation while a sentence is shaped; no abstract has it
# What papers are said to do.
RESEARCH = frozenset(
    listed("""
propose present introduce study investigate address develop describe explore analyze analyse examine evaluate
report discuss provide show demonstrate consider aim offer argue compare establish prove derive design formulate
construct build extend apply focus tackle find revisit advance review survey give use leverage employ adopt
highlight outline identify contribute suggest seek test train validate devise create release characterize
generalize implement conduct perform reveal assess combine
""")
)
ANY_VERB = "|".join(sorted(RESEARCH))
_DOING = {re.sub(r"e$", "", verb) + "ing": verb for verb in RESEARCH}
_BEFORE_COMMA = (
    r"in (?:addition|particular|response|turn|contrast|summary|short|general|this (?:context|regard)|light of this)"
    r"|more \w+ly|to (?:this|that) end|to do (?:so|this)|as (?:a result|such|a remedy|an alternative)|by contrast"
    r"|on the (?:one|other) hand|first of all|to begin with|overall|notably|importantly|interestingly|crucially|rather"
    r"|(?:somewhat |quite )?surprisingly"
    r"|meanwhile|with this \w+|on top of that"
)
_BEFORE_ANY = (
    r"however|moreover|furthermore|additionally|besides|then|next|finally|lastly|first(?:ly)?|second(?:ly)?"
    r"|third(?:ly)?|specifically|concretely|hence|thus|therefore|consequently|accordingly|herein|here"
    r"|instead|alternatively|further|namely|indeed|nevertheless|nonetheless|recently|also|now|still"
)
_CONNECTIVE = re.compile(
    rf"(?i)^(?:\(?(?:\d|[ivx]+|[a-c])[.)]\s+|(?:{_BEFORE_COMMA})\s*,\s+|(?:{_BEFORE_ANY})\b\s*,?\s+"
    r"|in (?:this|our) \w+\s*(?:,\s+|(?=(?:we|the|an?)\b)))(?=\S)"
)
PROBLEMS = (
    r"(?:gap|issue|problem|challenge|limitation|drawback|shortcoming|difficult(?:y|ie)|obstacle|bottleneck"
    r"|barrier|concern|question)s?"
)
_THEM = rf"(?:this|these|the|such|those) (?:[\w-]+ )?{PROBLEMS}"
_BACK = rf"\b(?:this|these|those|such|above|aforementioned|it|them|so|the {PROBLEMS})\b"
_LEADS = (
    r"to|based on|build(?:ing)? (?:up)?on|motivated by|inspired by|driven by|through|with|given|by"
    r"|in order to|for|using|via|under|following|from|after|in light of|despite|aiming to|towards?|in"
    r"|unlike|in contrast (?:to|with)|contrary to|different from|compared (?:to|with)|beyond|rather than"
)
_POINTING = re.compile(rf"(?i)^(?:{_LEADS})\b[^,]*?{_BACK}[^,]*,\s+(?=(?:we|this|our|the|an?|in|here)\b)")
_MENDS = (
    "overcome|address|solve|tackle|mitigate|alleviate|bridge|fill|resolve|achieve|fix|close|remedy|handle|meet|exploit"
)
# "To address unique challenges, we": a purpose that says nothing.
_UNSAID = re.compile(rf"(?i)^to (?:\w+ly )?(?:{_MENDS}) (?:the )?(?:[\w-]+ )?{PROBLEMS},\s+(?=we\b)")
_PURPOSE = re.compile(
    rf"(?i),?\s+to (?:\w+ly )?(?:[a-z]+ (?:this|these|such|those)(?: [\w-]+){{0,2}}|(?:{_MENDS}) the "
    rf"{PROBLEMS})"
    r"(?=[,.;:]| by\b|$)"
)
_TRAILING = re.compile(
    r"(?i)\s+(?:based )?(?:from|with|by|through|via|using|on|under|for|in) (?:this|these) [\w-]+(?: [\w-]+)?(?=\.?$)"
)
# "we address this gap by introducing X" introduces X.
_BY_DOING = re.compile(rf"(?i)\b(?:{_MENDS})e?s? {_THEM} by (?P<doing>\w+ing)\b")
# "a framework that addresses these limitations through X" still says what it does without the limitations.
_ADDRESSING = re.compile(
    rf"(?i)\b(?P<that>that|which) (?:effectively |explicitly |directly )?(?:{_MENDS})e?s? {_THEM}"
    r" (?=(?:by|through|via)\b)"
)
WORKS = "paper|work|study|article|thesis|survey|review|overview"
_HERE = rf"in this (?:{WORKS}|letter)"
_ASIDE = re.compile(rf"(?i),\s+{_HERE}(?=,)|(?<=[a-z]) {_HERE}(?=[,.]|$)|\b{_HERE},?\s+(?=we\b)")
# A purpose in front that lacks its comma: "To do X we propose".
_OPEN = re.compile(
    r"(?i)^((?:to|in order to|using|by|based on|with|for|inspired by|motivated by)\b[^,;]{5,90}?) (?=we\b)"
)
# Addresses, and the citations that an abstract has in brackets.
_LINK = re.compile(
    r"\s*\((?:[^()]*https?://[^()]*)\)|\s*(?:at|see|:)\s+https?://\S+"
    r"|\s*\((?:see |e\.g\., )?[A-Z][^()]*?,? (?:19|20)\d\d[a-z]?\)"
)
_RUN_ON = re.compile(r"(?<=[\w)])\.\s+(?=[A-Z][a-z]*\b)(?<!\b(?:vs|cf|al|eq|ig|ca)\. )")
_DOCUMENT = re.compile(rf"(?i)^this (?:{WORKS}|letter|survey|report|dissertation|chapter)\s+\w")
_DANGLING = re.compile(
    r"(?i)^(?:it|they|this|these|those|such|he|she|its|their|both|either|another|others?|the (?:former|latter"
    r"|first|second|other|resulting|proposed|above|two|same)|all of (?:this|these))\b"
)
_POINTER = re.compile(
    r"(?i)\b(?:these|such (?!as\b)|the (?:two|former|latter)\b|aforementioned"
    r"|those (?!of|that|who|from|in|with|using)\b)"
)
_JOINT = re.compile(r",\s+(?:which|where|thereby|thus|hence|so that|\w+ing)\b|;\s|\s-{1,3}\s|--|—")
_ENOUGH = 10  # words that stand alone when the rest of a sentence is cut off
# A word broken in two, or a LaTeX command left in the text.
_DAMAGED = re.compile(r"\\[a-zA-Z]{2,}| [,.;:](?= )|\w- (?!and |or |to )[^\W\d_A-Z]")
_QUOTES = "\"“”'‘’`"
_PROPOSING = (
    r"(?:propos|introduc|present|develop|design|devis|describ|offer|suggest|provid|formulat|report|contribut"
    r"|explor|employ|us|adopt|leverag|incorporat)\w*"
)
_TERMS = r"(?! (?:view|class|object|categor|pose|concept|scene|task|word)\w*)"  # a "novel view" is one not seen before
_PRAISE = (
    rf"(?:(?:entirely |completely )?novel{_TERMS}|pioneering|groundbreaking|innovative|elegant|brand-new|cutting-edge"
    r"|remarkable|comprehensive|first(?! (?:step|order|person|stage))"
    r"|(?:conceptually |surprisingly )?simple,? (?:yet|but|and) (?:highly |very |surprisingly )?"
    r"(?:effective|efficient|powerful)|new(?! (?:state|york)))"
)
# Only where something is proposed, or in the apposition to its name: a "novel object" elsewhere is a term.
_PRAISED = re.compile(
    rf"(?i)(?P<before>\b(?:{_PROPOSING} (?:[A-Z][\w*-]*,? )?|is |are |as )|[,:] )(?P<article>an?|the|two|three|four) "
    rf"(?P<praise>(?:{_PRAISE}(?:,? and |, | ))+)(?P<next>\w)"
)
_ADVERB = re.compile(
    rf"(\b(?:that|they|which)|{MARKER}) (?:effectively|efficiently|significantly|successfully|carefully|seamlessly"
    r"|flexibly|meticulously|formally|thoroughly|extensively|systematically) (?=[a-z])"
)
_CONSONANT_FIRST = re.compile(r"(?i)(?:uni(?!n)|use|usu|eu|one\b|once|util|ubiq)")
_SPELT = re.compile(r"[AEFHILMNORSX](?:[A-Z0-9]|\b)")  # letters whose names begin with a vowel: an LLM
_AN = re.compile(r"(?<![\w-])an? $")
_APPOSED = re.compile(r"\s*(?:(?<=\s)-(?=\s)|-{2,3}|–|—)\s*(?=(?:an?|the) )")  # a dash in front of an apposition
_EXAMPLES = re.compile(r"\s\((?:e\.g\.|i\.e\.|for example|such as)[^()]*\)")
_WRITTEN = re.compile(ACRONYM.pattern.replace(r"(?![\w-])", r"(?!\w|-(?!(?:based|driven|powered)\b))"))
_LEAST = 12  # words that a sentence keeps when it is cut
_FULL, OVER = 0.6, 1.5  # shares of the words allowed from which a cut sentence is full, to which a whole one may go
_CUT = re.compile(
    r"(?:,|;| -{1,3}|--|—|:)\s+(?:which|where|whereby|whose|thereby|thus|hence|so that|such as|including|as well as"
    r"|along with|together with|combined with|while|whereas|resulting|with the|without|greatly|and then|then"
    rf"|(?:and|but) (?:\w+ly )?(?:{ANY_VERB}|can|thus|then|thereby)|\w+ing)\b"
    r"|;\s+|\s-{1,3}\s|--|—|:\s+(?=[(\w])|\s\((?=[^()]{24,}\))"
    rf"|,? and (?:{ANY_VERB}) (?=an?\b|the\b|that\b|how\b|their\b|its\b)"
)
_LEAD = re.compile(
    rf"^(?:To|By|Through|With|Based|Given|Inspired|Motivated|In order|Drawing|Building|Using|Leveraging|For|Under|As)\b"
    rf"[^{MARKER}]{{30,}}?,\s+(?=[A-Z][^,{MARKER}]{{2,60}}(?: \([^()]*\))? {MARKER})"
)


def self_contained(sentence: str) -> str | None:
    """`sentence` without openings that point back, or None when it still does, or is damaged."""
    text = mended(" ".join(sentence.replace("**", "").split()))
    if text[:1] in _QUOTES and text.count('"') + text.count("”") < 2:
        text = text[1:]  # the one quotation mark that a record put in front of its abstract
    text = _RUN_ON.split(text)[0]
    text = _TRAILING.sub("", _PURPOSE.sub("", _ASIDE.sub("", _LINK.sub("", text))))
    text = _BY_DOING.sub(lambda match: _DOING.get(match["doing"], match[0]), text)
    text = _OPEN.sub(r"\1, ", _ADDRESSING.sub(r"\g<that> works ", text))
    text = text.partition(":")[0] + "." if text.endswith("?") and ":" in text else text
    before = ""
    while before != text:
        before, text = text, _UNSAID.sub("", _POINTING.sub("", _CONNECTIVE.sub("", text)))
    text = _before_pointing(text)
    if text.endswith("?") or (_DANGLING.match(text) and not _DOCUMENT.match(text)):
        return None
    return text if len(text.split()) >= 5 and _pairs(text) and not _DAMAGED.search(text) else None


def unconnected(sentence: str) -> str:
    """`sentence` without "Specifically, " and the like in front, its slips mended."""
    text = _CONNECTIVE.sub("", mended(" ".join(sentence.split())))
    return text[:1].upper() + text[1:]


def _before_pointing(text: str) -> str:
    """`text` up to the joint behind which it points back, where enough stands before that."""
    pointer = _POINTER.search(text)
    joints = [joint.start() for joint in _JOINT.finditer(text, 0, pointer.start())] if pointer else []
    heads = [text[:place] for place in joints if len(text[:place].split()) >= _ENOUGH]
    return f"{heads[-1]}." if heads else text


def without_pointing(text: str, title: str) -> str:
    """`text` without a "this" or "these" in front of what the title speaks of: "this indirect knowledge"."""
    for words in set(re.findall(r"\b(?:[Tt]his|[Tt]hese) ([\w-]+ [\w-]+)", text)):
        if re.search(rf"(?i)(?<!\ban )(?<!\ba )(?<!\bthe )\b{words}\b", title):
            text = re.sub(rf"\b[Tt]h(?:is|ese) (?={words}\b)", "", text)
    return text


def unmarked(text: str) -> str:
    """`text` without the place for its citation."""
    return text.replace(f" {MARKER}", "")


def modest(text: str) -> str:
    """`text` without examples in brackets and the praise that papers have for what they propose ("a novel …")."""

    def put(match: re.Match[str]) -> str:
        article = match["article"]
        if article.lower() in ("a", "an") or re.match(r"(?i)the first", f"{article} {match['praise']}"):
            article = _article(match.string[match.start("next") :])
        return f"{match['before']}{article} {match['next']}"

    return _PRAISED.sub(put, _APPOSED.sub(", ", _ADVERB.sub(r"\1 ", _EXAMPLES.sub("", text))))


def _article(word: str) -> str:
    """ "a" or "an" before `word`, by how it sounds."""
    if re.match(r"[A-Z]{2}|[A-Z]\b|[A-Z]\d", word):
        return "an" if _SPELT.match(word) else "a"
    return "an" if re.match(r"(?i)[aeiou]|hour|honest", word) and not _CONSONANT_FIRST.match(word) else "a"


def written_out(text: str, abstract: str) -> str:
    """`text` with the acronyms that it does not explain as the abstract writes them out."""
    for match in reversed(list(_WRITTEN.finditer(text))):
        acronym = match["acronym"]
        full = "" if explains(text, acronym) else long_form(acronym, abstract)
        if full:
            plural = bool(match["plural"])
            before = text[: match.start()].removesuffix("the ") if plural else text[: match.start()]
            before = _AN.sub(f"{_article(full)} ", before)
            text = f"{before}{numbered(full, plural)}{text[match.end() :]}"
    return text


def fitted(text: str, most: int) -> Iterator[str]:
    """Shapes of `text` with about `most` words, the best first; the last one is `text` itself.

    An opening clause goes before a closing one, and a sentence that is hardly too long stays whole
    rather than lose most of what it says.
    """
    if len(text.split()) > most:
        bare = _LEAD.sub("", text)
        shapes = list(dict.fromkeys([bare, *_cut(bare), *_cut(text)]))
        short = [shape for shape in shapes if len(shape.split()) <= most]
        yield from (shape for shape in short if len(shape.split()) >= _FULL * most)
        yield from (shape for shape in (bare, text) if len(shape.split()) <= OVER * most)
        yield from sorted(set(shapes) - {text}, key=lambda s: (abs(len(s.split()) - most), s))
    yield text


def _cut(text: str) -> list[str]:
    """`text` cut at each of its joints, the longest first; an enumeration is not cut in two."""
    limit = text.find(":") if ":" in text else len(text)
    joints = [match.start() for match in _CUT.finditer(text) if match.start() <= limit]
    cuts = [text[:joint].rstrip(" .,;:-–—") + "." for joint in joints]
    return [cut for cut in reversed(cuts) if MARKER in cut and len(cut.split()) >= _LEAST and _pairs(cut)]


def _pairs(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}")) and text.count('"') % 2 == 0
