"""A plan written without a language model: each paper's own statement, told in the third person, checked and joined."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from rag.drafting.plan import Length, Plan, PlanItem
from rag.drafting.quoting import quoted
from rag.drafting.text import Openings, Written, cite, uncited
from rag.errors import DraftError
from rag.language.phrases import WEAK
from rag.language.terms import content_stems, plain
from rag.records import Finding, Repair
from rag.references.keys import in_text
from rag.telling.alone import against, leans, resolved
from rag.telling.joining import going_on
from rag.telling.purpose import with_purpose
from rag.telling.statements import Statement, ranked_statements, statements
from rag.telling.thirdperson import name_of, third_person
from rag.telling.trimming import (
    ANY_VERB,
    MARKER,
    OVER,
    fitted,
    modest,
    unmarked,
    written_out,
)
from rag.verifying.attribution import bare_claim
from rag.verifying.verify import Verifier
from store.library import Library
from store.records import Paper

# Words that a sentence may have before it is cut, by the length of the draft; a long one adds a result.
MOST = {"short": 18, "medium": 28, "long": 40}
_BRIEF, _NEXT = 22, 2  # words up to which a sentence goes on with one of the next
_RESULT = 0.6  # how surely a statement plays the result for a long draft
_TRIES = 5  # statements of a paper that are tried before it is given up
_TELLABLE = {"supported": 0, "quoted": 0, "weak": 1}  # verdicts that may stand, by what speaks against them

_NAMED_FIRST = re.compile(
    rf"^[^,]*? {MARKER} (?:propose|present|introduce|develop)s? (?P<name>[^,:]{{2,60}}?), "
    r"(?P<what>(?:an?|the first) .*)$"
)
_GOES_ON = re.compile(rf"\b(?:and|then) (?:\w+ly )?(?:{ANY_VERB}) |\btheir\b|\bthey\b")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about one paper, without its marker put in: `text` has MARKER where it goes."""

    paper_id: str
    text: str
    finding: Finding
    amiss: int = 0  # what speaks against telling it alone

    @property
    def reserve(self) -> int:
        """What speaks against it in all."""
        return _TELLABLE.get(self.finding.verdict, 4) + self.amiss


class OfflineWriter:
    """Tells papers about `topic` in sentences of `length`, in their own words."""

    def __init__(self, library: Library, verifier: Verifier, topic: str, length: Length = "medium") -> None:
        self._library, self._verifier, self._length = library, verifier, length
        self._topic, self._said = library.embed_query(topic), topic

    def write(self, plan: Plan, papers: Mapping[str, Paper]) -> Iterator[Written]:
        """The sentences of `plan`; a paper that nothing can be told of is accounted for in a repair."""
        said: set[str] = set()
        theme, turn, openings = "", 0, Openings()
        pending: list[Repair] = []
        for item, paper_id in ((one, paper_id) for one in plan.items for paper_id in one.paper_ids):
            paper = papers[paper_id]
            told, repairs = self._tell_item(item, paper, said)
            pending += repairs
            if told is None:
                continue
            if item.theme != theme:
                theme, turn, openings = item.theme, 0, Openings()
            said.add(told.text)
            shown = told
            if not item.pinned:  # joined to what stands before it, every other one led by its system's name
                turned = named_first(told, paper, self._verifier) if turn % 2 else told
                shown = replace(told, text=openings.joined(told.text, paper, turned.text))
            text = shown.text if item.pinned else quoted(shown.text, paper)
            yield Written(theme, text.replace(MARKER, cite(paper_id)), told.finding, tuple(pending))
            pending, turn = [], turn + 1

    def _tell_item(self, item: PlanItem, paper: Paper, said: set[str]) -> tuple[Told | None, list[Repair]]:
        planned = self._planned(item, paper) if item.sentence and len(item.paper_ids) == 1 else None
        if planned and (item.pinned or (planned.finding.holds or planned.finding.verdict == "weak")):
            return planned, []
        told = self.tell(paper, avoid=said)
        name, stands = paper.paper_id, "says; one of its own statements stands instead."
        if told is None:
            gone = f"{name} is not cited: no sentence of its abstract can be told on its own."
            return None, [Repair("left-out", gone)]
        replaced = f"The planned sentence for {name} is not what its abstract {stands}"
        return told, [Repair("plan-not-supported", replaced)] if planned else []

    def _planned(self, item: PlanItem, paper: Paper) -> Told:
        """The planned sentence, its marker behind the authors or the system that it names, else at its end."""
        sentence = item.sentence.strip().rstrip(" .")
        names = [rf"{re.escape(in_text(paper.authors))}(?:\s\([^()]*\))?"] if paper.authors else []
        names += [rf"^{re.escape(name_of(paper))}"] if name_of(paper) else []
        who = next((found for name in names if (found := re.search(rf"{name}(?=[\s,])", sentence))), None)
        cut = who.end() if who else len(sentence)
        finding = self._verifier.check(bare_claim(item.sentence, paper), [paper])
        return Told(paper.paper_id, f"{sentence[:cut]} {MARKER}{sentence[cut:]}.", finding)

    def rewrite(self, old: Written, papers: Mapping[str, Paper]) -> Written:
        """The sentence `old` said otherwise: the next best statement of each of its papers, in turn.

        Raises DraftError when a paper has nothing else to say.
        """
        told = [self._told_anew(old, papers[paper_id]) for paper_id in old.paper_ids]
        marked = [quoted(one.text, papers[one.paper_id]).replace(MARKER, cite(one.paper_id)) for one in told]
        text = "; ".join(text.rstrip(".") for text in marked) + "."
        weakest = min((one.finding for one in told), key=lambda finding: finding.holds)
        evidence = tuple(found for one in told for found in one.finding.evidence)
        return Written(old.theme, text, replace(weakest, evidence=evidence), old.repairs)

    def _told_anew(self, old: Written, paper: Paper) -> Told:
        ranked = ranked_statements(paper, self._topic, self._library.embed)
        spans = [(e.start, e.end) for e in old.finding.evidence if e.paper_id == paper.paper_id]
        used = [s for s in ranked if any(s.start < end and start < s.end for start, end in spans)]
        after = 1 + max((ranked.index(s) for s in used), default=-1)
        others = [s for s in [*ranked[after:], *ranked[:after]] if s not in used]
        told = self.tell(paper, others, [uncited(old.text)])
        if told is None:
            raise DraftError(f"{paper.paper_id} has no other sentence that can be told on its own; edit it by hand.")
        return told

    def tell(self, paper: Paper, ranked: Sequence[Statement] | None = None, avoid: Collection[str] = ()) -> Told | None:
        """The best of the first statements that can be told alone and that its abstract carries; None without one.

        `ranked` are the statements to choose from (default: all), `avoid` texts (as `Told.text`) already used.
        """
        ranked = ranked_statements(paper, self._topic, self._library.embed) if ranked is None else ranked
        best = min(islice(self._tellings(paper, ranked, avoid), _TRIES), key=lambda told: told.reserve, default=None)
        if best is None or best.finding.verdict not in _TELLABLE:
            return None
        is_full = self._length == "long" and best.finding.holds and ";" not in best.text
        return self._with_result(best, paper, ranked) if is_full else best

    def _tellings(self, paper: Paper, ranked: Sequence[Statement], avoid: Collection[str]) -> Iterator[Told]:
        for said in ranked:
            statement = replace(said, text=resolved(said.text, paper.abstract[: said.start]))
            if text := third_person(statement.text, paper, MARKER):
                shaped = with_name(written_out(modest(text), paper.abstract), paper)
                for told in self._shapes(shaped, paper, avoid):
                    told = self._going_on(self._for_what(told, paper), said, paper)
                    yield replace(told, amiss=against(statement, told.text, paper.title, paper.abstract))

    def _shapes(self, text: str, paper: Paper, avoid: Collection[str]) -> Iterator[Told]:
        """The first shape of `text` that is as well carried as it is short."""
        most = MOST[self._length]
        shapes, kept = list(fitted(text, most)), content_stems(plain(f"{paper.title} {self._said}")) - WEAK
        lost = {shape: len(kept & (content_stems(plain(text)) - content_stems(plain(shape)))) for shape in shapes}
        for shape in sorted(shapes, key=lambda one: (len(one.split()) > OVER * most, lost[one])):
            if leans(shape) and not leans(text):  # the cut took what it leans on
                continue
            if shape not in avoid and (told := _checked(shape, paper, self._verifier)).finding.holds:
                yield told
                return
        if text not in avoid:
            yield _checked(text, paper, self._verifier)

    def _going_on(self, told: Told, statement: Statement, paper: Paper) -> Told:
        """A brief sentence with what one of the next of its abstract says of the same."""
        if self._length == "short" or len(told.text.split()) > _BRIEF:
            return told
        after = [s for s in statements(paper) if s.start > statement.start][:_NEXT]
        whole = next((text for s in after if (text := going_on(told.text, s, paper))), "")
        joined = _checked(whole, paper, self._verifier) if whole else told
        return joined if joined.finding.holds else told

    def _for_what(self, told: Told, paper: Paper) -> Told:
        """The sentence behind what the title says the work is for, where it does not tell that itself."""
        text = with_purpose(told.text, paper.title, paper.abstract, self._said)
        longer = _checked(text, paper, self._verifier) if text != told.text else told
        return longer if longer.finding.holds else told

    def _with_result(self, told: Told, paper: Paper, ranked: Sequence[Statement]) -> Told:
        """The sentence with the paper's best result behind it, told of "they" or "it", if the abstract carries both."""
        results = sorted((s for s in ranked if s.plays("result") >= _RESULT), key=lambda s: -s.plays("result"))
        for statement in results:
            result = third_person(statement.text, paper, MARKER) or ""
            who = re.match(rf"(?!The |According)[^,;:]*? {MARKER} (?=[a-z]+ )", result)
            if who and len(paper.authors) > 1 and result != told.text:
                subject = "it" if result.startswith(name_of(paper) or " ") else "they"
                text = f"{told.text.rstrip('.')}; {subject} {result[who.end() :]}"
                longer = _checked(text, paper, self._verifier)
                return longer if longer.finding.holds else told
        return told


def with_name(text: str, paper: Paper) -> str:
    """`text` with the system's name, where it does not say it: "With X, they propose", or behind the authors."""
    name = name_of(paper)
    if not name or name.lower() in text.lower():
        return text
    if re.match(rf"(?!The |In |According )[^,]*? {MARKER}", text):
        return f"With {name}, {text}"
    return text.replace(f" {MARKER}", f" ({name}) {MARKER}", 1)


def named_first(told: Told, paper: Paper, verifier: Verifier) -> Told:
    """ "They propose X, a model that …" as "X is a model that …", where that is all the sentence says."""
    found = _NAMED_FIRST.match(told.text)
    if not found or not found["name"][0].isupper() or _GOES_ON.search(found["what"]):
        return told
    turned = _checked(f"{found['name']} {MARKER} is {found['what']}", paper, verifier)
    return turned if turned.finding.holds else told


def _checked(text: str, paper: Paper, verifier: Verifier) -> Told:
    return Told(paper.paper_id, text, verifier.check(bare_claim(unmarked(text), paper), [paper]))
