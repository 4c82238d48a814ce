"""Related-work drafts: plan, write, check every sentence, and account for every chosen paper."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from rag.drafting.compare import key_facts
from rag.drafting.offline import OfflineWriter
from rag.drafting.plan import NO_PAPER, Plan
from rag.drafting.planning import Options, make_plan, papers_of
from rag.drafting.text import Written, answer_text, checked, draft_latex, number
from rag.errors import DraftError
from rag.models import Model
from rag.offline.composing import MODEL_NAME
from rag.records import Answer, Repair, Source, Timings, Usage
from rag.references.bibtex import to_bibtex
from rag.references.keys import citation_keys
from rag.settings import Settings
from rag.verifying.verify import Verifier
from store.library import Library
from store.records import Paper, Progress, silent


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
        sentences = {citation.paper_id: s.text for s in self.answer.sentences for citation in s.citations}
        plan = []
        for item in self.plan.items:
            sentence = next((sentences[i] for i in item.paper_ids if i in sentences), "")
            facts = [asdict(fact) for fact in self.plan.facts_of(item.paper_ids)]
            plan.append({"theme": item.theme, "paper_ids": [*item.paper_ids], "sentence": sentence, "facts": facts})
        omissions = [asdict(omission) for omission in self.plan.omissions]
        return {**asdict(self.answer), "plan": plan, "omissions": omissions, "latex": self.latex, "bibtex": self.bibtex}


class Drafter:
    """Writes drafts over a library; offline, or with a chat model that obeys a plan or is made to."""

    def __init__(
        self, library: Library, verifier: Verifier, model: Model | None = None, progress: Progress = silent
    ) -> None:
        from rag.drafting.model import ModelWriter

        self._library, self._verifier, self._progress = library, verifier, progress
        self._model = ModelWriter(model, verifier) if model else None

    @classmethod
    def over(cls, library: Library, settings: Settings, progress: Progress = silent) -> "Drafter":
        """What drafts over `library` with the configured model, or offline where none is configured."""
        from rag.server.chat import ServerModel

        model = ServerModel(settings) if settings.has_server else None
        return cls(library, Verifier.of(settings), model, progress)

    def plan(
        self, request: str, options: Options | None = None, paper_ids: Sequence[str] = (), kept: Plan | None = None
    ) -> Plan:
        """A plan to look at and to edit. Raises DraftError when there is nothing to plan with."""
        return make_plan(self._library, request, options or Options(), self._verifier, paper_ids, kept, self._progress)

    def write(self, plan: Plan) -> Iterator[Written]:
        """The sentences of `plan`, one by one as they are finished. Raises DraftError, ModelError."""
        papers = {paper.paper_id: paper for paper in papers_of(self._library, plan.paper_ids)}
        plan, offline = plan.checked(), self._offline(plan)
        written = self._model.write(plan, papers, offline) if self._model else offline.write(plan, papers)
        for done, sentence in enumerate(written, 1):
            self._progress(done, len(plan.paper_ids), "sentences")
            yield sentence

    def _offline(self, plan: Plan) -> OfflineWriter:
        return OfflineWriter(self._library, self._verifier, plan.topic or " ".join(plan.themes), plan.length)

    def finish(self, plan: Plan, written: Sequence[Written], started: float | None = None) -> Draft:
        """The draft that `written` makes, also when it is only a part of `plan`."""
        if not plan.items:
            raise DraftError(NO_PAPER)
        themes = list(plan.themes)
        written = sorted(written, key=lambda w: themes.index(w.theme) if w.theme in themes else len(themes))
        papers = self._papers_of(plan)
        numbers, keys = number(written), citation_keys([papers[i] for i in plan.paper_ids if i in papers])
        if not plan.facts:
            plan = replace(
                plan, facts=key_facts([papers[i] for i in plan.paper_ids if i in papers], self._library.embed)
            )
        repairs = [*(self._model.repairs if self._model else ()), *(repair for w in written for repair in w.repairs)]
        answer = Answer(
            plan.topic,
            plan.topic,
            answer_text(written, numbers),
            False,
            tuple(checked(w, papers, numbers) for w in written),
            _sources(plan, numbers, papers),
            (*repairs, *_unaccounted(plan, numbers, repairs, papers)),
            self._model.name if self._model else MODEL_NAME,
            self._model.usage if self._model else Usage(),
            Timings(total=round((time.perf_counter() - started) * 1000, 1) if started else 0.0),
        )
        bibtex = to_bibtex([papers[paper_id] for paper_id in numbers], keys, abstracts=False)
        latex = draft_latex(written, papers, keys, plan.topic, offline=self._model is None)
        return Draft(answer, plan, latex, bibtex, keys, tuple(written))

    def draft(self, request: str, options: Options | None = None, paper_ids: Sequence[str] = ()) -> Draft:
        """Plan and write in one go."""
        started = time.perf_counter()
        plan = self.plan(request, options, paper_ids)
        return self.finish(plan, list(self.write(plan)), started)

    def papers(self, draft: Draft) -> dict[str, Paper]:
        """The papers of a draft by id, those left out included."""
        return self._papers_of(draft.plan)

    def _papers_of(self, plan: Plan) -> dict[str, Paper]:
        """The papers of a plan, those left out included."""
        ids = [*plan.paper_ids, *(omission.paper_id for omission in plan.omissions)]
        return {paper.paper_id: paper for paper in self._library.get_many(list(dict.fromkeys(ids)))}

    def rewrite(self, draft: Draft, place: int) -> Draft:
        """`draft` with its sentence number `place` (from 1) written anew and all others as they are.

        Raises DraftError when there is no such sentence, or nothing else to say.
        """
        if not 1 <= place <= len(draft.written):
            raise DraftError(f"There is no sentence {place}; the draft has {len(draft.written)}.")
        old, plan = draft.written[place - 1], draft.plan
        papers = {paper.paper_id: paper for paper in papers_of(self._library, plan.paper_ids)}
        offline = self._offline(plan)
        new = self._model.rewrite(old, plan, papers, offline) if self._model else offline.rewrite(old, papers)
        return self.finish(plan, [new if w is old else w for w in draft.written])


def _unaccounted(
    plan: Plan, numbers: Mapping[str, int], repairs: Sequence[Repair], papers: Mapping[str, Paper]
) -> list[Repair]:
    """Why a paper that was chosen, or looked at, is not cited; each is accounted for once."""
    said = " ".join(repair.detail for repair in repairs if repair.kind == "left-out")
    untold = "nothing of its abstract could be told, or the draft was stopped before it"
    left = [(paper_id, untold) for paper_id in plan.paper_ids if paper_id not in numbers and paper_id not in said]
    left += [(omission.paper_id, omission.why) for omission in plan.omissions]
    titles = {paper_id: f" ({paper.title})" for paper_id, paper in papers.items()}
    return [Repair("left-out", f"{paper_id}{titles.get(paper_id, '')} is not cited: {why}.") for paper_id, why in left]


def _sources(plan: Plan, numbers: Mapping[str, int], papers: Mapping[str, Paper]) -> tuple[Source, ...]:
    """The papers of the plan, those that are cited first, by their numbers."""
    found = [papers[paper_id] for paper_id in dict.fromkeys([*numbers, *plan.paper_ids])]
    return tuple(
        Source(n, p.paper_id, p.title, p.authors, p.year, p.venue, p.url, 1.0, p.paper_id in numbers)
        for n, p in enumerate(found, 1)
    )
