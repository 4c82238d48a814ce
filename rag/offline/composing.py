"""The offline model: an answer composed of sentences of the abstracts, or a refusal.

It follows no instruction, neither of the question nor of an abstract: all it can write are sentences of abstracts,
told so that they stand alone, the fixed refusals, and the few words of rag/offline/forming.py.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.catalogue.asking import subject_listed
from rag.catalogue.onsubject import OnSubject, on_subject
from rag.catalogue.telling import what_was_counted
from rag.filters import NO_LIMIT
from rag.forms import among
from rag.offline.forming import CLOSEST, Formed, formed
from rag.offline.matching import Match
from rag.offline.refusing import is_unsure, refusal_of, refusal_words
from rag.offline.sharing import choose, share_out, source_chances
from rag.offline.telling import told
from rag.question import read_question
from rag.records import NO_PAPER
from rag.search.query import spelled_out
from rag.tuning import Composing, Tuning
from rag.verifying.verify import Verifier
from store.records import Paper

if TYPE_CHECKING:
    from store.library import Library, Part

ONLY_THESE, NONE_SAYS_SO = "Of the papers found, only these say so:", "No paper found says so. Nearest:"
MODEL_NAME = "offline-extractive"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer: the white space in front of it, its text, and the number of its source (0: none).

    `bullet` stands before the text, in a list or to answer yes or no; `claim` is what is checked, by default the text.
    """

    gap: str
    text: str
    n: int = 0
    bullet: str = ""
    claim: str = ""

    def marked(self, marker: str) -> str:
        """The text with `marker` in front of the closing punctuation."""
        body = self.text.rstrip(".!?")
        return self.bullet + (f"{body} {marker}{self.text[len(body) :]}" if marker else self.text)


def compose(question: str, papers: Sequence[Paper], library: "Library | Part", tuning: Tuning) -> Iterator[Said]:
    """The sentences of an answer to `question` from `papers`, best first, whose texts are as a model reads them."""
    titles, bare = among(question)
    asked = read_question(spelled_out(bare, library))
    if titles:
        papers = [paper if paper.title in titles else replace(paper, abstract="") for paper in papers]
    subject = "" if titles else subject_listed(bare)
    about = on_subject(subject, library) if subject else OnSubject()
    match = Match(asked, papers, library, {paper.paper_id for paper in about.papers}) if asked.text else None
    if match is None or not match.sources:
        yield Said("", NO_PAPER)
        return
    chances = source_chances(match, tuning.source)
    shares = share_out(match, chances)
    used = [share.source for share in shares]
    refusal = refusal_of(match, used, tuning.doubt)
    found = formed(match, shares, tuning, refusal is not None)
    if about.papers:
        found = replace(found, opening=_counted(about, len(found.chosen)), surely=True)
    elif match.deed:
        saying = any(map(match.says_so, used))
        found = replace(found, opening=ONLY_THESE if saying else NONE_SAYS_SO, surely=saying)
    unsure = match.asked.kind == "fact" and is_unsure(match, used, max(chances), tuning)
    if unsure and not found.surely:
        found = replace(found, opening=CLOSEST)
    if found.surely or refusal is None:
        yield from _laid_out(match, found)
        return
    yield Said("", refusal_words(refusal, match, used))
    if refusal != "no paper":
        shown = [replace(shares[0], fewest=1, most=Composing.AFTER_REFUSAL)]
        yield from _laid_out(match, Formed(choose(match, shown, tuning)), shares[0].paragraph)


def _counted(about: OnSubject, told: int) -> str:
    """What stands before the papers on a subject: how many there are, which of them are told."""
    count = len(about.papers)
    return f"{what_was_counted(about, NO_LIMIT)}{f'; {told} of them' if told < count else ''}:"


def _laid_out(match: Match, found: Formed, before: int | None = None) -> Iterator[Said]:
    """The sentences of an answer; a list has one line a sentence, with the head of the paper's title in front."""
    listed, verifier = match.asked.kind == "list" and before is None, Verifier()
    if found.opening:
        yield Said("", found.opening)
        before = -1
    for place, (share, i) in enumerate(found.chosen):
        same, lead = before == share.paragraph, found.leads.get(place, "")
        gap = "" if before is None else " " if same and not lead else "\n" if listed else "\n\n"
        head = f"{share.source.title.split(':')[0]}: " if listed else ""
        shown, claim = told(share.source.sentences[i], share.source.paper, verifier)
        shown, claim = uncited(shown), uncited(claim)
        yield Said(gap, head + shown, share.source.n, "- " if listed else lead, claim)
        before = share.paragraph


def uncited(sentence: str) -> str:
    """The sentence, closed, without the brackets with a number that stand in the abstract: here they would cite."""
    text = re.sub(r"\s?(?:\[\d[\d,;\s–-]*\]|【\d[^】]*】)", "", sentence).rstrip()
    body = text.rstrip(".!?")
    return f"{body.rstrip()}{text[len(body) :] or '.'}"
