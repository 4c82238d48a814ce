"""The sentences of an abstract: what each does, and which tells best what the paper did.

What they do (task, method, data, result, limitation) are the moves of an abstract after Swales (1990), told apart by
cue phrases and by place.
"""

import re
from dataclasses import dataclass

import numpy as np

from rag.language.terms import content_stems, plain, weight
from rag.records import Embed
from rag.telling.thirdperson import name_of
from rag.telling.trimming import PROBLEMS, WORKS, self_contained
from store.records import Paper
from store.sentences import sentence_spans

_OURS = rf"\b(?:we|this (?:{WORKS}|survey|letter)|our)\b[^.;]{{0,60}}?\b"
_STUDIES = r"\bwe (?:study|address|tackle|consider|investigate|focus on)\b"
_HINDERED = r"limited|costly|expensive|slow|suffer\w*|labor-intensive|lack|scarc\w+|imped\w+|hinder\w*|hamper\w*"
_NEW_THING = (
    r"method|framework|approach|model|architecture|algorithm|paradigm|system|network|module|policy|mechanism"
    r"|technique|pipeline|scheme|strategy"
)
_COUNTED = (
    r"videos?|samples?|images?|demonstrations?|episodes?|trajectories|tasks?|questions?|hours|clips?|pairs?"
    r"|annotations?|examples?|environments?"
)
CUES: dict[str, tuple[tuple[str, float], ...]] = {
    "task": (
        (r"\b(?:task|problem|challenge|goal|aim|setting)s? (?:of|in|to|where)\b", 0.5),
        (r"\b(?:challeng\w+|difficult\w*|hard|bottleneck|obstacle|problem|open question|struggl\w+)\b", 0.4),
        (rf"\b(?:aims?|seeks?|requires?|needs?) (?:to|at)\b|{_STUDIES}", 0.5),
        (r"\b(?:crucial|essential|important|fundamental|critical|key|vital)\b.{0,40}\b(?:for|to|in)\b", 0.4),
        (rf"\b(?:{_HINDERED})\b", 0.4),
    ),
    "method": (
        (_OURS + r"(?:propos|introduc|present|develop|devis|design|formulat)", 1.0),
        (_OURS + r"(?:build|construct|creat|leverag|employ|adopt|convert|train|us(?:e|es)|explor|extend|learn)", 0.7),
        (rf"\b(?:novel|new|simple|first)\b.{{0,60}}\b(?:{_NEW_THING})s?\b", 0.4),
        (r"\b(?:consists? of|is based on|integrat|combin|leverag|by (?:using|exploiting|predicting))", 0.25),
    ),
    "data": (
        (r"\b(?:data ?sets?|benchmarks?|corpus|corpora)\b", 0.6),
        (rf"\b\d[\d,.]*\s?[kKM]?\+?\s(?:[\w-]+ ){{0,4}}?(?:{_COUNTED})\b", 0.5),
        (r"\b(?:collect|annotat|curat|release)\w*\b.{0,60}\b(?:data|benchmark|annotation)", 0.5),
        (r"\b(?:evaluat\w+|experiments?|tested|validat\w+) (?:\w+ ){0,4}?(?:on|using|across|in)\b", 0.3),
        (r"\b(?:pre-?|fine-?)?(?:train|tun)ed\b.{0,60}\b(?:on|with|from)\b", 0.2),
    ),
    "result": (
        (r"\b(?:outperform|surpass|exceed|achiev|improv|reduc|demonstrat|accelerat|speed\w* up)\w*\b", 0.45),
        (r"\b(?:experiments?|results?|evaluations?|analys[ie]s|ablations?|empirical\w*|efficacy|effectiveness)\b", 0.4),
        (r"\b(?:we|to) (?:show|find|demonstrate|observe|prove)\b|\b(?:shows?|reveals?|indicates?) that\b", 0.45),
        (r"\b(?:achiev|reach|attain|obtain|yield|scor)\w*\b[^.;]{0,60}\d|\bnew (?:record|state)", 0.35),
        (r"\bstate[- ]of[- ]the[- ]art\b|\d+(?:\.\d+)?\s?\\?%|\d+(?:\.\d+)?\s?[x×]\b|\bbaselines?\b", 0.35),
    ),
    "limitation": (
        (r"\b(?:our|this|the) (?:\w+ ){0,2}?(?:limitation|shortcoming)s?\b|\blimitations? of our\b", 1.0),
        (r"\b(?:future work|remains? (?:an? )?(?:open|challeng|difficult|unsolved|limited)|open question)", 0.8),
        (
            r"\b(?:still|yet|only|even) (?:\w+ ){0,3}?(?:fail|struggle|falter|lack|limit|face|suffer|below|far from)",
            0.7,
        ),
        (r"\b(?:fail|struggle|falter|cannot|do(?:es)? not (?:scale|generalize|consistently))\b", 0.5),
        (r"\b(?:at the (?:cost|expense) of|trade-?off|gap between|room for improvement|caveat)\b", 0.6),
        (
            r"\b(?:falls?|falling) short\b|\bnot (?:always|reliably|consistently|sufficient)\b|\ba \w+ bottleneck",
            0.7,
        ),
        (r"\b(?:\w+ing|clear|serious|notable) (?:deficienc|weakness)\w*|\b(?:current|remaining) limitations?\b", 0.6),
    ),
}
# Where a role tends to stand, from 0 (first sentence) to 1 (last).
_PLACES = {"task": 0.15, "method": 0.45, "data": 0.75, "result": 0.85, "limitation": 0.9}
_PATTERNS = {role: [(re.compile(f"(?i){cue}"), credit) for cue, credit in cues] for role, cues in CUES.items()}
# What speaks for a statement: likeness to the title and to the topic, the words of the title, cues of a
# method, that it proposes, names the system; against it, that it stands late, goes on, points back,
# tries something out, tells of the work of others, is long.
# `python -m benchmarks.telling` measures them on summaries that authors wrote of their papers.
_TITLE, _TOPIC, _WORDS, _METHOD, _PROPOSAL, _NAMED = 1.0, 0.6, 0.25, 0.08, 0.12, 0.1
_LATE, _FURTHER, _POINTING, _OTHERS, _LENGTH, _OUTCOME = 0.15, 0.12, 0.2, 0.8, 0.008, 0.3
LONGEST = 40  # words from which on a sentence costs more than it tells
_PRESENTED = r"\b(?:is|are) (?:proposed|presented|introduced|developed)\b"
PROPOSES = re.compile(
    rf"(?i)\b(?:we|this (?:[\w-]+ )?(?:{WORKS})) (?:\w+ )?(?:propos|introduc|present|develop"
    rf"|design|devis|describ|build|construct|creat|formulat|curat|collect)|{_PRESENTED}"
)
OWN = re.compile(rf"(?i)\b(?:we|our|this (?:{WORKS}|survey))\b|{_PRESENTED}")
_MORE = re.compile(
    r"(?i)^(?:additionally|in addition|moreover|furthermore|besides|we (?:further|also|then)|finally|lastly)\b"
)
# Statements that nobody cites a paper for.
AVAILABLE = re.compile(
    r"(?i)\b(?:code|website|project page|data|models?|weights)\b.{0,60}\b(?:available|released?|found)\b"
    r"|\b(?:publish|release)\w* (?:the|our|all)\b"
    r"|\bopen-?sourc|\bwe (?:hope|believe|release|plan)\b|^(?:previously|in previous work|in prior work)\b"
)
TRYING = re.compile(
    r"(?i)^(?:all of |both of )?(?:our|the|these) (?:\w+ )?(?:results|experiments)\b|\bwe (?:\w+ )?(?:apply|evaluated?"
    r"|test|validated?|verif(?:y|ied)|conduct(?:ed)?|perform(?:ed)?|compared?|run|call|name|follow up|also)\b"
)
_RESULT = 0.8  # how surely a statement is what came of the work
# What leans on a sentence left behind: "the resulting dataset", "a scalable alternative", "the two models".
_BACK = re.compile(
    rf"(?i)\b(?:this|these|such|it|those|them|both|former|latter|above|aforementioned|the {PROBLEMS}"
    r"|the (?:resulting|proposed|two|same|other|new|latter|learned|trained)|alternatives?(?! (?:to|for)\b)"
    r"|the (?:data ?set|benchmark|framework|method|model|approach|system|algorithm)(?! (?:of|for|that|in|with|by|to)\b)"
    r"|(?:more|less) \w+ (?!.*\bthan\b)|instead(?! of\b))\b"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an abstract, `abstract[start:end] == text`; `place` from 0 (first) to 1 (last)."""

    paper_id: str
    start: int
    end: int
    text: str
    place: float

    def plays(self, role: str) -> float:
        """How well the sentence fits `role`, from 0 to about 1.5: its cues, and a little its place."""
        cues = sum(credit for pattern, credit in _PATTERNS[role] if pattern.search(self.text))
        return cues and cues + 0.2 * (1 - abs(self.place - _PLACES[role]))


def statements(paper: Paper) -> list[Statement]:
    """The sentences of the abstract, in order."""
    spans, abstract = sentence_spans(paper.abstract), paper.abstract
    last = max(1, len(spans) - 1)
    return [Statement(paper.paper_id, a, b, abstract[a:b], i / last) for i, (a, b) in enumerate(spans)]


def ranked_statements(paper: Paper, topic: np.ndarray, embed: Embed) -> list[Statement]:
    """The statements of `paper` by how well each alone tells what it did about `topic` (a unit vector)."""
    found = [s for s in statements(paper) if not AVAILABLE.search(s.text)]
    if not found:
        return []
    *vectors, title = embed([*(s.text for s in found), paper.title], [paper])
    likeness = [_TITLE * float(v @ title) + _TOPIC * float(v @ topic) for v in vectors]
    scored = [(-like - worth(s, paper), n) for n, (like, s) in enumerate(zip(likeness, found, strict=True))]
    return [found[n] for _, n in sorted(scored)]


def worth(statement: Statement, paper: Paper) -> float:
    """What speaks for `statement` besides its meaning."""
    text = self_contained(statement.text) or statement.text
    name = name_of(paper)
    named = bool(name) and name.lower() in text.lower()
    credits = (
        _WORDS * _shared_words(paper.title, text)
        + _METHOD * min(1.5, statement.plays("method"))
        + _PROPOSAL * bool(PROPOSES.search(text))
        + _NAMED * named
    )
    debits = (
        _LATE * statement.place
        + _FURTHER * bool(_MORE.match(statement.text))
        + _POINTING * min(2, len(_BACK.findall(text)))
        + _LATE * bool(TRYING.search(text))
        + _OUTCOME * (statement.plays("result") >= _RESULT and not PROPOSES.search(text))
        + _OTHERS * (not named and not OWN.search(text))
        + _LENGTH * max(0, len(text.split()) - LONGEST)
    )
    return credits - debits


def _shared_words(title: str, text: str) -> float:
    """The share of the title's words, by weight, that `text` has."""
    wanted, there = content_stems(plain(title)), content_stems(plain(text))
    total = sum(map(weight, wanted))
    return sum(map(weight, wanted & there)) / total if total else 0.0
