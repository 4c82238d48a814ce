"""A sentence of an abstract told by someone else: "We propose X" becomes "Kang et al. [3] propose X".

Only who speaks changes: openings that point to a sentence left behind are cut, the first person
becomes the third, and the rest stays word for word, so that the check finds it in the abstract.
"""

import re
from dataclasses import dataclass

from rag.language.naming import system_name
from rag.language.terms import is_common, listed
from rag.references.keys import in_text
from rag.telling.trimming import ANY_VERB, RESEARCH, WORKS, self_contained, without_pointing
from store.records import Paper

_UNCHANGING = frozenset(listed("can could may might will would must should built found made showed"))
_IRREGULAR = {"are": "is", "have": "has", "do": "does", "were": "was"}
_MADE = "propose present introduce develop describe study investigate derive design consider establish formulate"


def _past(verb: str) -> str:
    return re.sub(r"(?<![aeo])yed$", "ied", f"{verb.removesuffix('e')}ed")


_PASSIVES = {_past(verb): verb for verb in listed(_MADE)}
# A verb joined to the first one; what follows tells it from a noun ("and studies how", "user studies and surveys").
_JOINED = re.compile(
    r"(?P<join>,? (?:and|then)(?: then| also| further)? )(?P<verb>[a-z]+)(?= (?:an?|the|that|how|whether|why|their|our"
    r"|its|this|these|some|several|two|three|four|new|novel|on|it|them)\b)"
)
THINGS = (
    r"(?:approach|method|methodology|model|framework|system|algorithm|technique|network|architecture|pipeline"
    r"|policy|formulation|solution|paradigm|strategy|scheme|module|mechanism|design|agent|planner"
    r"|controller|tool|toolkit|dataset|benchmark|theory|proposal)"
)
_FINDINGS = r"(?:results?|findings?|analys[ei]s|evaluations?|experiments?|study|studies|proofs?)"
_DOCUMENT = re.compile(
    rf"(?i)^(?P<lead>[^.;]*?,\s+|)(?P<this>this(?: [\w-]+(?= (?:{WORKS})\b))?|the present|our|the) "
    rf"(?P<kind>{WORKS}|letter|report|dissertation|chapter)\s+"
    r"(?:(?:also|further|then|first|thus|therefore|hence) )?(?=\w)"
)
_OUR_THING = re.compile(
    rf"^Our (?P<thing>(?:(?!for |of |in |on |to |with )[\w-]+ ){{0,3}}?(?:{THINGS}s?|{_FINDINGS}))"
    r"(?P<rest>(?:,| \(| (?:can|is|are|has|have|was|does|do|will|\w+ly|\w+[^s\W]s|\w+ed"
    rf"|{ANY_VERB})\b).*)$"
)
_OUR_POINT = re.compile(
    r"^(?:(?P<lead>To [^,]+, |)(?:[Oo]ur|[Tt]he) (?:[\w-]+ )?(?:(?P<aim>goal|aim|objective|purpose)"
    r"|(?P<plan>insight|idea))(?: here)? is\s+(?=to\b)"
    r"|Our (?:[\w-]+ )?(?:(?P<seen>result|finding|observation|conclusion|contribution)"
    r"|insight|idea|intuition|hypothesis|premise|claim) is that\s+)"
)
_TRIALS = re.compile(
    r"(?i)^(?:(?:Our|The|Extensive|Comprehensive|Thorough|Empirical|Experimental|Numerical|Simulation|Quantitative"
    r"|Qualitative|Preliminary|Further|Additional)\s+)*"
    r"(?:experiments?|results?|evaluations?|studies|study|analys[ei]s|simulations?|tests|findings|ablations?)"
    r"(?P<where>\s(?:on|in|across|with|over)\s[^,;]*?)?\s+(?:also\s+|clearly\s+|further\s+)?"
    r"(?P<verb>show|demonstrate|indicate|reveal|confirm|suggest|verify|prove)s?\s+(?=that\b)"
)
_PASSIVE = re.compile(
    r"^(?P<what>(?:An?|The|Two|Three|Several|New) (?:(?!\b(?:which|that|is|are|was|were|has|have)\b)[^,;])*?)\s+"
    r"(?:is|are|was|were|has been|have been)\s+(?:then |also |first )?"
    rf"(?P<verb>{'|'.join(_PASSIVES)})(?!\s+(?:by|in \[)\b)(?P<rest>\W.*|)$"
)
_WE = re.compile(r"(?i)^(?P<lead>(?:(?!\bwe\b).)*?,\s+|)we\s+(?=\w)")
_HOW = re.compile(r"(?!(?:apply|rely|supply|reply|multiply) )\w+ly ")
_ADVERBS = re.compile(
    r"^(?:(?:further(?:more)?|also|first(?:ly)?|then|additionally|finally|thus|therefore|hence|next"
    r"|instead|accordingly|consequently|subsequently|here|herein|moreover|lastly|now|specifically)\s+)+"
)
# "this indirect knowledge" points to a sentence left behind; "the indirect knowledge" stands alone.
_OWN_BACKWARD = re.compile(rf"(?<=\w )(?:this|these|the proposed|the presented)\s+(?=(?:[\w-]+ )?{THINGS}s?\b)")
_BACKWARD = re.compile(
    r"(?<=\w )(?:this|these)\s+"
    r"(?!(?:is|are|was|were|as|at|by|for|from|of|into|with|in|on|to|via|when|while|if|that|which|has|can|will|may|and|or"
    r"|\w+ly)\b)(?=[a-z])"
)
_ITS_OWN = re.compile(r"\b(?P<does>(?:propos|introduc|present|describ)es?|presents?) their ")
_PERSONS = {"we": "they", "our": "their", "ours": "theirs", "us": "them", "ourselves": "themselves"}
# The system's name in front of the colon of a title.
_NAME = re.compile(r"\S*[A-Z]\S*[A-Z0-9]\S*|\S*\d\S*|[A-Z][a-z]+")


def singular(verb: str) -> str:
    """The third person singular of a plain verb; past forms and modals stay."""
    if verb in _IRREGULAR or verb in _UNCHANGING or re.search(r"ed$|ly$", verb):
        return _IRREGULAR.get(verb, verb)
    verb = re.sub(r"(?<![aeiou])y$", "ie", verb)
    return verb + ("es" if re.search(r"(s|x|z|ch|sh|o)$", verb) else "s")


_PRESENT = {_past(verb): verb for verb in RESEARCH} | {"built": "build"}
_PLURALS = {singular(verb): verb for verb in RESEARCH}


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Who tells it: the authors as running text cites them, the system's name, whether it is one, their marker."""

    cited: str
    name: str
    single: bool
    marker: str

    def verb(self, plain: str) -> str:
        """`plain` as their verb, in the present."""
        plain = _PRESENT.get(plain, plain)
        return singular(plain) if self.single else plain

    def agreeing(self, text: str) -> str:
        """`text` behind their verb, the verbs joined to that one with the same number."""
        forms = {verb: singular(verb) for verb in RESEARCH} if self.single else _PLURALS
        return _JOINED.sub(lambda match: match["join"] + forms.get(match["verb"], match["verb"]), text)


def third_person(sentence: str, paper: Paper, marker: str) -> str | None:
    """`sentence` of the abstract of `paper` as a related-work section tells it, with `marker` by its authors.

    None when it cannot stand alone: it points back to another sentence, or is damaged.
    """
    text = self_contained(sentence)
    if text is None:
        return None
    who, after = in_text(paper.authors) or "the authors", f" {marker}" if marker else ""
    speaker = _Speaker(f"{who}{after}", name_of(paper), len(paper.authors) == 1, after)
    told = of_others(_tell(without_pointing(text, paper.title), speaker))
    return told[0].upper() + told[1:]


def of_others(text: str) -> str:
    """`text` with the first person as the third, ended by a full stop."""
    for person, other in _PERSONS.items():
        text = re.sub(rf"\b{person}\b", other, re.sub(rf"\b{person.capitalize()}\b", other.capitalize(), text))
    text = _ITS_OWN.sub(r"\g<does> the ", text)
    return _BACKWARD.sub("the ", _OWN_BACKWARD.sub("their ", text)).rstrip(" .;:,") + "."


def name_of(paper: Paper) -> str:
    """The system's name of one word that opens the title, "CLIP-RT" of "CLIP-RT: Learning …"; empty without one."""
    name = system_name(paper.title)
    return name if _NAME.fullmatch(name) else ""


def _tell(text: str, speaker: _Speaker) -> str:
    capital = text[0].upper() + text[1:]
    for form in (_of_document, _of_point, _of_trials, _of_thing, _of_passive, _of_name):
        if told := form(capital, speaker):
            return told
    if we := _WE.match(text):
        rest = _ADVERBS.sub("", text[we.end() :])
        how = found[0] if (found := _HOW.match(rest)) else ""
        verb, gap, after = rest.removeprefix(how).partition(" ")
        if not re.search(r"\b(?:and|then) \w+ed\b", after):  # else it is told in the past, all of it
            verb, after = speaker.verb(verb), speaker.agreeing(after) if speaker.single else after
        return f"{we['lead']}{speaker.cited} {how}{verb}{gap}{after}"
    if capital.startswith("Our "):
        return f"{speaker.cited} {speaker.verb('report')} that {capital[0].lower()}{capital[1:]}"
    first = text.split()[0]
    if is_common(first) and (first[1:].islower() or len(first) == 1):  # an ordinary word and no name
        text = text[0].lower() + text[1:]
    return f"According to {speaker.cited}, {text}"


def _of_document(text: str, speaker: _Speaker) -> str:
    """ "This paper presents X" of the authors, unless another verb of the sentence may have a subject of its own."""
    found = _DOCUMENT.match(text)
    verb, _, rest = text[found.end() :].partition(" ") if found else ("", "", "")
    if not found or (verb not in _PLURALS and (found["lead"] or found["this"].lower() == "the")):
        return ""
    if verb not in _PLURALS or (re.search(r"\b(?:it|its|itself)\b", rest) and not found["lead"]):
        return f"The {found['kind']} by {speaker.cited} {text[found.end() :]}"
    return f"{found['lead']}{speaker.cited} {speaker.verb(_PLURALS[verb])} {speaker.agreeing(rest)}"


def _of_point(text: str, speaker: _Speaker) -> str:
    if not (found := _OUR_POINT.match(text)):
        return ""
    says = "aim" if found["aim"] else "propose" if found["plan"] else "find" if found["seen"] else "argue"
    that = "" if found["aim"] or found["plan"] else "that "
    return f"{found['lead'] or ''}{speaker.cited} {speaker.verb(says)} {that}{text[found.end() :]}"


def _of_trials(text: str, speaker: _Speaker) -> str:
    if not (found := _TRIALS.match(text)):
        return ""
    where = f"In experiments{found['where']}, " if found["where"] else ""
    return f"{where}{speaker.cited} {speaker.verb(found['verb'].lower())} {text[found.end() :]}"


def _of_thing(text: str, speaker: _Speaker) -> str:
    found = _OUR_THING.match(text)
    return f"The {found['thing'].removeprefix('proposed ')} of {speaker.cited}{found['rest']}" if found else ""


def _of_passive(text: str, speaker: _Speaker) -> str:
    if not (found := _PASSIVE.match(text)):
        return ""
    verb = speaker.verb(_PASSIVES[found["verb"]])
    return f"{speaker.cited} {verb} {found['what'][0].lower()}{found['what'][1:]}{found['rest']}"


def _of_name(text: str, speaker: _Speaker) -> str:
    """A sentence whose subject is the system: its name bears the marker."""
    name = speaker.name
    is_subject = name and re.match(rf"{re.escape(name)} (?:\([^()]*\) )?[a-z]+", text)
    return f"{name}{speaker.marker}{text[len(name) :]}" if is_subject else ""
