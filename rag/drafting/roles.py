"""What each sentence of an abstract does: task, method, data, result or limitation.

Moves of an abstract after Swales (1990), told apart by cue phrases and by place.
"""

import re
from dataclasses import dataclass

from store.records import Paper
from store.sentences import sentence_spans

_OWN = r"\b(?:we|this (?:paper|work|study|article|thesis|survey|letter)|our)\b[^.;]{0,60}?\b"
CUES: dict[str, tuple[tuple[str, float], ...]] = {
    "task": (
        (r"\b(?:task|problem|challenge|goal|aim|setting)s? (?:of|in|to|where)\b", 0.5),
        (r"\b(?:challeng\w+|difficult\w*|hard|bottleneck|obstacle|problem|open question|struggl\w+)\b", 0.4),
        (
            r"\b(?:aims?|seeks?|requires?|needs?) (?:to|at)\b|\bwe (?:study|address|tackle|consider|investigate"
            r"|focus on)\b",
            0.5,
        ),
        (r"\b(?:crucial|essential|important|fundamental|critical|key|vital)\b.{0,40}\b(?:for|to|in)\b", 0.4),
        (
            r"\b(?:limited|costly|expensive|slow|suffer\w*|labor-intensive|lack|scarc\w+|imped\w+|hinder\w*"
            r"|hamper\w*)\b",
            0.4,
        ),
    ),
    "method": (
        (_OWN + r"(?:propos|introduc|present|develop|devis|design|formulat)", 1.0),
        (
            _OWN + r"(?:build|construct|creat|leverag|employ|adopt|convert|train|us(?:e|es)|explor|extend|learn)",
            0.7,
        ),
        (
            r"\b(?:novel|new|simple|first)\b.{0,60}\b(?:method|framework|approach|model|architecture"
            r"|algorithm|paradigm|system|network|module|policy|mechanism|technique|pipeline|scheme|strategy)s?\b",
            0.4,
        ),
        (
            r"\b(?:consists? of|is based on|integrat|combin|leverag|by (?:using|exploiting|predicting))",
            0.25,
        ),
    ),
    "data": (
        (r"\b(?:data ?sets?|benchmarks?|corpus|corpora)\b", 0.6),
        (
            r"\b\d[\d,.]*\s?[kKM]?\+?\s(?:[\w-]+ ){0,4}?(?:videos?|samples?|images?|demonstrations?|episodes?"
            r"|trajectories|tasks?|questions?|hours|clips?|pairs?|annotations?|examples?|environments?)\b",
            0.5,
        ),
        (r"\b(?:collect|annotat|curat|release)\w*\b.{0,60}\b(?:data|benchmark|annotation)", 0.5),
        (r"\b(?:evaluat\w+|experiments?|tested|validat\w+) (?:\w+ ){0,4}?(?:on|using|across|in)\b", 0.3),
        (r"\b(?:pre-?|fine-?)?(?:train|tun)ed\b.{0,60}\b(?:on|with|from)\b", 0.2),
    ),
    "result": (
        (r"\b(?:outperform|surpass|exceed|achiev|improv|reduc|demonstrat|accelerat|speed\w* up)\w*\b", 0.45),
        (r"\b(?:experiments?|results?|evaluations?|analys[ie]s|ablations?|empirical\w*|efficacy|effectiveness)\b", 0.4),
        (
            r"\b(?:we|to) (?:show|find|demonstrate|observe|prove)\b|\b(?:shows?|reveals?|indicates?) that\b",
            0.45,
        ),
        (r"\bstate[- ]of[- ]the[- ]art\b|\d+(?:\.\d+)?\s?\\?%|\d+(?:\.\d+)?\s?[x×]\b|\bbaselines?\b", 0.35),
    ),
    "limitation": (
        (r"\b(?:our|this|the) (?:\w+ ){0,2}?(?:limitation|shortcoming)s?\b|\blimitations? of our\b", 1.0),
        (r"\b(?:future work|remains? (?:an? )?(?:open|challeng|difficult|unsolved|limited)|open question)", 0.8),
        (
            r"\b(?:still|yet|only|even) (?:\w+ ){0,3}?(?:fail|struggle|falter|lack|limit|face|suffer|below"
            r"|far from)",
            0.7,
        ),
        (r"\b(?:fail|struggle|falter|cannot|do(?:es)? not (?:scale|generalize|consistently))\b", 0.5),
        (r"\b(?:at the (?:cost|expense) of|trade-?off|gap between|room for improvement|caveat)\b", 0.6),
    ),
}
# Where a role tends to stand, from 0 (first sentence) to 1 (last).
_PLACES = {"task": 0.15, "method": 0.45, "data": 0.75, "result": 0.85, "limitation": 0.9}
_PATTERNS = {role: [(re.compile(cue, re.IGNORECASE), weight) for cue, weight in cues] for role, cues in CUES.items()}


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
        cues = sum(weight for pattern, weight in _PATTERNS[role] if pattern.search(self.text))
        return cues and cues + 0.2 * (1 - abs(self.place - _PLACES[role]))


def statements(paper: Paper) -> list[Statement]:
    """The sentences of the abstract, in order."""
    spans = sentence_spans(paper.abstract)
    last = max(1, len(spans) - 1)
    return [
        Statement(paper.paper_id, start, end, paper.abstract[start:end], i / last)
        for i, (start, end) in enumerate(spans)
    ]
