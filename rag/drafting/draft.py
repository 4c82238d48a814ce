"""Related-work drafts: plan, write, check every sentence, and account for every chosen paper."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from rag.drafting.plan import Plan, checked
from rag.drafting.planning import Options, make_plan, papers_of
from rag.drafting.tellplan import rewrite_item, tell_plan
from rag.drafting.text import Written, answer_text, citations, number, numbered
from rag.errors import DraftError
from rag.offline.extractive import MODEL_NAME
from rag.records import Answer, Repair, Sentence, Source, Timings, Usage
from rag.references.keys import citation_keys
from rag.references.latex import draft_bibtex, draft_latex
from rag.settings import Settings
from rag.verifying.verify import Verifier
from store.progress import Progress, silent
from store.records import Paper

if TYPE_CHECKING:
    from rag.drafting.model import DraftModel
    from store.library import Library


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with its plan, as LaTeX and with the .bib that belongs to it.

    `written` keeps what each sentence was made of, so that one of them can be written anew.
    """

    answer: Answer
    plan: Plan
    latex: str
    bibtex: str
    keys: Mapping[str, str] = field(default_factory=dict)
    written: tuple[Written, ...] = ()

    @property
    def offline(self) -> bool:
        """Whether no language model wrote it."""
        return self.answer.model == MODEL_NAME

    def as_json(self) -> dict[str, object]:
        """The object of `ask --json` with "plan", "latex" and "bibtex"."""
        sentences = {paper_id: s.text for s in self.answer.sentences for paper_id in cited_in(s)}
        plan = [
            {
                "theme": item.theme,
                "paper_ids": list(item.paper_ids),
                "sentence": next((sentences[i] for i in item.paper_ids if i in sentences), ""),
            }
            for item in self.plan.items
        ]
        return {**asdict(self.answer), "plan": plan, "latex": self.latex, "bibtex": self.bibtex}


def cited_in(sentence: Sentence) -> list[str]:
    """The papers that a sentence of an answer cites."""
    return list(dict.fromkeys(citation.paper_id for citation in sentence.citations))


class Drafter:
    """Writes drafts over a library; offline, or with a language model that obeys a plan or is made to."""

    def __init__(
        self,
        library: "Library",
        verifier: Verifier,
        model: "DraftModel | None" = None,
        progress: Progress = silent,
    ) -> None:
        self._library, self._verifier, self._model, self._progress = library, verifier, model, progress

    @classmethod
    def over(cls, library: "Library", settings: Settings, progress: Progress = silent) -> "Drafter":
        """What drafts over `library` with the configured model, or offline where none is configured."""
        from rag.drafting.model import server_draft_model

        verifier = Verifier.of(settings)
        return cls(library, verifier, server_draft_model(settings), progress)

    def plan(
        self,
        request: str,
        options: Options | None = None,
        paper_ids: Sequence[str] = (),
        kept: Plan | None = None,
    ) -> Plan:
        """A plan to look at and to edit. Raises DraftError when there is nothing to plan with."""
        return make_plan(self._library, request, options or Options(), self._verifier, paper_ids, kept, self._progress)

    def write(self, plan: Plan) -> Iterator[Written]:
        """The sentences of `plan`, one by one as they are finished. Raises DraftError, ModelError."""
        papers = {paper.paper_id: paper for paper in papers_of(self._library, plan.paper_ids)}
        plan = checked(plan, list(papers))

        def tell(part: Plan) -> Iterator[Written]:
            return tell_plan(self._library, part, papers, self._verifier)

        written = self._model.write(plan, papers, tell, self._verifier) if self._model else tell(plan)
        for done, sentence in enumerate(written, 1):
            self._progress(done, len(plan.paper_ids), "sentences")
            yield sentence

    def finish(self, plan: Plan, written: Sequence[Written], started: float | None = None) -> Draft:
        """The draft that `written` makes, also when it is only a part of `plan`."""
        if not plan.items:
            raise DraftError("The plan has no paper; add one, or draft from a topic.")
        numbers = number(written)
        papers = {paper.paper_id: paper for paper in self._library.get_many(plan.paper_ids)}
        keys = citation_keys(self._library.papers())
        answer = self._answer(plan, written, numbers, papers, started)
        cited = [papers[paper_id] for paper_id in numbers]
        latex = draft_latex(written, papers, keys, plan.topic)
        return Draft(answer, plan, latex, draft_bibtex(cited, keys), keys, tuple(written))

    def draft(self, request: str, options: Options | None = None, paper_ids: Sequence[str] = ()) -> Draft:
        """Plan and write in one go."""
        started = time.perf_counter()
        plan = self.plan(request, options, paper_ids)
        return self.finish(plan, list(self.write(plan)), started)

    def papers(self, draft: Draft) -> dict[str, Paper]:
        """The papers of a draft by id."""
        return {paper.paper_id: paper for paper in self._library.get_many(draft.plan.paper_ids)}

    def rewrite(self, draft: Draft, place: int) -> Draft:
        """`draft` with its sentence number `place` (from 1) written anew and all others as they are.

        Raises DraftError when there is no such sentence, or nothing else to say.
        """
        if not 1 <= place <= len(draft.written):
            raise DraftError(f"There is no sentence {place}; the draft has {len(draft.written)}.")
        old = draft.written[place - 1]
        papers = {paper.paper_id: paper for paper in papers_of(self._library, draft.plan.paper_ids)}
        rewrite = self._model.rewrite if self._model else rewrite_item
        new = rewrite(self._library, old, papers, draft.plan, self._verifier)
        return self.finish(draft.plan, [new if w is old else w for w in draft.written])

    def _answer(
        self,
        plan: Plan,
        written: Sequence[Written],
        numbers: Mapping[str, int],
        papers: Mapping[str, Paper],
        started: float | None,
    ) -> Answer:
        sentences = tuple(
            Sentence(numbered(w.text, numbers), w.finding.verdict, citations(w, papers, numbers)) for w in written
        )
        repairs = [
            *(self._model.repairs if self._model else ()),
            *(repair for w in written for repair in w.repairs),
        ]
        repairs += _unaccounted(plan, numbers, repairs)
        total = (time.perf_counter() - started) * 1000 if started else 0.0
        model, usage = (self._model.name, self._model.usage) if self._model else (MODEL_NAME, Usage())
        return Answer(
            plan.topic,
            plan.topic,
            answer_text(written, numbers),
            False,
            sentences,
            _sources(plan, numbers, papers),
            tuple(repairs),
            model,
            usage,
            Timings(total=round(total, 1)),
        )


def _unaccounted(plan: Plan, numbers: Mapping[str, int], repairs: Sequence[Repair]) -> list[Repair]:
    """Why a paper that was chosen, or looked at, is not cited; each is accounted for once."""
    said = " ".join(repair.detail for repair in repairs if repair.kind == "left-out")
    left = [
        (paper_id, "nothing of its abstract could be told, or the draft was stopped before it")
        for paper_id in plan.paper_ids
        if paper_id not in numbers and paper_id not in said
    ]
    left += [(omission.paper_id, omission.why) for omission in plan.omissions]
    return [Repair("left-out", f"{paper_id} is not cited: {why}.") for paper_id, why in left]


def _sources(plan: Plan, numbers: Mapping[str, int], papers: Mapping[str, Paper]) -> tuple[Source, ...]:
    rest = [paper_id for paper_id in plan.paper_ids if paper_id not in numbers]
    places = {**numbers, **{paper_id: len(numbers) + n for n, paper_id in enumerate(rest, 1)}}
    return tuple(
        Source(n, p.paper_id, p.title, p.authors, p.year, p.venue, p.url, 1.0, p.paper_id in numbers)
        for paper_id, n in sorted(places.items(), key=lambda pair: pair[1])
        for p in [papers[paper_id]]
    )
