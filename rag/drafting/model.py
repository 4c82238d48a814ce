"""A draft by a language model, held to its plan: every chosen paper cited once, or said why not."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.citing.citations import CitationReader
from rag.drafting.plan import Plan
from rag.drafting.prompting import draft_messages, missing_messages
from rag.drafting.tellplan import rewrite_item
from rag.drafting.text import Written, cite, uncited
from rag.errors import ModelError
from rag.linting.claims import states_something
from rag.models import ServerModel
from rag.records import CitedSentence, Finding, Repair, Usage
from rag.settings import Settings
from rag.verifying.attribution import bare_claim, foreign_author
from rag.verifying.verify import Verifier
from store.records import Paper

if TYPE_CHECKING:
    from rag.models import Model
    from store.library import Library

Tell = Callable[[Plan], Iterator[Written]]


class DraftModel:
    """Writes plans with a chat model; `repairs` and `usage` tell of its last draft."""

    def __init__(self, model: "Model") -> None:
        self._model = model
        self.repairs: list[Repair] = []
        self.usage = Usage()

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self._model.name or "chat model")

    def write(self, plan: Plan, papers: Mapping[str, Paper], tell: Tell, verifier: Verifier) -> Iterator[Written]:
        """The sentences of `plan`; papers that the model leaves out are asked for once, then told by `tell`.

        A server that fails leaves what it wrote; the rest is told offline and `repairs` says so.
        """
        self.repairs, self.usage = [], Usage()
        done: set[str] = set()
        try:
            yield from self._accepted(draft_messages(plan, papers), plan, papers, done, verifier)
            missing = [paper_id for paper_id in plan.paper_ids if paper_id not in done]
            if missing:
                yield from self._accepted(
                    missing_messages(plan, papers, missing),
                    plan,
                    papers,
                    done,
                    verifier,
                    only_cited=True,
                )
        except ModelError as error:
            self.repairs.append(Repair("model-failed", f"{error} The rest of the draft is offline."))
        yield from self._added(plan, done, tell)

    def rewrite(
        self,
        library: "Library",
        old: Written,
        papers: Mapping[str, Paper],
        plan: Plan,
        verifier: Verifier,
    ) -> Written:
        """The sentence `old` said otherwise by the model, or offline where it does not obey."""
        asked = Plan(plan.topic, ())
        messages = missing_messages(asked, papers, old.paper_ids, avoid=uncited(old.text))
        self.repairs = []
        try:
            found = list(self._accepted(messages, asked, papers, set(), verifier, only_cited=True, ids=old.paper_ids))
        except ModelError as error:
            self.repairs.append(Repair("model-failed", f"{error} The sentence is offline."))
            found = []
        new = next((w for w in found if set(w.paper_ids) == set(old.paper_ids) and w.text != old.text), None)
        return replace(new, theme=old.theme) if new else rewrite_item(library, old, papers, plan, verifier)

    def _accepted(
        self,
        messages: list,
        plan: Plan,
        papers: Mapping[str, Paper],
        done: set[str],
        verifier: Verifier,
        only_cited: bool = False,
        ids: Sequence[str] = (),
    ) -> Iterator[Written]:
        """The sentences of one reply that the plan allows, checked."""
        order = list(ids) or [paper_id for paper_id in plan.paper_ids if not only_cited or paper_id not in done]
        themes = {paper_id: item.theme for item in plan.items for paper_id in item.paper_ids}
        theme = plan.themes[0] if plan.items else ""
        for sentence, reader in self._read(messages, dict(enumerate(order, 1))):
            theme = next((themes[i] for i in sentence.paper_ids if i in themes), theme)
            written = self._accept(sentence, reader.numbers, theme, papers, done, verifier)
            if written and (written.paper_ids or not only_cited):
                done.update(written.paper_ids)
                yield written

    def _read(self, messages: list, valid: Mapping[int, str]) -> Iterator[tuple[CitedSentence, CitationReader]]:
        reader = CitationReader(valid)
        for chunk in self._model.stream(messages):
            self._count(chunk)
            for sentence in reader.feed(str(chunk.text)):
                yield sentence, reader
        for sentence in reader.close():
            yield sentence, reader

    def _accept(
        self,
        sentence: CitedSentence,
        numbers: Mapping[str, int],
        theme: str,
        papers: Mapping[str, Paper],
        done: set[str],
        verifier: Verifier,
    ) -> Written | None:
        """The sentence with the citations it may keep; None: no claim, nothing new, or not what is said."""
        self.repairs.extend(sentence.repairs)
        if not sentence.claim.strip() or sentence.text.lstrip().startswith("#"):
            return None
        fresh = [paper_id for paper_id in sentence.paper_ids if paper_id not in done]
        if sentence.paper_ids and not fresh:
            self._tell(
                "repeated-citation",
                f"A further sentence on {', '.join(sentence.paper_ids)} was left out: “{sentence.claim}”",
            )
            return None
        if not fresh and (sentence.repairs or states_something(sentence.claim)):
            self._tell("uncited", f"A sentence that cites no paper was left out: “{sentence.claim}”")
            return None
        finding = self._check(sentence.claim, [papers[paper_id] for paper_id in sentence.paper_ids], verifier)
        if finding.verdict == "unsupported":
            self._tell(
                "unsupported",
                f"A sentence on {', '.join(fresh)} was left out, {finding.reason}: “{sentence.claim}”",
            )
            return None
        return Written(theme, self._cited_once(sentence, numbers, fresh), finding)

    def _check(self, claim: str, cited: Sequence[Paper], verifier: Verifier) -> Finding:
        other = foreign_author(claim, cited) if cited else ""
        if other:
            return Finding("unsupported", reason=f"{other} did not write what it cites")
        for paper in cited:
            claim = bare_claim(claim, paper)
        return verifier.check(claim, cited)

    def _cited_once(self, sentence: CitedSentence, numbers: Mapping[str, int], fresh: Sequence[str]) -> str:
        """The text with `cite(…)` for the first marker of each fresh paper and no other markers."""
        left = {str(numbers[paper_id]): paper_id for paper_id in fresh}
        repeated = [paper_id for paper_id in sentence.paper_ids if paper_id not in fresh]
        if repeated:
            self._tell(
                "repeated-citation",
                f"{', '.join(repeated)} is cited already; its further marker was removed.",
            )
        shown = {str(numbers[paper_id]) for paper_id in sentence.paper_ids}

        def put(match: re.Match[str]) -> str:
            if match[2] not in shown:
                return match[0]
            paper_id = left.pop(match[2], None)
            return match[1] + cite(paper_id) if paper_id else ""

        return " ".join(re.sub(r"(\s*)\[(\d+)\]", put, sentence.text).split())

    def _added(self, plan: Plan, done: set[str], tell: Tell) -> Iterator[Written]:
        items = [
            replace(item, paper_ids=rest)
            for item in plan.items
            if (rest := tuple(paper_id for paper_id in item.paper_ids if paper_id not in done))
        ]
        if not items:
            return
        for written in tell(replace(plan, items=tuple(items))):
            ids = ", ".join(written.paper_ids)
            repair = Repair(
                "added",
                f"The model did not cite {ids} in a sentence that its abstract carries; one of "
                "the paper's own statements was added.",
            )
            yield replace(written, repairs=(*written.repairs, repair))

    def _tell(self, kind: str, detail: str) -> None:
        self.repairs.append(Repair(kind, detail))

    def _count(self, chunk: object) -> None:
        counted = getattr(chunk, "usage_metadata", None)
        if counted:
            self.usage = Usage(
                self.usage.prompt_tokens + counted["input_tokens"],
                self.usage.completion_tokens + counted["output_tokens"],
            )


def server_draft_model(settings: Settings) -> DraftModel | None:
    """The configured server as a writer of drafts; None where none is configured."""
    return DraftModel(ServerModel(settings)) if settings.has_server else None
