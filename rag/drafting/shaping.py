"""The shape of a told sentence: praise dropped, acronyms written out, what is too long cut at a joint."""

import re
from collections.abc import Iterator

from rag.drafting.verbs import RESEARCH
from rag.language.acronyms import ACRONYM, explains, long_form, numbered

MARKER = "\ue000"  # stands for the citation while a sentence is shaped; no abstract has it

_PROPOSING = (
    r"(?:propos|introduc|present|develop|design|devis|describ|offer|suggest|provid|formulat|report|contribut"
    r"|explor|employ|us|adopt|leverag|incorporat)\w*"
)
_TERMS = r"(?! (?:view|class|object|categor|pose|concept|scene|task|word)\w*)"  # a "novel view" is one not seen before
_PRAISE = (
    rf"(?:(?:entirely |completely )?novel{_TERMS}|pioneering|groundbreaking|innovative|elegant|brand-new|cutting-edge"
    r"|remarkable|(?:conceptually |surprisingly )?simple,? (?:yet|but|and) (?:highly |very |surprisingly )?"
    r"(?:effective|efficient|powerful)|new(?! (?:state|york)))"
)
# Only where something is proposed, or in the apposition to its name: a "novel object" elsewhere is a term.
_PRAISED = re.compile(
    rf"(?P<before>\b(?:{_PROPOSING} (?:[A-Z][\w*-]*,? )?|is |are |as )|[,:] )(?P<article>an?|the|two|three|four) "
    rf"(?P<praise>(?:{_PRAISE}(?:,? and |, | ))+)(?P<next>\w)",
    re.I,
)
_CONSONANT_FIRST = re.compile(r"(?:uni(?!n)|use|usu|eu|one\b|once|util|ubiq)", re.I)
_SPELT = re.compile(r"[AEFHILMNORSX](?:[A-Z0-9]|\b)")  # letters whose names begin with a vowel: an LLM

_APPOSED = re.compile(r"\s*(?:(?<=\s)-(?=\s)|-{2,3}|–|—)\s*(?=(?:an?|the) )")  # a dash in front of an apposition
_EXAMPLES = re.compile(r"\s\((?:e\.g\.|i\.e\.|for example|such as)[^()]*\)")
_LEAST = 12  # words that a sentence keeps when it is cut
_FULL, _OVER = 0.6, 1.3  # shares of the words allowed from which a cut sentence is full, to which a whole one may go
_CUT = re.compile(
    r"(?:,|;| -{1,3}|--|—|:)\s+(?:which|where|whereby|whose|thereby|thus|hence|so that|such as|including|as well as"
    r"|along with|together with|combined with|while|whereas|resulting|with the|without|greatly|and then|then"
    rf"|(?:and|but) (?:\w+ly )?(?:{'|'.join(sorted(RESEARCH))}|can|thus|then|thereby)|\w+ing)\b"
    r"|;\s+|\s-{1,3}\s|--|—|:\s+(?=[(\w])|\s\((?=[^()]{24,}\))"
    rf"|,? and (?:{'|'.join(sorted(RESEARCH))}) (?=an?\b|the\b|that\b|how\b|their\b|its\b)"
)
_LEAD = re.compile(
    rf"^(?:To|By|Through|With|Based|Given|Inspired|Motivated|In order|Drawing|Building|Using|Leveraging|For|Under|As)\b"
    rf"[^{MARKER}]{{30,}}?,\s+(?=[A-Z][^,{MARKER}]{{2,60}}(?: \([^()]*\))? {MARKER})"
)


def modest(text: str) -> str:
    """`text` without examples in brackets and the praise that papers have for what they propose ("a novel …")."""

    def put(match: re.Match[str]) -> str:
        article = match["article"]
        if article.lower() in ("a", "an"):
            article = _article(match.string[match.start("next") :])
        return f"{match['before']}{article} {match['next']}"

    return _PRAISED.sub(put, _APPOSED.sub(", ", _EXAMPLES.sub("", text)))


def _article(word: str) -> str:
    """ "a" or "an" before `word`, by how it sounds."""
    if re.match(r"[A-Z]{2}|[A-Z]\b|[A-Z]\d", word):
        return "an" if _SPELT.match(word) else "a"
    return "an" if re.match(r"[aeiou]|hour|honest", word, re.I) and not _CONSONANT_FIRST.match(word) else "a"


def written_out(text: str, abstract: str) -> str:
    """`text` with the acronyms that it does not explain as the abstract writes them out."""
    for match in reversed(list(ACRONYM.finditer(text))):
        acronym = match["acronym"]
        full = "" if explains(text, acronym) else long_form(acronym, abstract)
        if full:
            text = f"{text[: match.start()]}{numbered(full, bool(match['plural']))}{text[match.end() :]}"
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
        yield from (shape for shape in (bare, text) if len(shape.split()) <= _OVER * most)
        yield from sorted(set(shapes) - {text}, key=lambda s: (abs(len(s.split()) - most), s))
    yield text


def _cut(text: str) -> list[str]:
    """`text` cut at each of its joints, the longest first; an enumeration is not cut in two."""
    limit = text.find(":") if ":" in text else len(text)
    cuts = [_closed(text[: match.start()]) for match in _CUT.finditer(text) if match.start() <= limit]
    return [cut for cut in reversed(cuts) if MARKER in cut and len(cut.split()) >= _LEAST and _pairs(cut)]


def _closed(text: str) -> str:
    return text.rstrip(" .,;:-–—") + "."


def _pairs(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}")) and text.count('"') % 2 == 0
