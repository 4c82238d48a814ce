"""Names of conferences and journals: under whatever name a reference has one, which it is and of what kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

VenueKind = Literal["meeting", "journal"]

# Short names, the first of which stands for all, and words of the long name; small words and numbers left out. Short
# names without a long one count only where they are all that is said: beside others they may be organisers.
_MEETINGS = """
AAAI = aaai conference artificial intelligence | national conference artificial intelligence
ACCV = asian conference computer vision
ACL = annual meeting association computational linguistics
ACML = asian conference machine learning
AISTATS = artificial intelligence statistics
ALT = algorithmic learning theory
AutoML = international conference automated machine learning
BMVC = british machine vision conference
CHI = human factors computing systems
CIKM = information knowledge management
COLING = international conference computational linguistics
COLM = conference language modeling
COLT = conference learning theory | computational learning theory
CoNLL = computational natural language learning
CoRL = conference robot learning
CVPR CVPRW = computer vision pattern recognition
EACL = european chapter association computational linguistics
ECAI = european conference artificial intelligence
ECCV = european conference computer vision
EMNLP = empirical methods natural language processing
FG = automatic face gesture recognition
FOCS = foundations computer science
HRI = human robot interaction
ICASSP = acoustics speech signal processing
ICCV ICCVW = international conference computer vision
ICLR = learning representations
ICML = international conference machine learning
ICRA = robotics automation
IJCAI = joint conference artificial intelligence | joint conferences artificial intelligence
INTERSPEECH Eurospeech = interspeech
IROS = intelligent robots systems
ISRR = international symposium robotics research
KDD = knowledge discovery data mining
LREC = language resources evaluation
MICCAI = medical image computing
NAACL = american chapter association computational linguistics
NeurIPS NIPS = neural information processing systems
RSS = robotics science systems
SIGGRAPH = computer graphics interactive techniques
SIGIR = research development information retrieval
STOC = symposium theory computing
UAI = uncertainty artificial intelligence
WACV = applications computer vision
WSDM = web search data mining
WWW TheWebConf WebConf = world wide web | web conference
3DV = conference 3d vision
CogSci
ECIR
FSE
ICDE
ICSE
IJCNLP
ISCA
MIDL
NSDI
OSDI
PLDI
POPL
RecSys
SIGCOMM
SIGDIAL
SIGMOD
SOSP
UIST
USENIX
VLDB
"""
_JOURNALS = """
AIJ = artificial intelligence journal
CACM = communications acm
IJCV = journal computer vision
IJRR = journal robotics research
JAIR = journal artificial intelligence research
JMLR = journal machine learning research
PNAS = proceedings national academy
RA-L RAL = robotics automation letters
TACL = transactions association computational linguistics
TIP = transactions image processing
TKDE = transactions knowledge data engineering
TMLR = transactions machine learning research
TNNLS = transactions neural networks learning systems
TOG = transactions graphics
TPAMI PAMI T-PAMI = transactions pattern analysis machine intelligence
T-RO TRO = transactions robotics
TVCG = transactions visualization computer graphics
JMIR
NEJM
"""
_SMALL = frozenset({"of", "the", "on", "and", "in", "for", "an", "a", "to", "at", "from"})
_WORDS = re.compile(r"[^\W_]+(?:-[^\W\d_]{1,5}\b)?")
_STEM = 3  # letters that an abbreviated word keeps at least


@dataclass(frozen=True, slots=True)
class KnownVenue:
    """A conference or journal by its short name."""

    name: str
    kind: VenueKind


@dataclass(frozen=True, slots=True)
class _Row:
    names: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    venue: KnownVenue


def _rows() -> Iterator[_Row]:
    kinds: tuple[tuple[str, VenueKind], ...] = ((_JOURNALS, "journal"), (_MEETINGS, "meeting"))
    for rows, kind in kinds:
        for row in rows.strip().splitlines():
            said, _, phrases = row.partition(" = ")
            names = tuple(said.split())
            long = tuple(tuple(phrase.split()) for phrase in phrases.split(" | ") if phrase)
            yield _Row(names, long, KnownVenue(names[0], kind))


_ROWS = tuple(_rows())
_ALONE = {name.casefold(): row.venue for row in _ROWS for name in row.names}
_SHORT = {name.casefold(): row.venue for row in _ROWS for name in row.names if row.phrases}
_LONG = sorted(((phrase, row.venue) for row in _ROWS for phrase in row.phrases), key=lambda pair: -len(pair[0]))
# The short names of each venue, old and new.
SHORT_NAMES = tuple(row.names for row in _ROWS)


@lru_cache(maxsize=4096)
def known_venue(text: str) -> KnownVenue | None:
    """The conference or journal that `text` names, by its short name or by its long one, abbreviated or not.

    A short name counts as it is spelt or in capitals, in other letters only where it is all that is said.
    """
    told = _WORDS.findall(text)
    words = [w for w in told if w.casefold() not in _SMALL and not re.search(r"^\d+(?:st|nd|rd|th)?$", w)]
    if len(words) == 1 and (alone := _short(words[0])):
        return alone
    plain = [part for word in words for part in word.casefold().split("-")]
    spelt = next((venue for phrase, venue in _LONG if _has(plain, phrase)), None)
    if spelt and spelt.kind == "journal":
        return spelt
    return next(
        (venue for w in words if (venue := _SHORT.get(w.casefold())) and (w.isupper() or w == venue.name)), spelt
    )


def _short(word: str) -> KnownVenue | None:
    return _ALONE.get(word.casefold()) or _ALONE.get(re.sub(r"\d+$", "", word.casefold()))


def _has(words: list[str], phrase: tuple[str, ...]) -> bool:
    """Whether the words of `phrase` stand side by side in `words`, each whole or shortened."""
    spans = (words[n : n + len(phrase)] for n in range(len(words) - len(phrase) + 1))
    return any(all(map(_same, span, phrase)) for span in spans)


def _same(word: str, whole: str) -> bool:
    return word == whole or (len(word) >= _STEM and whole.startswith(word)) or word == f"{whole}s"
