"""A sentence of an abstract told by someone else: "We propose X" becomes "Kang et al. [3] propose X".

Only who speaks changes: openings that point to a sentence left behind are cut, the first person
becomes the third, and the rest stays word for word, so that the check finds it in the abstract.
"""

import re
from dataclasses import dataclass

from rag.drafting.standing import self_contained
from rag.drafting.verbs import PLAIN, PLURALS, RESEARCH, agreeing, singular
from rag.language.terms import is_common
from rag.references.keys import in_text
from store.records import Paper

_THINGS = (
    r"(?:approach|method|methodology|model|framework|system|algorithm|technique|network|architecture|pipeline"
    r"|policy|formulation|solution|paradigm|strategy|scheme|module|mechanism|design|agent|planner"
    r"|controller|tool|toolkit|dataset|benchmark|theory|proposal)"
)
_FINDINGS = r"(?:results?|findings?|analys[ei]s|evaluations?|experiments?|study|studies|proofs?)"
_DOCUMENT = re.compile(
    r"^(?P<lead>[^.;]*?,\s+|)(?P<this>this|the present|our|the) (?P<kind>paper|work|study|article|thesis|letter|survey"
    r"|report|dissertation|chapter)\s+(?:also |further |then |first )?(?=\w)",
    re.I,
)
_OUR_THING = re.compile(
    rf"^Our (?P<thing>(?:(?!for |of |in |on |to |with )[\w-]+ ){{0,3}}?(?:{_THINGS}s?|{_FINDINGS}))"
    r"(?P<rest>(?:,| \(| (?:can|is|are|has|have|was|does|do|will|\w+ly|\w+[^s\W]s|\w+ed"
    rf"|{'|'.join(sorted(RESEARCH))})\b).*)$"
)
_OUR_GOAL = re.compile(r"^(?:Our|The) (?:[\w-]+ )?(?:goal|aim|objective|purpose)(?: here)? is\s+(?=to\b)")
_OUR_POINT = re.compile(
    r"^Our (?:[\w-]+ )?(?:(?P<seen>result|finding|observation|conclusion|contribution)"
    r"|insight|idea|intuition|hypothesis|premise|claim) is that\s+"
)
_TRIALS = re.compile(
    r"^(?:(?:Our|The|Extensive|Comprehensive|Thorough|Empirical|Experimental|Numerical|Simulation|Quantitative"
    r"|Qualitative|Preliminary|Further|Additional)\s+)*"
    r"(?:experiments?|results?|evaluations?|studies|study|analys[ei]s|simulations?|tests|findings|ablations?)"
    r"(?P<where>\s(?:on|in|across|with|over)\s[^,;]*?)?\s+(?:also\s+|clearly\s+|further\s+)?"
    r"(?P<verb>show|demonstrate|indicate|reveal|confirm|suggest|verify|prove)s?\s+(?=that\b)",
    re.I,
)
_PASSIVE = re.compile(
    r"^(?P<what>(?:An?|The|Two|Three|Several|New) (?:(?!\b(?:which|that|is|are|was|were|has|have)\b)[^,;])*?)\s+"
    r"(?:is|are|was|were|has been|have been)\s+(?:then |also |first )?"
    r"(?P<verb>proposed|presented|introduced|developed|described|studied|investigated|derived|designed"
    r"|considered|established|formulated)(?!\s+(?:by|in \[)\b)(?P<rest>\W.*|)$"
)
_WE = re.compile(r"^(?P<lead>(?:(?!\bwe\b).)*?,\s+|)we\s+(?=\w)", re.I)
_ADVERBS = re.compile(
    r"^(?:(?:further(?:more)?|also|first(?:ly)?|then|additionally|finally|thus|therefore|hence|next"
    r"|instead|accordingly|consequently|subsequently|here|herein|moreover|lastly|now|specifically)\s+)+"
)
# "this indirect knowledge" points to a sentence left behind; "the indirect knowledge" stands alone.
_OWN_BACKWARD = re.compile(rf"(?<=\w )(?:this|these|the proposed|the presented)\s+(?=(?:[\w-]+ )?{_THINGS}s?\b)")
_BACKWARD = re.compile(
    r"(?<=\w )(?:this|these)\s+"
    r"(?!(?:is|are|was|were|by|with|in|on|to|that|which|has|can|and|or|\w+ly)\b)(?=[a-z])"
)
_PERSONS = {"we": "they", "our": "their", "ours": "theirs", "us": "them", "ourselves": "themselves"}


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Who tells it: the authors as running text names them, the system's name, and the marker behind them."""

    who: str
    name: str
    single: bool
    marker: str

    @property
    def cited(self) -> str:
        """The authors with their marker."""
        return f"{self.who}{self.marker}"

    def verb(self, plain: str) -> str:
        """`plain` as their verb."""
        return singular(plain) if self.single else plain


def third_person(sentence: str, paper: Paper, marker: str) -> str | None:
    """`sentence` of the abstract of `paper` as a related-work section tells it, with `marker` by its authors.

    None when it cannot stand alone: it points back to another sentence, or is damaged.
    """
    text = self_contained(sentence)
    if text is None:
        return None
    who = in_text(paper.authors) or "the authors"
    speaker = _Speaker(who, name_of(paper), len(paper.authors) == 1, f" {marker}" if marker else "")
    told = _BACKWARD.sub("the ", _OWN_BACKWARD.sub("their ", _shift_person(_tell(text, speaker))))
    return told[0].upper() + told[1:].rstrip(" .;:,") + "."


def name_of(paper: Paper) -> str:
    """The system's name that opens the title, "CLIP-RT" of "CLIP-RT: Learning …"; empty without one."""
    head, colon, _ = paper.title.partition(":")
    head = head.strip()
    is_name = len(head.split()) == 1 and re.search(r"[A-Z].*[A-Z0-9]|\d|^[A-Z][a-z]+$", head)
    return head if colon and is_name else ""


def _tell(text: str, speaker: _Speaker) -> str:
    capital = text[0].upper() + text[1:]
    for form in (_of_document, _of_point, _of_trials, _of_thing, _of_passive, _of_name):
        if told := form(capital, speaker):
            return told
    if we := _WE.match(text):
        return _as_subject(we["lead"], text[we.end() :], speaker)
    if capital.startswith("Our "):
        return f"{speaker.cited} {speaker.verb('report')} that {capital[0].lower()}{capital[1:]}"
    return f"According to {speaker.cited}, {_lower_first(text)}"


def _of_document(text: str, speaker: _Speaker) -> str:
    """ "This paper presents X" of the authors, unless another verb of the sentence may have a subject of its own."""
    found = _DOCUMENT.match(text)
    verb, _, rest = text[found.end() :].partition(" ") if found else ("", "", "")
    if not found or (verb not in PLURALS and (found["lead"] or found["this"].lower() == "the")):
        return ""
    if verb not in PLURALS or (re.search(r"\b(?:it|its|itself)\b", rest) and not found["lead"]):
        return f"The {found['kind']} by {speaker.cited} {text[found.end() :]}"
    return f"{found['lead']}{speaker.cited} {speaker.verb(PLURALS[verb])} {agreeing(rest, speaker.single)}"


def _of_point(text: str, speaker: _Speaker) -> str:
    if goal := _OUR_GOAL.match(text):
        return f"{speaker.cited} {speaker.verb('aim')} {text[goal.end() :]}"
    found = _OUR_POINT.match(text)
    if not found:
        return ""
    return f"{speaker.cited} {speaker.verb('find' if found['seen'] else 'argue')} that {text[found.end() :]}"


def _of_trials(text: str, speaker: _Speaker) -> str:
    found = _TRIALS.match(text)
    if not found:
        return ""
    where = f"In experiments{found['where']}, " if found["where"] else ""
    return f"{where}{speaker.cited} {speaker.verb(found['verb'].lower())} {text[found.end() :]}"


def _of_thing(text: str, speaker: _Speaker) -> str:
    found = _OUR_THING.match(text)
    return f"The {found['thing'].removeprefix('proposed ')} of {speaker.cited}{found['rest']}" if found else ""


def _of_passive(text: str, speaker: _Speaker) -> str:
    found = _PASSIVE.match(text)
    if not found:
        return ""
    verb = speaker.verb(PLAIN[found["verb"]])
    return f"{speaker.cited} {verb} {found['what'][0].lower()}{found['what'][1:]}{found['rest']}"


def _of_name(text: str, speaker: _Speaker) -> str:
    """A sentence whose subject is the system: its name bears the marker."""
    name = speaker.name
    is_subject = name and re.match(rf"{re.escape(name)} (?:\([^()]*\) )?[a-z]+", text)
    return f"{name}{speaker.marker}{text[len(name) :]}" if is_subject else ""


def _as_subject(lead: str, rest: str, speaker: _Speaker) -> str:
    rest = _ADVERBS.sub("", rest)
    verb, gap, after = rest.partition(" ")
    if speaker.single:
        return f"{lead}{speaker.cited} {singular(verb)}{gap}{agreeing(after, True)}"
    return f"{lead}{speaker.cited} {verb}{gap}{after}"


def _shift_person(text: str) -> str:
    for person, other in _PERSONS.items():
        text = re.sub(rf"\b{person}\b", other, text)
        text = re.sub(rf"\b{person.capitalize()}\b", other.capitalize(), text)
    return text


def _lower_first(text: str) -> str:
    """A small first letter, where the first word is an ordinary one and no name."""
    first = text.split()[0]
    return text[0].lower() + text[1:] if is_common(first) and (first[1:].islower() or len(first) == 1) else text
