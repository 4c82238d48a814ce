"""What a question asks for, read off its words: its kind, its parts, and what a good sentence must have."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.asking.cues import ASKING, ASKS_AMOUNT, ASKS_CAUSE, ASKS_COMPARISON, ASKS_LIST, ASKS_SURVEY, COUNTED, ORDERS
from rag.language.terms import STOP, is_common, listed

Kind = Literal["fact", "compare", "list", "survey"]

_ENUMERATION = re.compile(r"((?:[\w-]+ ){0,3}[\w-]+(?:, (?:[\w-]+ ){0,3}[\w-]+)+),? (?:and|or) ")
_NUMBER_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5}

_PART = re.compile(
    r"(?<=[?.!;:])\s+|,\s+(?=(?:and|or|but|so|which|what|how|by|in|when|where|why|who|does|is|are|can)\b)"
    r"|\s+and\s+(?=(?:how|what|why|which|by|does|is|who|where|when)\b)"
)
_WINDOW, _STEP = 10, 5

_TAG = re.compile(r"<(script|style)\b[^>]*>.*?</\1>|<!--.*?-->|<[^<>]{1,200}>", re.IGNORECASE | re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]*\s+|\n+|\s\.\.\.\s")
_WORD = re.compile(r"[^\W\d_]{2,}")
# From this share of words that are no words on, a text is noise around a question.
_NOISE = 0.3


_ADJECTIVES = (
    r"(?:(?:of|other|the|their|its|these|different|unique|more|new|kinds? of|types? of|average"
    r"|exact|total|two|three|four|five)\s+)*"
)
_AMOUNT_OF = re.compile(
    rf"\b(?:how (?:many|much)|numbers? of)\b\s+{_ADJECTIVES}((?:[\w*-]+\s+){{0,3}}[\w*-]+)", re.IGNORECASE
)
# What asks for a ratio names no thing: "how many times is it faster than", "how much smaller", "by what factor".
_COMPARED = (
    r"(?:more|less|fewer|better|worse|(?:small|larg|bigg|great|fast|slow|quick|long|short|high|low|cheap|eas"
    r"|hard|strong|weak|light|heavi|deep|wid|safe|clos|old|young)i?er)"
)
_RATIO = re.compile(
    rf"\bhow (?:much {_COMPARED}|many times(?= {_COMPARED}|[^?.;]*\bthan|[^?.;]*\bas \w+ as))\b"
    r"|\b(?:by|to) (?:what|which) (?:factor|margin|percentage|amount|extent|degree|share|proportion)\b",
    re.IGNORECASE,
)
_WHAT = re.compile(
    r"(?:^|[.?!,;:]\s+(?:and |but )?|\b(?:and|in|under|with|at|on|from|of|for|by|to|against|over)\s+)"
    rf"(?:which|what)\b\s+(?:(?:is|are|was|were)\s+)?{_ADJECTIVES}((?:[\w*-]+\s+){{0,2}}[\w*-]+)",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(r"\bhow long\b", re.IGNORECASE)
_WHO = re.compile(
    r"(?:^|[.?!,]\s+)(?:and )?who (?:wrote|made|built|created|invented|developed|proposed|introduced"
    r"|published|authored|is|are|was|were)\b",
    re.IGNORECASE,
)
# Words after "which" or "how many" that end the name of the thing asked for.
_ENDS = STOP | frozenset(
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
class Ask:
    """A question as the offline model reads it.

    `text` is the question without markup, noise and orders, empty when nothing else was there;
    `parts` its clauses; `windows` overlapping runs of ten words; `sides` how many papers a
    comparison is about, `enumerated` the length of its longest "A, B and C"; 0 for neither.
    `counted` is what it wants the number of, `sought` what else it wants named.
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


@lru_cache(maxsize=256)
def read_ask(question: str) -> Ask:
    """What `question` asks for. Pure rules over its words; any text gives an Ask."""
    text = focus(question)
    counted = COUNTED.search(text)
    sides = _NUMBER_WORDS.get(counted[1].lower()) or int(counted[1]) if counted else 0
    return Ask(
        text,
        _kind(text, sides),
        clauses(text),
        _windows(text),
        sides,
        _enumerated(text),
        amount=ASKS_AMOUNT.search(text) is not None,
        cause=ASKS_CAUSE.search(text) is not None,
        counted=_counted(things := _RATIO.sub(" ", text)),
        sought=_sought(things),
    )


def _kind(text: str, sides: int) -> Kind:
    if ASKS_SURVEY.search(text):
        return "survey"
    if ASKS_LIST.search(text):
        return "list"
    return "compare" if sides or ASKS_COMPARISON.search(text) else "fact"


def sources_for(question: str, usual: int) -> int:
    """How many sources an answer to `question` reads: lists and surveys twice the `usual` number."""
    return 2 * usual if read_ask(question).kind in ("list", "survey") else usual


def _enumerated(text: str) -> int:
    return max((len(found[1].split(", ")) + 1 for found in _ENUMERATION.finditer(text)), default=0)


def clauses(text: str) -> tuple[str, ...]:
    """The parts of a question that each ask, or tell, something of their own; at least one."""
    return tuple(part for part in _PART.split(text) if len(part.split()) >= 3) or (text,)


def _windows(text: str) -> tuple[str, ...]:
    words = text.split()
    return tuple(" ".join(words[i : i + _WINDOW]) for i in range(0, max(1, len(words) - _STEP), _STEP))


def focus(question: str) -> str:
    """The question in a text: without markup, noise, and orders to whoever answers.

    Returns "" when orders are all there is. A text of a language that is not English stays whole.
    """
    text = _TAG.sub(" ", question)
    sentences = [s.strip() for s in _SENTENCE.split(text) if s and s.strip()]
    if _noise(text) > _NOISE:
        asked = [s for s in sentences if s.endswith("?") and _noise(s) < _NOISE]
        sentences = asked or sentences
    kept = [s for s in sentences if not ORDERS.search(s)]
    return re.sub(r"\s+", " ", " ".join(kept)).strip()


def _noise(text: str) -> float:
    """Share of the small-letter words of `text` that research English does not use."""
    words = [w for w in _WORD.findall(text) if w.islower()]
    return sum(not is_common(w) for w in words) / len(words) if words else 1.0


def _counted(text: str) -> tuple[str, ...]:
    """ "annotators" of "how many annotators"."""
    found = [_thing(m[1]) for m in _AMOUNT_OF.finditer(text)] + ["hours"] * bool(_HOW_LONG.search(text))
    return tuple(filter(None, found))


def _sought(text: str) -> tuple[str, ...]:
    """ "licence" of "under which licence"."""
    found = [_thing(m[1]) for m in _WHAT.finditer(text)] + ["author"] * bool(_WHO.search(text))
    return tuple(filter(None, found))


def _thing(words: str) -> str:
    kept = []
    for word in words.split():
        if word.lower() in _ENDS:
            break
        kept += [word] if word.lower() not in ASKING else []
    return " ".join(kept)
